/*
 * Alerts of sites behind one address: one cause, one notice; and what is
 * another cause.
 */
#include "tests/unit/hub/alertkit.h"

START_TEST(test_group)
{
	play(_i);
	for (uint32_t i = 1; i <= 4; i++)
		world[i].group = i < 4 ? "203.0.113.7" : "203.0.113.8";
	for (uint32_t i = 1; i <= 2; i++)
		is(i, ALERT_SILENT);
	is(4, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(told_count, 2);	/* one for each address */
	ck_assert_uint_eq(told[0].sites + told[1].sites, 3);
	later(MINUTE);
	is(3, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(told_count, 2);	/* not every time */
	later(5 * MINUTE);
	ck_assert_uint_eq(told_count, 3);
	ck_assert_int_eq(last_told()->event, ALERT_MORE);
	ck_assert_uint_eq(last_told()->sites, 3);
	is(1, ALERT_RULES);
	is(2, ALERT_RULES);
	settle();
	ck_assert_uint_eq(told_count, 3);	/* one is still ill */
	is(3, ALERT_RULES);
	settle();
	ck_assert_uint_eq(told_count, 4);
	ck_assert_int_eq(last_told()->event, ALERT_RESOLVED);
	ck_assert_uint_eq(last_told()->sites, 3);	/* names them all */
}
END_TEST

/* Whose name is in the subject is one of whom it is true. */
START_TEST(test_group_first)
{
	play(_i);
	for (uint32_t i = 1; i <= 3; i++)
		world[i].group = "203.0.113.7";
	is(1, ALERT_SILENT);
	is(2, ALERT_UNREACHABLE);
	is(3, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(last_told()->sites, 3);
	ck_assert_str_eq(last_told()->first, "4100000002");
}
END_TEST

/* That a second one has joined is told soon; after that not every time. */
START_TEST(test_group_second)
{
	play(_i);
	for (uint32_t i = 1; i <= 4; i++)
		world[i].group = "203.0.113.7";
	is(1, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(told_count, 1);
	later(10000);
	is(2, ALERT_SILENT);
	settle();
	later(40000);
	ck_assert_uint_eq(told_count, 1);
	later(10000);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_int_eq(last_told()->event, ALERT_MORE);
	ck_assert_uint_eq(last_told()->sites, 2);
	is(3, ALERT_SILENT);
	settle();
	later(4 * MINUTE);
	ck_assert_uint_eq(told_count, 2);
	later(MINUTE);
	ck_assert_uint_eq(told_count, 3);
	ck_assert_uint_eq(last_told()->sites, 3);
}
END_TEST

/* One of which nothing can be said keeps nobody from hearing that it is worse
 * for the other, but from hearing that it is less. */
START_TEST(test_group_unsure)
{
	play(_i);
	world[1].group = world[2].group = "203.0.113.7";
	is(1, ALERT_SILENT);
	is(2, ALERT_SILENT);
	settle();
	world[1].unknown = true;
	is(2, ALERT_UNREACHABLE);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_RAISED), 1);
	ck_assert_int_eq(alert_now(1).severity, ALERT_CRITICAL);
	is(2, ALERT_SILENT);
	settle();
	ck_assert_int_eq(alert_now(1).severity, ALERT_CRITICAL);
	world[1].unknown = false;
	settle();
	ck_assert_int_eq(alert_now(1).severity, ALERT_WARNING);
	ck_assert_uint_eq(told_count, 2);
}
END_TEST

/* Who was well again while others are ill is told of anew, and of its end. */
START_TEST(test_group_again)
{
	play(_i);
	world[1].group = world[2].group = "203.0.113.7";
	is(1, ALERT_SILENT);
	is(2, ALERT_SILENT);
	settle();
	later(MINUTE);
	is(1, ALERT_RULES);
	settle();
	ck_assert_uint_eq(alert_now(1).count, 2);
	ck_assert_uint_eq(alert_now(1).active, 1);
	later(MINUTE);
	is(1, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(alert_now(1).active, 1);
	ck_assert_uint_eq(alert_now(2).active, 1);
	ck_assert_int_eq(last_told()->event, ALERT_FIRING);
	is(1, ALERT_RULES);
	settle();
	ck_assert_int_ne(alert_now(2).ended, CLOCK_NONE);
	ck_assert_int_eq(last_told()->event, ALERT_RESOLVED);
	ck_assert_uint_eq(last_told()->sites, 1);
	is(2, ALERT_RULES);
	settle();
	ck_assert_int_ne(alert_now(1).ended, CLOCK_NONE);
	ck_assert_int_eq(last_told()->event, ALERT_RESOLVED);
	ck_assert_uint_eq(last_told()->sites, 2);
}
END_TEST

/* Beside one that is ill for long, others are ill of something else; also if
 * a third has joined it meanwhile. */
START_TEST(test_group_apart)
{
	world[1].group = world[2].group = world[3].group = "203.0.113.7";
	is(1, ALERT_SILENT);
	settle();
	later(4 * MINUTE);
	is(2, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	later(6 * MINUTE);
	is(3, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2);
	is(3, ALERT_RULES);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_RESOLVED), 1);
}
END_TEST

/* How far apart troubles of one cause begin, is set. */
START_TEST(test_together)
{
	world[1].group = world[2].group = world[3].group = "203.0.113.7";
	eval.together = 8 * MINUTE;
	is(1, ALERT_SILENT);
	settle();
	later(6 * MINUTE);
	is(2, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	ck_assert_uint_eq(alert_now(1).count, 2);
	eval.together = MINUTE;
	later(2 * MINUTE);
	is(3, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2);
}
END_TEST

/* … and how many are many, and within how long. */
START_TEST(test_many_as_set)
{
	eval.many = 3;
	eval.many_time = 5 * MINUTE;
	is(1, ALERT_SILENT);
	is(2, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2);
	later(4 * MINUTE);
	is(3, ALERT_SILENT);
	is(4, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 3);
	ck_assert(span_is(alert_now(3).group, SPAN(ALERT_MANY)));
	ck_assert_uint_eq(alert_now(3).count, 2);
}
END_TEST

START_TEST(test_group_later)
{
	world[1].group = world[2].group = "203.0.113.7";
	is(1, ALERT_SILENT);
	settle();
	later(16 * MINUTE);
	is(2, ALERT_SILENT);	/* hardly of the same cause */
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2);
}
END_TEST

/* A line that many have in common fails: they are one, wherever they are. */
START_TEST(test_many_silent)
{
	play(_i);
	for (uint32_t i = 1; i <= CROWD; i++)
		is(i, i % 2 ? ALERT_SILENT : ALERT_UNREACHABLE);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	ck_assert_uint_eq(alert_now(1).count, CROWD);
	ck_assert(span_is(alert_now(1).group, SPAN(ALERT_MANY)));
	later(MINUTE / 2);
	is(CROWD + 1, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(alert_now(1).count, CROWD + 1);
	later(2 * MINUTE);
	is(CROWD + 2, ALERT_SILENT);	/* of something else */
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2);
	for (uint32_t i = 1; i <= CROWD + 2; i++)
		is(i, ALERT_RULES);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_RESOLVED), 2);
}
END_TEST

