/*
 * Moves, asked for; see query_move.h.
 */
#include "hub/query_move.h"

#include <stdio.h>

#include "contrib/base/clock.h"
#include "hub/json.h"
#include "hub/move_waits.h"
#include "hub/query_inside.h"
#include "hub/site.h"
#include "hub/stand.h"
#include "protocol/rewrite.h"

/* --- rows --------------------------------------------------------------------- */

static void
put_code(struct query *q, uint32_t site, char code[CODE_MAX + 1])
{
	struct site s;

	code[0] = '\0';
	if (site != 0 && site_get(q->txn, site, &s))
		snprintf(code, CODE_MAX + 1, "%.*s", SPAN_ARGS(s.code));
}

bool
query_move(struct query *q, uint32_t number, struct move_info *m)
{
	if (!move_get(q->txn, number, &m->move))
		return false;
	put_code(q, m->move.site, m->code);
	put_code(q, m->move.other, m->other);
	return true;
}

uint32_t
query_moves(struct query *q, const struct move_spec *spec,
    query_move_fn *each, void *arg)
{
	uint32_t n = move_last(q->txn) + 1;
	size_t left = spec->limit;
	struct move_info m;

	if (spec->before != 0 && spec->before < n)
		n = spec->before;
	while (n > 1) {
		if (!query_move(q, --n, &m) ||
		    (spec->site != 0 && m.move.site != spec->site) ||
		    (spec->state != MOVE_NONE &&
		    m.move.state != spec->state))
			continue;
		if (!each(arg, &m) || --left == 0)
			return n;
	}
	return 0;
}

static bool
count_state(void *arg, const struct move *m)
{
	((uint64_t *)arg)[m->state]++;
	return true;
}

void
query_move_states(struct query *q, uint64_t count[MOVE_STATES])
{
	for (int s = 0; s < MOVE_STATES; s++)
		count[s] = 0;
	move_each(q->txn, 0, count_state, count);
}

/* --- what it concerns ------------------------------------------------------------ */

static void
count_links(struct query *q, const struct move *m, uint32_t site,
    struct link_count *n, int64_t *steps)
{
	links_count(q->txn, rewrite_reach((enum rewrite_scope)m->scope),
	    m->old, site, n, steps);
}

void
query_move_links(struct query *q, const struct move *m,
    struct link_count *n, int64_t *steps)
{
	int64_t own = LINKS_STEPS;

	count_links(q, m, 0, n, steps != NULL ? steps : &own);
}

struct told {
	struct query *query;
	const struct move *move;
	int64_t steps;
	query_referrer_fn *each;
	void *arg;
};

static bool
take_referral(void *arg, const struct referral *r)
{
	struct told *t = arg;
	struct move_referrer one = { .told = *r };
	struct stand stand;

	put_code(t->query, r->site, one.code);
	stand_look(t->query->txn, r->site, &stand);
	one.seen = r->letter > 0 && stand.confirmed >= r->letter;
	count_links(t->query, t->move, r->site, &one.open, &t->steps);
	return t->each(t->arg, &one);
}

void
query_move_referrers(struct query *q, const struct move *m,
    query_referrer_fn *each, void *arg)
{
	struct told t = { .query = q, .move = m, .steps = LINKS_STEPS,
	    .each = each, .arg = arg };

	referral_each(q->txn, m->number, 0, take_referral, &t);
}

void
query_move_sample(struct query *q, const struct move *m, size_t most,
    query_sample_fn *each, void *arg)
{
	struct rewrite *rules = rewrite_new();
	struct rewrite_rule rule;

	move_rules(q->txn, rules);
	move_rule(m, &rule);
	(void)rewrite_drop(rules, rule.number);
	move_put_rule(rules, &rule);	/* though it may not count yet */
	move_sample(q->txn, rules, m, q->now, most, each, arg);
	rewrite_free(rules);
}

void
query_move_known(struct query *q, const struct move *m, struct span url,
    struct span to, struct move_known *known)
{
	move_known_read(known, q->txn, q->store->journal, m, url, to);
}

/* --- as JSON ------------------------------------------------------------------------ */

static void
put_text(json_t *j, const char *name, struct span s)
{
	if (s.n > 0)
		json_object_set_new(j, name, json_span(s));
}

static void
put_number(json_t *j, const char *name, uint64_t n)
{
	json_object_set_new(j, name, json_integer((json_int_t)n));
}

