/*
 * What is said of moves; see move_say.h.
 */
#include "hub/move_say.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/move_turn.h"
#include "protocol/url.h"

#define MEET_MOST 16		/* moves of one old address at a time */

/* What is said, and what there is of the same old address. */
struct meeting {
	struct group *g;
	const struct entry *e;
	const struct move_said *said;
	struct move now;	/* as it would be, if it is new */
	uint32_t again;		/* this is the one, said anew */
	uint32_t rival;		/* this one says otherwise */
	uint32_t late;		/* and this one has taken effect */
	uint32_t instead[MEET_MOST];	/* of these; they are withdrawn */
	size_t n;
	size_t met;
};

static uint32_t
owner_of(struct group *g, struct span url)
{
	struct url u;

	return url_parse(&u, url) ? group_host(g, u.host) : 0;
}

/* All of a host. */
static bool
is_root(struct span url)
{
	struct url u;

	return url_parse(&u, url) && span_is(u.path, SPAN("/")) &&
	    u.query.n == 0;
}

/* --- how it meets the others ---------------------------------------------------- */

static bool
is_said_again(const struct meeting *w, const struct move *x)
{
	return x->site == w->now.site && x->scope == w->now.scope &&
	    span_is(x->new, w->now.new) &&
	    (x->operated || !w->said->operated);
}

static void
meet_one(struct meeting *w, const struct move *x)
{
	bool own = x->site == w->now.site &&
	    (w->said->operated || !x->operated);

	w->met++;
	if (w->again == 0 && is_said_again(w, x))
		w->again = x->number;
	else if (!own && x->state != MOVE_CONTESTED)
		w->rival = x->number;
	else if (own && move_is_effective(x->state))
		w->late = x->number;
	else if (own && w->n < MEET_MOST)
		w->instead[w->n++] = x->number;
}

static const char *
meet(struct meeting *w)
{
	bool below = w->now.scope != REWRITE_ADDRESS;
	uint32_t before = 0;
	struct move x;

	while (w->met < MEET_MOST &&
	    move_of_old(w->g->txn, w->now.old, below, before, &x)) {
		meet_one(w, &x);
		before = x.number;
	}
	if (w->met >= MEET_MOST)
		return "too many moves of this address are contested: the "
		    "hub's operator decides between them first";
	if (w->again != 0 || w->late == 0)
		return NULL;
	buf_reset(&w->g->why);
	buf_printf(&w->g->why, "move %" PRIu32 " of this address has taken "
	    "effect: say where its new address goes, or withdraw that one "
	    "first", w->late);
	return buf_cstr(&w->g->why);
}

/* --- said anew -------------------------------------------------------------------- */

/* What has taken effect keeps its time. */
static bool
differs(const struct move *x, const struct move *now, int64_t at)
{
	bool same_time = !move_is_ahead(x->state) || x->from == now->from ||
	    (now->from == at && x->from <= at);

	return !same_time || x->until != now->until ||
	    !span_is(x->reason, now->reason) || !span_is(x->by, now->by);
}

static const char *
say_again(struct meeting *w)
{
	const struct move *now = &w->now;
	struct move_turn t;
	const char *why = NULL;

	must(move_turn_begin(&t, w->g, w->again, w->e->at));
	if ((t.was.operated && !w->said->operated) ||
	    !differs(&t.was, now, w->e->at) ||
	    !move_turn_step(&t, MOVE_AGAIN, t.was.why)) {
		move_turn_drop(&t);
		return NULL;
	}
	if (move_is_ahead(t.was.state)) {
		t.now.from = now->from;
		t.now.bad = false;
	}
	t.now.until = now->until;
	t.now.reason = now->reason;
	t.now.by = now->by;
	if (move_counts(&t.now))
		why = move_turn_rule(&t);
	if (why != NULL) {
		move_turn_drop(&t);
		return why;
	}
	move_turn_time(&t);
	move_turn_end(&t);
	return NULL;
}

/* --- said first --------------------------------------------------------------------- */

static void
make_room(struct meeting *w)
{
	(void)group_rules(w->g);
	for (size_t i = 0; i < w->n; i++)
		(void)rewrite_drop(w->g->rules, w->instead[i]);
}