/* So it is with pages that don't come; beside them who is silent is another
 * matter. */
START_TEST(test_many_down)
{
	for (uint32_t i = 1; i <= CROWD; i++)
		is(i, ALERT_DOWN);
	is(CROWD + 1, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2);
	ck_assert_uint_eq(alert_now(1).count, CROWD);
	ck_assert(span_is(alert_now(1).group, SPAN(ALERT_MANY)));
	later(MINUTE / 2);
	is(CROWD + 2, ALERT_DOWN);
	settle();
	ck_assert_uint_eq(alert_now(1).count, CROWD + 1);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2);
}
END_TEST

/* … but few are each one's own. */
START_TEST(test_not_many)
{
	for (uint32_t i = 1; i < CROWD; i++)
		is(i, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), CROWD - 1);
	for (uint32_t i = 1; i < CROWD; i++)
		is(i, ALERT_RULES);
	settle();
	later(HOUR);
	for (uint32_t i = 1; i < CROWD; i++)
		is(i, ALERT_DOWN);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2 * CROWD - 2);
}
END_TEST

START_TEST(test_wait)
{
	eval.wait = 1000;
	world[1].group = world[2].group = "203.0.113.7";
	is(1, ALERT_SILENT);
	settle();
	later(500);
	is(2, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(told_count, 0);
	later(500);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(last_told()->sites, 2);	/* it needn't wait */
	later(500);
	later(HOUR);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	ck_assert_uint_eq(heard("duty", ALERT_MORE), 0);
}
END_TEST

/* --- one after the other ---------------------------------------------------- */

#define TICK 100		/* ms between two evaluations */
#define NEVER (-1)

/* Silent so many ms from now; seen each tick until then. */
static void
fall(const int64_t at[SITES], int64_t until)
{
	for (int64_t t = 0; t <= until; t += TICK) {
		k.now += t > 0 ? TICK : 0;
		clock_set(k.now, k.now);
		for (uint32_t i = 0; i < SITES; i++)
			if (at[i] == t)
				is(i + 1, ALERT_SILENT);
		settle();
	}
}

static void
fall_apart(int64_t apart, uint32_t sites)
{
	int64_t at[SITES];

	for (uint32_t i = 0; i < SITES; i++)
		at[i] = i < sites ? i * apart : NEVER;
	fall(at, sites * apart + 1000);
}

static void
live_at(const char *address, uint32_t first, uint32_t last)
{
	for (uint32_t i = first; i <= last; i++)
		world[i].group = address;
}

/* Told once of each alert, and once of its end, which names them all. */
static void
all_end(uint32_t alerts)
{
	size_t sites = 0;

	for (uint32_t i = 1; i <= SITES; i++)
		is(i, ALERT_RULES);
	settle();
	later(HOUR);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), alerts);
	ck_assert_uint_eq(heard("duty", ALERT_RESOLVED), alerts);
	for (uint32_t i = 1; i <= alerts; i++)
		sites += alert_now(i).count;
	for (size_t i = 0; i < told_count; i++)
		if (told[i].event == ALERT_RESOLVED)
			sites -= told[i].sites;
	ck_assert_uint_eq(sites, 0);
}

