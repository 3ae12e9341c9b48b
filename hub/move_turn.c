/*
 * From what a move was to what it is; see move_turn.h.
 */
#include "hub/move_turn.h"

#include <inttypes.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/moved.h"
#include "protocol/rewrite.h"

#define WHY_ALONE "its time came, and the other end has not agreed: an " \
	"operator may (zqhub move agree), or the other site says the same move"
#define WHY_DEAD "its time came, and the new address did not answer when it " \
	"was last looked at (zqhub move check looks again)"

bool
move_turn_begin(struct move_turn *t, struct group *g, uint32_t number,
    int64_t at)
{
	struct move m;

	*t = (struct move_turn){ .g = g, .at = at };
	if (!move_get(g->txn, number, &m))
		return false;
	buf_init(&t->row, MOVE_ROW_MAX);
	move_write(&t->row, &m);
	must(!t->row.bad);
	move_read(&t->was, number, buf_look(&t->row));
	t->now = t->was;
	return true;
}

void
move_turn_fresh(struct move_turn *t, struct group *g, const struct move *m,
    int64_t at)
{
	*t = (struct move_turn){ .g = g, .at = at, .fresh = true, .now = *m };
	buf_init(&t->row, MOVE_ROW_MAX);
}

/* --- steps -------------------------------------------------------------------- */

bool
move_turn_step(struct move_turn *t, enum move_event event, struct span why)
{
	enum move_state to = move_next(t->now.state, event);

	if (to == MOVE_NONE)
		return false;
	if (to != t->now.state)
		t->now.changed = t->at;
	if (event == MOVE_TIME)
		t->now.settle = t->at;
	else if (to == MOVE_FAILED || move_is_over(to))
		t->now.settle = CLOCK_NONE;
	t->now.state = to;
	t->now.why = why;
	return true;
}

static bool
has_ended(const struct move_turn *t)
{
	return t->now.until != CLOCK_NONE && t->now.until <= t->at;
}

void
move_turn_time(struct move_turn *t)
{
	struct move *m = &t->now;
	bool waits = m->state == MOVE_OVERDUE;

	if (move_is_ahead(m->state) && m->from <= t->at) {
		if (m->needs && !m->agreed)
			move_turn_step(t, MOVE_LATE, SPAN(WHY_ALONE));
		else if (m->bad)
			move_turn_step(t, MOVE_LATE, SPAN(WHY_DEAD));
		else if (move_turn_step(t, MOVE_TIME, SPAN_NONE) && waits)
			m->from = t->at;	/* never before today */
	}
	if (has_ended(t))
		move_turn_step(t, MOVE_END, SPAN_NONE);
}

const char *
move_turn_rule(struct move_turn *t)
{
	struct group *g = t->g;
	struct rewrite_rule rule;

	(void)group_rules(g);
	(void)rewrite_drop(g->rules, t->now.number);
	move_rule(&t->now, &rule);
	buf_reset(&g->why);
	t->touched = true;
	t->ruled = rewrite_add(g->rules, &rule, NULL, &g->why);
	return t->ruled ? NULL : buf_cstr(&g->why);
}

/* --- the end -------------------------------------------------------------------- */

static bool
is_same_rule(const struct move *a, const struct move *b)
{
	return a->scope == b->scope && a->from == b->from &&
	    a->until == b->until && span_is(a->old, b->old) &&
	    span_is(a->new, b->new);
}

/* The group's rules, if it has them, are those of the rows again. */
static void
keep_rules(struct move_turn *t)
{
	bool did = !t->fresh && move_counts(&t->was);
	bool does = move_counts(&t->now);
	struct rewrite_rule rule;

	if (t->g->rules == NULL || (t->ruled && does) || (did == does &&
	    !t->ruled && (!does || is_same_rule(&t->was, &t->now))))
		return;
	(void)rewrite_drop(t->g->rules, t->now.number);
	move_rule(&t->now, &rule);
	if (does)
		move_put_rule(t->g->rules, &rule);
}

/* The same of those in effect. */
static void
keep_effective(struct move_turn *t)
{
	bool did = !t->fresh && move_is_effective(t->was.state);
	bool does = move_is_effective(t->now.state);
	struct rewrite_rule rule;

	if (t->g->effective == NULL || (did == does && (!does ||
	    is_same_rule(&t->was, &t->now))))
		return;
	(void)rewrite_drop(t->g->effective, t->now.number);
	move_rule_effective(&t->now, &rule);
	if (does)
		move_put_rule(t->g->effective, &rule);
}

static bool
is_same(const struct move_turn *t)
{
	struct buf now;
	bool same;

	if (t->fresh)
		return false;
	buf_init(&now, MOVE_ROW_MAX);
	move_write(&now, &t->now);
	must(!now.bad);
	same = span_is(buf_look(&now), buf_look(&t->row));
	buf_clear(&now);
	return same;
}

static void
count(struct move_turn *t)
{
	struct stand *s = group_stand(t->g, t->now.site);

	if (t->fresh)
		s->moves++;
	if (move_is_over(t->now.state) && (t->fresh ||
	    !move_is_over(t->was.state)))
		s->moves--;
}

void
move_turn_end(struct move_turn *t)
{
	struct group *g = t->g;

	if (!is_same(t)) {
		move_put(g->txn, &t->now, &g->row);
		group_record(g, "move", buf_look(&g->row));
		keep_rules(t);
		keep_effective(t);
		count(t);
		moved(g, t->fresh ? NULL : &t->was, &t->now, t->at);
	} else if (t->touched) {
		group_forget_rules(g);
	}
	buf_clear(&t->row);
}

void
move_turn_drop(struct move_turn *t)
{
	if (t->touched)
		group_forget_rules(t->g);
	buf_clear(&t->row);
}
