#include "hub/api.h"

#include <jansson.h>

#include <stdio.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/api_days.h"
#include "hub/api_links.h"
#include "hub/api_move.h"
#include "hub/api_say.h"
#include "hub/json.h"

#define ENTRIES 200		/* of the journal, or of a history */
#define WEIGHT (2u << 20)	/* bytes in rows that one answer may take: some
				 * 200 changes with all their links */

static const char *
code_of(struct visit *v, uint32_t number, struct site_info *s)
{
	return query_site_by_number(v->query, number, s) ? s->code : "";
}

static void
totals(struct visit *v)
{
	struct totals t;

	query_totals(v->query, &t);
	api_say(v, json_totals(&t));
}

/* --- sites --------------------------------------------------------------- */

struct sites {
	json_t *array;
	struct span after;	/* a code */
	size_t left;
	char last[CODE_MAX + 1];
	bool more;
};

static bool
add_site(void *arg, const struct site_info *s)
{
	struct sites *l = arg;

	if (visit_is_before(s->code, l->after))
		return true;
	l->more = l->left == 0;
	if (l->more)
		return false;
	l->left--;
	snprintf(l->last, sizeof(l->last), "%s", s->code);
	json_array_append_new(l->array, json_site(s));
	return true;
}

static void
all_sites(struct visit *v)
{
	struct sites l = { .after = v->argument[VISIT_AFTER] };
	struct buf why;
	json_t *j;

	buf_init(&why, VISIT_WHY);
	if (!visit_limit(v, API_SITES, API_SITES, &l.left, &why)) {
		api_say_why(v, 400, buf_cstr(&why));
	} else {
		l.array = json_array();
		query_sites(v->query, add_site, &l);
		j = json_object();
		json_object_set_new(j, "sites", l.array);
		if (l.more)
			json_object_set_new(j, "next", json_string(l.last));
		api_say(v, j);
	}
	buf_clear(&why);
}

static bool
add_column(void *arg, struct span name, uint64_t items)
{
	json_t *one = json_object();

	json_object_set_new(one, "name", json_span(name));
	json_object_set_new(one, "items", json_integer((json_int_t)items));
	json_array_append_new(arg, one);
	return json_array_size(arg) < API_COLUMNS;
}

static void
sites(struct visit *v)
{
	struct site_info s;
	json_t *j, *list;

	if (v->path.n == 0) {
		all_sites(v);
		return;
	}
	if (!query_site_by_code(v->query, v->path, &s)) {
		api_say_why(v, 404, _("there is no site with this code"));
		return;
	}
	j = json_site(&s);
	list = json_array();
	query_columns(v->query, s.number, add_column, list);
	json_object_set_new(j, "columns", list);
	api_say(v, j);
}

/* --- items --------------------------------------------------------------- */

struct list {
	struct visit *v;
	json_t *array;
};

static bool
add_item(void *arg, const struct item_info *i)
{
	struct list *l = arg;
	struct site_info s;

	json_array_append_new(l->array,
	    json_item(i, code_of(l->v, i->site, &s)));
	return true;
}

/* Bytes that a change holds on to, about. */
static size_t
weight(const struct change *c)
{
	size_t n = 256 + c->url.n + c->id.n + c->links.n + c->unknown.n;

	for (int w = 0; w < WORD_COUNT; w++)
		n += c->word[w].n;
	return n;
}

struct pile {		/* of changes, until there are enough */
	json_t *array;
	size_t most;		/* ENTRIES, or less if that was asked for */
	size_t weight;
	uint64_t next;		/* place; of the journal */
	bool more;
};

static bool
fits(struct pile *p, const struct change *c)
{
	p->weight += weight(c);
	p->more = json_array_size(p->array) == p->most ||
	    (p->weight > WEIGHT && json_array_size(p->array) > 0);
	return !p->more;
}

static bool
add_past(void *arg, const struct past *past)
{
	struct pile *p = arg;

	if (!fits(p, &past->said))
		return false;
	json_array_append_new(p->array, json_past(past));
	return true;
}

static void
one_item(struct visit *v, struct span name)
{
	struct pile p = { .most = ENTRIES };
	struct item_info i;
	struct site_info s;
	json_t *j;

	if (!query_item(v->query, name, &i)) {
		api_say_why(v, 404, _("there is no such item"));
		return;
	}
	j = json_item(&i, code_of(v, i.site, &s));
	p.array = json_array();
	query_past(v->query, i.number, add_past, &p);
	json_object_set_new(j, "history", p.array);
	if (p.more)
		json_object_set_new(j, "history_cut", json_true());
	api_say(v, j);
}

