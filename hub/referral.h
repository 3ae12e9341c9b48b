/*
 * Referrals: that a site links to what was moved or is gone, what it was told
 * about that, and what it said.
 *
 * One per move and site; and one per target and site where no move is the
 * reason. It is open until no page of the site has the link any more, which
 * the pages show, and not what anybody says.
 */
#ifndef ZQ_HUB_REFERRAL_H
#define ZQ_HUB_REFERRAL_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/target.h"

#define REFERRAL_TEXT 512	/* bytes of a reason or a name in a row */
#define REFERRAL_KEEP (400 * INT64_C(86400000))	/* ms: those of no move that
						 * are done with are forgotten
						 * then, some at a time, or
						 * later */

enum referral_state {	/* numbers are in rows */
	REFERRAL_TOLD = 1,
	REFERRAL_WILL_FIX = 2,	/* says the site */
	REFERRAL_REFUSED = 3,	/* says the site, and why */
	REFERRAL_FIXED = 4,	/* no page has it any more */
	REFERRAL_OFF = 5,	/* the move was called off; or what was gone
				 * has moved, which is another referral's */
};

/* Who was told last: letters that nobody answers go on (escalate.h). */
enum referral_level {	/* numbers are in rows */
	REFERRAL_PAGE = 0,	/* the first letter, page by page */
	REFERRAL_COLUMN = 1,
	REFERRAL_SITE = 2,
	REFERRAL_PARENT = 3,	/* the site that its site belongs to */
	REFERRAL_LEVELS
};

struct referral {
	uint32_t move;		/* 0: no move, but the target is gone */
	uint32_t site;		/* that links there */
	enum referral_state state;
	enum referral_level level;
	int64_t raised;		/* ms: to that level; CLOCK_NONE */
	uint32_t pass;		/* of telling all about this move; see telling.c */
	uint64_t letter, last;	/* numbers of the first and the newest one */
	uint64_t pages;		/* of the site that linked there when it was
				 * told (first, of a move) */
	int64_t told, changed;	/* ms, hub time: first told; state */
	struct span target;	/* the old address, as it was linked to; of a
				 * move: what that was announced for */
	struct span reason, by;	/* what the site's people said */
};

/* In place of a move's: the number of the closing of a site that this notice
 * announced (tell_closing.h). Such referrals are not among referral_moves(). */
#define REFERRAL_CLOSING 0x80000000u
static inline uint32_t
referral_closing(uint32_t notice)
{
	return REFERRAL_CLOSING | notice;
}

static inline bool
referral_is_open(const struct referral *r)
{
	return r->state <= REFERRAL_REFUSED;
}

const char *referral_state_name(enum referral_state s);	/* "told" … */
const char *referral_level_name(enum referral_level l);	/* "page" … */
/* The site is told (again): by the first letter, if it was done with. */
void referral_open(struct referral *r, int64_t at);

/* target is not looked at if there is a move. Spans live as what a get hands
 * out (db.h). */
bool referral_get(struct db_txn *t, uint32_t move, uint32_t site,
    struct span target, struct referral *r);
/* The same (no move) of a target that nobody links to any more. */
bool referral_of_key(struct db_txn *t, uint32_t site,
    const struct target_key *target, struct referral *r);
/* Moves that this site has open referrals of, `most` at most, from number
 * `from` on; how many. */
size_t referral_moves(struct db_txn *t, uint32_t site, uint32_t from,
    uint32_t *move, size_t most);
/* row: to work in; the spans of r may be those of a get. */
void referral_put(struct db_txn *t, const struct referral *r,
    struct buf *row);

/* Those of a move by site; or (move 0) of a site; false: stop. The callback
 * must not write. site: from this one on. */
typedef bool referral_fn(void *arg, const struct referral *r);
void referral_each(struct db_txn *t, uint32_t move, uint32_t site,
    referral_fn *each, void *arg);
/* Those of a site that were told at this level last and may go on: neither
 * done with nor refused. Those of moves first, by number. */
void referral_waiting(struct db_txn *t, uint32_t site,
    enum referral_level level, referral_fn *each, void *arg);

#endif
