/*
 * An LMDB environment: opening and sharing it, its map's size, its weather.
 * The inside of db.c, which has the transactions.
 *
 * One process must not have one environment open twice (its locks are the
 * process's), so environments are shared: the second db_env_hold() of a
 * directory gets the first one's, which counts its holders.
 *
 * Growing: a map can only change while no transaction of this process is
 * open. So room is made before a write begins, when the map is half full and
 * nothing is open; what a transaction needs beyond that fails with
 * MDB_MAP_FULL, is remembered in `wanted`, and done when the last transaction
 * has ended. A reader's map has its greatest size from the start: that costs
 * addresses only, and so it need not follow the writer.
 *
 * The lock file is mapped, and written through the map: on a full disk a page
 * of it that isn't there yet is a SIGBUS. So all of it is there before it is
 * mapped, or it isn't opened.
 */
#ifndef ZQ_BASE_DB_ENV_H
#define ZQ_BASE_DB_ENV_H

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "contrib/base/db_whole.h"

#define DB_ENV_TABLES_MAX 64

struct db_env_spec {
	const char *dir;
	bool write;
	bool nosync;
	bool create;
	uint64_t most;		/* bytes of the map */
};

struct db_env {
	struct db_env *next;
	char *dir;
	dev_t dev;		/* of data.mdb */
	ino_t ino;
	MDB_env *env;
	FILE *maps;		/* /proc/self/maps, for when it is too late
				 * to open it; may be NULL */
	unsigned holders;
	unsigned active;	/* transactions */
	bool may_write;
	uint64_t size;		/* of the map */
	uint64_t most;
	uint64_t wanted;	/* size to grow to, or 0 */
	int64_t checked;	/* clock_mono() of the last reader check */
	pid_t owner;
	const char *advice;	/* see db_on_damage(); or NULL */
	void (*on_damage)(const char *dir);
};

/* What db_open() says of a file that was cut off. */
#define DB_ENV_CUT EUCLEAN

/* The sizes of the file that was last found to be cut off. */
extern struct db_whole db_env_cut;

/* NULL and errno; see db_open(). */
struct db_env *db_env_hold(const struct db_env_spec *spec);
void db_env_release(struct db_env *e);

int db_env_errno(int rc);	/* errno for LMDB's own errors */
_Noreturn void db_env_broken(const struct db_env *e, const char *doing,
    int rc);
bool db_env_is_full(const struct db_env *e, int rc);	/* the disk? */

uint64_t db_env_used(const struct db_env *e);		/* bytes */
void db_env_check_readers(struct db_env *e);
void db_env_release_memory(struct db_env *e);

/* Called when no write is going on: grows what wants to grow, if it can. */
void db_env_make_room(struct db_env *e);
/* Wants the map twice as large. False: it is as large as it may be. */
bool db_env_grow(struct db_env *e);
/* mdb_txn_begin() with another process's growth looked after. */
void db_env_begin(struct db_env *e, unsigned flags, MDB_txn **txn);

#endif
