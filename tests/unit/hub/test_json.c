/*
 * JSON: shapes that stay, text that is no UTF-8, numbers that are none in
 * JSON; and /api/v1/ over a small store, paged to its end.
 */
#include "hub/json.h"

#include "contrib/base/clock.h"
#include "hub/api.h"
#include "hub/api_say.h"
#include "hub/home_days.h"
#include "tests/unit/hub/web_bed.h"

static struct bed bed;
static json_t *answer;

static void
set_up(void)
{
	bed_open(&bed);
	kit_site(&bed.kit, 1);
	kit_site(&bed.kit, 2);
}

static void
tear_down(void)
{
	json_decref(answer);
	answer = NULL;
	bed_close(&bed);
}

static json_t *
get(const char *path, const char *query)
{
	json_decref(answer);
	bed_get(&bed, api_make, path, query);
	ck_assert_str_eq(bed.v.type, API_TYPE);
	answer = json_loadb(bed.out.at, bed.out.n, 0, NULL);
	ck_assert_msg(answer != NULL, "no JSON: %s", buf_cstr(&bed.out));
	return answer;
}

static const char *
text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "(none)";
}

static int64_t
number_of(const json_t *o, const char *name)
{
	const json_t *n = json_object_get(o, name);

	return json_is_integer(n) ? json_integer_value(n) : -1;
}

static size_t
count(const json_t *o, const char *list)
{
	return json_array_size(json_object_get(o, list));
}

/* --- text ---------------------------------------------------------------- */

static const struct {
	struct span in, out;
} texts[] = {
	{ SPAN(""), SPAN("") },
	{ SPAN("\xe6\x94\xbf\"\\\n\x01"), SPAN("\xe6\x94\xbf\"\\\n\x01") },
	{ SPAN("a\0b"), SPAN("a\0b") },
	{ SPAN("a\xffz"), SPAN("a\xef\xbf\xbdz") },
	{ SPAN("\xe6\x94"), SPAN("\xef\xbf\xbd\xef\xbf\xbd") },
	{ SPAN("\xed\xa0\x80"),
	    SPAN("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") },
};

START_TEST(test_text)
{
	json_t *j = json_span(texts[_i].in);

	ck_assert(span_is((struct span){ .at = json_string_value(j),
	    .n = json_string_length(j) }, texts[_i].out));
	json_decref(j);
}
END_TEST

/* 64 bits of chance are no number that a reader in JavaScript could keep. */
START_TEST(test_incarnation)
{
	struct journal_line l = { .place = 1, .site = 1, .is_change = true,
		.incarnation = UINT64_C(0xfedcba9876543210), .seq = 1 };
	json_t *j;

	change_init(&l.said);
	l.said.kind = CHANGE_CREATED;
	j = json_journal(&l);
	ck_assert_str_eq(text_of(j, "incarnation"), "fedcba9876543210");
	json_decref(j);
}
END_TEST

/* --- the questions ------------------------------------------------------- */

START_TEST(test_totals)
{
	bed_item(&bed, 1, "a", "t", "c");
	bed_withdraw(&bed, 1, "a", "r");
	bed_item(&bed, 2, "b", "t", "c");
	bed_show(&bed);
	get("totals", "");
	ck_assert_int_eq(number_of(answer, "sites"), 2);
	ck_assert_int_eq(number_of(answer, "items"), 1);
	ck_assert_int_eq(number_of(answer, "withdrawn"), 1);
	ck_assert_int_eq(number_of(answer, "journal_place"), 5);
	ck_assert_int_eq(number_of(answer, "view_place"), 5);
	ck_assert_uint_eq(strlen(text_of(answer, "digest")), 64);
	ck_assert_str_eq(text_of(answer, "last_taken"),
	    "2026-11-18T11:06:40.000Z");
}
END_TEST

