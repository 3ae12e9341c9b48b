/*
 * A move's turn: from what it was to what it is, in its row, among the rules,
 * and for all that follows (moved.h).
 *
 * begin copies the row, so that what `was` and `now` point to lives until
 * end; between the two, `now` is the caller's to change, its state only by
 * move_turn_step(). end writes nothing if nothing is different.
 */
#ifndef ZQ_HUB_MOVE_TURN_H
#define ZQ_HUB_MOVE_TURN_H

#include "contrib/base/buf.h"
#include "hub/group.h"
#include "hub/move.h"

struct move_turn {
	struct group *g;
	int64_t at;		/* ms, hub time */
	bool fresh;		/* there is no `was` */
	bool touched;		/* the group's rules aren't the rows' any more … */
	bool ruled;		/* … for `now` is among them already */
	struct move was, now;
	struct buf row;		/* what both point to */
};

/* False: there is no such move, and nothing is to be ended. */
bool move_turn_begin(struct move_turn *t, struct group *g, uint32_t number,
    int64_t at);
/* Of a new one. What m points to must live until end. */
void move_turn_fresh(struct move_turn *t, struct group *g,
    const struct move *m, int64_t at);

/* False: this can't happen to it, and didn't. why: a constant, or empty. */
bool move_turn_step(struct move_turn *t, enum move_event event,
    struct span why);
/* Has its time come? Then it takes effect, or is overdue; or it ends. */
void move_turn_time(struct move_turn *t);
/* Can it be a rule beside the others? NULL, or why not (in g->why). */
const char *move_turn_rule(struct move_turn *t);

void move_turn_end(struct move_turn *t);
/* Instead: nothing happened. */
void move_turn_drop(struct move_turn *t);

#endif
