/* Addresses that were told just now: for how long, and that they are few. */
#include <check.h>
#include <stdio.h>

#include "agent/young.h"
#include "contrib/base/clock.h"

#define ONE "http://www.a.cn/p.html.new"

START_TEST(test_time)
{
	struct young *y = young_new();

	clock_set(0, 5000);
	ck_assert(!young_is(y, ONE, YOUNG_MOVES));
	young_add(y, ONE);
	ck_assert(young_is(y, ONE, YOUNG_MOVES));
	ck_assert(!young_is(y, "http://www.a.cn/p.html", YOUNG_MOVES));
	clock_set(0, 5000 + YOUNG_MOVES - 1);
	ck_assert(young_is(y, ONE, YOUNG_MOVES));
	clock_set(0, 5000 + YOUNG_MOVES);
	ck_assert(!young_is(y, ONE, YOUNG_MOVES));
	ck_assert(young_is(y, ONE, YOUNG_GOES));
	clock_release();
	young_free(y);
}
END_TEST

/* Too many: what is forgotten is old, and what is known is right. */
START_TEST(test_many)
{
	struct young *y = young_new();
	char url[64];
	int known = 0;

	for (int i = 0; i < 2 * YOUNG_MOST; i++) {
		snprintf(url, sizeof(url), "http://www.a.cn/%d", i);
		young_add(y, url);
		ck_assert(young_is(y, url, YOUNG_MOVES));
	}
	for (int i = 0; i < 2 * YOUNG_MOST; i++) {
		snprintf(url, sizeof(url), "http://www.a.cn/%d", i);
		known += young_is(y, url, YOUNG_MOVES);
	}
	ck_assert_int_le(known, YOUNG_MOST);
	ck_assert_int_gt(known, YOUNG_MOST / 2);
	young_free(y);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/young");
	TCase *t = tcase_create("young");
	SRunner *r;
	int failed;

	tcase_add_test(t, test_time);
	tcase_add_test(t, test_many);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