json_t *
json_link_count(const struct link_count *n)
{
	return json_pack("{s:I, s:I, s:I, s:b}", "sites",
	    (json_int_t)n->sites, "pages", (json_int_t)n->pages, "targets",
	    (json_int_t)n->targets, "exact", n->exact);
}

json_t *
json_move(const struct move_info *info)
{
	const struct move *m = &info->move;
	json_t *j = json_object();

	put_number(j, "move", m->number);
	put_text(j, "state", span_of(move_state_name(m->state)));
	put_text(j, "site", span_of(info->code));
	put_text(j, "other", span_of(info->other));
	put_text(j, "scope", span_of(rewrite_scope_name(
	    (enum rewrite_scope)m->scope)));
	put_text(j, "old", m->old);
	put_text(j, "new", m->new);
	json_time(j, "announced", m->announced);
	json_time(j, "from", m->from);
	json_time(j, "until", m->until);
	json_time(j, "changed", m->changed);
	json_time(j, "settling", m->settle);
	json_time(j, "checked", m->checked);
	json_time(j, "verified", m->verified);
	json_object_set_new(j, "operator", json_boolean(m->operated));
	json_object_set_new(j, "agreed", json_boolean(m->agreed));
	json_object_set_new(j, "waits", json_boolean(move_waits(m)));
	if (m->state == MOVE_CONTESTED)
		put_number(j, "rival", m->rival);
	if (m->looked > 0) {
		put_number(j, "looked", m->looked);
		put_number(j, "wrong", m->wrong);
	}
	put_text(j, "reason", m->reason);
	put_text(j, "by", m->by);
	put_text(j, "why", m->why);
	put_number(j, "place", m->place);
	return j;
}

struct by_site {
	json_t *list;
	size_t left;
};

static bool
add_referrer(void *arg, const struct move_referrer *r)
{
	struct by_site *b = arg;
	json_t *j = json_object();

	put_text(j, "site", span_of(r->code));
	put_text(j, "state", span_of(referral_state_name(r->told.state)));
	put_number(j, "pages_told", r->told.pages);
	put_number(j, "letter", r->told.last);
	json_object_set_new(j, "seen", json_boolean(r->seen));
	json_time(j, "told", r->told.told);
	put_text(j, "level", span_of(referral_level_name(r->told.level)));
	json_time(j, "raised", r->told.raised);
	put_text(j, "reason", r->told.reason);
	put_text(j, "by", r->told.by);
	put_number(j, "pages", r->open.pages);
	put_number(j, "targets", r->open.targets);
	json_object_set_new(j, "exact", json_boolean(r->open.exact));
	json_array_append_new(b->list, j);
	return --b->left > 0;
}

json_t *
json_move_whole(struct query *q, const struct move_info *m, size_t most)
{
	struct by_site by = { .list = json_array(), .left = most };
	struct link_count n;
	json_t *j = json_move(m), *referrers;

	query_move_links(q, &m->move, &n, NULL);
	referrers = json_link_count(&n);
	query_move_referrers(q, &m->move, add_referrer, &by);
	json_object_set_new(referrers, "by_site", by.list);
	json_object_set_new(j, "referrers", referrers);
	return j;
}

/* A hub that is told it by the site again couldn't know who agreed. */
static bool
was_agreed_to(const struct move *m)
{
	return m->needs && m->agreed && m->other != m->site;
}

static bool
add_act(void *arg, const struct move *m)
{
	json_t *j;

	if (move_is_over(m->state) || (!m->operated && !was_agreed_to(m)))
		return true;
	j = json_pack("{s:s, s:I, s:s, s:I}", "do", "move-announce", "site",
	    (json_int_t)m->site, "scope", rewrite_scope_name(
	    (enum rewrite_scope)m->scope), "from", (json_int_t)m->from);
	if (m->until != CLOCK_NONE)
		put_number(j, "until", (uint64_t)m->until);
	put_text(j, "old", m->old);
	put_text(j, "new", m->new);
	put_text(j, "actor", m->by);
	put_text(j, "reason", m->reason);
	json_array_append_new(arg, j);
	return true;
}

json_t *
query_move_acts(struct query *q)
{
	json_t *list = json_array();

	move_each(q->txn, 0, add_act, list);
	return list;
}
