/*
 * Dates in tags, texts and addresses, at UTC+8 unless they say otherwise.
 */
#include "contrib/base/date.h"

#include <check.h>
#include <stdlib.h>

#include "contrib/base/clock.h"

#define ZONE 480

/* What s means, as RFC 3339; "" for no date. */
static const char *
shown(bool found, int64_t ms)
{
	static char text[CLOCK_TEXT_MAX];

	return found ? clock_format(text, ms) : "";
}

START_TEST(test_parse)
{
	static const struct {
		const char *text, *means;
	} cases[] = {
		{ "2023-05-06 10:20", "2023-05-06T02:20:00.000Z" },
		{ "2023-05-06 10:20:30", "2023-05-06T02:20:30.000Z" },
		{ "  2023-05-06\t10:20 ", "2023-05-06T02:20:00.000Z" },
		{ "2023-05-06", "2023-05-05T16:00:00.000Z" },
		{ "2023-5-6 9:05", "2023-05-06T01:05:00.000Z" },
		{ "2023/5/6", "2023-05-05T16:00:00.000Z" },
		{ "2023.05.06 10:20", "2023-05-06T02:20:00.000Z" },
		{ "2023年5月6日", "2023-05-05T16:00:00.000Z" },
		{ "2023年05月06日10时20分", "2023-05-06T02:20:00.000Z" },
		{ "2023年 5月 6日 10：20", "2023-05-06T02:20:00.000Z" },
		{ "20230506", "2023-05-05T16:00:00.000Z" },
		{ "20230506102030", "2023-05-06T02:20:30.000Z" },
		{ "2023-05-06T10:20:30+02:00", "2023-05-06T08:20:30.000Z" },
		{ "2023-05-06T10:20:30Z", "2023-05-06T10:20:30.000Z" },
		{ "2023-05-06 下午3:05", "2023-05-06T07:05:00.000Z" },
		{ "2023-05-06 下午 3:05:09", "2023-05-06T07:05:09.000Z" },
		{ "2023-05-06 上午12:05", "2023-05-05T16:05:00.000Z" },
		{ "2023年5月6日下午3时05分", "2023-05-06T07:05:00.000Z" },
		{ "2023-05-06 3:05:09 PM", "2023-05-06T07:05:09.000Z" },
		{ "5/6/2023 3:05 PM", "" },
		{ "2023/5/6 12:05 am", "2023-05-05T16:05:00.000Z" },
		{ "2023-05-06 12:05PM", "2023-05-06T04:05:00.000Z" },
		{ "2023-05-06 15:05 PM", "2023-05-06T07:05:00.000Z" },
		{ "2023-05-06 下午", "2023-05-05T16:00:00.000Z" },
		{ "2024-02-29 00:00", "2024-02-28T16:00:00.000Z" },
		{ "2023-02-29 00:00", "" }, { "2023-13-01", "" },
		{ "2023-00-10", "" }, { "2023-05-32", "" },
		{ "2023", "" }, { "2023-05", "" }, { "", "" },
		{ "null", "" }, { "23-05-06", "" }, { "9999-01-01 00:00", "" },
		{ "0001-01-01", "" }, { "1970-01-01 08:00", "" },
		{ "2100-01-01T00:00:00Z", "" },
		{ "昨天", "" }, { "2023-05-061", "" },
		{ "Fri Nov 20 15:05:09 CST 2026", "2026-11-20T07:05:09.000Z" },
		{ " Sun Feb 29 00:05:09 GMT+08:00 2032\n",
		    "2032-02-28T16:05:09.000Z" },
		{ "Fri Nov 20 15:05:09 UTC 2026", "2026-11-20T15:05:09.000Z" },
		{ "Fri Nov 20 15:05:09 GMT-0330 2026",
		    "2026-11-20T18:35:09.000Z" },
		{ "Fri Nov 31 15:05:09 CST 2026", "" },
		{ "Fri Nox 20 15:05:09 CST 2026", "" },
		{ "Fri Nov 20 15:05 CST 2026", "" },
		{ "Fri Nov 20 15:05:09 PST 2026", "" },
		{ "Fri Nov 20 15:05:09 GMT+99 2026", "" },
		{ "Fri Nov 20 15:05:09 CST 2026 x", "" },
		{ "发布时间：2026-11-20 15:05", "2026-11-20T07:05:00.000Z" },
		{ "省政府 2026年11月20日", "2026-11-19T16:00:00.000Z" },
		{ "第3期 2026-11-20", "" },
		{ "这里有很多很多很多很多很多字 2026-11-20", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = 0;
		bool found = date_parse(span_of(cases[i].text), ZONE, &ms);

		ck_assert_msg(strcmp(shown(found, ms), cases[i].means) == 0,
		    "[%s] is %s", cases[i].text, shown(found, ms));
	}
}
END_TEST

/* What a person announces is what it says, or nothing. */
START_TEST(test_said)
{
	static const struct {
		const char *text, *means;
	} cases[] = {
		{ "2026-12-01", "2026-11-30T16:00:00.000Z" },
		{ " 2026/12/1 8:30 ", "2026-12-01T00:30:00.000Z" },
		{ "2026年12月1日8时30分", "2026-12-01T00:30:00.000Z" },
		{ "2026-12-01T08:00:00+09:00", "2026-11-30T23:00:00.000Z" },
		{ "20261201080000", "2026-12-01T00:00:00.000Z" },
		{ "2026-12-01 08:00 PM", "" }, { "2026-12-01 下午3:00", "" },
		{ "2026-12-01 3:00pm", "" }, { "2026-12-01 上午", "" },
		{ "2026-12-01 08:60", "" }, { "2026-12-01 08:00 UTC", "" },
		{ "2026-12-01 08:00 +0900", "" }, { "2026-12-01x", "" },
		{ "2026-12-01 25:00", "" }, { "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = 0;
		bool found = date_said(span_of(cases[i].text), ZONE, &ms);

		ck_assert_msg(strcmp(shown(found, ms), cases[i].means) == 0,
		    "[%s] is %s", cases[i].text, shown(found, ms));
	}
}
END_TEST

START_TEST(test_zone)
{
	int64_t ms;

	ck_assert(date_parse(SPAN("2023-05-06 00:00"), 0, &ms));
	ck_assert_str_eq(shown(true, ms), "2023-05-06T00:00:00.000Z");
	ck_assert(date_parse(SPAN("2023-05-06 00:00"), -300, &ms));
	ck_assert_str_eq(shown(true, ms), "2023-05-06T05:00:00.000Z");
}
END_TEST

START_TEST(test_proper)
{
	ck_assert(date_is_proper(SPAN("2023-05-06 10:20")));
	ck_assert(date_is_proper(SPAN("2023-05-06 10:20:30")));
	ck_assert(!date_is_proper(SPAN("2023-05-06")));
	ck_assert(!date_is_proper(SPAN("2023-5-6 10:20")));
	ck_assert(!date_is_proper(SPAN("2023/05/06 10:20")));
	ck_assert(!date_is_proper(SPAN("2023-02-30 10:20")));
	ck_assert(!date_is_proper(SPAN("2023-05-06 99:20")));
	ck_assert(!date_is_proper(SPAN("2023-05-06 10:20 ")));
}
END_TEST

START_TEST(test_text)
{
	static const struct {
		const char *text, *means;
	} cases[] = {
		{ "来源：x 发布时间：2023-05-06 10:20 浏览：5",
		    "2023-05-06T02:20:00.000Z" },
		{ "发布日期  2023年5月6日 字体", "2023-05-05T16:00:00.000Z" },
		{ "发布时间：2023-5-6 下午 03:05 浏览",
		    "2023-05-06T07:05:00.000Z" },
		{ "发布时间：\xc2\xa0\xe3\x80\x80 2023/5/6",
		    "2023-05-05T16:00:00.000Z" },
		{ "时间：2023-05-06", "2023-05-05T16:00:00.000Z" },
		{ "会议时间：2023-05-06", "" },
		{ "截止日期：2023-05-06", "" },
		{ "时间：2020-01-01 发布时间：2023-05-06",
		    "2023-05-05T16:00:00.000Z" },
		{ "发布时间：12 发布时间：2023-05-06",
		    "2023-05-05T16:00:00.000Z" },
		{ "发布时间：不详，本文共有很多很多很多很多很多很多很多字"
		    "2023-05-06", "" },
		{ "发布时间", "" }, { "2023-05-06", "" }, { "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = 0;
		bool found = date_in_text(span_of(cases[i].text), ZONE, &ms);

		ck_assert_msg(strcmp(shown(found, ms), cases[i].means) == 0,
		    "[%s] is %s", cases[i].text, shown(found, ms));
	}
}
END_TEST

START_TEST(test_url)
{
	static const struct {
		const char *url, *means;
	} cases[] = {
		{ "http://a.cn/2023-05/06/content_1.htm", "2023-05-05" },
		{ "http://a.cn/art/2023/5/6/art_29_12345.html", "2023-05-05" },
		{ "http://a.cn/xw/202305/t20230506_123.shtml", "2023-05-05" },
		{ "http://a.cn/20230506/1.html", "2023-05-05" },
		{ "http://a.cn/2023-05-06/1.html", "2023-05-05" },
		{ "http://a.cn/202305/06/1.html", "2023-05-05" },
		{ "http://a.cn/20230506.html", "2023-05-05" },
		{ "http://a.cn/content/post_123456789.html", "" },
		{ "http://a.cn/202305/1234.html", "" },
		{ "http://a.cn/202305/12_3.html", "" },
		{ "http://a.cn/20231399/1.html", "" },
		{ "http://a.cn/art/1999/2/30/art.html", "" },
		{ "http://a.cn/col/col20230506123/index.html", "" },
		{ "http://a.cn/x?d=/2023/5/6/", "" },
		{ "http://a.cn/", "" }, { "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = 0;
		bool found = date_in_url(span_of(cases[i].url), ZONE, &ms);

		ck_assert_msg(found == (cases[i].means[0] != '\0') &&
		    strncmp(shown(found, ms), cases[i].means,
		    strlen(cases[i].means)) == 0, "[%s] is %s", cases[i].url,
		    shown(found, ms));
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_parse, test_said, test_zone,
		test_proper, test_text, test_url };
	Suite *s = suite_create("date");
	TCase *tc = tcase_create("date");
	SRunner *runner;
	int failed;

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
