/* Files that may not be read: each once, and for how long. */
#include <check.h>
#include <stdio.h>

#include "agent/denied.h"

static struct denied d;

static void
set_up(void)
{
	d = (struct denied){ .count = 0 };
}

static void
tear_down(void)
{
	denied_clear(&d);
}

START_TEST(each_once)
{
	ck_assert_ptr_null(denied_first(&d));
	ck_assert(denied_put(&d, "b"));
	ck_assert(denied_put(&d, "a/1"));
	ck_assert(denied_put(&d, "a-2"));
	ck_assert(denied_put(&d, "a/2"));
	ck_assert(!denied_put(&d, "a/1"));
	ck_assert(!denied_put(&d, "b"));
	ck_assert_uint_eq(d.count, 4);
	ck_assert_str_eq(denied_first(&d), "a-2");
	denied_drop(&d, "nothing");
	denied_drop(&d, "a/");
	ck_assert_uint_eq(d.count, 4);
	denied_drop(&d, "a");		/* and what was below it */
	ck_assert_uint_eq(d.count, 2);
	ck_assert_str_eq(denied_first(&d), "a-2");
	ck_assert(denied_put(&d, "a/1"));
}
END_TEST

/* What vanished without a word goes with the second scan. */
START_TEST(until_scanned)
{
	(void)denied_put(&d, "gone");
	(void)denied_put(&d, "there");
	denied_scan(&d);
	(void)denied_put(&d, "there");
	ck_assert_uint_eq(d.count, 2);
	denied_scan(&d);
	ck_assert_uint_eq(d.count, 1);
	ck_assert_str_eq(denied_first(&d), "there");
	denied_scan(&d);
	ck_assert_uint_eq(d.count, 0);
}
END_TEST

START_TEST(very_many)
{
	char path[32];

	for (unsigned i = 0; i < DENIED_MOST + 10; i++) {
		snprintf(path, sizeof(path), "%06u", (i * 7919) % 1000003);
		(void)denied_put(&d, path);
	}
	ck_assert_uint_eq(d.count, DENIED_MOST);
	ck_assert(d.more);
	denied_scan(&d);
	ck_assert(!d.more);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("agent/denied");
	TCase *t = tcase_create("denied");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, each_once);
	tcase_add_test(t, until_scanned);
	tcase_add_test(t, very_many);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
