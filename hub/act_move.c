/*
 * Acts about moves; see act_move.h.
 */
#include "hub/act_move.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/move_say.h"
#include "hub/move_turn.h"
#include "hub/tell_done.h"
#include "protocol/url.h"

#define NO_MOVE N_("there is no such move")

/* --- what operators say --------------------------------------------------------- */

static struct span
text_of(const json_t *o, const char *name)
{
	return text_cut(act_read_text(o, name), MOVE_TEXT);
}

/* What a site announced itself it takes for announced, unless it is told. */
static void
tell_announcer(struct group *g, const struct entry *e, const json_t *o,
    uint32_t number)
{
	struct move m;

	if (move_get(g->txn, number, &m) && !m.operated &&
	    m.state == MOVE_WITHDRAWN)
		tell_done_off(g, number, text_of(o, "actor"), e->at);
}

/* What they said instead takes the place of those, as of this moment. */
static void
tell_replaced(struct group *g, const struct entry *e, const json_t *o,
    const struct rewrite_rule *r)
{
	bool below = r->scope != REWRITE_ADDRESS;
	uint32_t before = 0;
	struct move m;

	while (move_ever_of_old(g->txn, r->from, below, before, &m)) {
		before = m.number;
		if (m.changed == e->at)
			tell_announcer(g, e, o, m.number);
	}
}

const char *
act_move_announce(struct group *g, const struct entry *e, const json_t *o)
{
	struct move_said said = { .operated = true };
	const char *why;
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	said.site = s.number;
	said.rule = (struct rewrite_rule){
		.scope = rewrite_scope_named(act_read_text(o, "scope")),
		.from = act_read_text(o, "old"),
		.to = act_read_text(o, "new"),
		.at = act_read_time(o, "from"),
		.until = act_read_time(o, "until"),
	};
	said.reason = text_of(o, "reason");
	said.by = text_of(o, "actor");
	why = move_say(g, e, &said);
	if (why == NULL)
		tell_replaced(g, e, o, &said.rule);
	return why;
}

static bool
read_move(const json_t *o, uint32_t *number)
{
	uint64_t n;

	if (!act_read_number(o, "move", UINT32_MAX, &n))
		return false;
	*number = (uint32_t)n;
	return true;
}

const char *
act_move_agree(struct group *g, const struct entry *e, const json_t *o)
{
	uint32_t number;
	const char *why;
	struct move m;

	if (!read_move(o, &number) || !move_get(g->txn, number, &m))
		return NO_MOVE;
	why = move_agree(g, e, number, text_of(o, "reason"));
	if (why == NULL && m.state == MOVE_CONTESTED)
		tell_announcer(g, e, o, m.rival);
	return why;
}

const char *
act_move_withdraw(struct group *g, const struct entry *e, const json_t *o)
{
	uint32_t number;
	const char *why;

	if (!read_move(o, &number))
		return NO_MOVE;
	why = move_withdraw(g, e, number, text_of(o, "reason"));
	if (why == NULL)
		tell_announcer(g, e, o, number);
	return why;
}

/* --- what a look came to ----------------------------------------------------------- */

static bool
read_look(struct move *m, const json_t *o)
{
	return act_read_number(o, "looked", UINT32_MAX, &m->looked) &&
	    act_read_number(o, "wrong", UINT32_MAX, &m->wrong) &&
	    m->wrong <= m->looked && m->looked > 0;
}

const char *
act_move_looked(struct group *g, const struct entry *e, const json_t *o)
{
	struct move_turn t;
	uint32_t number;
	bool ahead, good, may;

	if (!read_move(o, &number) ||
	    !move_turn_begin(&t, g, number, e->at))
		return NO_MOVE;
	ahead = move_is_ahead(t.now.state);
	if (!read_look(&t.now, o)) {
		move_turn_drop(&t);
		return "of how many addresses how many are wrong, is missing";
	}
	good = t.now.wrong * ACT_MOVE_WRONG < t.now.looked;
	may = move_turn_step(&t, good ? MOVE_GOOD : MOVE_BAD,
	    text_of(o, good ? "note" : "why"));
	if (!may) {
		move_turn_drop(&t);
		return "the move is contested, or over";
	}
	*(ahead ? &t.now.checked : &t.now.verified) = e->at;
	t.now.bad = ahead && !good;
	(void)act_read_number(o, "sites", UINT32_MAX, &t.now.sites);
	(void)act_read_number(o, "pages", UINT32_MAX, &t.now.pages);
	move_turn_time(&t);
	move_turn_end(&t);
	return NULL;
}

/* --- time ------------------------------------------------------------------------------ */

/* What they lead to has had its time to come. */
static void
settle(struct group *g, const struct entry *e, int64_t grace, uint64_t most)
{
	struct move_turn t;
	uint32_t number;
	int64_t since;

	for (; most > 0 && move_settling(g->txn, &since, &number) &&
	    move_is_settled(since, grace, e->at); most--) {
		if (!move_turn_begin(&t, g, number, e->at))
			break;
		t.now.settle = CLOCK_NONE;
		move_turn_end(&t);
		g->work++;
	}
}

const char *
act_move_tick(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t most = ACT_MOVE_TICK, grace = MOVE_GRACE;
	struct move_turn t;
	uint32_t number;
	int64_t when;

	(void)act_read_number(o, "most", ACT_MOVE_TICK, &most);
	(void)act_read_number(o, "grace", INT32_MAX, &grace);
	settle(g, e, (int64_t)grace, most);
	for (; most > 0 && move_due(g->txn, &when, &number) && when <= e->at;
	    most--) {
		if (!move_turn_begin(&t, g, number, e->at))
			break;
		move_turn_time(&t);
		move_turn_end(&t);
		g->work++;
	}
	return NULL;
}

/* --- a domain more --------------------------------------------------------------------- */

struct waiting {
	uint32_t site;
	struct span domain;
	uint32_t *number;
	size_t n, room;
};

static bool
note(void *arg, const struct move *m)
{
	struct waiting *w = arg;
	struct url u;

	if (m->site != w->site || m->agreed || !m->needs ||
	    m->state == MOVE_CONTESTED || move_is_over(m->state) ||
	    !url_parse(&u, m->new) || !span_is(u.host, w->domain))
		return true;
	if (w->n == w->room) {
		w->room = w->room == 0 ? 8 : w->room * 2;
		w->number = mem_grow(w->number, w->room,
		    sizeof(*w->number));
	}
	w->number[w->n++] = m->number;
	return true;
}

void
act_move_domain(struct group *g, const struct entry *e, uint32_t site,
    struct span domain)
{
	struct waiting w = { .site = site, .domain = domain };

	move_each(g->txn, 0, note, &w);
	for (size_t i = 0; i < w.n; i++)
		(void)move_agree(g, e, w.number[i], SPAN_NONE);
	free(w.number);
}
