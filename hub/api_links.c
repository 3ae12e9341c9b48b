#include "hub/api_links.h"

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/api_say.h"
#include "hub/query_links.h"
#include "protocol/limits.h"

/* --- what is given -------------------------------------------------------- */

/* False: it is answered already. */
static bool
read_site(struct visit *v, uint32_t *number)
{
	struct span code = v->argument[VISIT_SITE];
	struct site_info s;

	*number = 0;
	if (code.n == 0)
		return true;
	if (!query_site_by_code(v->query, code, &s)) {
		api_say_why(v, 404, _("there is no site with this code"));
		return false;
	}
	*number = s.number;
	return true;
}

static bool
read_limit(struct visit *v, size_t *limit)
{
	struct buf why;
	bool good;

	buf_init(&why, VISIT_WHY);
	good = visit_limit(v, API_LINKS, API_LINKS, limit, &why);
	if (!good)
		api_say_why(v, 400, buf_cstr(&why));
	buf_clear(&why);
	return good;
}

static bool
read_spec(struct visit *v, struct link_spec *spec, struct buf *url)
{
	struct span after = v->argument[VISIT_AFTER];
	const char *why = NULL;

	if (!query_links_scope(v->argument[VISIT_URL], false, &spec->scope,
	    url, &why)) {
		api_say_why(v, 400, _("url: expected an address, the "
		    "beginning of addresses (it ends in a slash), or a "
		    "domain"));
		return false;
	}
	spec->url = buf_look(url);
	if (after.n > 0 && !text_number(after, 0, INT64_MAX, &spec->skip)) {
		api_say_why(v, 400, _("after: expected the number of links "
		    "to leave out"));
		return false;
	}
	return read_limit(v, &spec->limit) && read_site(v, &spec->site);
}

/* --- answers -------------------------------------------------------------- */

static bool
add_link(void *arg, const struct link_info *l)
{
	json_array_append_new(arg, json_link(l));
	return json_array_size(arg) < LIMIT_LINKS;
}

static void
to(struct visit *v)
{
	struct link_spec spec = { .steps = QUERY_LINKS_WEB };
	struct link_page page;
	json_int_t next;
	struct buf url;
	json_t *j, *list;

	buf_init(&url, LIMIT_URL);
	if (read_spec(v, &spec, &url)) {
		j = json_object();
		list = json_array();
		json_object_set_new(j, "links", list);
		query_links_to(v->query, &spec, add_link, list, &page);
		next = (json_int_t)spec.skip + (json_int_t)page.shown;
		if (page.more)
			json_object_set_new(j, "next", json_integer(next));
		if (page.cut)
			json_object_set_new(j, "cut", json_true());
		api_say(v, j);
	}
	buf_clear(&url);
}

static void
from(struct visit *v)
{
	struct item_info i;
	json_t *j, *list;

	if (!query_item(v->query, v->argument[VISIT_URL], &i)) {
		api_say_why(v, 404, _("there is no such item"));
		return;
	}
	j = json_object();
	list = json_array();
	json_object_set_new(j, "links", list);
	query_links_from(v->query, &i, add_link, list);
	if (i.said.links_cut)
		json_object_set_new(j, "links_cut", json_true());
	api_say(v, j);
}

struct breaking {
	json_t *array;
	struct buf last;
};

static bool
add_broken(void *arg, const struct broken_info *i)
{
	struct breaking *b = arg;

	json_array_append_new(b->array, json_broken(i));
	buf_reset(&b->last);
	buf_span(&b->last, i->target.url);
	return true;
}

static void
broken(struct visit *v)
{
	struct broken_spec spec = { .after = v->argument[VISIT_AFTER],
	    .steps = QUERY_LINKS_WEB };
	struct breaking b;
	json_t *j;

	if (!read_limit(v, &spec.limit) || !read_site(v, &spec.site))
		return;
	buf_init(&b.last, LIMIT_URL);
	b.array = json_array();
	j = json_object();
	json_object_set_new(j, "broken", b.array);
	if (!query_links_broken(v->query, &spec, add_broken, &b) &&
	    b.last.n > 0)
		json_object_set_new(j, "next",
		    json_string(buf_cstr(&b.last)));
	api_say(v, j);
	buf_clear(&b.last);
}

static bool
add_pair(void *arg, const struct reciprocal *r)
{
	json_array_append_new(arg, json_reciprocal(r));
	return true;
}

static void
reciprocal(struct visit *v)
{
	json_t *j = json_object(), *list = json_array();

	json_object_set_new(j, "pairs", list);
	query_links_reciprocal(v->query, add_pair, list);
	api_say(v, j);
}

void
api_links(struct visit *v)
{
	if (v->path.n == 0)
		to(v);
	else if (span_is(v->path, SPAN("from")))
		from(v);
	else if (span_is(v->path, SPAN("broken")))
		broken(v);
	else if (span_is(v->path, SPAN("reciprocal")))
		reciprocal(v);
	else
		api_say_why(v, 404, _("links: expected links, links/from, "
		    "links/broken or links/reciprocal"));
}
