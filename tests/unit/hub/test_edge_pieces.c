/*
 * What the edge is made of: how fast a site may come, what is asked of the
 * core and not answered yet, and who is there of each site.
 */
#include <check.h>

#include "contrib/base/clock.h"
#include "hub/edge_ask.h"
#include "hub/edge_pace.h"
#include "hub/edge_sites.h"

START_TEST(test_pace)
{
	static struct edge_pace p;
	int64_t wait;
	unsigned n = 0;

	clock_set(0, 1000000);
	edge_pace_init(&p);
	while (n < 10000 && edge_pace_may(&p, 7, &wait))
		n++;
	ck_assert_uint_eq(n, EDGE_PACE_BURST);
	ck_assert_int_eq(wait, EDGE_PACE_EVERY);
	clock_set(0, 1000000 + EDGE_PACE_EVERY);
	ck_assert(edge_pace_may(&p, 7, &wait));
	ck_assert(!edge_pace_may(&p, 7, &wait));
	clock_set(0, 1000000 + 1000000);
	for (n = 0; n < 10000 && edge_pace_may(&p, 7, &wait); n++)
		;
	ck_assert_uint_eq(n, EDGE_PACE_BURST);
}
END_TEST

START_TEST(test_ask)
{
	struct edge_ask a;
	uint64_t number[200];
	int who[200];

	edge_ask_init(&a);
	for (int i = 0; i < 200; i++)
		number[i] = edge_ask_put(&a, &who[i]);
	for (int i = 0; i < 200; i++)
		ck_assert_ptr_eq(edge_ask_get(&a, number[i]), &who[i]);
	edge_ask_del(&a, number[5]);
	ck_assert_ptr_null(edge_ask_get(&a, number[5]));
	ck_assert_uint_ne(edge_ask_put(&a, &who[0]), number[5]);
	ck_assert_ptr_null(edge_ask_get(&a, number[5]));
	ck_assert_ptr_null(edge_ask_get(&a, 0));
	ck_assert_ptr_null(edge_ask_get(&a, UINT64_MAX));
	ck_assert_uint_eq(a.waiting, 200);
	edge_ask_clear(&a);
}
END_TEST

START_TEST(test_sites)
{
	struct edge_sites *s = edge_sites_new();
	struct edge_guest a = { .peer.site = 1 }, b = { .peer.site = 1 };
	struct edge_guest far = { .peer.site = 4097 };	/* the same slot */
	const char *cause;

	ck_assert_uint_eq(edge_sites_come(s, &a), 1);
	ck_assert_uint_eq(edge_sites_come(s, &far), 1);
	ck_assert_uint_eq(edge_sites_come(s, &b), 2);
	ck_assert_ptr_null(edge_sites_blocked(s, 1, &cause));
	edge_sites_block(s, 1, SPAN("retired"), SPAN("why"));
	edge_sites_block(s, 9, SPAN_NONE, SPAN_NONE);
	ck_assert_str_eq(edge_sites_blocked(s, 1, &cause), "why");
	ck_assert_str_eq(cause, "retired");
	ck_assert_str_eq(edge_sites_blocked(s, 9, &cause), "");
	ck_assert_ptr_null(edge_sites_blocked(s, 4097, &cause));
	ck_assert_uint_eq(edge_sites_leave(s, &a), 1);
	ck_assert_uint_eq(edge_sites_leave(s, &b), 0);
	ck_assert_str_eq(edge_sites_blocked(s, 1, &cause), "why");
	edge_sites_unblock_all(s);
	ck_assert_ptr_null(edge_sites_blocked(s, 1, &cause));
	ck_assert_ptr_null(edge_sites_blocked(s, 9, &cause));
	ck_assert_uint_eq(edge_sites_leave(s, &far), 0);
	edge_sites_free(s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("edge_pieces");
	TCase *c = tcase_create("pieces");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, NULL, clock_release);
	tcase_add_test(c, test_pace);
	tcase_add_test(c, test_ask);
	tcase_add_test(c, test_sites);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
