/*
 * Moves: what this site has announced, as long as it holds, what was announced
 * for it, and what its sources propose to announce.
 *
 * One row a move, whether of an address, a prefix or a domain. A page that
 * vanishes below an announced one is no loss, one that appears where it leads
 * is no new one (renamed.h); and a hub that is told everything anew is told
 * these again (retell.h).
 */
#ifndef ZQ_AGENT_MOVES_H
#define ZQ_AGENT_MOVES_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/store.h"
#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/change.h"

#define MOVES_MOST 100000	/* rows; a hub takes no more rules */
#define MOVES_ROW_MAX 16384

enum moves_state {	/* numbers are in rows */
	MOVES_SAID = 1,		/* it is announced */
	MOVES_PROPOSED = 2,	/* a source has seen it */
	MOVES_REFUSED = 3,	/* … and it was no move, says a person */
	MOVES_HEARD = 4,	/* announced by the hub's operator, or by a
				 * copy of this agent (moves_hear.h) */
	MOVES_OFF = 5,		/* was announced here; the hub's operator
				 * withdrew it (moves_off.h) */
};

struct moved {
	enum moves_state state;
	struct span scope;		/* "address", "prefix" or "domain" */
	struct span old, new;		/* normal form */
	struct span source;		/* whose proposal it was; may be "" */
	struct span reason, by;
	int64_t from, until;		/* ms, or CLOCK_NONE */
	int64_t when;			/* ms: said or seen */
	uint64_t items;			/* that moved, of a proposal */
};

/* Spans live until the next write in the transaction. */
bool moves_get(struct store_txn *t, struct span scope, struct span old,
    struct moved *m);
/* Replaces the one of the same scope and old address. False: there are
 * MOVES_MOST. */
bool moves_put(struct store_txn *t, const struct moved *m);
void moves_del(struct store_txn *t, struct span scope, struct span old);
uint64_t moves_count(struct store_txn *t);

/* Each, in no order that means anything; until the callback says false. It
 * doesn't write. */
typedef bool moves_fn(void *arg, const struct moved *m);
void moves_each(struct store_txn *t, moves_fn *fn, void *arg);
/* How many are proposed, or whatever. */
uint64_t moves_in_state(struct store_txn *t, enum moves_state state);

/* Where announced moves that have begun at `at` (ms; INT64_MAX: or will), and
 * are not over now, lead from url. False: nowhere. */
bool moves_successor(struct store_txn *t, struct span url, int64_t at,
    struct buf *out);
/* Files may go so long before their addresses do: ms. */
#define MOVES_EARLY 900000
/* Forgets what is proposed, and is part of an announced move: it leads there
 * by that. */
void moves_drop_proposed(struct store_txn *t);
/* What is proposed that would lead away from url, and where to. And forgets
 * all that is. */
bool moves_proposed(struct store_txn *t, struct span url, struct moved *m,
    struct buf *to);
void moves_drop_back(struct store_txn *t, struct span url);
/* The addresses from which such moves lead to url, by one or by several that
 * began after each other; the nearest first. */
typedef bool moves_url_fn(void *arg, struct span url);
void moves_former(struct store_txn *t, struct span url, moves_url_fn *fn,
    void *arg);

/* The change that says m; spans are m's. */
void moves_change(struct change *c, const struct moved *m);

#endif
