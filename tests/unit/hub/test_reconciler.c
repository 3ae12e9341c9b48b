/*
 * Reconciling, the hub's half: what each round is answered, who has to wait,
 * what is written of it, and that a wrong agent only fools himself.
 *
 * The agent here is an array: what its site has. The index gets what tell()
 * puts into the journal, which may be something else.
 */
#include "tests/unit/hub/reconcilekit.h"

/* --- sums -------------------------------------------------------------------- */

START_TEST(test_same)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	both("https://www.s1.gov.cn/b", "乙");
	show_all();
	ask_sum();
	expect(RECONCILE_SAME);
	ck_assert_uint_eq(heard.status, 200);
	ck_assert_uint_eq(heard.a.seq, 2);
	ck_assert_uint_eq(heard.a.items, 2);
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert_int_eq(proven().at, CORE_NOW + 5);
	ck_assert_uint_eq(proven().seq, 2);
	ck_assert_uint_eq(proven().incarnation, INCARNATION);
	ck_assert_uint_eq(proven().count, 1);
	ck_assert_uint_eq(proven().missed, 0);
	ck_assert(proven().same);
	ck_assert(core_logged("proven"));
	ck_assert_uint_eq(tolds, 0);
	tear_down();
}
END_TEST

START_TEST(test_held_until_shown)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	ask_sum();
	ck_assert_uint_eq(answers, 0);
	reconciler_look(reconciler);
	ck_assert_uint_eq(answers, 0);
	show_all();
	reconciler_look(reconciler);
	expect(RECONCILE_SAME);

	both("https://www.s1.gov.cn/b", "乙");
	ask_sum();
	clock_set(CORE_NOW, 1000 + RECONCILE_ROUND_TIME);
	reconciler_look(reconciler);
	expect(RECONCILE_LATER);
	ck_assert_uint_gt(heard.a.after, 0);

	ask_sum();
	reconciler_gone(reconciler, number);
	show_all();
	reconciler_look(reconciler);
	ck_assert_uint_eq(answers, 2);

	/* The second question of a site ends the first one's waiting. */
	both("https://www.s1.gov.cn/c", "丙");
	ask_sum();
	ask_sum();
	ck_assert_uint_eq(heard.number, number - 1);
	ck_assert_int_eq(heard.a.outcome, RECONCILE_LATER);
	tear_down();
}
END_TEST

START_TEST(test_another_seq)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	show_all();
	seq++;			/* it has told one more, which isn't taken */
	ask_sum();
	expect(RECONCILE_LATER);
	seq -= 2;		/* 0, of an incarnation that has told one */
	ask_sum();
	expect(RECONCILE_LATER);
	seq = 1;
	ask_sum();
	expect(RECONCILE_SAME);
	tear_down();
}
END_TEST

/* An index that knows more than a new incarnation has told is compared with
 * what the site has, at once; and what that finds is not push's fault. */
START_TEST(test_new_incarnation)
{
	set_up();
	tell("https://www.s1.gov.cn/old", "旧");
	seq = 0;
	telling = 5;
	tell("https://www.s1.gov.cn/old", "新");
	show_all();
	seq = 0;
	ask_sum();		/* of the one given up */
	expect(RECONCILE_LATER);
	tear_down();

	set_up();
	has("https://www.s1.gov.cn/new", "新");
	find_differences();
	ask_names();
	expect(RECONCILE_DIFFERS);
	write_acts();
	ck_assert_uint_eq(proven().missing, 1);
	ck_assert_uint_eq(proven().missed, 0);
	tear_down();
}
END_TEST

