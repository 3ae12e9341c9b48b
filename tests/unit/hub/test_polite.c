/*
 * Politeness: who may be asked when, with a clock that stands still.
 */
#include "hub/polite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"

START_TEST(test_polite)
{
	struct polite_item item[6] = { 0 };
	struct polite *p = polite_new(2000, 8);
	struct polite_item *a, *b;

	clock_set(0, 10000);
	for (int i = 0; i < 6; i++)
		polite_put(p, &item[i], i < 4 ? SPAN("a.cn") : SPAN("b.cn"),
		    false, clock_mono());
	a = polite_take(p, clock_mono());
	b = polite_take(p, clock_mono());
	ck_assert(a == &item[0] && b == &item[4]);
	ck_assert_ptr_null(polite_take(p, clock_mono()));
	ck_assert_int_eq(polite_wait(p, clock_mono()), -1);
	clock_set(0, 13000);	/* the pause begins when it has ended */
	ck_assert_ptr_null(polite_take(p, clock_mono()));
	polite_end(p, a, clock_mono(), 0);
	ck_assert_int_eq(polite_wait(p, clock_mono()), 2000);
	clock_set(0, 14999);
	ck_assert_ptr_null(polite_take(p, clock_mono()));
	clock_set(0, 15000);
	ck_assert_ptr_eq(polite_take(p, clock_mono()), &item[1]);
	polite_end(p, &item[1], clock_mono(), 60000);	/* Retry-After */
	polite_end(p, b, clock_mono(), 0);
	clock_set(0, 74999);
	ck_assert_ptr_eq(polite_take(p, clock_mono()), &item[5]);
	ck_assert_ptr_null(polite_take(p, clock_mono()));
	clock_set(0, 75000);
	ck_assert_ptr_eq(polite_take(p, clock_mono()), &item[2]);
	polite_again(p, &item[2], clock_mono(), 700);	/* wasn't asked */
	ck_assert_int_eq(polite_wait(p, clock_mono()), 700);
	clock_set(0, 75700);
	ck_assert_ptr_eq(polite_take(p, clock_mono()), &item[2]);
	polite_end(p, &item[2], clock_mono(), 900000);
	ck_assert_int_eq(polite_item_wait(&item[3], clock_mono()), 900000);
	ck_assert_ptr_null(polite_give_up(p, clock_mono(), 900000));
	ck_assert_ptr_eq(polite_give_up(p, clock_mono(), 120000), &item[3]);
	ck_assert_uint_eq(polite_waiting(p), 0);
	polite_end(p, &item[5], clock_mono(), 0);
	polite_free(p);
	clock_release();
}
END_TEST

START_TEST(test_polite_address)
{
	struct polite *p = polite_new(2000, 8);
	struct polite_lane *l;
	int64_t wait = 0;

	l = polite_connect(p, SPAN("192.0.2.1"), 0, &wait);
	ck_assert_ptr_nonnull(l);
	ck_assert_ptr_null(polite_connect(p, SPAN("192.0.2.1"), 0, &wait));
	ck_assert_int_gt(wait, 0);
	polite_disconnect(p, l, 1000, 0);
	ck_assert_ptr_null(polite_connect(p, SPAN("192.0.2.1"), 2999,
	    &wait));
	ck_assert_int_eq(wait, 1);
	l = polite_connect(p, SPAN("192.0.2.1"), 3000, &wait);
	ck_assert_ptr_nonnull(l);
	polite_disconnect(p, l, 3000, 0);
	polite_free(p);
}
END_TEST

/* Many domains come and go: what is kept is what is still asked. */
START_TEST(test_polite_memory)
{
	struct polite *p = polite_new(2000, 8);
	struct polite_item item = { .lane = NULL };
	char name[32];

	for (int i = 0; i < 100000; i++) {
		int64_t now = i * INT64_C(100);

		snprintf(name, sizeof(name), "d%d.cn", i);
		polite_put(p, &item, span_of(name), false, now);
		ck_assert_ptr_eq(polite_take(p, now), &item);
		polite_end(p, &item, now, 0);
	}
	ck_assert_uint_le(polite_lanes(p), 1024);
	polite_free(p);
}
END_TEST

/* No server is ever asked twice within its pause, whatever comes. */
START_TEST(test_polite_random)
{
	enum { ITEMS = 400, LANES = 12 };
	static struct polite_item item[ITEMS];
	static int64_t last[LANES];
	struct polite *p = polite_new(2000, 8);
	struct polite_item *busy[LANES] = { NULL };
	int64_t now = 0;
	int done = 0;
	char name[8];

	memset(item, 0, sizeof(item));
	for (int i = 0; i < ITEMS; i++) {
		snprintf(name, sizeof(name), "%d", i % LANES);
		polite_put(p, &item[i], span_of(name), i % 7 == 0, now);
	}
	memset(last, 0, sizeof(last));
	srandom(1);
	while (done < ITEMS) {
		struct polite_item *got;

		now += random() % 300;
		while ((got = polite_take(p, now)) != NULL) {
			int lane = (int)(got - item) % LANES;

			ck_assert_ptr_null(busy[lane]);
			ck_assert(last[lane] == 0 || now - last[lane] >= 2000);
			busy[lane] = got;
		}
		for (int i = 0; i < LANES; i++) {
			if (busy[i] == NULL || random() % 3 != 0)
				continue;
			polite_end(p, busy[i], now, 0);
			busy[i] = NULL;
			last[i] = now;
			done++;
		}
		ck_assert_int_lt(now, INT64_C(10000000));
	}
	polite_free(p);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("polite");
	TCase *c = tcase_create("polite");
	SRunner *r;
	int failed;

	tcase_add_test(c, test_polite);
	tcase_add_test(c, test_polite_address);
	tcase_add_test(c, test_polite_memory);
	tcase_add_test(c, test_polite_random);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