START_TEST(test_one_site)
{
	bed_item(&bed, 1, "a", "t", BED_HOSTILE);
	bed_item(&bed, 1, "b", "t", "b");
	bed_show(&bed);
	get("sites/4100000001", "");
	ck_assert_str_eq(text_of(answer, "code"), "4100000001");
	ck_assert_str_eq(text_of(answer, "domain"), "s1.gov.cn");
	ck_assert(json_is_false(json_object_get(answer, "proven")));
	ck_assert_ptr_null(json_object_get(answer, "proof_checked"));
	ck_assert_int_eq(number_of(answer, "items"), 2);
	ck_assert_int_eq(number_of(answer, "lag"), 0);
	ck_assert_uint_eq(count(answer, "columns"), 2);
	ck_assert_str_eq(text_of(json_array_get(json_object_get(answer,
	    "columns"), 0), "name"), BED_HOSTILE);
	ck_assert_ptr_null(json_object_get(answer, "enrolled"));
}
END_TEST

START_TEST(test_proven_site)
{
	const json_t *last;

	bed_item(&bed, 1, "a", "t", "c");
	bed_show(&bed);
	get("sites/4100000001", "");
	ck_assert_int_eq(number_of(answer, "changes"), 1);
	ck_assert_int_eq(number_of(answer, "missed"), 0);
	ck_assert_ptr_null(json_object_get(answer, "proven_at"));
	ck_assert_ptr_null(json_object_get(answer, "reconciled"));
	kit_act(&bed.kit, "{\"do\":\"reconcile\",\"site\":1,\"incarnation\":"
	    "\"0000000000000007\",\"seq\":1,\"same\":true,\"missing\":0,"
	    "\"extra\":0,\"differ\":0,\"held\":0}");
	kit_act(&bed.kit, "{\"do\":\"reconcile\",\"site\":1,\"incarnation\":"
	    "\"0000000000000007\",\"seq\":2,\"same\":false,\"missing\":1,"
	    "\"extra\":2,\"differ\":3,\"held\":4}");
	bed_show(&bed);
	get("sites/4100000001", "");
	ck_assert_int_eq(number_of(answer, "missed"), 6);
	ck_assert_int_eq(number_of(answer, "proven_seq"), 1);
	ck_assert(strncmp(text_of(answer, "proven_at"), "2026-", 5) == 0);
	last = json_object_get(answer, "reconciled");
	ck_assert(strncmp(text_of(last, "at"), "2026-", 5) == 0);
	ck_assert_int_eq(number_of(last, "missing"), 1);
	ck_assert_int_eq(number_of(last, "extra"), 2);
	ck_assert_int_eq(number_of(last, "differs"), 3);
	ck_assert_int_eq(number_of(last, "held"), 4);
	ck_assert_int_eq(number_of(last, "count"), 2);
}
END_TEST

START_TEST(test_sites_in_pages)
{
	char query[64] = "limit=3";
	size_t n = 0;

	for (uint32_t i = 3; i <= 10; i++)
		kit_site(&bed.kit, i);
	bed_show(&bed);
	get("sites", "");
	ck_assert_uint_eq(count(answer, "sites"), 10);
	ck_assert_ptr_null(json_object_get(answer, "next"));
	for (int pages = 1; ; pages++) {
		ck_assert_int_le(pages, 4);
		get("sites", query);
		for (size_t i = 0; i < count(answer, "sites"); i++)
			ck_assert_int_eq(number_of(json_array_get(
			    json_object_get(answer, "sites"), i), "number"),
			    (int64_t)++n);
		if (json_object_get(answer, "next") == NULL)
			break;
		snprintf(query, sizeof(query), "limit=3&after=%s",
		    text_of(answer, "next"));
	}
	ck_assert_uint_eq(n, 10);
}
END_TEST

