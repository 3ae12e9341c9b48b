/*
 * What there is to tell, and what sites reply; see telling.h.
 */
#include "hub/telling.h"

#include "contrib/base/clock.h"
#include "hub/links.h"
#include "hub/referral.h"
#include "hub/table.h"
#include "hub/tell_closing.h"
#include "hub/tell_ends.h"
#include "hub/tell_move.h"
#include "hub/tell_owed.h"
#include "hub/tell_site.h"
#include "protocol/rewrite.h"

#define PER_ITEM 4		/* pages that are as much work as one item */
#define MOVES_AT_ONCE 32

/* --- what there is -------------------------------------------------------- */

static bool
is_news(const struct move *before, const struct move *now)
{
	return before == NULL || !move_counts(before) ||
	    move_is_effective(before->state) !=
	    move_is_effective(now->state) || before->from != now->from ||
	    before->until != now->until || !span_is(before->new, now->new);
}

void
telling_move(struct group *g, const struct move *before,
    const struct move *now)
{
	if (move_counts(now) ? is_news(before, now) :
	    before != NULL && move_counts(before))
		tell_move_queue(g, now->number);
}

/* Nothing is told until none is left to be looked at again: what is said of a
 * target must be what its row says, or its next turn is no news. News come
 * before moves that are told as a whole, and so know of those to come. */
bool
telling_is_due(struct db_txn *t, int64_t now)
{
	return !links_look_left(t) && (tell_move_left(t) ||
	    tell_closing_left(t) || tell_ends_is_due(t, now) ||
	    db_count(t, TABLE_LINK_NEWS) > 0 || tell_owed_is_due(t, now));
}

static uint64_t
tell_some(struct group *g, const struct entry *e, uint64_t most)
{
	uint64_t step;

	if (links_look_left(g->txn))
		return 0;
	step = tell_owed_news(g, e->at, most);
	if (step == 0)
		step = tell_site_step(g, e, most);
	if (step == 0)
		step = tell_move_step(g, e, most);
	if (step == 0)
		step = tell_closing_step(g, e, most);
	return step > 0 ? step : tell_ends_step(g, e, most);
}

const char *
telling_act(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t most, n = 0, step = 1;

	if (!act_read_number(o, "most", INT32_MAX, &most) || most == 0)
		return "\"most\" is how many pages are told of";
	links_settle(g);
	while (n < most && step > 0) {
		step = tell_some(g, e, most - n);
		n += step;
		g->work += (size_t)step / PER_ITEM;
	}
	return NULL;
}

/* --- what sites say ------------------------------------------------------- */

/* open: only if it is. */
static bool
take(struct group *g, const struct entry *e, uint32_t move,
    const struct statement_reply *said, bool open)
{
	struct referral r;
	struct buf target;

	if (!referral_get(g->txn, move, e->site, said->target, &r) ||
	    (open && !referral_is_open(&r)))
		return false;
	buf_init(&target, r.target.n);
	buf_span(&target, r.target);
	r.target = buf_look(&target);
	if (referral_is_open(&r)) {
		r.state = said->refused ? REFERRAL_REFUSED :
		    REFERRAL_WILL_FIX;
		r.changed = e->at;
	}
	r.reason = said->reason;
	r.by = said->by;
	referral_put(g->txn, &r, &g->row);
	buf_clear(&target);
	return true;
}

/* Moves that an address is covered by: those of which the letter told that is
 * answered; or, if none is said, whose rule comes first, one or several that
 * were announced of the same. */
struct covering {
	uint32_t site;
	const struct statement_reply *said;
	uint32_t move[MOVES_AT_ONCE];
	size_t count, length;
};

static bool
is_told(struct group *g, const struct covering *c, uint32_t move)
{
	struct referral r;

	return referral_get(g->txn, move, c->site, c->said->target, &r) &&
	    (r.last == c->said->letter || r.letter == c->said->letter);
}

static void
add_covering(struct group *g, struct covering *c, const struct move *m)
{
	size_t length = m->scope == REWRITE_ADDRESS ? SIZE_MAX : m->old.n;
	struct rewrite_rule r;

	move_rule(m, &r);
	if (!rewrite_rule_covers(&r, c->said->target))
		return;
	if (c->said->letter != 0) {
		if (!is_told(g, c, m->number))
			return;
	} else if (length < c->length) {
		return;
	} else if (length > c->length) {
		c->length = length;
		c->count = 0;
	}
	if (c->count < MOVES_AT_ONCE)
		c->move[c->count++] = m->number;
}

/* Of the moves that the site has open referrals of. Whatever their time: rules
 * that have an end, too. */
static void
find_covering(struct group *g, struct covering *c)
{
	uint32_t move[MOVES_AT_ONCE], from = 0;
	struct move m;
	size_t n;

	do {
		n = referral_moves(g->txn, c->site, from, move,
		    MOVES_AT_ONCE);
		for (size_t i = 0; i < n; i++)
			if (move_get(g->txn, move[i], &m))
				add_covering(g, c, &m);
		from = n > 0 ? move[n - 1] + 1 : 0;
	} while (n == MOVES_AT_ONCE);
}

static bool
take_open(struct group *g, const struct entry *e,
    const struct statement_reply *said)
{
	struct covering c = { .site = e->site, .said = said };
	bool taken = false;

	find_covering(g, &c);
	if (said->letter == 0 || is_told(g, &c, 0))
		taken = take(g, e, 0, said, true);
	for (size_t i = 0; i < c.count; i++)
		taken |= take(g, e, c.move[i], said, true);
	return taken;
}

/* An address that was moved, or what a move was announced for. */
static bool
take_move(struct group *g, const struct entry *e,
    const struct statement_reply *said)
{
	uint32_t before = 0;
	struct move m;
	bool taken = false;

	while (!taken && (move_of_old(g->txn, said->target, false, before,
	    &m) || move_of_old(g->txn, said->target, true, before, &m))) {
		taken = take(g, e, m.number, said, false);
		before = m.number;
	}
	return taken;
}

/* What is there, of a site that closes. */
static bool
take_closing(struct group *g, const struct entry *e,
    const struct statement_reply *said)
{
	uint32_t closing = tell_closing_at(g, said->target);

	return closing != 0 && take(g, e, closing, said, false);
}

const char *
telling_reply(struct group *g, const struct entry *e,
    const struct statement_reply *r)
{
	struct statement_reply any = *r;
	uint32_t move;

	/* what moved and is gone since then may be two matters; and what a
	 * letter told may be another's by now */
	any.letter = 0;
	if ((r->letter != 0 && take_open(g, e, r)) ||
	    take_open(g, e, &any) || take_closing(g, e, r))
		return NULL;
	/* what is done with needs no word any more */
	if (take(g, e, 0, r, false) || take_move(g, e, r))
		return NULL;
	if (rewrite_url(group_rules(g), r->target, INT64_MAX, NULL, &move) &&
	    take(g, e, move, r, false))
		return NULL;
	return "this hub has told you of no link to this address";
}
