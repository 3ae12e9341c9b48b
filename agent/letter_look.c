/* See letter_look.h. */
#include "agent/letter_look.h"

#include <stdlib.h>
#include <string.h>

#include "agent/known.h"
#include "agent/letter_links.h"
#include "agent/mendfile.h"
#include "agent/mendpage.h"
#include "contrib/base/json_text.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/url_place.h"

struct looking {
	struct store *store;
	const struct config *config;
	struct mendpage *pages;
	struct mendfile file;
	size_t left;
	json_t *there;		/* where the links of a page lead */
	json_t *lines;		/* "anchor https://…": on which lines */
};

/* --- reading a page ----------------------------------------------------- */

static void
put_name(struct buf *b, const char *kind, struct span target)
{
	buf_printf(b, "%s ", kind);
	buf_span(b, target);
}

/* Once, if there are two on it. */
static void
note_line(struct looking *k, const struct href *at, struct span target)
{
	struct buf name;
	json_t *lines;
	size_t n;

	buf_init(&name, LIMIT_URL + LIMIT_TEXT);
	put_name(&name, letter_links_kind(at->kind), target);
	lines = json_object_get(k->lines, buf_cstr(&name));
	if (lines == NULL)
		json_object_set_new(k->lines, buf_cstr(&name),
		    lines = json_array());
	n = json_array_size(lines);
	if (n == 0 || json_integer_value(json_array_get(lines, n - 1)) !=
	    (json_int_t)at->line)
		json_array_append_new(lines, json_integer(at->line));
	buf_clear(&name);
}

static bool
on_target(void *arg, const struct href *at, struct span target,
    struct span *to)
{
	struct looking *k = arg;
	struct buf page;

	(void)to;
	buf_init(&page, LIMIT_URL);
	if (url_place_page(&page, target))
		json_object_set_new(k->there, buf_cstr(&page),
		    json_true());
	buf_clear(&page);
	note_line(k, at, target);
	return false;
}

static bool
leads_there(struct looking *k, const char *url)
{
	struct buf page;
	bool is;

	buf_init(&page, LIMIT_URL);
	is = !url_place_page(&page, span_of(url)) ||
	    json_object_get(k->there, buf_cstr(&page)) != NULL;
	buf_clear(&page);
	return is;
}

/* The file as it was told, into k->file. */
static bool
read_told(struct looking *k, const struct known *page)
{
	struct root root = { .fd = -1 };
	char *path;
	struct buf why;
	bool ok = false;

	buf_init(&why, 4096);
	for (size_t i = 0; i < k->config->count; i++) {
		if (!span_is(page->source, span_of(k->config->source[i].name)))
			continue;
		path = mem_copy(page->path.at, page->path.n);
		ok = root_open(&root, k->config->source[i].set->root) == 0 &&
		    mendfile_read(&k->file, &root, path, &why) &&
		    memcmp(k->file.hash, page->hash, sizeof(page->hash)) == 0;
		root_close(&root);
		free(path);
	}
	buf_clear(&why);
	return ok;
}

/* Where its links lead, into k->there. False: that can't be known. */
static bool
read_there(struct looking *k, const char *url)
{
	struct store_txn *t = store_look(k->store);
	struct mendpage_found f;
	struct known page;
	bool ok = known_find_url(t, span_of(url), &page) && page.told &&
	    read_told(k, &page);

	store_end(t);
	json_object_clear(k->there);
	json_object_clear(k->lines);
	return ok && mendpage_find(k->pages, buf_look(&k->file.bytes),
	    span_of(url), on_target, k, &f) != MENDPAGE_CHARSET;
}

/* --- what letters name -------------------------------------------------- */

/* On more than one line: the first of them, and how many are left out. */
static void
set_lines(struct looking *k, json_t *l)
{
	json_t *lines, *some = json_array();
	struct buf name;
	size_t i, n;

	buf_init(&name, LIMIT_URL + LIMIT_TEXT);
	put_name(&name, json_text(l, "kind"), json_text_span(l, "old"));
	lines = json_object_get(k->lines, buf_cstr(&name));
	buf_clear(&name);
	n = json_array_size(lines);
	for (i = 0; n > 1 && i < n && i < LETTER_LOOK_LINES; i++)
		json_array_append(some, json_array_get(lines, i));
	if (i > 0)
		json_object_set(l, "lines", some);
	if (i > 0 && i < n)
		json_object_set_new(l, "more_lines",
		    json_integer((json_int_t)(n - i)));
	json_decref(some);
}

static void
look_at(struct looking *k, json_t *page)
{
	json_t *l;
	size_t i;

	if (k->left == 0 || !read_there(k, json_text(page, "url")))
		return;
	k->left--;
	json_array_foreach(json_object_get(page, "links"), i, l) {
		if (!leads_there(k, json_text(l, "old")))
			json_object_set_new(l, "state", json_string("fixed"));
		set_lines(k, l);
	}
}

void
letter_look(json_t *list, struct store *store, const struct config *c)
{
	struct looking k = { .store = store, .config = c,
		.pages = mendpage_new(), .left = LETTER_LOOK_PAGES,
		.there = json_object(), .lines = json_object() };
	json_t *page;

	mendfile_init(&k.file);
	for (size_t i = json_array_size(list), j; i-- > 0;)
		json_array_foreach(json_object_get(json_array_get(list, i),
		    "pages"), j, page)
			look_at(&k, page);
	mendfile_clear(&k.file);
	json_decref(k.there);
	json_decref(k.lines);
	mendpage_free(k.pages);
}