START_TEST(test_items_in_pages)
{
	char path[32], query[128] = "q=%E6%94%BF%E5%8A%A1&limit=7";
	bool seen[101] = { false };
	int n = 0;

	for (int i = 1; i <= 100; i++) {
		snprintf(path, sizeof(path), "%d", i);
		bed_item(&bed, 1 + (uint32_t)i % 2, path, i % 2 == 0 ?
		    "\xe6\x94\xbf\xe5\x8a\xa1\xe5\x85\xac\xe5\xbc\x80" : "x",
		    "c");
	}
	bed_show(&bed);
	for (int pages = 1; ; pages++) {
		ck_assert_int_le(pages, 8);
		get("items", query);
		ck_assert_int_eq(number_of(answer, "total"), 50);
		ck_assert(json_is_true(json_object_get(answer, "exact")));
		for (size_t i = 0; i < count(answer, "items"); i++, n++) {
			int64_t k = number_of(json_array_get(
			    json_object_get(answer, "items"), i), "number");

			ck_assert_int_ge(k, 1);
			ck_assert_int_le(k, 100);
			ck_assert(!seen[k]);
			seen[k] = true;
		}
		if (json_object_get(answer, "next") == NULL)
			break;
		snprintf(query, sizeof(query), "q=%%E6%%94%%BF%%E5%%8A%%A1&"
		    "limit=7&after=%s", text_of(answer, "next"));
	}
	ck_assert_int_eq(n, 50);
}
END_TEST

START_TEST(test_one_item)
{
	const json_t *past;

	bed_item(&bed, 1, "a.html", "<b>\"t\"", "c");
	bed_withdraw(&bed, 1, "a.html", "why");
	bed_show(&bed);
	get("items/1", "");
	ck_assert_str_eq(text_of(answer, "site"), "4100000001");
	ck_assert_str_eq(text_of(answer, "title"), "<b>\"t\"");
	ck_assert_str_eq(text_of(answer, "change"), "deleted");
	ck_assert(json_is_true(json_object_get(answer, "withdrawn")));
	ck_assert_uint_eq(count(answer, "history"), 2);
	past = json_array_get(json_object_get(answer, "history"), 0);
	ck_assert_str_eq(text_of(past, "change"), "deleted");
	ck_assert_str_eq(text_of(past, "reason"), "why");
	ck_assert_ptr_null(json_object_get(answer, "history_cut"));
	get("items", "url=https%3A%2F%2Fs1.gov.cn%2Fa.html");
	ck_assert_int_eq(number_of(answer, "number"), 1);
	get("items/4100000001:https://s1.gov.cn/a.html", "");
	ck_assert_int_eq(number_of(answer, "number"), 1);
}
END_TEST

/* However often it was told anew. */
START_TEST(test_long_history)
{
	for (int i = 0; i < 250; i++)
		bed_item(&bed, 1, "a.html", i % 2 == 0 ? "x" : "y", "c");
	bed_show(&bed);
	get("items/1", "");
	ck_assert_int_eq(number_of(answer, "changes"), 250);
	ck_assert_uint_eq(count(answer, "history"), 200);
	ck_assert(json_is_true(json_object_get(answer, "history_cut")));
}
END_TEST

static void
many_links(struct buf *rows)
{
	struct link l = { .kind = LINK_ANCHOR,
		.to = SPAN("https://s1.gov.cn/some/where/else.html"),
		.text = SPAN("some words of a link") };

	buf_init(rows, LIMIT_CHANGE);
	for (int i = 0; i < LIMIT_LINKS; i++)
		change_link_put(rows, &l);
	ck_assert(!rows->bad);
}

/* … and however much it says: an answer stays one, and the journal goes on
 * at the place named. */
