/*
 * Moves on the web and in the API: whole and well-formed whatever stands in
 * a reason, filtered, paged to the end, and honest about what isn't there.
 */
#include "hub/api_move.h"
#include "hub/api_say.h"
#include "hub/dash.h"
#include "hub/metrics.h"
#include "tests/unit/hub/web_bed.h"

static struct bed bed;

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
	bed_close(&bed);
}

static void
say(uint32_t site, const char *old, const char *new, int64_t from)
{
	struct change c = kit_change(CHANGE_MOVE, old, "");

	c.word[WORD_SUCCESSOR] = span_of(new);
	c.word[WORD_SCOPE] = SPAN("prefix");
	c.word[WORD_REASON] = c.word[WORD_BY] = SPAN(BED_HOSTILE);
	c.from = from;
	kit_say(&bed.kit, site, &c);
}

static void
some(size_t n)
{
	char old[64], new[64];

	for (size_t i = 0; i < n; i++) {
		snprintf(old, sizeof(old), "https://s1.gov.cn/o%zu/", i);
		snprintf(new, sizeof(new), "https://s1.gov.cn/n%zu/", i);
		say(1, old, new, i % 2 == 0 ? CLOCK_NONE : KIT_NOW + 5000);
	}
	say(2, "https://s2.gov.cn/a/", "https://s1.gov.cn/%22%3E%3Cb/",
	    KIT_NOW + 5000);
	bed_show(&bed);
}

START_TEST(none_yet)
{
	bed_show(&bed);
	ck_assert(bed_has(bed_page(&bed, dash_moves, "", ""),
	    "There are none."));
	bed_page(&bed, dash_move, "1", "");
	ck_assert_int_eq(bed.v.status, 404);
	bed_page(&bed, dash_move, "x", "");
	ck_assert_int_eq(bed.v.status, 404);
}
END_TEST

START_TEST(whole_whatever_is_said)
{
	const char *text;

	some(2);
	text = bed_page(&bed, dash_moves, "", "");
	ck_assert(bed_has(text, "/moves/3"));
	ck_assert(!bed_has(text, "<script>alert"));
	text = bed_page(&bed, dash_move, "3", "");
	ck_assert_int_eq(bed.v.status, 200);
	ck_assert(bed_has(text, "announced"));
	ck_assert(!bed_has(text, "<script>alert"));
	ck_assert(!bed_has(text, "\"><b/"));
}
END_TEST

START_TEST(filtered)
{
	const char *text;

	some(3);
	text = bed_page(&bed, dash_moves, "", "state=effective");
	ck_assert(bed_has(text, "/moves/1\"") && !bed_has(text, "/moves/2\""));
	text = bed_page(&bed, dash_moves, "", "site=4100000002");
	ck_assert(bed_has(text, "/moves/4\"") && !bed_has(text, "/moves/1\""));
	bed_page(&bed, dash_moves, "", "state=nonsense");
	ck_assert_int_eq(bed.v.status, 400);
	bed_page(&bed, dash_moves, "", "site=4100000009");
	ck_assert_int_eq(bed.v.status, 404);
	bed_page(&bed, dash_moves, "", "after=-1");
	ck_assert_int_eq(bed.v.status, 400);
}
END_TEST

static json_t *
get(const char *path, const char *query)
{
	json_t *j;

	bed_get(&bed, api_moves, path, query);
	ck_assert_str_eq(bed.v.type, API_TYPE);
	j = json_loadb(bed.out.at, bed.out.n, 0, NULL);
	ck_assert_ptr_nonnull(j);
	return j;
}

START_TEST(paged_to_the_end)
{
	json_t *j, *one;
	char query[64] = "limit=3";
	size_t n = 0, i;
	int64_t last = 100;

	some(9);
	do {
		j = get("", query);
		json_array_foreach(json_object_get(j, "moves"), i, one) {
			int64_t number = json_integer_value(
			    json_object_get(one, "move"));

			ck_assert_int_lt(number, last);
			last = number;
			n++;
		}
		snprintf(query, sizeof(query), "limit=3&after=%lld",
		    json_integer_value(json_object_get(j, "next")));
		i = json_object_get(j, "next") != NULL;
		json_decref(j);
	} while (i);
	ck_assert_uint_eq(n, 10);
}
END_TEST

START_TEST(older_ones)
{
	const char *text;

	some(120);
	text = bed_page(&bed, dash_moves, "", "");
	ck_assert(bed_has(text, "after=22\"") && !bed_has(text, "/moves/21\""));
	text = bed_page(&bed, dash_moves, "", "after=22");
	ck_assert(bed_has(text, "/moves/21\""));
	ck_assert(!bed_has(text, "/moves/22\""));
	ck_assert(!bed_has(text, "rel=\"next\""));
}
END_TEST

START_TEST(one_as_json)
{
	json_t *j;

	some(1);
	j = get("1", "");
	ck_assert_str_eq(json_string_value(json_object_get(j, "state")),
	    "effective");
	ck_assert_str_eq(json_string_value(json_object_get(j, "site")),
	    "4100000001");
	ck_assert_str_eq(json_string_value(json_object_get(j, "scope")),
	    "prefix");
	ck_assert_str_eq(json_string_value(json_object_get(j, "old")),
	    "https://s1.gov.cn/o0/");
	ck_assert_int_eq(json_integer_value(json_object_get(
	    json_object_get(j, "referrers"), "pages")), 0);
	json_decref(j);
	json_decref(get("77", ""));
	ck_assert_int_eq(bed.v.status, 404);
	json_decref(get("", "state=x"));
	ck_assert_int_eq(bed.v.status, 400);
}
END_TEST

START_TEST(counted)
{
	const char *text;

	some(3);
	text = bed_get(&bed, metrics_make, "", "");
	ck_assert(bed_has(text, "zq_moves{state=\"announced\"} 2\n"));
	ck_assert(bed_has(text, "zq_moves{state=\"effective\"} 2\n"));
	ck_assert(bed_has(text, "zq_moves{state=\"contested\"} 0\n"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("dash_move");
	TCase *c = tcase_create("dash_move");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, none_yet);
	tcase_add_test(c, whole_whatever_is_said);
	tcase_add_test(c, filtered);
	tcase_add_test(c, paged_to_the_end);
	tcase_add_test(c, older_ones);
	tcase_add_test(c, one_as_json);
	tcase_add_test(c, counted);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
