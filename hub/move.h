/*
 * Moves: what was announced to be elsewhere from a day on, each with a number
 * for ever. One row per announcement, whether it is of one address, of all
 * below a prefix, or of a whole domain.
 *
 * Only act_move.c writes rows (it puts the new state, moved.h tells the rest
 * of the view of it). A rule that stands for a move is one of
 * protocol/rewrite.h, with the move's number: move_rules() gives all that
 * count, and group_rules() (group.h) the same inside a group.
 */
#ifndef ZQ_HUB_MOVE_H
#define ZQ_HUB_MOVE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/move_state.h"

#define MOVE_ROW_MAX (16u << 10)
#define MOVE_TEXT 512		/* bytes of a reason, a name, a why in a row */
#define MOVES_SITE 20000	/* of one site, that are not over */

struct rewrite;
struct rewrite_rule;

struct move {
	uint32_t number;	/* from 1 */
	uint32_t site;		/* whose the old address is */
	uint32_t other;		/* whose the new one was, when announced; 0:
				 * nobody's of the cluster */
	enum move_state state;
	uint8_t scope;		/* enum rewrite_scope */
	bool operated;		/* an operator announced it */
	bool needs;		/* both ends, or a named operator … */
	bool agreed;		/* … and it has them, or needs none */
	bool bad;		/* the last look before its time went wrong */
	int64_t announced;	/* ms, hub time: first */
	int64_t from;		/* ms: when it takes effect, or has, if it was
				 * said afterwards */
	int64_t until;		/* ms: when its redirect ends; CLOCK_NONE: it
				 * does not */
	int64_t changed;	/* ms: its state, last */
	int64_t settle;		/* ms: when it took effect, as long as what it
				 * leads to may be missing; else CLOCK_NONE */
	int64_t checked;	/* ms: the last look before, and after; */
	int64_t verified;	/* … CLOCK_NONE: none yet */
	uint64_t place;		/* in the journal: said first */
	uint32_t rival;		/* contested: the move that says otherwise */
	uint64_t sites, pages;	/* that refer to it, when last counted */
	uint64_t looked, wrong;	/* addresses, by the last look */
	struct span old, new;	/* normal form; a domain: scheme://host/ */
	struct span reason, by;	/* of whoever announced it */
	struct span why;	/* it is in this state; or empty */
};

/* Does a link to the old address have to follow it: is it a rule at its time?
 * A move whose other end hasn't agreed, that is contested, overdue, withdrawn
 * or closed isn't. */
bool move_counts(const struct move *m);
/* Nobody has to agree to it: not as its other end, not against one that it
 * contradicts, nor though its new address did not answer. */
bool move_is_agreed(const struct move *m);

/* A row: reading copies nothing, spans point into it. */
void move_write(struct buf *row, const struct move *m);
void move_read(struct move *m, uint32_t number, struct span row);

/* Spans live as long as what a get hands out (db.h). */
bool move_get(struct db_txn *t, uint32_t number, struct move *m);
/* The spans of m may be those of a get; they are not good any more then. */
void move_put(struct db_txn *t, const struct move *m, struct buf *row);
uint32_t move_last(struct db_txn *t);	/* highest number given; 0: none */

/* Each from this number on, in order; false: stop. The callback must not
 * write. */
typedef bool move_fn(void *arg, const struct move *m);
void move_each(struct db_txn *t, uint32_t from, move_fn *each, void *arg);
/* Of those that are not over each that moves url itself: its address, a column
 * that it is in, its host. In no order, and one may come twice. */
void move_each_outer(struct db_txn *t, struct span url, move_fn *each,
    void *arg);
/* Of this old address (its place), or (below) of all below it, the newest that is not
 * over; http and https are one. With a number less than `before`; 0: any. */
bool move_of_old(struct db_txn *t, struct span old, bool below,
    uint32_t before, struct move *m);
/* The same, also of those that are over. */
bool move_ever_of_old(struct db_txn *t, struct span old, bool below,
    uint32_t before, struct move *m);

/* --- when something is due -------------------------------------------------- */

/* When something happens to it by itself; CLOCK_NONE: never. */
int64_t move_when_due(const struct move *m);
/* The earliest of all; false: nothing ever does. */
bool move_due(struct db_txn *t, int64_t *when, uint32_t *number);

/* A move that took effect settles: until its owner has pushed what it leads
 * to, or for a grace, nobody is told that nothing is there. The one that has
 * settled longest; false: none does. */
#define MOVE_GRACE 900000	/* ms, where nobody says otherwise */
bool move_settling(struct db_txn *t, int64_t *since, uint32_t *number);
/* Is that over? Or was the clock put back since? */
bool move_is_settled(int64_t since, int64_t grace, int64_t now);

/* --- as rules --------------------------------------------------------------- */

/* Spans of m. */
void move_rule(const struct move *m, struct rewrite_rule *r);
/* The same of one that has taken effect: for ever. */
void move_rule_effective(const struct move *m, struct rewrite_rule *r);
/* Puts one that isn't in the set. What stands in a row was judged when it was
 * said: it stays, though the withdrawal of another may have made it part of
 * a circle. */
void move_put_rule(struct rewrite *set, const struct rewrite_rule *r);
/* Adds all that count, also those whose time is to come; or only those that
 * have taken effect, for ever. */
void move_rules(struct db_txn *t, struct rewrite *set);
void move_rules_effective(struct db_txn *t, struct rewrite *set);
/* Does a rule say where this address has gone, by then or a day later? A
 * column is often renamed some hours before the time that was announced, and
 * what it loses isn't lost. */
bool move_leads(const struct rewrite *set, struct span url, int64_t at);

#endif
