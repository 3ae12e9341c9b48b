/*
 * What was seen of an alert's member, in people's words.
 */
#include "hub/alert_detail.h"

#include <check.h>
#include <stdlib.h>

#include "contrib/base/lang.h"

/* What people read for it. */
static const char *
words_of(const char *detail)
{
	static struct buf b;

	buf_clear(&b);
	buf_init(&b, ALERT_DETAIL_TEXT);
	alert_detail_put(&b, span_of(detail));
	return buf_cstr(&b);
}

START_TEST(test_causes)
{
	ck_assert_ptr_nonnull(strstr(words_of("outside"), "home page"));
	ck_assert_ptr_nonnull(strstr(words_of("both"), "home page"));
	ck_assert_ptr_nonnull(strstr(words_of("agent"), "home page answers"));
}
END_TEST

START_TEST(test_homes)
{
	const char *text = words_of("other-domain: www.a.cn -> b.example");

	ck_assert_ptr_null(strstr(text, "other-domain"));
	ck_assert_ptr_nonnull(strstr(text, "www.a.cn -> b.example"));
	ck_assert_ptr_null(strstr(words_of("other-domain"), "other-domain"));
}
END_TEST

/* Numbers, addresses, a later version's words. */
START_TEST(test_others)
{
	ck_assert_str_eq(words_of(""), "");
	ck_assert_str_eq(words_of("-3 +0 !1"), "-3 +0 !1");
	ck_assert_str_eq(words_of("192.0.2.1, 192.0.2.2: x"),
	    "192.0.2.1, 192.0.2.2: x");
	ck_assert_str_eq(words_of("outsides"), "outsides");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alert_detail");
	TCase *t = tcase_create("alert_detail");
	SRunner *r;
	int failed;

	tcase_add_test(t, test_causes);
	tcase_add_test(t, test_homes);
	tcase_add_test(t, test_others);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