static const int64_t falls[SITES] = { 0, 1000, 2000, 4000, NEVER, NEVER,
	NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER };

/* Nobody waits longer than is set, and who falls meanwhile is told of with
 * the first; the others are, too, after a minute. */
START_TEST(test_one_by_one)
{
	int64_t began = k.now;

	eval.wait = 1000;
	live_at("203.0.113.7", 1, SITES);
	fall(falls, 5000);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_int_eq(told[0].at - began, 1000);
	ck_assert_uint_eq(told[0].sites, 2);
	later(MINUTE);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_int_eq(last_told()->event, ALERT_MORE);
	ck_assert_uint_eq(last_told()->sites, 4);
	all_end(1);
	ck_assert_uint_eq(told_count, 3);
}
END_TEST

/* At addresses of their own they are many when the third is known: who was
 * told of before stays alone, and no other is. */
START_TEST(test_one_by_one_elsewhere)
{
	int64_t began = k.now;

	eval.wait = 1000;
	eval.many = 3;
	fall(falls, 5000);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_uint_eq(told[0].sites, 1);
	ck_assert_int_eq(told[0].at - began, 1000);
	ck_assert_uint_eq(told[1].sites, 2);
	ck_assert_int_eq(told[1].at - began, 2000);
	ck_assert(span_is(alert_now(2).group, SPAN(ALERT_MANY)));
	ck_assert_uint_eq(alert_now(2).count, 3);
	all_end(2);
}
END_TEST

/* Who waits still counts, and isn't left behind. */
START_TEST(test_many_within_the_wait)
{
	int64_t began = k.now;

	eval.wait = 1000;
	fall_apart(100, CROWD);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_int_eq(told[0].at - began, 1000);
	ck_assert_uint_eq(told[0].sites, CROWD);
	ck_assert(span_is(alert_now(1).group, SPAN(ALERT_MANY)));
	all_end(1);
}
END_TEST

