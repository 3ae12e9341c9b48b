/*
 * For tests of links: pages that have some, and what is asked of them then.
 * What the last question found is in variables: last, last_link, found, ….
 */
#ifndef ZQ_TESTS_LINKSKIT_H
#define ZQ_TESTS_LINKSKIT_H

#include "hub/links.h"
#include "hub/query_links.h"
#include "hub/table.h"
#include "hub/target_row.h"
#include "tests/unit/hub/viewkit.h"

#define TARGET "http://s2.gov.cn/a/1.html"

static inline void
linkskit_open(void)
{
	viewkit_open(&journal_mem, 3);
}

static inline bool
is_look_left(void)
{
	struct db_txn *t = view_read(k.view);
	bool left = links_look_left(t);

	db_abort(t);
	return left;
}

/* Also at all that is to be looked at again, in small steps. */
static inline void
look_through(void)
{
	look();
	while (is_look_left()) {
		kit_act(&k, "{\"do\":\"look\",\"most\":3,\"actor\":\"hub\","
		    "\"reason\":\"\"}");
		look();
	}
}

/* --- pages ---------------------------------------------------------------- */

static struct buf rows;

static inline void
link_to(const char *to, uint32_t line, const char *text)
{
	struct link l = { .kind = LINK_ANCHOR, .line = line,
	    .to = span_of(to), .text = span_of(text) };

	if (rows.most == 0)
		buf_init(&rows, LIMIT_CHANGE);
	change_link_put(&rows, &l);
}

/* With the links that were put before. */
static inline void
publish(uint32_t site, const char *url)
{
	struct change c = kit_change(CHANGE_CREATED, url, "page");

	c.links = buf_look(&rows);
	kit_say(&k, site, &c);
	buf_reset(&rows);
}

/* The same of an item that has an id. */
static inline void
tell_as(enum change_kind kind, uint32_t site, const char *id, const char *url)
{
	struct change c = kit_change(kind, url, kind == CHANGE_DELETED ? "" :
	    "page");

	c.id = span_of(id);
	kit_say(&k, site, &c);
}

static inline void
withdraw(uint32_t site, const char *url, const char *to)
{
	struct change c = kit_change(CHANGE_DELETED, url, "");

	c.word[WORD_SUCCESSOR] = span_of(to);
	kit_say(&k, site, &c);
}

static inline void
cover(uint32_t site, const char *url, const char *scope)
{
	struct change c = kit_change(CHANGE_COVER, url, "");

	c.word[WORD_SCOPE] = span_of(scope);
	kit_say(&k, site, &c);
}

/* --- what is found -------------------------------------------------------- */

static struct target_info last;
static char last_url[256], last_now[256];
static struct link_info last_link;
static char last_page[256], last_text[256];
static size_t found, folded;
static uint64_t found_more, folded_links;

static inline bool
note(void *arg, const struct link_info *l)
{
	(void)arg;
	last_link = *l;
	last = *l->target;
	snprintf(last_now, sizeof(last_now), "%.*s", SPAN_ARGS(last.now));
	snprintf(last_page, sizeof(last_page), "%.*s", SPAN_ARGS(l->page));
	snprintf(last_text, sizeof(last_text), "%.*s", SPAN_ARGS(l->text));
	folded += l->folded;
	folded_links += l->folded_links;
	found += l->folded == 0 && l->folded_links == 0;
	found_more += l->more;
	return true;
}

static inline struct link_page
ask_to(const char *typed, uint64_t skip, size_t limit)
{
	struct link_spec spec = { .skip = skip, .limit = limit };
	struct link_page page;
	const char *why;
	struct buf url;

	buf_init(&url, LIMIT_URL);
	ck_assert(query_links_scope(span_of(typed), false, &spec.scope, &url,
	    &why));
	spec.url = buf_look(&url);
	found = 0;
	found_more = 0;
	query_links_to(query, &spec, note, NULL, &page);
	buf_clear(&url);
	return page;
}

/* The first of each site, and how many more. */
static inline struct link_page
ask_folded(const char *url, size_t of_site, size_t limit)
{
	struct link_spec spec = { .limit = limit, .of_site = of_site,
	    .scope = REWRITE_PREFIX, .url = span_of(url) };
	struct link_page page;

	found = 0;
	folded = 0;
	query_links_to(query, &spec, note, NULL, &page);
	return page;
}

static inline enum target_state
state_of(const char *url)
{
	look_through();
	(void)ask_to(url, 0, 10);
	ck_assert_uint_gt(found, 0);
	return last.state;
}

static inline bool
note_broken(void *arg, const struct broken_info *b)
{
	(void)arg;
	snprintf(last_url, sizeof(last_url), "%.*s",
	    SPAN_ARGS(b->target.url));
	last = b->target;
	found++;
	return true;
}

static inline size_t
broken(uint32_t site)
{
	struct broken_spec spec = { .site = site, .limit = 100 };

	look_through();
	found = 0;
	ck_assert(query_links_broken(query, &spec, note_broken, NULL));
	return found;
}

#endif