static void
list_items(struct visit *v, const struct query_spec *spec)
{
	struct list l = { .v = v, .array = json_array() };
	struct query_page page;
	json_t *j;

	query_items(v->query, spec, add_item, &l, &page);
	if (page.error != NULL) {
		json_decref(l.array);
		api_say_why(v, 400, _(page.error));
		return;
	}
	j = json_object();
	json_object_set_new(j, "items", l.array);
	json_page(j, &page);
	api_say(v, j);
}

static void
search(struct visit *v)
{
	struct query_spec spec;
	struct site_info s;
	struct buf why;

	buf_init(&why, VISIT_WHY);
	if (visit_spec(v, &spec, &s, &why))
		list_items(v, &spec);
	else
		api_say_why(v, 400, buf_cstr(&why));
	buf_clear(&why);
}

static void
items(struct visit *v)
{
	if (v->path.n > 0)
		one_item(v, v->path);
	else if (v->argument[VISIT_URL].n > 0)
		one_item(v, v->argument[VISIT_URL]);
	else
		search(v);
}

/* False: it was answered. */
static bool
read_limit(struct visit *v, size_t most, size_t *limit)
{
	struct buf why;
	bool good;

	buf_init(&why, VISIT_WHY);
	good = visit_limit(v, most, most, limit, &why);
	if (!good)
		api_say_why(v, 400, buf_cstr(&why));
	buf_clear(&why);
	return good;
}

/* --- what is held, and the journal --------------------------------------- */

static bool
add_held(void *arg, const struct held *h)
{
	struct list *l = arg;
	struct site_info s;

	json_array_append_new(l->array,
	    json_held(h, code_of(l->v, h->site, &s)));
	return true;
}

static void
held(struct visit *v)
{
	struct list l = { .v = v };
	struct site_info s = { .number = 0 };
	size_t limit;
	json_t *j;

	if (v->argument[VISIT_SITE].n > 0 &&
	    !query_site_by_code(v->query, v->argument[VISIT_SITE], &s)) {
		api_say_why(v, 404, _("there is no site with this code"));
		return;
	}
	if (!read_limit(v, QUERY_LIMIT, &limit))
		return;
	l.array = json_array();
	query_held(v->query, s.number, limit, add_held, &l);
	j = json_object();
	json_object_set_new(j, "held", l.array);
	api_say(v, j);
}

static bool
add_line(void *arg, const struct journal_line *line)
{
	struct pile *p = arg;
	struct change c = line->said;

	if (!line->is_change)
		c = (struct change){ .unknown = line->act };
	if (!fits(p, &c)) {
		p->next = line->place;
		return false;
	}
	json_array_append_new(p->array, json_journal(line));
	return true;
}

static void
journal(struct visit *v)
{
	struct pile p = { .weight = 0 };
	uint64_t from = 1;
	json_t *j;

	if (v->argument[VISIT_FROM].n > 0 && !text_number(
	    v->argument[VISIT_FROM], 1, INT64_MAX, &from)) {
		api_say_why(v, 400, _("from: expected a place, 1 or higher"));
		return;
	}
	if (!read_limit(v, ENTRIES, &p.most))
		return;
	p.array = json_array();
	query_journal(v->query, from, add_line, &p);
	j = json_object();
	json_object_set_new(j, "entries", p.array);
	if (p.more)
		json_object_set_new(j, "next",
		    json_integer((json_int_t)p.next));
	api_say(v, j);
}

static const struct {
	struct span name;
	void (*make)(struct visit *v);
} questions[] = {
	{ SPAN("totals"), totals },
	{ SPAN("sites"), sites },
	{ SPAN("items"), items },
	{ SPAN("moves"), api_moves },
	{ SPAN("links"), api_links },
	{ SPAN("availability"), api_days },
	{ SPAN("response"), api_days },
	{ SPAN("held"), held },
	{ SPAN("journal"), journal },
};

/* "sites/4101000001": the first part names the question, the rest is its
 * own. */
void
api_make(struct visit *v)
{
	struct span name = v->path;
	const char *slash = name.n > 0 ? memchr(name.at, '/', name.n) : NULL;

	v->path = SPAN_NONE;
	if (slash != NULL) {
		v->path = (struct span){ .at = slash + 1,
		    .n = name.n - (size_t)(slash - name.at) - 1 };
		name.n = (size_t)(slash - name.at);
	}
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		if (span_is(name, questions[i].name)) {
			questions[i].make(v);
			return;
		}
	}
	api_say_why(v, 404, _("ask for totals, sites, items, links, moves, "
	    "availability, response, held or journal"));
}

void
api_refuse(struct visit *v, const char *why)
{
	api_say_why(v, 400, why);
}
