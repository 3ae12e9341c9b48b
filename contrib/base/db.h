/*
 * LMDB with its weather handled once.
 *
 * The map grows by itself (MDB_MAP_FULL ends the transaction with
 * DB_AGAIN after growing it: do the transaction again), MDB_MAP_RESIZED and
 * stale readers are looked after, a full disk is DB_FULL and nothing of that
 * transaction happened. Errors stick to the transaction: put and del after a
 * failed one do nothing, and db_commit() tells. Anything else that LMDB
 * reports (corruption, I/O) is the machine's failure: fatal(). Its own
 * assertions are, too: they are about what it read.
 *
 * Open an environment after the fork, never before it. Within a process the
 * same directory may be opened again (by a second part, with -1): both share
 * the environment; whoever writes opens it first.
 *
 * What a get or a cursor hands out lives until the transaction ends, or the
 * next write in it. Keys are at most 511 bytes.
 */
#ifndef ZQ_BASE_DB_H
#define ZQ_BASE_DB_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

enum db_result { DB_OK, DB_AGAIN, DB_FULL };

enum db_mode {
	DB_WRITE = 1,	/* else read only */
	DB_NOSYNC = 2,	/* the kernel writes when it likes; see db_sync() */
	DB_CREATE = 4,	/* make the directory's files if they are missing */
};

struct db;
struct db_txn;

/* What a table is called and its MDB_ flags (MDB_DUPSORT …). Tables are
 * named by their index in this list from here on. */
struct db_table {
	const char *name;
	unsigned flags;
};

/* dir must exist; two files are made in it. `most` bounds the map's growth
 * in bytes; NULL (and errno) if it can't be opened by somebody else's fault:
 * missing, no permission, made by a newer version of LMDB, cut off. */
struct db *db_open(const char *dir, unsigned mode,
    const struct db_table *tables, size_t count, uint64_t most);
/* Says why db_open() gave NULL, by the errno that it left: a file that was
 * cut off, or isn't LMDB's, by name and size. */
void db_explain(struct buf *why, const char *dir, int error);
/* Is it such a file, which nothing can be got from? */
bool db_is_lost(int error);
/* Whoever opened it knows what is to be done when a page turns out to be
 * damaged: what is said behind that (may be ""), and what is done with dir
 * before the process ends (may be NULL). `advice` must outlive d. Where an
 * environment is shared the first word counts. */
typedef void db_damaged_fn(const char *dir);
void db_on_damage(struct db *d, const char *advice, db_damaged_fn *act);
void db_close(struct db *d);
void db_sync(struct db *d);
uint64_t db_size(const struct db *d);	/* bytes in use on disk */
void db_release_memory(struct db *d);	/* pages of the map we have touched
					 * need not stay in our RSS */

struct db_txn *db_begin(struct db *d, bool write);
enum db_result db_commit(struct db_txn *t);	/* ends it either way */
void db_abort(struct db_txn *t);
bool db_failed(const struct db_txn *t);		/* something stuck */

bool db_get(struct db_txn *t, size_t table, struct span key,
    struct span *value);
void db_put(struct db_txn *t, size_t table, struct span key,
    struct span value);
void db_append(struct db_txn *t, size_t table, struct span key,
    struct span value);			/* key is past all others */
bool db_del(struct db_txn *t, size_t table, struct span key);
void db_empty(struct db_txn *t, size_t table);
uint64_t db_count(struct db_txn *t, size_t table);

/* DUPSORT tables. */
void db_put_dup(struct db_txn *t, size_t table, struct span key,
    struct span value);			/* no effect if it is there */
bool db_del_dup(struct db_txn *t, size_t table, struct span key,
    struct span value);

struct db_cursor;

struct db_cursor *db_cursor_open(struct db_txn *t, size_t table);
void db_cursor_close(struct db_cursor *c);	/* before the txn ends */
/* Moves with MDB_cursor_op (MDB_FIRST, MDB_NEXT, MDB_SET_RANGE, …). */
bool db_cursor_get(struct db_cursor *c, MDB_cursor_op op, struct span *key,
    struct span *value);
/* Moves to the last that stands before *key, which need not be there. */
bool db_cursor_before(struct db_cursor *c, struct span *key,
    struct span *value);
void db_cursor_put(struct db_cursor *c, struct span key, struct span value);
void db_cursor_del(struct db_cursor *c);

#endif
