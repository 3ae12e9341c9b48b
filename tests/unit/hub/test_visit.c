/*
 * A visit's address taken apart: what is understood, what is refused and in
 * which words, and the links that are made of it again.
 */
#include "hub/visit.h"

#include "tests/unit/hub/web_bed.h"

static struct bed bed;

static void
set_up(void)
{
	bed_open(&bed);
	kit_site(&bed.kit, 1);
	bed_item(&bed, 1, "a/1.html", "one", "news");
	bed_show(&bed);
}

static void
tear_down(void)
{
	bed_close(&bed);
}

static struct query_spec spec;
static struct site_info site;
static struct buf why;
static bool good;

static void
take(struct visit *v)
{
	buf_init(&why, VISIT_WHY);
	good = visit_spec(v, &spec, &site, &why);
	buf_text(v->out, buf_cstr(&why));
	buf_clear(&why);
}

static const struct {
	const char *query, *why;
} refused[] = {
	{ "site=nosuch", "site: there is none with the code \"nosuch\"" },
	{ "since=yesterday", "since: expected a date like 2026-11-21" },
	{ "until=2026-02-30", "until: expected a date like 2026-11-21" },
	{ "limit=0", "limit: expected a number from 1 to 200" },
	{ "limit=201", "limit: expected a number from 1 to 200" },
	{ "limit=-1", "limit: expected a number from 1 to 200" },
	{ "limit=99999999999999999999",
	    "limit: expected a number from 1 to 200" },
	{ "limit=2x", "limit: expected a number from 1 to 200" },
};

START_TEST(test_refused)
{
	ck_assert_str_eq(bed_get(&bed, take, "", refused[_i].query),
	    refused[_i].why);
	ck_assert(!good);
}
END_TEST

/* However long it was, something of it is named. */
START_TEST(test_long_code)
{
	char query[4000] = "site=";

	memset(query + 5, 'x', 3900);
	ck_assert_ptr_nonnull(strstr(bed_get(&bed, take, "", query), "xxxx"));
	ck_assert_uint_lt(strlen(buf_cstr(&bed.out)), 200);
}
END_TEST

START_TEST(test_taken)
{
	ck_assert_str_eq(bed_get(&bed, take, "", "q=+%E6%94%BF%E5%8A%A1+&"
	    "site=4100000001&column=news&since=2026-11-01&until=2026-11-21&"
	    "limit=200&after=d1&nonsense=1&q=second"), "");
	ck_assert(good);
	ck_assert(span_is(spec.phrase, SPAN("\xe6\x94\xbf\xe5\x8a\xa1")));
	ck_assert_uint_eq(spec.site, 1);
	ck_assert(span_is(spec.column, SPAN("news")));
	ck_assert(span_is(spec.after, SPAN("d1")));
	ck_assert_uint_eq(spec.limit, 200);
	/* local midnight; until the end of that day */
	ck_assert_int_eq(spec.since, clock_civil(2026, 10, 31, 16, 0, 0));
	ck_assert_int_eq(spec.until, clock_civil(2026, 11, 21, 16, 0, 0));
}
END_TEST

START_TEST(test_nothing_given)
{
	bed_get(&bed, take, "", "");
	ck_assert(good);
	ck_assert_uint_eq(spec.limit, 20);
	ck_assert_uint_eq(spec.site, 0);
	ck_assert_int_eq(spec.since, CLOCK_NONE);
	ck_assert_int_eq(spec.until, CLOCK_NONE);
	bed_get(&bed, take, "", "until=2026-11-21T09:30:00Z");
	ck_assert_int_eq(spec.until, clock_civil(2026, 11, 21, 9, 30, 0));
}
END_TEST

/* --- links --------------------------------------------------------------- */

static enum visit_argument but;
static const char *value;

static void
make_link(struct visit *v)
{
	visit_link(v, v->out, but, span_of(value));
}

static const struct {
	const char *query;
	enum visit_argument but;
	const char *value, *link;
} links[] = {
	{ "", VISIT_AFTER, "", "" },
	{ "", VISIT_AFTER, "d9", "?after=d9" },
	{ "q=a%20b", VISIT_AFTER, "d9", "?q=a%20b&amp;after=d9" },
	{ "after=d1&q=x", VISIT_AFTER, "d9", "?q=x&amp;after=d9" },
	{ "after=d1&q=x", VISIT_STATE, "sync", "?q=x&amp;state=sync" },
	{ "after=d1&q=x", VISIT_LANG, "en",
	    "?q=x&amp;after=d1&amp;lang=en" },
	{ "lang=zh&q=x", VISIT_LANG, "en", "?q=x&amp;lang=en" },
	{ "lang=zh", VISIT_AFTER, "d9", "?lang=zh&amp;after=d9" },
	{ "q=%22%3E%3Cscript%3E", VISIT_LANG, "",
	    "?q=%22%3E%3Cscript%3E" },
	{ "column=%26q%3D1&nonsense=2", VISIT_LANG, "",
	    "?column=%26q%3D1" },
};

