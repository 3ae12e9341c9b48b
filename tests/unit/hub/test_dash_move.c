/*
 * Moves on the web and in the API: whole and well-formed whatever stands in
 * a reason, filtered, paged to the end, and honest about what isn't there;
 * and what an editor may do about one.
 */
#include "hub/api_move.h"
#include "hub/api_say.h"
#include "hub/dash.h"
#include "hub/dash_alert.h"
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

/* --- what may be done ----------------------------------------------------- */

#define AGREE "<form class=\"act\" method=\"post\" action=\"/act/move-agree\">"
#define WITHDRAW "action=\"/act/move-withdraw\""
#define FORM "0123456789abcdef"

static enum user_role role;

static void
move_as(struct visit *v)
{
	v->who.role = role;
	snprintf(v->who.form, sizeof(v->who.form), FORM);
	dash_move(v);
}

static const char *
seen_by(enum user_role r, const char *number)
{
	role = r;
	bed_show(&bed);
	return bed_page(&bed, move_as, number, "");
}

static void
ticks(int64_t ms)
{
	bed.kit.now += ms;
	clock_set(bed.kit.now, 0);
	kit_act(&bed.kit, "{\"do\":\"tick\",\"most\":500,\"actor\":"
	    "\"hub\",\"reason\":\"\"}");
}

static void
announce(const char *old, const char *new, const char *scope, int64_t from)
{
	kit_act(&bed.kit, "{\"do\":\"move-announce\",\"site\":1,\"old\":"
	    "\"%s\",\"new\":\"%s\",\"scope\":\"%s\",\"from\":%lld,"
	    "\"actor\":\"li\",\"reason\":\"r\"}", old, new, scope,
	    (long long)from);
}

static void
looked(unsigned wrong, const char *why)
{
	kit_act(&bed.kit, "{\"do\":\"move-looked\",\"move\":1,\"looked\":"
	    "20,\"wrong\":%u,\"why\":\"%s\",\"actor\":\"hub\","
	    "\"reason\":\"\"}", wrong, why);
}

/* The site says otherwise than the operator had: 2 against 1. */
static void
contest(void)
{
	announce("https://s1.gov.cn/o/", "https://s1.gov.cn/a/", "prefix",
	    KIT_NOW + 5000);
	say(1, "https://s1.gov.cn/o/", "https://s1.gov.cn/b/",
	    KIT_NOW + 5000);
}

START_TEST(contested_is_decided)
{
	const char *text;

	contest();
	text = seen_by(USER_EDITOR, "2");
	ck_assert(bed_has(text, "contested"));
	ck_assert_uint_eq(bed_count(text, AGREE "<input type=\"hidden\" "
	    "name=\"form\" value=\"" FORM "\"><input type=\"hidden\" "
	    "name=\"next\" value=\"/moves/2\"><input type=\"hidden\" "
	    "name=\"move\" value=\"2\">"), 1);
	ck_assert(bed_has(text, "name=\"reason\" maxlength=\"400\" "
	    "autocomplete=\"off\" required>"));
	ck_assert(bed_has(text, "the move that it contradicts is withdrawn"));
	ck_assert_uint_eq(bed_count(text, WITHDRAW), 1);
	/* The other one counts: it can only be taken back. */
	text = seen_by(USER_EDITOR, "1");
	ck_assert(!bed_has(text, AGREE) && bed_has(text, WITHDRAW));
	kit_act(&bed.kit, "{\"do\":\"move-agree\",\"move\":2,\"actor\":"
	    "\"li\",\"reason\":\"r\"}");
	text = seen_by(USER_EDITOR, "2");
	ck_assert(!bed_has(text, AGREE) && bed_has(text, WITHDRAW));
	/* And that one is over: nothing can be done about it. */
	text = seen_by(USER_ADMIN, "1");
	ck_assert(bed_has(text, "withdrawn") && !bed_has(text, "/act/"));
}
END_TEST

START_TEST(who_may_not_sees_no_form)
{
	contest();
	ck_assert(!bed_has(seen_by(USER_VIEWER, "2"), "/act/"));
	ck_assert(!bed_has(seen_by(USER_NONE, "2"), "/act/"));
	ck_assert(bed_has(seen_by(USER_ADMIN, "2"), AGREE));
}
END_TEST

