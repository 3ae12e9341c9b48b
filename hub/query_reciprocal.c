/*
 * Do portal and member sites link to each other, and who else to a site? And
 * links as JSON; see query_links.h.
 */
#include <string.h>

#include "contrib/base/lang.h"
#include "hub/json.h"
#include "hub/query_inside.h"
#include "hub/query_links.h"
#include "hub/site.h"

/* --- both ways ------------------------------------------------------------ */

struct pairing {
	struct query *query;
	struct reciprocal pair;
	query_reciprocal_fn *each;
	void *arg;
	bool more;
};

static bool
is_portal(const struct site_info *s)
{
	return span_is(s->kind, SPAN("portal")) && s->state != SITE_RETIRED;
}

static bool
is_member(const struct pairing *p, const struct site_info *s)
{
	return s->number != p->pair.portal.number && !is_portal(s) &&
	    s->state != SITE_RETIRED && (s->parent == 0 ||
	    s->parent == p->pair.portal.number);
}

static bool
take_member(void *arg, const struct site_info *s)
{
	struct pairing *p = arg;

	if (!is_member(p, s))
		return true;
	p->pair.member = *s;
	p->pair.to = links_between(p->query->txn, p->pair.portal.number,
	    s->number);
	p->pair.back = links_between(p->query->txn, s->number,
	    p->pair.portal.number);
	p->more = p->each(p->arg, &p->pair);
	return p->more;
}

static bool
take_portal(void *arg, const struct site_info *s)
{
	struct pairing *p = arg;

	if (!is_portal(s))
		return true;
	p->pair.portal = *s;
	query_sites(p->query, take_member, p);
	return p->more;
}

void
query_links_reciprocal(struct query *q, query_reciprocal_fn *each, void *arg)
{
	struct pairing p = { .query = q, .each = each, .arg = arg,
	    .more = true };

	query_sites(q, take_portal, &p);
}

void
query_links_inbound(struct query *q, uint32_t site, int64_t steps,
    struct link_count *n)
{
	links_count_inbound(q->txn, site, n, &steps);
}

/* --- as JSON -------------------------------------------------------------- */

static void
set(json_t *into, const char *name, struct span value)
{
	if (value.n > 0)
		json_object_set_new(into, name, json_span(value));
}

json_t *
json_target(const struct target_info *t)
{
	json_t *j = json_object();

	set(j, "url", t->url);
	set(j, "site", span_of(t->code));
	json_object_set_new(j, "state",
	    json_string(target_state_name(t->state)));
	set(j, "judge", span_of(query_links_judge(t)));
	json_object_set_new(j, "broken", json_boolean(t->broken));
	set(j, "now", t->now);
	if (t->move != 0)
		json_object_set_new(j, "move", json_integer(t->move));
	if (t->looked)
		json_object_set_new(j, "seen", checked_json(&t->seen,
		    t->asked));
	return j;
}

json_t *
json_link(const struct link_info *l)
{
	json_t *j = json_object();

	json_object_set_new(j, "item", json_integer((json_int_t)l->item));
	set(j, "site", span_of(l->code));
	set(j, "page", l->page);
	set(j, "title", l->title);
	json_object_set_new(j, "kind", json_string(link_kind_name(l->kind)));
	if (l->line > 0)
		json_object_set_new(j, "line", json_integer(l->line));
	set(j, "to", l->to);
	set(j, "text", l->text);
	if (l->more > 0)
		json_object_set_new(j, "more",
		    json_integer((json_int_t)l->more));
	json_object_set_new(j, "target", json_target(l->target));
	return j;
}

json_t *
json_broken(const struct broken_info *b)
{
	json_t *j = json_target(&b->target);

	json_object_set_new(j, "pages",
	    json_integer((json_int_t)b->links.pages));
	json_object_set_new(j, "sites",
	    json_integer((json_int_t)b->links.sites));
	json_object_set_new(j, "exact", json_boolean(b->links.exact));
	return j;
}

json_t *
json_reciprocal(const struct reciprocal *r)
{
	return json_pack("{s:s, s:s, s:b, s:b}", "portal", r->portal.code,
	    "member", r->member.code, "to", r->to, "back", r->back);
}