START_TEST(test_refused)
{
	struct buf b;

	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	core_act(&kit, json_pack("{s:s, s:i}", "do", "block", "site", SITE));
	show_all();
	ask_sum();
	expect(RECONCILE_REFUSED);
	ck_assert_int_eq(heard.a.verdict, VERDICT_BLOCKED);
	ck_assert_uint_eq(heard.status, 403);
	core_act(&kit, json_pack("{s:s, s:i}", "do", "unblock",
	    "site", SITE));
	ask_sum();
	expect(RECONCILE_SAME);
	buf_init(&b, 64);
	buf_text(&b, "not a row");
	ask(&b);
	expect(RECONCILE_REFUSED);
	ck_assert_int_eq(heard.a.verdict, VERDICT_BAD);
	ck_assert_uint_eq(heard.status, 400);
	tear_down();
}
END_TEST

/* --- what is written --------------------------------------------------------- */

START_TEST(test_not_written_too_often)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	show_all();
	ask_sum();
	expect(RECONCILE_SAME);
	ck_assert_uint_eq(write_acts(), 1);
	ask_sum();
	expect(RECONCILE_SAME);
	ck_assert_uint_eq(write_acts(), 0);

	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	ask_sum();
	expect(RECONCILE_SAME);
	ck_assert_uint_eq(tolds, 0);		/* before it is shown */
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert_uint_eq(tolds, 1);
	ck_assert(told.same && told.written);
	ck_assert_str_eq(told.code, "4101000001");
	ck_assert_uint_eq(guests_get(&kit.guests, SITE)->want, 0);

	clock_set(CORE_NOW, 1000 + ATTEST_PAUSE);
	ask_sum();
	expect(RECONCILE_SAME);
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert_uint_eq(proven().count, 3);
	tear_down();
}
END_TEST

START_TEST(test_full_disk_is_told)
{
	struct pending *p;

	set_up();
	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	ask_sum();
	expect(RECONCILE_SAME);
	p = pending_pop(&queue);
	p->done(p->arg, 0);
	pending_free(p);
	ck_assert_uint_eq(tolds, 1);
	ck_assert(!told.written);
	tear_down();
}
END_TEST

/* --- differences -------------------------------------------------------------- */

START_TEST(test_differences)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	has("https://www.s1.gov.cn/missing", "缺");
	tell("https://www.s1.gov.cn/extra", "多");
	tell("https://www.s1.gov.cn/old", "旧");
	has("https://www.s1.gov.cn/old", "新");
	both("https://www.s1.gov.cn/b", "乙");
	show_all();
	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	find_differences();
	ck_assert_uint_eq(heard.missing, 2);
	ck_assert_uint_eq(heard.extra, 2);
	ck_assert_uint_eq(heard.held, 0);
	ck_assert(strstr(heard.extra_id[0], "www.s1.gov.cn/") != NULL);
	ck_assert_str_eq(heard.extra_id[0], heard.extra_url[0]);
	ck_assert_uint_eq(write_acts(), 0);	/* names are still to come */
	ask_names();
	expect(RECONCILE_DIFFERS);
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert_uint_eq(proven().missing, 1);
	ck_assert_uint_eq(proven().extra, 1);
	ck_assert_uint_eq(proven().differ, 1);
	ck_assert_uint_eq(proven().held, 0);
	ck_assert_uint_eq(proven().missed, 3);
	ck_assert(!proven().same);
	ck_assert_int_eq(proven().at, CLOCK_NONE);
	ck_assert_int_eq(proven().tried, CORE_NOW + 5);
	ck_assert_uint_eq(tolds, 1);
	ck_assert(strstr(told_names, "{\"kind\":\"missing\",\"id\":"
	    "\"https://www.s1.gov.cn/missing\"") != NULL);
	ck_assert(strstr(told_names, "{\"kind\":\"extra\",\"id\":"
	    "\"https://www.s1.gov.cn/extra\",\"url\":"
	    "\"https://www.s1.gov.cn/extra\",\"title\":\"多\"") != NULL);
	ck_assert(strstr(told_names, "{\"kind\":\"differs\",\"id\":"
	    "\"https://www.s1.gov.cn/old\"") != NULL);
	ck_assert(strstr(told_names, "/a\"") == NULL);
	tear_down();
}
END_TEST