/* As many as they may be: those of one address have that in common, also if
 * they fall at once. */
START_TEST(test_many_at_one_address)
{
	play(_i == 1);
	eval.wait = _i == 1 ? 0 : 1000;
	live_at("203.0.113.7", 1, SITES);
	fall_apart(_i == 2 ? 0 : 1000, SITES);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	ck_assert_uint_eq(alert_now(1).count, SITES);
	ck_assert(span_is(alert_now(1).group, SPAN("203.0.113.7")));
	all_end(1);
}
END_TEST

/* … and so it is with one elsewhere among them; but if most of them are
 * elsewhere, it is no matter of the address. */
START_TEST(test_many_mostly_at_one_address)
{
	bool mostly = _i == 0;

	eval.wait = 1000;
	live_at("203.0.113.7", 1, 2);
	live_at(mostly ? "203.0.113.7" : "203.0.113.8", 3, CROWD);
	world[CROWD + 1].group = "203.0.113.9";
	is(1, ALERT_SILENT);
	settle();
	later(1000);
	ck_assert_uint_eq(told_count, 1);
	for (uint32_t i = 2; i <= CROWD + 1; i++)
		is(i, ALERT_SILENT);
	settle();
	later(1000);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_uint_eq(alert_now(1).count, mostly ? CROWD : 1);
	ck_assert_uint_eq(alert_now(2).count, mostly ? 1 : CROWD);
	ck_assert(span_is(alert_now(2).group, SPAN(ALERT_MANY)));
	all_end(2);
}
END_TEST

/* It must be so for a while first: until then it counts, and is not told. */
START_TEST(test_many_held)
{
	rules.rule[ALERT_SILENT].hold = 10000;
	eval.wait = 1000;
	eval.many = 3;
	fall_apart(1000, 3);
	later(10000 - 4 * 1000);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(told[0].sites, 1);
	ck_assert(span_is(alert_now(1).group, SPAN(ALERT_MANY)));
	later(1000);
	is(3, ALERT_RULES);
	settle();
	later(HOUR);
	ck_assert_uint_eq(alert_now(1).count, 2);
	all_end(1);
}
END_TEST

/* When the hub begins to tell of them they are ill since long ago, each since
 * another time. */
START_TEST(test_many_of_old)
{
	live_at("203.0.113.7", 1, SITES);
	for (uint32_t i = 1; i <= SITES; i++) {
		is(i, ALERT_SILENT);
		world[i].since -= i * HOUR;
	}
	settle();
	ck_assert_uint_eq(told_count, SITES);
	for (uint32_t i = 1; i <= SITES; i++)
		ck_assert(span_is(alert_now(i).group, SPAN("203.0.113.7")));
	all_end(SITES);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alert_group");
	TCase *t = tcase_create("alert_group");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, test_group, 0, 2);
	tcase_add_loop_test(t, test_group_first, 0, 2);
	tcase_add_loop_test(t, test_group_second, 0, 2);
	tcase_add_loop_test(t, test_group_again, 0, 2);
	tcase_add_loop_test(t, test_group_unsure, 0, 2);
	tcase_add_test(t, test_group_later);
	tcase_add_test(t, test_group_apart);
	tcase_add_test(t, test_together);
	tcase_add_test(t, test_many_as_set);
	tcase_add_loop_test(t, test_many_silent, 0, 2);
	tcase_add_test(t, test_many_down);
	tcase_add_test(t, test_not_many);
	tcase_add_test(t, test_wait);
	tcase_add_test(t, test_one_by_one);
	tcase_add_test(t, test_one_by_one_elsewhere);
	tcase_add_test(t, test_many_within_the_wait);
	tcase_add_loop_test(t, test_many_at_one_address, 0, 3);
	tcase_add_loop_test(t, test_many_mostly_at_one_address, 0, 2);
	tcase_add_test(t, test_many_held);
	tcase_add_test(t, test_many_of_old);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