START_TEST(a_domain_waits_for_its_other_end)
{
	const char *text;
	struct change c = kit_change(CHANGE_MOVE, "https://s1.gov.cn/", "");

	c.word[WORD_SUCCESSOR] = SPAN("https://new.gov.cn/");
	c.word[WORD_SCOPE] = SPAN("domain");
	c.from = KIT_NOW + 5000;
	kit_say(&bed.kit, 1, &c);
	text = seen_by(USER_EDITOR, "1");
	ck_assert(bed_has(text, "the other end has not agreed yet"));
	ck_assert(bed_has(text, AGREE));
	ck_assert(bed_has(text, "becomes the site&#39;s") ||
	    bed_has(text, "becomes the site's"));
	ticks(6000);
	text = seen_by(USER_EDITOR, "1");
	ck_assert(bed_has(text, "overdue") && bed_has(text, AGREE));
	kit_act(&bed.kit, "{\"do\":\"move-agree\",\"move\":1,\"actor\":"
	    "\"li\",\"reason\":\"r\"}");
	text = seen_by(USER_EDITOR, "1");
	ck_assert(!bed_has(text, AGREE) && bed_has(text, WITHDRAW));
	/* In effect it can still be taken back. */
	ticks(1000);
	text = seen_by(USER_EDITOR, "1");
	ck_assert(bed_has(text, "effective"));
	ck_assert(!bed_has(text, AGREE) && bed_has(text, WITHDRAW));
}
END_TEST

/* Its new address doesn't answer: somebody may stand for it nevertheless. */
START_TEST(a_dead_end_may_be_stood_for)
{
	const char *text;

	announce("https://s1.gov.cn/o/", "https://s1.gov.cn/a/", "prefix",
	    KIT_NOW + 5000);
	ck_assert(!bed_has(seen_by(USER_EDITOR, "1"), AGREE));
	looked(20, "404");
	text = seen_by(USER_EDITOR, "1");
	ck_assert(bed_has(text, AGREE));
	ck_assert(bed_has(text, "though its new address did not answer"));
	looked(0, "");
	ck_assert(!bed_has(seen_by(USER_EDITOR, "1"), AGREE));
}
END_TEST

START_TEST(says_that_it_is_done)
{
	contest();
	bed_show(&bed);
	role = USER_EDITOR;
	ck_assert(bed_has(bed_page(&bed, move_as, "2", "done=move-agree"),
	    "<p class=\"done\" role=\"status\">"));
	ck_assert(!bed_has(seen_by(USER_EDITOR, "2"), "class=\"done\""));
}
END_TEST

/* From the alert there is a way to where it can be ended. */
START_TEST(its_alert_leads_there)
{
	kit_act(&bed.kit, "{\"do\":\"alert-fire\",\"alert\":1,\"rule\":"
	    "\"move\",\"class\":\"move\",\"severity\":\"warning\","
	    "\"level\":1,\"group\":\"\",\"members\":[{\"subject\":"
	    "\"move 2\",\"site\":1,\"since\":%lld,\"detail\":\"\"},"
	    "{\"subject\":\"move x\",\"site\":1,\"since\":%lld,"
	    "\"detail\":\"\"}],\"actor\":\"hub\",\"reason\":\"\"}",
	    (long long)KIT_NOW, (long long)KIT_NOW);
	bed_show(&bed);
	ck_assert_uint_eq(bed_count(bed_page(&bed, dash_alert, "1", ""),
	    "<a href=\"/moves/"), 1);
	ck_assert(bed_has(buf_cstr(&bed.out), "<a href=\"/moves/2\">Move 2"
	    "</a>"));
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
	tcase_add_test(c, contested_is_decided);
	tcase_add_test(c, who_may_not_sees_no_form);
	tcase_add_test(c, a_domain_waits_for_its_other_end);
	tcase_add_test(c, a_dead_end_may_be_stood_for);
	tcase_add_test(c, says_that_it_is_done);
	tcase_add_test(c, its_alert_leads_there);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
