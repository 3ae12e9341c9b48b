/*
 * Questions: ways to name an item, its past, listings with their cursors and
 * limits. What listings find is held against a model in tests/model.
 */
#include "tests/unit/hub/viewkit.h"

static void
setup(void)
{
	viewkit_open(&journal_lmdb, 2);
}

static void
say_many(uint32_t site, int n, const char *title)
{
	char url[64];

	for (int i = 0; i < n; i++) {
		struct change c;

		snprintf(url, sizeof(url), "http://s%u.gov.cn/%d", site, i);
		c = kit_change(CHANGE_CREATED, url, title);
		c.published = KIT_NOW - (int64_t)i * 60000;
		kit_say(&k, site, &c);
	}
}

/* --- items ---------------------------------------------------------------------------- */

static bool
note_past(void *arg, const struct past *p)
{
	struct past *list = arg;
	size_t n = 0;

	while (list[n].place != 0)
		n++;
	list[n] = *p;
	return n < 8;
}

START_TEST(an_item_whole_and_its_past)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/a",
	    "one");
	struct past past[10] = { { .place = 0 } };
	struct item_info i;
	struct buf links;
	struct link l = { .kind = LINK_ANCHOR, .line = 7,
	    .to = SPAN("http://s2.gov.cn/"), .text = SPAN("x") };

	buf_init(&links, 1000);
	change_link_put(&links, &l);
	c.links = buf_look(&links);
	c.id = SPAN("a:b");
	kit_say(&k, 1, &c);
	look();
	k.now += 50;
	c.word[WORD_TITLE] = SPAN("two");
	c.kind = CHANGE_UPDATED;
	kit_say(&k, 1, &c);
	k.now += 50;
	look();
	ck_assert(query_item(query, SPAN(" 4100000001:a:b "), &i));
	ck_assert_uint_eq(i.said.links.n, links.n);
	ck_assert(span_is(i.said.word[WORD_TITLE], SPAN("two")));
	ck_assert(query_item(query, SPAN("1"), &i));
	ck_assert(query_item(query, SPAN("HTTP://S1.gov.cn/x/../a"), &i));
	ck_assert(!query_item(query, SPAN("0"), &i));
	ck_assert(!query_item(query, SPAN("2"), &i));
	ck_assert(!query_item(query, SPAN("99999999999999999999"), &i));
	ck_assert(!query_item(query, SPAN("4100000002:a:b"), &i));
	ck_assert(!query_item(query, SPAN(""), &i));
	ck_assert(!query_item(query, SPAN("nonsense"), &i));
	query_past(query, 1, note_past, past);
	ck_assert_uint_eq(past[0].place, 4);
	ck_assert_uint_eq(past[1].place, 3);
	ck_assert_uint_eq(past[2].place, 0);
	ck_assert_int_eq(past[1].taken, KIT_NOW);
	ck_assert_int_eq(past[1].shown, KIT_NOW);
	ck_assert_int_eq(past[0].taken, KIT_NOW + 50);
	ck_assert_int_eq(past[0].shown, KIT_NOW + 100);
	query_past(query, 0, note_past, past);
	query_past(query, UINT64_MAX, note_past, past);
	ck_assert_uint_eq(past[2].place, 0);
	buf_clear(&links);
}
END_TEST

/* --- listings --------------------------------------------------------------------------- */

static bool
count_item(void *arg, const struct item_info *i)
{
	(void)i;
	++*(size_t *)arg;
	return true;
}

static const char *
error_of(struct query_spec s)
{
	struct query_page page;
	size_t n = 0;

	query_items(query, &s, count_item, &n, &page);
	ck_assert(page.error == NULL || n == 0);
	return page.error;
}

static const char *
address_of(const char *asked)
{
	static char url[200];
	struct item_info i;

	if (!query_item(query, span_of(asked), &i))
		return "none";
	snprintf(url, sizeof(url), "%.*s", SPAN_ARGS(i.said.url));
	return url;
}

/* Several pages of one directory, any of which could be its index: the one
 * with this very address, then the one told as the directory. */