/* Nothing is missing: it ends with the hashes. */
START_TEST(test_only_extra)
{
	const struct thing extra = { .url = "https://www.s1.gov.cn/extra",
	    .title = "多" };
	uint8_t hash[32];

	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	tell("https://www.s1.gov.cn/extra", "多");
	show_all();
	find_differences();
	ck_assert_uint_eq(heard.extra, 1);
	ck_assert_str_eq(heard.extra_id[0], "https://www.s1.gov.cn/extra");
	hash_of(&extra, hash);
	ck_assert_mem_eq(heard.extra_hash, hash, sizeof(hash));
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert_uint_eq(proven().extra, 1);
	ck_assert_uint_eq(proven().missed, 1);
	ask_names();
	expect(RECONCILE_LATER);	/* it is over */
	tear_down();
}
END_TEST

/* What is held is told as held, and not as missed. */
START_TEST(test_held)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	tell("https://elsewhere.example/x", "别处");
	has("https://elsewhere.example/x", "别处");
	show_all();
	find_differences();
	ck_assert_uint_eq(heard.missing, 1);
	ask_names();
	expect(RECONCILE_DIFFERS);
	ck_assert_uint_eq(heard.held, 1);
	ck_assert(strstr(heard.held_why[0], "elsewhere.example") != NULL);
	write_acts();
	ck_assert_uint_eq(proven().missing, 0);
	ck_assert_uint_eq(proven().held, 1);
	ck_assert_uint_eq(proven().missed, 0);
	ck_assert(!proven().same);
	tear_down();
}
END_TEST

/* Nobody asks for what an operator has dismissed. */
START_TEST(test_dismissed)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	tell("https://elsewhere.example/x", "别处");
	has("https://elsewhere.example/x", "别处");
	core_act(&kit, json_pack("{s:s, s:i, s:b}", "do", "dismiss", "site",
	    SITE, "all", 1));
	show_all();
	find_differences();
	ask_names();
	expect(RECONCILE_DIFFERS);
	ck_assert_uint_eq(heard.held, 1);
	ck_assert(strstr(heard.held_why[0], "elsewhere.example") != NULL);
	ck_assert_uint_eq(proven().missing, 0);
	tear_down();
}
END_TEST

/* What an operator refused to withdraw is settled: both are the same but for
 * that, and what differs besides is found as ever. */
static void
withdraw(const char *url)
{
	tell_as(SITE, CHANGE_DELETED, url, "");
}

static void
refuse_two(void)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	tell("https://www.s1.gov.cn/b", "乙");
	tell("https://www.s1.gov.cn/c", "丙");
	show_all();
	core_act(&kit, json_pack("{s:s, s:i, s:i, s:i}", "do", "gate", "site",
	    SITE, "count", 2, "of", 3));
	withdraw("https://www.s1.gov.cn/b");
	withdraw("https://www.s1.gov.cn/c");
	show_all();
	ask_sum();
	expect(RECONCILE_DIFFERS);	/* held: nobody has said yet */
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:s}", "do", "refuse",
	    "site", SITE, "actor", "wang", "reason", "no disk"));
	show_all();
}

START_TEST(test_refused_withdrawals)
{
	refuse_two();
	ask_sum();
	expect(RECONCILE_SAME);
	ck_assert_uint_eq(heard.a.items, 3);
	write_acts();
	ck_assert(proven().same);
	ck_assert(core_logged("kept=2 that an operator refused"));

	/* … dismissed, too; … */
	core_act(&kit, json_pack("{s:s, s:i, s:b}", "do", "dismiss", "site",
	    SITE, "all", 1));
	show_all();
	ask_sum();
	expect(RECONCILE_SAME);

	/* … back again, or still refused; … */
	both("https://www.s1.gov.cn/c", "丙");
	show_all();
	ask_sum();
	expect(RECONCILE_SAME);

	/* … and nothing is hidden by it. */
	has("https://www.s1.gov.cn/d", "丁");
	find_differences();
	ck_assert_uint_eq(heard.missing, 1);
	ask_names();
	expect(RECONCILE_DIFFERS);
	tear_down();
}
END_TEST

