/*
 * What follows from a change of a move; see moved.h.
 */
#include "hub/moved.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/chart.h"
#include "hub/links.h"
#include "hub/site.h"
#include "hub/tell_ends.h"
#include "hub/tell_move.h"
#include "hub/tell_owed.h"
#include "hub/telling.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"
#include "protocol/url_host.h"

#define INNER_MAX 10000	/* moves that lead to one place */

struct scoped {
	struct group *g;
	enum rewrite_scope scope;
};

struct looking {
	struct group *g;
	uint32_t move;		/* its number; 0: none */
	struct span host;	/* or all that leads here */
	uint32_t *inner;	/* numbers of moves */
	size_t n, room;
};

static enum rewrite_scope
scope_of(const struct move *m)
{
	return rewrite_reach((enum rewrite_scope)m->scope);
}

static bool
look_former(void *arg, struct span former, uint32_t number)
{
	const struct scoped *f = arg;

	(void)number;
	links_look(f->g, f->scope, former);
	return true;
}

/* An address, and all that lead to it, or on to where it leads: also what was
 * moved to it with the whole of a column. Of two columns that changed places
 * an address of one leads to the other, and what was moved to it may not. */
static void
look_old(struct group *g, enum rewrite_scope scope, struct span url)
{
	const struct rewrite *rules = group_effective(g);
	struct scoped f = { .g = g, .scope = scope };
	struct buf to;

	links_look(g, scope, url);
	rewrite_former(rules, url, INT64_MAX, look_former, &f);
	buf_init(&to, LIMIT_URL);
	if (rewrite_url(rules, url, INT64_MAX, &to, NULL) && !to.bad)
		rewrite_former(rules, buf_look(&to), INT64_MAX, look_former,
		    &f);
	buf_clear(&to);
}

static bool
is_inner(const struct looking *l, uint32_t number)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->inner[i] == number)
			return true;
	return false;
}

static void
keep(struct looking *l, uint32_t number)
{
	if (l->n == l->room) {
		l->room = l->room > 0 ? 2 * l->room : 16;
		l->inner = mem_grow(l->inner, l->room, sizeof(*l->inner));
	}
	l->inner[l->n++] = number;
}

struct gathering {
	struct looking *looking;
	const struct move *outer;
};

/* Is url, or where others lead it on to, below what has moved, or below where
 * that is now? */
static bool
leads_below(struct group *g, const struct move *outer, struct span url)
{
	struct rewrite_rule old, new;
	struct buf end;
	bool does;

	move_rule(outer, &old);
	new = old;
	new.from = old.to;
	if (rewrite_rule_covers(&old, url) || rewrite_rule_covers(&new, url))
		return true;
	buf_init(&end, LIMIT_URL);
	does = rewrite_url(group_effective(g), url, INT64_MAX, &end, NULL) &&
	    !end.bad && (rewrite_rule_covers(&old, buf_look(&end)) ||
	    rewrite_rule_covers(&new, buf_look(&end)));
	buf_clear(&end);
	return does;
}

/* A move that leads to there: it may be missing as long as the other one
 * settles. */
static bool
gather_inner(void *arg, const struct move *m)
{
	const struct gathering *k = arg;
	struct looking *l = k->looking;

	if (!move_is_effective(m->state) || m->number == l->move ||
	    is_inner(l, m->number) || !leads_below(l->g, k->outer, m->new))
		return true;
	keep(l, m->number);
	return l->n < INNER_MAX;
}

/* And those that lead to below these, and so on. Nothing is written before
 * all are known. */