static void
withdraw_others(struct meeting *w)
{
	struct move_turn t;
	char why[64];

	snprintf(why, sizeof(why), "announced otherwise: move %" PRIu32,
	    w->now.number);
	for (size_t i = 0; i < w->n; i++) {
		must(move_turn_begin(&t, w->g, w->instead[i], w->e->at));
		(void)move_turn_step(&t, MOVE_WITHDRAW, span_of(why));
		move_turn_end(&t);
	}
}

static const char *
say_first(struct meeting *w)
{
	struct move_turn t;
	const char *why = NULL;

	if (group_stand(w->g, w->now.site)->moves >= MOVES_SITE)
		return "the site has announced 20000 moves that are not over: "
		    "say a prefix instead of its addresses";
	w->now.number = move_last(w->g->txn) + 1;
	if (w->rival != 0) {
		w->now.state = MOVE_CONTESTED;
		w->now.rival = w->rival;
	}
	move_turn_fresh(&t, w->g, &w->now, w->e->at);
	if (move_counts(&t.now)) {
		make_room(w);
		why = move_turn_rule(&t);
	}
	if (why != NULL) {
		move_turn_drop(&t);
		return why;
	}
	withdraw_others(w);
	move_turn_time(&t);
	move_turn_end(&t);
	return NULL;
}

/* --- what is said --------------------------------------------------------------------- */

struct leading {		/* rules that lead to what is moved */
	struct group *g;
	int64_t from;		/* of the newest */
};

static bool
take_leading(void *arg, struct span former, uint32_t number)
{
	struct leading *l = arg;
	struct move m;

	(void)former;
	if (move_get(l->g->txn, number, &m) && m.from > l->from)
		l->from = m.from;
	return true;
}

/* Said after the event (or said again, to a hub that has lost it), it has
 * the time it had, so that the order of what followed on one another stays.
 * But what was moved there before goes along. */
static int64_t
from_of(struct group *g, const struct rewrite_rule *r, int64_t at)
{
	struct leading l = { .g = g, .from = CLOCK_NONE };

	if (r->at == CLOCK_NONE)
		return at;
	if (r->at >= at)
		return r->at;
	rewrite_former(group_effective(g), r->from, INT64_MAX, take_leading,
	    &l);
	return l.from > r->at ? at : r->at;
}

static const char *
judge(struct group *g, const struct move_said *s, int64_t at,
    struct rewrite_rule *r)
{
	const char *why = NULL;

	*r = s->rule;
	if (r->scope == REWRITE_PREFIX && is_root(r->from) && is_root(r->to))
		r->scope = REWRITE_DOMAIN;
	if (!rewrite_rule_is_sane(r, &why))
		return why;
	if (r->until != CLOCK_NONE && r->until <= at)
		return "its redirect would have ended before today";
	r->at = from_of(g, r, at);
	return rewrite_rule_is_sane(r, &why) ? NULL : why;
}

/* As it would stand if it were new. */
static void
fill(struct meeting *w, const struct rewrite_rule *r)
{
	const struct move_said *s = w->said;
	uint32_t other = owner_of(w->g, r->to);
	bool needs = is_root(r->from);

	w->now = (struct move){
		.site = s->site, .other = other, .state = MOVE_ANNOUNCED,
		.scope = (uint8_t)r->scope, .operated = s->operated,
		.needs = needs,
		.agreed = !needs || other == s->site || s->operated,
		.announced = w->e->at, .from = r->at, .until = r->until,
		.changed = w->e->at, .settle = CLOCK_NONE,
		.checked = CLOCK_NONE, .verified = CLOCK_NONE, .place = w->e->place,
		.old = r->from, .new = r->to,
		.reason = text_cut(s->reason, MOVE_TEXT),
		.by = text_cut(s->by, MOVE_TEXT),
	};
}

const char *
move_say(struct group *g, const struct entry *e, const struct move_said *s)
{
	struct meeting w = { .g = g, .e = e, .said = s };
	struct rewrite_rule r;
	const char *why;

	why = judge(g, s, e->at, &r);
	if (why == NULL) {
		fill(&w, &r);
		why = meet(&w);
	}
	if (why != NULL)
		return why;
	return w.again != 0 ? say_again(&w) : say_first(&w);
}

/* Of this site and old address, the newest. */
static bool
find_own(struct group *g, const struct move_said *s, bool operated,
    struct move *x)
{
	bool below = s->rule.scope != REWRITE_ADDRESS;
	uint32_t before = 0;