/* Newer word of it is held: of what the site has it is not said twice, and
 * what it has no more is too much. */
START_TEST(test_held_of_what_is_shown)
{
	struct change c;

	set_up();
	tell("https://www.s1.gov.cn/x", "此处");
	fill(&c, CHANGE_UPDATED, "https://elsewhere.example/x", "别处");
	c.id = SPAN("https://www.s1.gov.cn/x");
	tell_change(SITE, &c);
	show_all();
	find_differences();
	ck_assert_uint_eq(heard.held, 0);
	ck_assert_uint_eq(heard.extra, 1);
	write_acts();
	ck_assert_uint_eq(proven().extra, 1);
	tear_down();
}
END_TEST

START_TEST(test_pause_after_differences)
{
	set_up();
	tell("https://www.s1.gov.cn/extra", "多");
	show_all();
	find_differences();
	ask_sum();
	expect(RECONCILE_DIFFERS);
	ask_buckets();
	expect(RECONCILE_LATER);
	ck_assert_uint_ge(heard.a.after, ATTEST_PAUSE);
	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	clock_set(CORE_NOW, 1001 + ATTEST_PAUSE);
	guests_unwant(guests_get(&kit.guests, SITE), GUEST_PROVE);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	tear_down();
}
END_TEST

/* Who begins again and again keeps nobody else from it for long, asked for or
 * not. */
START_TEST(test_pause_without_an_end)
{
	set_up();
	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	has("https://www.s1.gov.cn/a", "甲");
	for (int i = 0; i < ATTEST_BEGINS; i++) {
		ask_buckets();
		expect(RECONCILE_DIFFERS);
	}
	ask_buckets();
	expect(RECONCILE_LATER);
	ck_assert_uint_ge(heard.a.after, ATTEST_PAUSE);
	clock_set(CORE_NOW, 1001 + ATTEST_PAUSE);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ask_all_hashes();
	expect(RECONCILE_DIFFERS);
	ask_names();
	expect(RECONCILE_DIFFERS);
	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	for (int i = 0; i < ATTEST_BEGINS; i++) {
		ask_buckets();
		expect(RECONCILE_DIFFERS);
	}
	tear_down();
}
END_TEST

START_TEST(test_few_at_a_time)
{
	set_up();
	seq = 0;
	has("https://www.s1.gov.cn/a", "甲");
	for (uint32_t n = 2; n <= 1 + RECONCILER_SITES; n++) {
		ask_buckets_as(n);
		expect(RECONCILE_DIFFERS);
	}
	ask_buckets();
	expect(RECONCILE_LATER);
	clock_set(CORE_NOW, 100000);	/* they were not heard of again */
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	tear_down();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("reconciler");
	TCase *t = tcase_create("reconciler");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_same);
	tcase_add_test(t, test_held_until_shown);
	tcase_add_test(t, test_another_seq);
	tcase_add_test(t, test_new_incarnation);
	tcase_add_test(t, test_refused);
	tcase_add_test(t, test_not_written_too_often);
	tcase_add_test(t, test_full_disk_is_told);
	tcase_add_test(t, test_differences);
	tcase_add_test(t, test_only_extra);
	tcase_add_test(t, test_held);
	tcase_add_test(t, test_dismissed);
	tcase_add_test(t, test_refused_withdrawals);
	tcase_add_test(t, test_held_of_what_is_shown);
	tcase_add_test(t, test_pause_after_differences);
	tcase_add_test(t, test_pause_without_an_end);
	tcase_add_test(t, test_few_at_a_time);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
