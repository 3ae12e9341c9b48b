/* See letter_links.h. */
#include "agent/letter_links.h"

#include <stdlib.h>
#include <string.h>

#include "agent/letter_newest.h"
#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/change.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/mending.h"
#include "protocol/url.h"

/* Kinds with such a body. What is said of links on the site's own pages and
 * what of links to it are two things. */
static const struct { const char *kind; char about; } kinds[] = {
	{ LETTER_LINKS, 'l' }, { LETTER_DANGER, 'l' },
	{ LETTER_UNANSWERED, 'l' }, { LETTER_REFERRED, 'r' },
	{ LETTER_OFF, 'r' },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct adding {
	char about;		/* of the letter being read */
	struct letter_newest newest;
	json_int_t number;	/* of the letter being read */
	json_int_t superseded;	/* by this one; 0: not all of it is */
	bool fresh;		/* a link of it nobody spoke of since */
	json_t *links, *pages;	/* pages: by address, with their links */
	size_t count;
};

const char *
letter_links_kind(enum link_kind k)
{
	static const char *const names[] = { [LINK_ANCHOR] = "anchor",
		[LINK_IMAGE] = "image", [LINK_FRAME] = "frame",
		[LINK_FORM] = "form", [LINK_SCRIPT] = "script",
		[LINK_STYLE] = "style" };

	return k >= LINK_ANCHOR && k <= LINK_STYLE ? names[k] : "";
}

static void
set_time(json_t *o, const char *name, int64_t ms)
{
	char when[CLOCK_TEXT_MAX];

	if (ms != CLOCK_NONE)
		json_object_set_new(o, name,
		    json_string(clock_format(when, ms)));
}

static void
set_text(json_t *o, const char *name, struct span s)
{
	if (s.n > 0)
		json_object_set_new(o, name, json_text_new(s));
}

static void
set_words(json_t *o, const struct mending_link *l)
{
	set_text(o, "by", l->by);
	set_text(o, "name", l->name);
	set_text(o, "person", l->person);
	set_text(o, "operator", l->operator);
	set_text(o, "reason", l->reason);
}

/* --- a letter ----------------------------------------------------------- */

static void
add_link(void *arg, const struct mending_link *l)
{
	struct adding *a = arg;
	json_int_t by = letter_newest_number(&a->newest, a->about, l);
	json_t *o = json_pack("{s:o, s:o, s:s, s:I}",
	    "old", json_text_new(l->old), "new",
	    letter_newest_new(&a->newest, a->about, l),
	    "state", letter_newest_state(&a->newest, a->about, l), "pages",
	    (json_int_t)l->pages);

	if (by > a->number)
		a->superseded = by;
	else
		a->fresh = true;
	if (l->move > 0) {
		json_object_set_new(o, "move", json_integer(l->move));
		json_object_set_new(o, "scope",
		    json_string(rewrite_scope_name(l->scope)));
	}
	set_time(o, "from", l->from);
	set_time(o, "until", l->until);
	set_words(o, l);
	json_array_append_new(a->links, o);
}

static void
add_page(void *arg, const struct mending_link *l,
    const struct mending_page *p)
{
	struct adding *a = arg;
	char *url = mem_copy(p->url.at, p->url.n);
	json_t *page = json_object_get(a->pages, url);

	if (page == NULL) {
		page = json_array();
		json_object_set_new(a->pages, url, page);
	}
	json_array_append_new(page, json_pack("{s:I, s:s, s:I, s:o, s:o, s:s}",
	    "line", (json_int_t)p->line, "kind", letter_links_kind(p->kind), "more",
	    (json_int_t)p->more, "old", json_text_new(l->old),
	    "new", letter_newest_new(&a->newest, a->about, l),
	    "state", letter_newest_state(&a->newest, a->about, l)));
	free(url);
}

static json_int_t
line_of(const json_t *link)
{
	return json_integer_value(json_object_get(link, "line"));
}

struct held {
	json_t *link;
};

static int
by_line(const void *a, const void *b)
{
	json_int_t x = line_of(((const struct held *)a)->link);
	json_int_t y = line_of(((const struct held *)b)->link);

	return (x > y) - (x < y);
}

/* The caller's list, by line. */
static json_t *
sorted(json_t *links)
{
	size_t n = json_array_size(links);
	struct held *at = mem_new(n * sizeof(*at) + 1);
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++)
		at[i].link = json_array_get(links, i);
	qsort(at, n, sizeof(*at), by_line);
	for (size_t i = 0; i < n; i++)
		json_array_append(out, at[i].link);
	free(at);
	return out;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The pages in the order of their addresses. */
static json_t *
pages_of(json_t *pages)
{
	size_t n = json_object_size(pages), i = 0;
	const char **at = mem_new(n * sizeof(*at) + 1), *name;
	json_t *out = json_array(), *links;

	json_object_foreach(pages, name, links)
		at[i++] = name;
	qsort(at, n, sizeof(*at), by_name);
	for (i = 0; i < n; i++)
		json_array_append_new(out, json_pack("{s:s, s:o}", "url",
		    at[i], "links", sorted(json_object_get(pages, at[i]))));
	free(at);
	return out;
}

static bool
is_of_links(json_t *letter, struct span *body, char *about)
{
	const char *kind = json_text(letter, "kind");

	*body = json_text_span(letter, "body");
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kind, kinds[i].kind) == 0) {
			*about = kinds[i].about;
			return body->n > 0;
		}
	return false;
}

static void
add_to(json_t *letter, struct adding *a)
{
	static const struct mending_reader reader = { .link = add_link,
		.page = add_page };
	struct span body;
	const char *why = "";

	if (!is_of_links(letter, &body, &a->about))
		return;
	a->links = json_array();
	a->pages = json_object();
	a->number = json_integer_value(json_object_get(letter, "number"));
	a->superseded = 0;
	a->fresh = false;
	if (mending_read(body, &reader, a, &why))
		json_object_del(letter, "body");
	else
		json_object_set_new(letter, "trouble", json_string(why));
	if (a->superseded > 0 && !a->fresh)
		json_object_set_new(letter, "superseded",
		    json_integer(a->superseded));
	json_object_set_new(letter, "links", a->links);
	json_object_set_new(letter, "pages", pages_of(a->pages));
	json_decref(a->pages);
}

bool
letter_links_is_of_target(json_t *letter)
{
	const char *kind = json_text(letter, "kind");

	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kind, kinds[i].kind) == 0)
			return kinds[i].about == 'r';
	return false;
}

/* The list is gone through from its newest letter on. */
static void
hear_link(void *arg, const struct mending_link *l)
{
	struct adding *a = arg;

	letter_newest_hear(&a->newest, a->about, a->number, l);
}

void
letter_links_add(json_t *list)
{
	static const struct mending_reader newest = { .link = hear_link };
	struct adding a = { .about = 0 };
	struct span body;
	json_t *letter;
	size_t i;

	letter_newest_init(&a.newest);
	for (i = json_array_size(list); i-- > 0;) {
		if (is_of_links(json_array_get(list, i), &body, &a.about)) {
			a.number = json_integer_value(json_object_get(
			    json_array_get(list, i), "number"));
			(void)mending_read(body, &newest, &a, NULL);
		}
	}
	json_array_foreach(list, i, letter)
		add_to(letter, &a);
	letter_newest_clear(&a.newest);
}
