/*
 * zqhub.conf(5) says what the table of settings says, word for word. Run
 * from the top of the tree.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "hub/config.h"

#define PAGE "hub/zqhub.conf.5"

START_TEST(test_settings)
{
	static const char *const sections[] = { "", "rule", "receiver" };
	static char page[1 << 17];
	FILE *f = fopen(PAGE, "r");
	struct buf list;
	size_t n;

	ck_assert_msg(f != NULL, PAGE ": not here");
	n = fread(page, 1, sizeof(page) - 1, f);
	page[n] = '\0';
	fclose(f);
	buf_init(&list, sizeof(page));
	config_manual(&list, sections[_i]);
	ck_assert_uint_gt(list.n, 500);
	ck_assert_msg(strstr(page, buf_cstr(&list)) != NULL,
	    PAGE " has another list of settings than hub/config.c; "
	    "it should be:\n%s", buf_cstr(&list));
	buf_clear(&list);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("manual");
	TCase *t = tcase_create("manual");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, test_settings, 0, 3);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
