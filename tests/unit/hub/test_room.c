/*
 * Room for large bodies: who comes in, who stands in line, who has to come
 * again; and that small ones never wait.
 */
#include "hub/room.h"

#include <check.h>

#define BIG (100u << 10)

START_TEST(test_small)
{
	struct room_seat s = { .bytes = 0 }, big[3] = { { .bytes = 0 } };
	struct room r;

	room_init(&r, 2 * BIG, 1);
	for (int i = 0; i < 3; i++)
		room_ask(&r, &big[i], BIG);
	ck_assert_int_eq(room_ask(&r, &s, ROOM_SMALL), ROOM_INSIDE);
	ck_assert_uint_eq(r.taken, 2 * BIG);
	room_leave(&r, &s);
	ck_assert_uint_eq(r.taken, 2 * BIG);
	ck_assert_int_eq(room_ask(&r, &s, ROOM_SMALL + 1), ROOM_OUTSIDE);
}
END_TEST

START_TEST(test_line)
{
	struct room_seat s[5] = { { .bytes = 0 } };
	struct room r;

	room_init(&r, 2 * BIG, 2);
	ck_assert_int_eq(room_ask(&r, &s[0], BIG), ROOM_INSIDE);
	ck_assert_int_eq(room_ask(&r, &s[1], BIG), ROOM_INSIDE);
	ck_assert_int_eq(room_ask(&r, &s[2], BIG), ROOM_IN_LINE);
	ck_assert_int_eq(room_ask(&r, &s[3], BIG), ROOM_IN_LINE);
	ck_assert_int_eq(room_ask(&r, &s[4], BIG), ROOM_OUTSIDE);
	ck_assert_ptr_null(room_next(&r));
	room_leave(&r, &s[4]);
	room_leave(&r, &s[1]);
	ck_assert_ptr_eq(room_next(&r), &s[2]);
	ck_assert_int_eq(s[2].place, ROOM_INSIDE);
	ck_assert_ptr_null(room_next(&r));
	room_leave(&r, &s[3]);		/* hung up while in line */
	ck_assert_uint_eq(r.waiting, 0);
	room_leave(&r, &s[0]);
	ck_assert_ptr_null(room_next(&r));
	room_leave(&r, &s[2]);
	ck_assert_uint_eq(r.taken, 0);
}
END_TEST

/* Nobody passes by whoever is in line, though he would fit. */
START_TEST(test_order)
{
	struct room_seat s[3] = { { .bytes = 0 } };
	struct room r;

	room_init(&r, 3 * BIG, 5);
	ck_assert_int_eq(room_ask(&r, &s[0], 2 * BIG), ROOM_INSIDE);
	ck_assert_int_eq(room_ask(&r, &s[1], 2 * BIG), ROOM_IN_LINE);
	ck_assert_int_eq(room_ask(&r, &s[2], BIG), ROOM_IN_LINE);
	room_leave(&r, &s[0]);
	ck_assert_ptr_eq(room_next(&r), &s[1]);
	ck_assert_ptr_eq(room_next(&r), &s[2]);
}
END_TEST

/* Or it would never come in. */
START_TEST(test_larger_than_the_room)
{
	struct room_seat s[2] = { { .bytes = 0 } };
	struct room r;

	room_init(&r, BIG, 5);
	ck_assert_int_eq(room_ask(&r, &s[0], 9 * BIG), ROOM_INSIDE);
	ck_assert_int_eq(room_ask(&r, &s[1], BIG), ROOM_IN_LINE);
	ck_assert_ptr_null(room_next(&r));
	room_leave(&r, &s[0]);
	ck_assert_ptr_eq(room_next(&r), &s[1]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("room");
	TCase *t = tcase_create("room");
	SRunner *r;
	int failed;

	tcase_add_test(t, test_small);
	tcase_add_test(t, test_line);
	tcase_add_test(t, test_order);
	tcase_add_test(t, test_larger_than_the_room);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
