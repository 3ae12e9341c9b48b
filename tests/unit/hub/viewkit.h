/*
 * For tests of what the view makes of what was said: sites 1, 2, … that are
 * known, something said by them, and questions to what is shown then.
 */
#ifndef ZQ_TESTS_VIEWKIT_H
#define ZQ_TESTS_VIEWKIT_H

#include "tests/unit/hub/storekit.h"

static struct kit k;
static struct store *store;
static struct query *query;	/* as look() left it */

static inline void
viewkit_open(const struct journal_ops *ops, uint32_t sites)
{
	journal_mem_seed(0);
	kit_open(&k, ops);
	for (uint32_t n = 1; n <= sites; n++)
		kit_site(&k, n);
}

static inline void
viewkit_open_two(void)
{
	viewkit_open(&journal_mem, 2);
}

/* Nobody looks any more: the view may be emptied. */
static inline void
viewkit_look_away(void)
{
	query_end(query);
	store_close(store);
	query = NULL;
	store = NULL;
}

static inline void
viewkit_close(void)
{
	viewkit_look_away();
	kit_close(&k);
}

static inline void
say(uint32_t number, enum change_kind kind, const char *url,
    const char *title)
{
	struct change c = kit_change(kind, url, title);

	kit_say(&k, number, &c);
}

/* Shows all there is, and looks from there. */
static inline struct query *
look(void)
{
	query_end(query);
	query = NULL;
	kit_show(&k, 100);
	if (store == NULL)
		store = kit_store(&k);
	query = query_begin(store);
	return query;
}

static inline struct site_info
site(uint32_t number)
{
	struct site_info s;

	ck_assert(query_site_by_number(look(), number, &s));
	return s;
}

static inline struct item_info
item(const char *name)
{
	struct item_info i;

	ck_assert_msg(query_item(look(), span_of(name), &i), "%s", name);
	return i;
}

/* What is held of a site (0: of all, and acts): how much, up to ten; the
 * newest. */
struct last_held {
	size_t n;
	char why[512];
	uint64_t place;
};

static inline bool
viewkit_note_held(void *arg, const struct held *h)
{
	struct last_held *l = arg;

	if (l->n++ == 0) {
		snprintf(l->why, sizeof(l->why), "%.*s", SPAN_ARGS(h->why));
		l->place = h->place;
	}
	return true;
}

static inline struct last_held
held(uint32_t number)
{
	struct last_held l = { .n = 0 };

	query_held(look(), number, 10, viewkit_note_held, &l);
	return l;
}

/* The view, thrown away and made again in groups of another size, says the
 * same. */
static inline void
ck_same_again(size_t most)
{
	uint8_t before[32], after[32];

	look();
	view_digest(k.view, before);
	viewkit_look_away();
	ck_assert_int_eq(view_empty(k.view), DB_OK);
	kit_show(&k, most);
	view_digest(k.view, after);
	ck_assert_mem_eq(before, after, 32);
}

#define ck_assert_has(text, part)					\
	ck_assert_msg(strstr(text, part) != NULL, "\"%s\" lacks \"%s\"",	\
	    text, part)

#endif