static void
look_inner(struct looking *l)
{
	struct move m;
	struct gathering k = { .looking = l, .outer = &m };
	struct buf old;

	for (size_t i = 0; i < l->n && l->n < INNER_MAX; i++) {
		must(move_get(l->g->txn, l->inner[i], &m));
		move_each(l->g->txn, 0, gather_inner, &k);
	}
	buf_init(&old, LIMIT_URL);
	for (size_t i = 0; i < l->n; i++) {
		must(move_get(l->g->txn, l->inner[i], &m));
		buf_reset(&old);
		buf_span(&old, m.old);
		look_old(l->g, scope_of(&m), buf_look(&old));
	}
	buf_clear(&old);
	free(l->inner);
}

/* Where its old addresses lead now is another matter than before; and so is
 * where those lead that were moved there. */
static void
look(struct group *g, const struct move *m)
{
	struct looking l = { .g = g, .move = m->number };
	struct gathering k = { .looking = &l, .outer = m };

	look_old(g, scope_of(m), m->old);
	look_old(g, scope_of(m), m->new);
	if (m->scope == REWRITE_ADDRESS)
		return;
	move_each(g->txn, 0, gather_inner, &k);
	look_inner(&l);
}

/* --- a host that is judged otherwise -------------------------------------- */

static bool
gather_host(void *arg, const struct move *m)
{
	struct looking *l = arg;
	struct url u;

	if (move_is_effective(m->state) && url_parse(&u, m->new) &&
	    url_host_within(u.host, l->host))
		keep(l, m->number);
	return l->n < INNER_MAX;
}

void
moved_look_host(struct group *g, struct span host)
{
	struct looking l = { .g = g, .host = host };

	links_look_host(g, host);
	move_each(g->txn, 0, gather_host, &l);
	look_inner(&l);
}

void
moved_look_site(struct group *g, uint32_t site)
{
	struct span rest, one;
	struct buf domains;
	struct site s;

	if (!site_get(g->txn, site, &s))
		return;
	buf_init(&domains, SITE_ROW_MAX);
	buf_span(&domains, s.domains);	/* the row may move */
	rest = buf_look(&domains);
	while (site_domain_next(&rest, &one))
		moved_look_host(g, one);
	buf_clear(&domains);
}

/* --- what a move leads to ------------------------------------------------- */

static bool
leads(const struct move *m)
{
	return m != NULL && move_counts(m) && move_is_effective(m->state);
}

static bool
settles(const struct move *m)
{
	return m != NULL && m->settle != CLOCK_NONE;
}

/* --- a move within another one -------------------------------------------- */

static bool
gather_outer(void *arg, const struct move *m)
{
	const struct gathering *k = arg;
	struct looking *l = k->looking;
	struct rewrite_rule r;

	move_rule(m, &r);
	if (leads(m) && m->number != k->outer->number &&
	    !is_inner(l, m->number) &&
	    rewrite_rule_covers(&r, k->outer->old))
		keep(l, m->number);
	return l->n < INNER_MAX;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* When it ends, what it had moved is moved by another one, and those who link
 * there were told of this one only. When it takes effect, it moves what those
 * others did; to who was told of them nothing may be left of theirs. */
static void
turn_outer(struct group *g, const struct move *m, int64_t at)
{
	struct looking l = { .g = g, .move = m->number };
	struct gathering k = { .looking = &l, .outer = m };

	move_each_outer(g->txn, m->old, gather_outer, &k);
	if (l.n > 1)
		qsort(l.inner, l.n, sizeof(*l.inner), by_number);
	for (size_t i = 0; i < l.n; i++) {
		if (leads(m))
			tell_owed_turns(g, l.inner[i], at);
		else
			tell_move_queue(g, l.inner[i]);
	}
	free(l.inner);
}

void
moved(struct group *g, const struct move *before, const struct move *now,
    int64_t at)
{
	if (leads(before) != leads(now) || (leads(now) && before != NULL &&
	    before->until != now->until) || settles(before) != settles(now))
		look(g, now);
	chart_move(g, before, now, at);
	telling_move(g, before, now);
	tell_ends_turn(g, before, now, at);
	if (leads(before) != leads(now))
		turn_outer(g, now, at);
}