START_TEST(an_item_among_alike)
{
	static const char *const url[] = { "http://s1.gov.cn/zt/",
		"http://s1.gov.cn/zt/index.htm",
		"http://s1.gov.cn/zt/default.html" };

	for (size_t i = 0; i < 3; i++)
		say(1, CHANGE_CREATED, url[i], "x");
	look();
	for (size_t i = 0; i < 3; i++)
		ck_assert_str_eq(address_of(url[i]), url[i]);
	ck_assert_str_eq(address_of("http://s1.gov.cn/zt/index.html"), url[0]);
	ck_assert_str_eq(address_of("https://s1.gov.cn/zt/Index.shtml"),
	    url[0]);
	ck_assert_str_eq(address_of("https://s1.gov.cn/zt/index.htm"),
	    url[1]);
	ck_assert_str_eq(address_of("http://s1.gov.cn/zt"), url[0]);
	ck_assert_str_eq(address_of("http://s1.gov.cn/zt/x.html"), "none");
	ck_assert_str_eq(address_of("http://s1.gov.cn/zt/?q=a/index.html"),
	    "none");
	say(1, CHANGE_DELETED, url[0], "");
	look();
	ck_assert_str_eq(address_of(url[0]), url[0]);
	ck_assert_str_eq(address_of("http://s1.gov.cn/zt/index.html"), url[2]);
}
END_TEST

START_TEST(refuses_what_is_not_fit)
{
	struct query_spec s = kit_spec("");
	static const char *const cursors[] = { "x", "d123", "t0000000000000001",
	    "d000000000000000g", "d0000000000000000", "d00000000000000001" };

	say_many(1, 3, "t");
	look();
	ck_assert_ptr_null(error_of(s));
	s.limit = 0;
	ck_assert_ptr_nonnull(strstr(error_of(s), "limit"));
	s.limit = QUERY_LIMIT + 1;
	ck_assert_ptr_nonnull(strstr(error_of(s), "limit"));
	s.limit = 1;
	for (size_t i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		s.after = span_of(cursors[i]);
		ck_assert_ptr_nonnull(strstr(error_of(s), "cursor"));
	}
	s = kit_spec("\xff");
	ck_assert_ptr_nonnull(strstr(error_of(s), "UTF-8"));
	s = kit_spec("a");
	s.withdrawn = true;
	ck_assert_ptr_nonnull(error_of(s));
}
END_TEST

START_TEST(totals_are_exact_or_over)
{
	struct query_spec s = kit_spec("公开");
	struct query_page page;
	size_t n = 0;

	say_many(1, QUERY_COUNT, "政务公开");
	look();
	query_items(query, &s, count_item, &n, &page);
	ck_assert_uint_eq(page.total, QUERY_COUNT);
	ck_assert(page.exact);
	ck_assert_uint_eq(page.shown, 20);
	ck_assert_str_ne(page.next, "");
	say_many(2, 1, "政务公开");
	look();
	query_items(query, &s, count_item, &n, &page);
	ck_assert_uint_eq(page.total, QUERY_COUNT);
	ck_assert(!page.exact);
	s.phrase = SPAN("政务公开");
	query_items(query, &s, count_item, &n, &page);
	ck_assert(!page.exact);
	ck_assert_uint_ge(page.total, QUERY_LOOKED);
	/* Counted anyway: exact, however many. */
	s.phrase = SPAN_NONE;
	query_items(query, &s, count_item, &n, &page);
	ck_assert_uint_eq(page.total, QUERY_COUNT + 1);
	ck_assert(page.exact);
	s.site = 2;
	s.phrase = SPAN("公开");
	query_items(query, &s, count_item, &n, &page);
	ck_assert_uint_eq(page.total, 1);
	ck_assert(page.exact);
	ck_assert_str_eq(page.next, "");
}
END_TEST

/* Lists know minutes; since and until are kept to the millisecond. */
START_TEST(dates_within_a_minute)
{
	const int64_t minute = KIT_NOW / 60000 * 60000 - 600000;
	static const struct { int64_t since, until; uint64_t found; } asked[] = {
		{ 0, 60000, 3 }, { 1, 60000, 2 }, { 0, 59999, 2 },
		{ 30000, 30001, 1 }, { 30001, 59999, 0 }, { 60000, 90000, 0 },
		{ -60000, 0, 0 }, { -60000, 1, 1 },
	};
	static const int64_t dates[] = { 0, 30000, 59999 };
	char url[64];

	for (int i = 0; i < 3; i++) {
		struct change c;

		snprintf(url, sizeof(url), "http://s1.gov.cn/%d", i);
		c = kit_change(CHANGE_CREATED, url, "公开");
		c.published = minute + dates[i];
		kit_say(&k, 1, &c);
	}
	look();
	for (size_t i = 0; i < 2 * sizeof(asked) / sizeof(asked[0]); i++) {
		struct query_spec s = kit_spec(i % 2 == 0 ? "公开" : "");
		struct query_page page;
		size_t n = 0;

		s.since = minute + asked[i / 2].since;
		s.until = minute + asked[i / 2].until;
		query_items(query, &s, count_item, &n, &page);
		ck_assert_msg(n == asked[i / 2].found &&
		    page.total == asked[i / 2].found && page.exact,
		    "case %zu: %zu shown, %llu in all", i / 2, n,
		    (unsigned long long)page.total);
	}
}
END_TEST

