/*
 * Links that a page doesn't tell any more because its list is cut: a letter
 * that was written about one stays open.
 */
#include "tests/unit/hub/tellingkit.h"

#define MAP "https://s3.gov.cn/map.html"

/* A link that fell behind the end of a cut list isn't fixed: until the list is
 * whole again, or the page goes. */
START_TEST(behind_a_cut)
{
	bool goes = _i == 1;

	PAGE(1, "https://s1.gov.cn/a.html", "https://s1.gov.cn/x");
	PAGE(3, MAP, "https://s1.gov.cn/x", "https://s1.gov.cn/a.html");
	gone(1, "https://s1.gov.cn/a.html", "");
	settle();
	ck_assert_str_eq(stands(0, 3), "told");
	for (int i = 0; i < 3; i++) {
		PAGE_CUT(3, MAP, i == 1 ? "https://s1.gov.cn/y" :
		    "https://s1.gov.cn/x");
		settle();
		ck_assert_str_eq(stands(0, 3), "told");
		ck_assert_ptr_null(strstr(told(3, 1), "fixed"));
		/* Said once more, without a line, when it fell behind. */
		ck_assert_uint_eq(letters, 1);
		ck_assert_has(told(3, 1), MAP ":0\n");
	}
	same_again();
	if (goes)
		gone(3, MAP, "");
	else
		PAGE(3, MAP, "https://s1.gov.cn/x");
	settle();
	ck_assert_str_eq(stands(0, 3), "fixed");
	same_again();
}
END_TEST

/* What it tells still, it has; what was never in a letter isn't kept. */
START_TEST(cut_and_told)
{
	PAGE(1, "https://s1.gov.cn/a.html", "https://s1.gov.cn/x");
	PAGE(1, "https://s1.gov.cn/b.html", "https://s1.gov.cn/x");
	PAGE_CUT(3, MAP, "https://s1.gov.cn/b.html",
	    "https://s1.gov.cn/a.html");
	gone(1, "https://s1.gov.cn/a.html", "");
	settle();
	ck_assert_str_eq(stands(0, 3), "told");
	PAGE_CUT(3, MAP, "https://s1.gov.cn/c", "https://s1.gov.cn/a.html");
	settle();
	gone(1, "https://s1.gov.cn/b.html", "");
	settle();
	ck_assert_ptr_null(strstr(told(3, 0), "b.html"));
	/* It leads somewhere again: that is fixed, whatever is cut. */
	PAGE_CUT(3, MAP, "https://s1.gov.cn/c");
	settle();
	ck_assert_str_eq(stands(0, 3), "told");
	PAGE(1, "https://s1.gov.cn/a.html", "https://s1.gov.cn/x");
	settle();
	ck_assert_str_eq(stands(0, 3), "fixed");
	same_again();
}
END_TEST

/* The same of what has moved, or will. */
START_TEST(moved_behind_a_cut)
{
	bool later_on = _i == 1;

	PAGE(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/x");
	PAGE(3, MAP, "https://s1.gov.cn/old/a.html");
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    later_on ? k.now + TELL_OWED_AGAIN : k.now, 0);
	settle();
	ck_assert_str_eq(stands(1, 3), "told");
	PAGE_CUT(3, MAP, "https://s1.gov.cn/x");
	settle();
	ck_assert_str_eq(stands(1, 3), "told");
	later(2 * TELL_OWED_AGAIN);
	tick();
	settle();
	ck_assert_str_eq(stands(1, 3), "told");
	ck_assert_ptr_null(strstr(told(3, 0), "fixed"));
	PAGE(3, MAP, "https://s1.gov.cn/x");
	settle();
	later(TELL_OWED_AGAIN);
	settle();
	ck_assert_str_eq(stands(1, 3), "fixed");
	same_again();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("telling_cut");
	TCase *c = tcase_create("telling_cut");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, tellingkit_open, tellingkit_close);
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, behind_a_cut, 0, 2);
	tcase_add_test(c, cut_and_told);
	tcase_add_loop_test(c, moved_behind_a_cut, 0, 2);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