START_TEST(test_link)
{
	but = links[_i].but;
	value = links[_i].value;
	ck_assert_str_eq(bed_get(&bed, make_link, "", links[_i].query),
	    links[_i].link);
}
END_TEST

/* --- addresses that are none --------------------------------------------- */

static const struct {
	const char *path, *query;
	bool good;
} addresses[] = {
	{ "/", "", true }, { "/%E6%94%BF", "q=%E6%94%BF", true },
	{ "/%", "", false }, { "/%zz", "", false }, { "/%ff", "", false },
	{ "/", "q=%", false }, { "/", "q=%4", false },
	{ "/", "q=%ff", false }, { "/", "other=%ff", false },
	{ "/", "q=\xe6\x94", false }, { "/", "q=%E6%94", false },
	{ "/a+b", "q=a+b", true }, { "/", "&&==&q", true },
};

START_TEST(test_address)
{
	struct visit v = { .status = 0 };
	struct asked a;
	const char *complaint;

	asked_init(&a);
	ck_assert_int_eq(asked_read(&a, span_of(addresses[_i].path),
	    span_of(addresses[_i].query), &v, &complaint),
	    addresses[_i].good);
	if (addresses[_i].good && addresses[_i].query[0] == 'q')
		ck_assert_uint_gt(v.argument[VISIT_Q].n, 0);
	asked_clear(&a);
}
END_TEST

START_TEST(test_too_long)
{
	char query[ASKED_MAX + 8] = "q=";
	struct visit v = { .status = 0 };
	struct asked a;
	const char *complaint;

	memset(query + 2, 'x', ASKED_MAX);
	asked_init(&a);
	ck_assert(asked_read(&a, SPAN("/"), span_of(query), &v, &complaint));
	ck_assert_uint_eq(v.argument[VISIT_Q].n, ASKED_MAX);
	asked_clear(&a);
	asked_init(&a);
	query[ASKED_MAX + 2] = 'x';
	query[ASKED_MAX + 3] = '\0';
	ck_assert(!asked_read(&a, SPAN("/"), span_of(query), &v,
	    &complaint));
	ck_assert_ptr_nonnull(strstr(complaint, "4096"));
	asked_clear(&a);
}
END_TEST

/* --- codes as cursors, titles -------------------------------------------- */

START_TEST(test_before)
{
	ck_assert(!visit_is_before("4100000001", SPAN_NONE));
	ck_assert(visit_is_before("4100000001", SPAN("4100000001")));
	ck_assert(!visit_is_before("4100000002", SPAN("4100000001")));
	ck_assert(visit_is_before("4100000001", SPAN("4100000002")));
	ck_assert(!visit_is_before("ABCD", SPAN("ABC")));
	ck_assert(visit_is_before("ABC", SPAN("ABCD")));
	ck_assert(!visit_is_before("4", SPAN("3999999999")));
}
END_TEST

static const struct {
	const char *url, *title, *shown;
} titles[] = {
	{ "https://a.cn/x/1.html", "<b>", "&lt;b&gt;" },
	{ "https://a.cn/x/1.html", "", "1.html" },
	{ "https://a.cn/x/", "", "https://a.cn/x/" },
	{ "https://a.cn/%E6%94%BF.pdf", "", "\xe6\x94\xbf.pdf" },
	{ "https://a.cn/%3Cb%3E?a&b", "", "%3Cb%3E?a&amp;b" },
};

START_TEST(test_title)
{
	struct change c = kit_change(CHANGE_CREATED, titles[_i].url,
	    titles[_i].title);
	struct buf b;

	buf_init(&b, 4096);
	visit_put_title(&b, &c);
	ck_assert_str_eq(buf_cstr(&b), titles[_i].shown);
	buf_clear(&b);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, test_refused, 0,
	    sizeof(refused) / sizeof(*refused));
	tcase_add_test(t, test_long_code);
	tcase_add_test(t, test_taken);
	tcase_add_test(t, test_nothing_given);
	tcase_add_loop_test(t, test_link, 0, sizeof(links) / sizeof(*links));
	tcase_add_loop_test(t, test_address, 0,
	    sizeof(addresses) / sizeof(*addresses));
	tcase_add_test(t, test_too_long);
	tcase_add_test(t, test_before);
	tcase_add_loop_test(t, test_title, 0,
	    sizeof(titles) / sizeof(*titles));
}

int
main(void)
{
	return bed_run("visit", fill);
}
