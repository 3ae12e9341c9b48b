/*
 * For tests of moves: three sites, what they say of moves, and what came of
 * it.
 */
#ifndef ZQ_TESTS_MOVEKIT_H
#define ZQ_TESTS_MOVEKIT_H

#include "tests/unit/hub/storekit.h"

#include "hub/move.h"
#include "protocol/rewrite.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

static struct kit k;

static inline void
setup(void)
{
	journal_mem_seed(0);
	kit_open(&k, &journal_mem);
	kit_site(&k, 1);
	kit_site(&k, 2);
	kit_site(&k, 3);
}

static inline void
teardown(void)
{
	kit_close(&k);
}

/* Says a page, in a column or in none (""), that links to `to`, or (NULL) to
 * nothing. */
static inline void
page_in(uint32_t site, const char *url, const char *column, const char *to)
{
	struct change c = kit_change(CHANGE_UPDATED, url, "a page");
	struct buf rows;

	buf_init(&rows, LIMIT_CHANGE);
	if (to != NULL)
		change_link_put(&rows, &(struct link){ .kind = LINK_ANCHOR,
		    .line = 7, .to = span_of(to) });
	c.links = buf_look(&rows);
	c.word[WORD_COLUMN] = span_of(column);
	kit_say(&k, site, &c);
	buf_clear(&rows);
}

static inline void
later(int64_t ms)
{
	k.now += ms;
	clock_set(k.now, 0);
}

static inline void
tick(void)
{
	kit_act(&k, "{\"do\":\"tick\",\"most\":500,\"actor\":\"hub\","
	    "\"reason\":\"\"}");
}

/* from, until: 0: none. */
static inline void
say(uint32_t site, const char *old, const char *new, const char *scope,
    int64_t from, int64_t until)
{
	struct change c = kit_change(CHANGE_MOVE, old, "");

	c.when = k.now;
	c.word[WORD_SUCCESSOR] = span_of(new);
	c.word[WORD_SCOPE] = span_of(scope);
	c.word[WORD_REASON] = SPAN("columns in order");
	c.from = from != 0 ? from : CLOCK_NONE;
	c.until = until != 0 ? until : CLOCK_NONE;
	kit_say(&k, site, &c);
}

struct got {			/* a move, for a test to look at */
	struct move m;
	char old[200], new[200], why[600], by[100];
};

static inline struct got
get(uint32_t number)
{
	struct got g = { .m.number = 0 };
	struct db_txn *t;

	kit_show(&k, 100);
	t = view_read(k.view);
	if (move_get(t, number, &g.m)) {
		snprintf(g.old, 200, "%.*s", SPAN_ARGS(g.m.old));
		snprintf(g.new, 200, "%.*s", SPAN_ARGS(g.m.new));
		snprintf(g.why, 600, "%.*s", SPAN_ARGS(g.m.why));
		snprintf(g.by, 100, "%.*s", SPAN_ARGS(g.m.by));
	}
	db_abort(t);
	return g;
}

static inline const char *
state(uint32_t number)
{
	return move_state_name(get(number).m.state);
}

/* Where an address is now, as whoever reads the view sees it. */
static inline const char *
leads(const char *url)
{
	static char out[300];
	struct rewrite *w = rewrite_new();
	struct db_txn *t;
	struct buf b;

	kit_show(&k, 100);
	t = view_read(k.view);
	move_rules(t, w);
	db_abort(t);
	buf_init(&b, 4096);
	if (!rewrite_url(w, span_of(url), k.now, &b, NULL))
		buf_text(&b, "-");
	snprintf(out, sizeof(out), "%s", buf_cstr(&b));
	buf_clear(&b);
	rewrite_free(w);
	return out;
}

static inline bool
note_held(void *arg, const struct held *h)
{
	snprintf(arg, 512, "%.*s", SPAN_ARGS(h->why));
	return false;
}

/* Why the last thing that a site said (0: the hub) is held; "" if nothing. */
static inline const char *
held(uint32_t site)
{
	static char why[512];
	struct store *s;
	struct query *q;

	kit_show(&k, 100);
	s = kit_store(&k);
	q = query_begin(s);
	why[0] = '\0';
	query_held(q, site, 1, note_held, why);
	query_end(q);
	store_close(s);
	return why;
}

static inline struct item_info
item(const char *name, bool *there)
{
	static struct store *s;
	static struct query *q;
	struct item_info i = { .number = 0 };

	query_end(q);
	store_close(s);
	q = NULL;
	s = NULL;
	if (name == NULL)
		return i;
	kit_show(&k, 100);
	s = kit_store(&k);
	q = query_begin(s);
	*there = query_item(q, span_of(name), &i);
	return i;
}

static inline struct item_info
here(const char *name)
{
	bool there;
	struct item_info i = item(name, &there);

	ck_assert_msg(there, "%s", name);
	return i;
}

static inline void
same_again(void)
{
	uint8_t before[32], after[32];

	item(NULL, NULL);
	kit_show(&k, 100);
	view_digest(k.view, before);
	view_close(k.view);
	kit_wipe(k.view_dir);
	kit_open_view(&k);
	kit_show(&k, 7);
	view_digest(k.view, after);
	ck_assert_mem_eq(before, after, 32);
}

#define AGREE "{\"do\":\"move-agree\",\"move\":1,\"actor\":\"li\","	\
	"\"reason\":\"seen the paper\"}"

#define ck_assert_has(text, part)					\
	ck_assert_msg(strstr(text, part) != NULL, "\"%s\" lacks \"%s\"",	\
	    text, part)

#endif