START_TEST(test_heavy_changes)
{
	char url[64], query[64] = "";
	struct buf rows;
	int64_t n = 0;

	many_links(&rows);
	for (int i = 0; i < 40; i++) {
		struct change c;

		snprintf(url, sizeof(url), "https://s1.gov.cn/a.html");
		c = kit_change(CHANGE_UPDATED, url, i % 2 == 0 ? "x" : "y");
		c.links = buf_look(&rows);
		kit_say(&bed.kit, 1, &c);
	}
	buf_clear(&rows);
	bed_show(&bed);
	get("items/1", "");
	ck_assert_uint_gt(count(answer, "history"), 1);
	ck_assert_uint_lt(count(answer, "history"), 40);
	ck_assert(json_is_true(json_object_get(answer, "history_cut")));
	for (int pages = 1; ; pages++) {
		ck_assert_int_lt(pages, 42);
		get("journal", query);
		for (size_t i = 0; i < count(answer, "entries"); i++)
			ck_assert_int_eq(number_of(json_array_get(
			    json_object_get(answer, "entries"), i),
			    "place"), ++n);
		if (json_object_get(answer, "next") == NULL)
			break;
		ck_assert_int_eq(number_of(answer, "next"), n + 1);
		snprintf(query, sizeof(query), "from=%lld",
		    (long long)n + 1);
	}
	ck_assert_int_eq(n, 42);
}
END_TEST

START_TEST(test_journal)
{
	const json_t *act;

	bed_item(&bed, 1, "a.html", "t", "c");
	bed_show(&bed);
	get("journal", "");
	ck_assert_uint_eq(count(answer, "entries"), 3);
	act = json_object_get(json_array_get(json_object_get(answer,
	    "entries"), 0), "act");
	ck_assert_str_eq(text_of(act, "do"), "site-add");
	ck_assert_str_eq(text_of(act, "actor"), "test");
	get("journal", "from=3");
	ck_assert_uint_eq(count(answer, "entries"), 1);
	get("journal", "from=9999");
	ck_assert_uint_eq(count(answer, "entries"), 0);
}
END_TEST

/* --- days --------------------------------------------------------------------- */

#define DAY INT64_C(86400000)

static void
looked(unsigned site, int64_t ago, enum home_outcome o, unsigned ms)
{
	kit_act(&bed.kit, "{\"do\":\"homes\",\"at\":%lld,\"rows\":[[%u,0,%d,"
	    "200,%u,0%s]]}", (long long)(KIT_NOW - ago), site, (int)o, ms,
	    o == HOME_FAILED ? ",\"time\"" : "");
}

static const json_t *
line(size_t i)
{
	return json_array_get(json_object_get(answer, "sites"), i);
}

/* Of nine looks in the last seven days one failed; the tenth was before. */
START_TEST(test_days)
{
	const char *path = _i == 0 ? "availability" : "response";
	const json_t *steps;

	clock_set(KIT_NOW, 0);
	looked(1, 7 * DAY, HOME_FAILED, 15000);
	for (int i = 1; i <= 7; i++)
		looked(1, 6 * DAY - i, HOME_OK, 150);
	looked(1, 5 * DAY, HOME_OK, 4000);
	looked(1, 0, HOME_FAILED, 15000);
	bed_show(&bed);
	get(path, "");
	ck_assert_uint_eq(count(answer, "sites"), 1);
	ck_assert_str_eq(text_of(line(0), "code"), "4100000001");
	ck_assert_int_eq(number_of(line(0), "looks"), 9);
	ck_assert_int_eq(number_of(line(0), "failed"), 1);
	ck_assert_int_eq(number_of(line(0), "failed_permille"), 111);
	ck_assert_int_eq(number_of(line(0), "mean_ms"), 631);
	ck_assert_int_eq(number_of(line(0), "p50_ms"), 200);
	ck_assert_int_eq(number_of(line(0), "p99_ms"), 5000);
	steps = json_object_get(line(0), "steps");
	ck_assert_uint_eq(json_array_size(steps), HOME_DAYS_STEPS);
	ck_assert_int_eq(json_integer_value(json_array_get(steps, 1)), 7);
	ck_assert_int_eq(json_integer_value(json_array_get(steps, 5)), 1);
	get(path, "from=2000-01-01&to=2000-01-31");
	ck_assert_uint_eq(count(answer, "sites"), 0);
	get(path, "from=2000-01-01");
	ck_assert_int_eq(number_of(line(0), "failed"), 2);
}
END_TEST

