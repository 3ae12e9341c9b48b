/*
 * The agent's store: what it has told, and what it still has to tell, in one
 * LMDB environment, so that both change in one transaction.
 *
 * known.h keeps what the site's items are, spool.h the changes on their way
 * to the hub, inbox.h the hub's letters; here are the environment, its
 * transactions, and the few numbers that belong to all of them. A
 * transaction that was committed is on the disk. Exactly one process writes
 * at a time: whoever holds DIR/lock.
 */
#ifndef ZQ_AGENT_STORE_H
#define ZQ_AGENT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "protocol/digest.h"

enum store_table {
	STORE_META,	/* a few rows, by name */
	STORE_KNOWN,	/* source, path → known row */
	STORE_URL,	/* url key → key in STORE_KNOWN */
	STORE_SPOOL,	/* seq → change row */
	STORE_LETTER,	/* number → letter row */
	STORE_TWIN,	/* hash of bytes, … → source and path (twin.h) */
	STORE_MOVE,	/* key of an old address → move row (moves.h) */
	STORE_REDIRECT_MAP,	/* number → rule (redirect_map.h) */
};

/* The numbers. They are read at the start of a transaction and written at
 * its end if they changed. */
struct store_meta {
	uint64_t incarnation;	/* of this spool; random, not 0 */
	uint64_t next;		/* seq that the next change gets */
	uint64_t first;		/* oldest seq still in the spool */
	uint64_t confirmed;	/* the hub has everything up to here */
	uint64_t sent;		/* may have left this machine: its number
				 * and bytes never change again */
	uint64_t bytes;		/* of rows in the spool */
	uint64_t waiting;	/* … of those not confirmed */
	uint64_t letters;	/* number of the newest letter we have */
	bool needs_snapshot;	/* the spool could not hold everything */
	uint8_t verdict;	/* the last one that was news; 0: none yet */
	int64_t answered;	/* ms, when; or CLOCK_NONE */
	int64_t skew;		/* ms, hub's clock minus ours, then */
};

struct store;

struct store_txn {
	struct store *store;
	struct db_txn *db;
	struct store_meta meta;
	struct digest digest;	/* of all items told */
	bool digest_changed;
	bool beyond;		/* what is spooled may pass its limit */
};

/* The directory of the store within the agent's, and the lock beside it. */
#define STORE_DIR "store"
#define STORE_LOCK "lock"

/* Takes dir (the agent's). With DB_WRITE | DB_CREATE the store is made if it
 * is missing, and gets its incarnation. NULL: why says. `limit` is the
 * spool's, in bytes. */
struct store *store_open(const char *dir, unsigned mode, uint64_t limit,
    struct buf *why);
void store_close(struct store *s);
uint64_t store_limit(const struct store *s);
uint64_t store_size(const struct store *s);	/* bytes on disk */
void store_release_memory(struct store *s);

/* What was committed last. Lives until the next commit. */
const struct store_meta *store_meta(const struct store *s);

/* Reading: a short look that must be ended. */
struct store_txn *store_look(struct store *s);
void store_end(struct store_txn *t);

/* Writing. The work may be called more than once (the map had to grow), each
 * time on a fresh transaction; false from it means: nothing of this. */
enum store_result {
	STORE_DONE,	/* on the disk */
	STORE_REFUSED,	/* the work said no */
	STORE_FULL,	/* the disk is full; nothing happened */
};
typedef bool store_work_fn(struct store_txn *t, void *arg);
enum store_result store_do(struct store *s, store_work_fn *work, void *arg);

/* A full disk has cut off what must be ended before anything else is written:
 * store_do() tries that first, and says STORE_FULL as long as it is false. One
 * that is called sets this anew. NULL: nothing. */
typedef bool store_owed_fn(struct store *s);
void store_owe(struct store *s, store_owed_fn *owed);
bool store_owes(const struct store *s);

/* A row of STORE_META by name, for small things that have no number of their
 * own. False if it isn't there. */
bool store_get(struct store_txn *t, const char *name, struct span *value);
void store_put(struct store_txn *t, const char *name, struct span value);

/* A new incarnation: seq starts at 1 again, nothing is told or waiting. What
 * people said and the letters stay. */
void store_restart(struct store_txn *t);

#endif
