/*
 * Titles that are one page's, and those that aren't.
 */
#include "hub/likeness.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static bool
is(const char *old, const char *now)
{
	struct buf a, b;
	bool alike;

	buf_init(&a, LIKENESS_PARTS);
	buf_init(&b, LIKENESS_PARTS);
	likeness_parts(&a, span_of(old));
	likeness_parts(&b, span_of(now));
	alike = likeness_is(buf_look(&a), buf_look(&b));
	buf_clear(&a);
	buf_clear(&b);
	return alike;
}

START_TEST(parts)
{
	struct buf b;

	buf_init(&b, LIKENESS_PARTS);
	likeness_parts(&b, SPAN(" 关于防汛的通知（第２号）- 通知公告＿某市 "));
	ck_assert_str_eq(buf_cstr(&b), "关于防汛的通知第2号\n通知公告\n某市\n");
	ck_assert(likeness_has(buf_look(&b), SPAN("通知公告")));
	ck_assert(!likeness_has(buf_look(&b), SPAN("通知")));
	buf_reset(&b);
	likeness_parts(&b, SPAN("COVID-19, 2023-11-22 | e-Mail"));
	ck_assert_str_eq(buf_cstr(&b), "covid1920231122\nemail\n");
	buf_reset(&b);
	likeness_parts(&b, SPAN(" _ - |\xff"));
	ck_assert_str_eq(buf_cstr(&b), "");
	buf_clear(&b);
}
END_TEST

/* What doesn't fit is left out as a whole. */
START_TEST(too_long)
{
	struct buf b;

	buf_init(&b, 12);
	likeness_parts(&b, SPAN("通知_一二三四五"));
	ck_assert_str_eq(buf_cstr(&b), "通知\n");
	buf_clear(&b);
}
END_TEST

START_TEST(one_page)
{
	static const char *const same[][2] = {
		{ "公告 1", "公告　１" },
		{ "公告 1", "公告1_某市人民政府" },
		{ "公告 1 - 旧站", "新站｜公告 1" },
		{ "关于做好防汛工作的通知", "关于做好防汛工作的通知某市人民政府" },
		{ "关于做好防汛工作的通知某市人民政府", "关于做好防汛工作的通知" },
		{ "关于作好防汛抗旱工作的通知", "关于做好防汛抗旱工作的通知" },
		{ "Report 2023", "REPORT  2023 — Town Hall" },
		{ "关于印发《某市规划（2024—2030年）》的通知",
		    "关于印发某市规划2024-2030年的通知_规划计划" },
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		ck_assert_msg(is(same[i][0], same[i][1]), "%s / %s",
		    same[i][0], same[i][1]);
}
END_TEST

START_TEST(another_page)
{
	static const char *const other[][2] = {
		{ "公告 1", "公告 2" }, { "公告 1", "公告 12" },
		{ "公告 12", "公告 2" }, { "公告 1", "首页" },
		{ "某市2023年政府工作报告", "某市2024年政府工作报告" },
		{ "关于做好防汛工作的通知", "某市人民政府门户网站" },
		{ "关于做好防汛工作的通知", "关于表彰先进教师的决定" },
		{ "公告", "公告栏里的事" }, { "", "公告" }, { "公告", "" },
	};

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		ck_assert_msg(!is(other[i][0], other[i][1]), "%s / %s",
		    other[i][0], other[i][1]);
}
END_TEST

static bool
is_stranger(const char *old, const char *now)
{
	struct buf a, b;
	bool stranger;

	buf_init(&a, LIKENESS_PARTS);
	buf_init(&b, LIKENESS_PARTS);
	likeness_parts(&a, span_of(old));
	likeness_parts(&b, span_of(now));
	stranger = likeness_is_stranger(buf_look(&a), buf_look(&b));
	buf_clear(&a);
	buf_clear(&b);
	return stranger;
}

START_TEST(strangers)
{
	ck_assert(is_stranger("郑州市卫生局", "澳门某某娱乐"));
	ck_assert(is_stranger("Henan Province", "Best Odds Casino"));
	ck_assert(!is_stranger("郑州市卫生局", "郑州市卫生健康委员会"));
	ck_assert(!is_stranger("郑州市政府", "欢迎 - 郑州市人民政府门户网站"));
	ck_assert(!is_stranger("郑州市卫生局", "首页"));
	ck_assert(!is_stranger("", "澳门某某娱乐"));
}
END_TEST

/* As much as a hostile page may say. */
START_TEST(very_long)
{
	char a[3 * 200 + 1], b[3 * 200 + 1];

	memset(a, 'a', sizeof(a) - 1);
	memset(b, 'b', sizeof(b) - 1);
	a[sizeof(a) - 1] = b[sizeof(b) - 1] = '\0';
	ck_assert(!is(a, b));
	ck_assert(is(a, a));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("likeness");
	TCase *t = tcase_create("likeness");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, parts);
	tcase_add_test(t, too_long);
	tcase_add_test(t, one_page);
	tcase_add_test(t, another_page);
	tcase_add_test(t, strangers);
	tcase_add_test(t, very_long);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