/* Who wasn't looked at has no line, and takes none of a page. */
START_TEST(test_days_in_pages)
{
	clock_set(KIT_NOW, 0);
	kit_site(&bed.kit, 3);
	kit_site(&bed.kit, 4);
	for (unsigned site = 1; site <= 3; site++)
		if (site != 2)
			looked(site, 0, HOME_OK, 150);
	bed_show(&bed);
	get("availability", "limit=1");
	ck_assert_str_eq(text_of(line(0), "code"), "4100000001");
	ck_assert_str_eq(text_of(answer, "next"), "4100000001");
	get("availability", "limit=1&after=4100000001");
	ck_assert_uint_eq(count(answer, "sites"), 1);
	ck_assert_str_eq(text_of(line(0), "code"), "4100000003");
	ck_assert_ptr_null(json_object_get(answer, "next"));
}
END_TEST

START_TEST(test_held)
{
	struct change c = kit_change(CHANGE_CREATED,
	    "https://elsewhere.example/", BED_HOSTILE);

	kit_say(&bed.kit, 2, &c);
	bed_show(&bed);
	get("held", "");
	ck_assert_uint_eq(count(answer, "held"), 1);
	ck_assert_str_eq(text_of(json_array_get(json_object_get(answer,
	    "held"), 0), "site"), "4100000002");
	get("held", "site=4100000001");
	ck_assert_uint_eq(count(answer, "held"), 0);
	get("sites/4100000002", "");
	ck_assert_int_eq(number_of(answer, "held"), 1);
}
END_TEST

static const struct {
	const char *path, *query;
	int status;
} errors[] = {
	{ "", "", 404 }, { "nonsense", "", 404 }, { "sitesx", "", 404 },
	{ "sites/nosuch", "", 404 }, { "sites/", "limit=0", 400 },
	{ "sites", "limit=1001", 400 },
	{ "items/0", "", 404 }, { "items/99999999999999999999", "", 404 },
	{ "items/nosuch:id", "", 404 },
	{ "items", "url=ftp%3A%2F%2Fx", 404 },
	{ "items", "limit=201", 400 }, { "items", "after=zzz", 400 },
	{ "items", "since=now", 400 }, { "items", "site=zzz", 400 },
	{ "availability", "limit=1001", 400 },
	{ "availability", "from=yesterday", 400 },
	{ "response", "to=2026-13-01", 400 },
	{ "response", "from=2026-11-02&to=2026-11-01", 400 },
	{ "held", "site=zzz", 404 }, { "journal", "from=0", 400 },
	{ "journal", "from=-1", 400 },
	{ "journal", "from=18446744073709551615", 400 },
};

START_TEST(test_error)
{
	bed_show(&bed);
	get(errors[_i].path, errors[_i].query);
	ck_assert_int_eq(bed.v.status, errors[_i].status);
	ck_assert_uint_gt(strlen(text_of(answer, "error")), 8);
	ck_assert_uint_eq(json_object_size(answer), 1);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, test_text, 0, sizeof(texts) / sizeof(*texts));
	tcase_add_test(t, test_incarnation);
	tcase_add_test(t, test_totals);
	tcase_add_test(t, test_one_site);
	tcase_add_test(t, test_proven_site);
	tcase_add_test(t, test_sites_in_pages);
	tcase_add_test(t, test_items_in_pages);
	tcase_add_test(t, test_one_item);
	tcase_add_test(t, test_long_history);
	tcase_add_test(t, test_heavy_changes);
	tcase_add_test(t, test_journal);
	tcase_add_loop_test(t, test_days, 0, 2);
	tcase_add_test(t, test_days_in_pages);
	tcase_add_test(t, test_held);
	tcase_add_loop_test(t, test_error, 0,
	    sizeof(errors) / sizeof(*errors));
}

int
main(void)
{
	return bed_run("json", fill);
}