	while (move_of_old(g->txn, s->rule.from, below, before, x)) {
		if (x->site == s->site && x->operated == operated)
			return true;
		before = x->number;
	}
	return false;
}

/* Is the last that this site announced of it withdrawn already? An agent that
 * doesn't know whether it was heard says it twice. */
static bool
is_unsaid(struct group *g, const struct move_said *s)
{
	bool below = s->rule.scope != REWRITE_ADDRESS;
	uint32_t before = 0;
	struct move x;

	while (move_ever_of_old(g->txn, s->rule.from, below, before, &x)) {
		if (x.site == s->site && !x.operated)
			return x.state == MOVE_WITHDRAWN;
		before = x.number;
	}
	return false;
}

const char *
move_unsay(struct group *g, const struct entry *e, const struct move_said *s)
{
	struct move x;

	if (find_own(g, s, false, &x))
		return move_withdraw(g, e, x.number, s->reason);
	if (find_own(g, s, true, &x))
		return "the hub's operator announced this move: only they can "
		    "withdraw it";
	return is_unsaid(g, s) ? NULL :
	    "no move of this address is announced, or it is over";
}

const char *
move_say_too(struct group *g, const struct entry *e,
    const struct move_said *s)
{
	bool below = s->rule.scope != REWRITE_ADDRESS;
	struct rewrite_rule r;
	const char *why = judge(g, s, e->at, &r);
	uint32_t before = 0;
	struct move x;

	if (why != NULL)
		return why;
	while (move_of_old(g->txn, r.from, below, before, &x)) {
		if (x.scope == r.scope && span_is(x.new, r.to) && x.needs &&
		    x.state != MOVE_CONTESTED)
			return x.agreed ? NULL :
			    move_agree(g, e, x.number, SPAN_NONE);
		before = x.number;
	}
	return "its own site has not announced this move";
}

/* --- by number -------------------------------------------------------------------------- */

const char *
move_withdraw(struct group *g, const struct entry *e, uint32_t number,
    struct span why)
{
	struct move_turn t;
	bool good;

	if (!move_turn_begin(&t, g, number, e->at))
		return N_("there is no such move");
	good = move_turn_step(&t, MOVE_WITHDRAW, text_cut(why, MOVE_TEXT));
	if (good)
		move_turn_end(&t);
	else
		move_turn_drop(&t);
	return good ? NULL : "the move is over";
}

/* The one that says otherwise gives way. */
static void
beat(struct move_turn *t, struct span reason)
{
	struct move_turn r;
	struct buf why;

	if (!move_turn_begin(&r, t->g, t->now.rival, t->at))
		return;
	buf_init(&why, 2 * MOVE_TEXT);
	if (reason.n > 0)
		buf_printf(&why, "an operator decided for move %" PRIu32
		    ": %.*s", t->now.number, SPAN_ARGS(text_cut(reason,
		    MOVE_TEXT)));
	else
		buf_printf(&why, "an operator decided for move %" PRIu32,
		    t->now.number);
	if (move_turn_step(&r, MOVE_WITHDRAW, text_cut(buf_look(&why),
	    MOVE_TEXT)))
		move_turn_end(&r);
	else
		move_turn_drop(&r);
	buf_clear(&why);
}

/* As a rule, beside all but its rival. */
static const char *
stand_as_rule(struct move_turn *t, bool contested)
{
	(void)group_rules(t->g);
	if (contested)
		(void)rewrite_drop(t->g->rules, t->now.rival);
	return move_turn_rule(t);
}

const char *
move_agree(struct group *g, const struct entry *e, uint32_t number,
    struct span reason)
{
	struct move_turn t;
	const char *why = NULL;
	bool contested;

	if (!move_turn_begin(&t, g, number, e->at))
		return N_("there is no such move");
	contested = t.was.state == MOVE_CONTESTED;
	if (move_is_agreed(&t.was))
		why = N_("nobody has to agree to this move any more");
	else if (!move_turn_step(&t, MOVE_AGREE, SPAN_NONE))
		why = N_("the move has taken effect, or is over");
	t.now.agreed = true;
	t.now.bad = false;
	if (t.now.from < t.at)
		t.now.from = t.at;
	if (why == NULL)
		why = stand_as_rule(&t, contested);
	if (why != NULL) {
		move_turn_drop(&t);
		return why;
	}
	if (contested)
		beat(&t, reason);
	move_turn_time(&t);
	move_turn_end(&t);
	return NULL;
}