/* Both words are frequent and never together: the page may stay short, and
 * the cursor goes on. Here with steps to spare: nothing, and no cursor. */
START_TEST(finds_nothing_and_says_so)
{
	struct query_spec s = kit_spec("政务 教育");
	struct query_page page;
	size_t n = 0;

	say_many(1, 300, "政务公开");
	say_many(2, 300, "教育公开");
	look();
	query_items(query, &s, count_item, &n, &page);
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(page.total, 0);
	ck_assert(page.exact);
	ck_assert_str_eq(page.next, "");
}
END_TEST

static bool
first_only(void *arg, const struct item_info *i)
{
	*(uint64_t *)arg = i->number;
	return false;
}

START_TEST(one_may_stop)
{
	struct query_spec s = kit_spec("公开");
	struct query_page page;
	uint64_t number = 0;

	say_many(1, 50, "政务公开");
	look();
	query_items(query, &s, first_only, &number, &page);
	ck_assert_uint_eq(number, 1);
	ck_assert_uint_eq(page.shown, 1);
	s.after = span_of(page.next);
	struct query_page next;
	query_items(query, &s, first_only, &number, &next);
	ck_assert_uint_eq(number, 2);
}
END_TEST

static bool
note_column(void *arg, struct span name, uint64_t items)
{
	struct buf *b = arg;

	buf_printf(b, "%.*s=%llu ", SPAN_ARGS(name),
	    (unsigned long long)items);
	return true;
}

START_TEST(columns_by_name)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/1",
	    "t");
	struct buf b;

	buf_init(&b, 1000);
	c.word[WORD_COLUMN] = SPAN("b");
	kit_say(&k, 1, &c);
	c.url = SPAN("http://s1.gov.cn/2");
	c.word[WORD_COLUMN] = SPAN("a");
	kit_say(&k, 1, &c);
	c.url = SPAN("http://s1.gov.cn/3");
	kit_say(&k, 1, &c);
	look();
	query_columns(query, 1, note_column, &b);
	ck_assert_str_eq(buf_cstr(&b), "a=2 b=1 ");
	c.word[WORD_COLUMN] = SPAN("b");
	c.kind = CHANGE_UPDATED;
	kit_say(&k, 1, &c);
	c.url = SPAN("http://s1.gov.cn/2");
	c.kind = CHANGE_DELETED;
	kit_say(&k, 1, &c);
	look();
	buf_reset(&b);
	query_columns(query, 1, note_column, &b);
	ck_assert_str_eq(buf_cstr(&b), "b=2 ");
	buf_reset(&b);
	query_columns(query, 2, note_column, &b);
	ck_assert_uint_eq(b.n, 0);
	buf_clear(&b);
}
END_TEST

static bool
count_line(void *arg, const struct journal_line *l)
{
	uint64_t *n = arg;

	ck_assert_uint_eq(l->place, ++*n);
	ck_assert(l->is_change == (l->site != 0));
	return *n < 600;
}

START_TEST(prints_the_journal)
{
	uint64_t n = 0;

	say_many(1, 700, "t");
	look();
	query_journal(query, 0, count_line, &n);
	ck_assert_uint_eq(n, 600);
	query_journal(query, 601, count_line, &n);
	ck_assert_uint_eq(n, 601);
	n = 702;
	query_journal(query, 703, count_line, &n);
	ck_assert_uint_eq(n, 702);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("query");
	TCase *c = tcase_create("questions");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, setup, viewkit_close);
	tcase_add_test(c, an_item_whole_and_its_past);
	tcase_add_test(c, an_item_among_alike);
	tcase_add_test(c, refuses_what_is_not_fit);
	tcase_add_test(c, totals_are_exact_or_over);
	tcase_add_test(c, dates_within_a_minute);
	tcase_add_test(c, finds_nothing_and_says_so);
	tcase_add_test(c, one_may_stop);
	tcase_add_test(c, columns_by_name);
	tcase_add_test(c, prints_the_journal);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
