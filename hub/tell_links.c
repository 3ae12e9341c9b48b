/*
 * Which links a move concerns; see tell_links.h.
 */
#include "hub/tell_links.h"

#include "hub/tell_hits.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"

#define STEPS (LINKS_STEPS / 8)	/* of one question */

enum rewrite_scope
tell_links_scope(const struct move *m)
{
	return rewrite_reach((enum rewrite_scope)m->scope);
}

void
tell_links_begin(struct tell_links *l, struct group *g,
    const struct move *m, int64_t at)
{
	bool effective = move_is_effective(m->state);

	*l = (struct tell_links){ .txn = g->txn, .move = m->number,
	    .rules = effective ? group_effective(g) : group_rules(g),
	    .when = effective ? INT64_MAX : m->from > at ? m->from : at };
	buf_init(&l->url, LIMIT_URL);
}

void
tell_links_end(struct tell_links *l)
{
	buf_clear(&l->url);
}

bool
tell_links_is_at(const struct tell_links *l, struct span url)
{
	return span_is(buf_look(&l->url), url);
}

void
tell_links_turn(struct tell_links *l, struct span url)
{
	buf_reset(&l->url);
	buf_span(&l->url, url);
	target_judge(l->txn, l->rules, buf_look(&l->url), l->when, &l->to,
	    NULL);
}

bool
tell_links_waits(const struct tell_links *l, const struct link_hit *h)
{
	uint32_t number = 0;

	return rewrite_url(l->rules, h->to, l->when, NULL, &number) &&
	    number == l->move && !tell_hits_is_meant(l->txn, &l->to, h);
}

bool
tell_links_is_told(const struct tell_links *l, const struct link_hit *h)
{
	return l->to.state == TARGET_MOVED && tell_links_waits(l, h);
}

struct left {
	struct tell_links links;
	bool any;
};

static bool
on_hit(void *arg, const struct link_hit *h)
{
	struct left *l = arg;

	if (!tell_links_is_at(&l->links, h->target->url))
		tell_links_turn(&l->links, h->target->url);
	l->any = tell_links_waits(&l->links, h);
	return !l->any;
}

bool
tell_links_left(struct group *g, const struct move *m, uint32_t site,
    int64_t at)
{
	struct left l = { .any = false };
	int64_t steps = STEPS;

	tell_links_begin(&l.links, g, m, at);
	links_to(g->txn, tell_links_scope(m), m->old, site, NULL, on_hit, &l,
	    &steps);
	tell_links_end(&l.links);
	return l.any || steps < 0;
}
