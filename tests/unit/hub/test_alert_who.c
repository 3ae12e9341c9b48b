/*
 * Alerts: who is told, and when; by the settings as they are then.
 */
#include "tests/unit/hub/alertkit.h"

START_TEST(test_quiet)
{
	unsigned minute = (unsigned)(k.now / 60000 % 1440 + 8 * 60) % 1440;

	play(_i);
	receivers.at[0].has_quiet = true;
	receivers.at[0].zone = "Asia/Shanghai";
	receivers.at[0].from = minute;
	receivers.at[0].to = (minute + 120) % 1440;
	is(1, ALERT_DOWN);
	is(2, ALERT_DOMAIN);
	settle();
	ck_assert_uint_eq(told_count, 1);	/* danger can't wait */
	later(HOUR);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	later(HOUR);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2);
	later(22 * HOUR);	/* the next night */
	is(1, ALERT_RULES);
	settle();
	ck_assert_int_eq(last_told()->event, ALERT_RESOLVED);
}
END_TEST

START_TEST(test_who)
{
	static char *const nobody[] = { NULL };
	static char down_name[] = "down", boss_name[] = "boss";
	static char *down[] = { down_name, NULL };
	static char *boss[] = { boss_name, NULL };

	receivers.n = 3;
	receivers.at[1] = (struct alert_receiver){ .name = "boss",
		.rules = nobody, .zone = "", .least = ALERT_CRITICAL };
	receivers.at[2] = (struct alert_receiver){ .name = "night",
		.rules = down, .zone = "" };
	is(1, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	ck_assert_uint_eq(told_count, 1);
	is(1, ALERT_DOWN);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_RAISED), 1);
	ck_assert_uint_eq(heard("boss", ALERT_FIRING), 1);
	ck_assert_uint_eq(heard("night", ALERT_FIRING), 1);
	is(1, ALERT_RULES);
	settle();
	ck_assert_uint_eq(heard("boss", ALERT_RESOLVED), 1);
	rules.rule[ALERT_GATE].receivers = boss;
	rules.rule[ALERT_GATE].severity = ALERT_CRITICAL;
	is(2, ALERT_GATE);
	settle();
	ck_assert_str_eq(last_told()->receiver, "boss");
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
}
END_TEST

/* Who was told and isn't in the settings any more: its end is intended, and
 * the notify part says that there is nobody. */
START_TEST(test_receiver_gone)
{
	is(1, ALERT_DOWN);
	settle();
	receivers.n = 0;
	is(1, ALERT_RULES);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_RESOLVED), 1);
}
END_TEST

START_TEST(test_rule_off)
{
	is(1, ALERT_DOWN);
	settle();
	rules.rule[ALERT_DOWN].on = false;
	forget();
	settle();
	ck_assert_int_eq(last_told()->event, ALERT_RESOLVED);
	is(2, ALERT_DOWN);
	settle();
	ck_assert_uint_eq(told_count, 2);
}
END_TEST

#define NAMES (2 * ALERT_RECEIVERS + 5)

/* Of an alert that goes on while receivers come and go, each hears the end. */
START_TEST(test_receivers_of_years)
{
	static char name[NAMES][16];

	play(_i);
	is(1, ALERT_DOWN);
	for (int i = 0; i < NAMES; i++) {
		snprintf(name[i], sizeof(name[i]), "r%d", i);
		receivers.at[0].name = name[i];
		settle();
	}
	is(1, ALERT_RULES);
	settle();
	for (int i = 0; i < NAMES; i++) {
		ck_assert_uint_eq(heard(name[i], ALERT_FIRING), 1);
		ck_assert_uint_eq(heard(name[i], ALERT_RESOLVED), 1);
	}
	ck_assert_uint_eq(told_count, 2 * NAMES);
}
END_TEST

/* --- the clock is put back ---------------------------------------------------- */

#define YEAR (365 * 24 * HOUR)

/* What was just about to be told is, a little later. */
START_TEST(test_clock_wait)
{
	eval.wait = 1000;
	rules.rule[ALERT_DOWN].hold = _i == 0 ? 0 : 2000;
	is(1, ALERT_DOWN);
	settle();
	later(-YEAR);
	ck_assert_uint_eq(told_count, 0);
	later(2000);
	ck_assert_uint_eq(told_count, 1);
	later(HOUR);
	ck_assert_uint_eq(told_count, 1);
}
END_TEST

START_TEST(test_clock_reminder)
{
	is(1, ALERT_DOWN);
	settle();
	later(-YEAR);
	later(1000);
	ck_assert_uint_eq(heard("duty", ALERT_REMINDER), 1);
	later(8 * HOUR - 1001);
	ck_assert_uint_eq(heard("duty", ALERT_REMINDER), 1);
	later(1001);
	ck_assert_uint_eq(heard("duty", ALERT_REMINDER), 2);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
}
END_TEST

START_TEST(test_clock_more)
{
	world[1].group = world[2].group = "203.0.113.7";
	is(1, ALERT_SILENT);
	settle();
	later(10000);
	is(2, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(told_count, 1);
	later(-YEAR);
	ck_assert_uint_eq(heard("duty", ALERT_MORE), 1);
	later(HOUR);
	ck_assert_uint_eq(told_count, 2);
}
END_TEST

/* A little is no reason to tell it early. */
START_TEST(test_clock_little)
{
	is(1, ALERT_DOWN);
	settle();
	later(-MINUTE);
	later(1000);
	ck_assert_uint_eq(told_count, 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alert_who");
	TCase *t = tcase_create("alert_who");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, test_quiet, 0, 2);
	tcase_add_test(t, test_who);
	tcase_add_test(t, test_receiver_gone);
	tcase_add_test(t, test_rule_off);
	tcase_add_loop_test(t, test_receivers_of_years, 0, 2);
	tcase_add_loop_test(t, test_clock_wait, 0, 2);
	tcase_add_test(t, test_clock_reminder);
	tcase_add_test(t, test_clock_more);
	tcase_add_test(t, test_clock_little);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
