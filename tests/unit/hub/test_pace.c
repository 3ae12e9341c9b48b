/*
 * Pace: when taking is busy, and what showing gets then.
 */
#include "hub/pace.h"

#include <check.h>

START_TEST(test_busy)
{
	struct pace p = { .busy = false };

	pace_look(&p, 1000);
	pace_took(&p, 20);
	pace_look(&p, 1050);
	ck_assert(!p.busy);
	pace_took(&p, 30);
	pace_look(&p, 1100);
	ck_assert(p.busy);
	pace_took(&p, 30);
	pace_look(&p, 1149);	/* too soon to say */
	ck_assert(p.busy);
	pace_look(&p, 1200);
	ck_assert(!p.busy);
}
END_TEST

/* Half of the time that showing leaves, not of all. */
START_TEST(test_beside_showing)
{
	struct pace p = { .busy = false };

	pace_look(&p, 1000);
	pace_took(&p, 30);
	pace_showed(&p, 100);
	pace_look(&p, 1150);
	ck_assert(p.busy);
}
END_TEST

START_TEST(test_earned)
{
	struct pace p = { .busy = true };

	pace_took(&p, 19);
	ck_assert(!pace_earned(&p, PACE_LAG + 1));
	pace_took(&p, 11);
	ck_assert(pace_earned(&p, PACE_LAG + 1));
	ck_assert(!pace_earned(&p, PACE_LAG));
	ck_assert_uint_eq(pace_slice(&p), 15);
	pace_showed(&p, 10);
	ck_assert(!pace_earned(&p, PACE_LAG + 1));
	pace_showed(&p, 1000);	/* no debts */
	pace_took(&p, 20);
	ck_assert(pace_earned(&p, PACE_LAG + 1));
	for (int i = 0; i < 100; i++)
		pace_took(&p, 1000);
	ck_assert_uint_eq(pace_slice(&p), 50);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pace");
	TCase *t = tcase_create("pace");
	SRunner *r;
	int failed;

	tcase_add_test(t, test_busy);
	tcase_add_test(t, test_beside_showing);
	tcase_add_test(t, test_earned);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
