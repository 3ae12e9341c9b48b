/*
 * Character sets: what the bytes are, whatever they say they are.
 */
#include "contrib/base/charset.h"

#include <check.h>
#include <stdlib.h>

#include "contrib/base/text.h"

/* 中文网页 in several coats. */
#define IN_UTF8 "\xe4\xb8\xad\xe6\x96\x87\xe7\xbd\x91\xe9\xa1\xb5"
#define IN_GBK "\xd6\xd0\xce\xc4\xcd\xf8\xd2\xb3"
#define IN_BIG5 "\xa4\xa4\xa4\xe5\xba\xf4\xad\xb6"	/* 中文網頁 */
#define META(label) "<meta charset=" label ">"

static struct charset *charset;
static struct charset_found found;
static struct buf out;

static void
set_up(void)
{
	charset = charset_open();
	buf_init(&out, 1u << 20);
}

static void
tear_down(void)
{
	buf_clear(&out);
	charset_close(charset);
}

static void
ck_reads(struct span page, enum charset_name is, const char *end)
{
	size_t n = strlen(end);

	buf_reset(&out);
	charset_convert(charset, &out, page, &found);
	ck_assert(text_is_utf8(buf_look(&out)));
	ck_assert_msg(found.is == is, "%.*s: is %s, not %s", SPAN_ARGS(page),
	    charset_text(found.is), charset_text(is));
	ck_assert_msg(out.n >= n && memcmp(out.at + out.n - n, end, n) == 0,
	    "reads as %s", buf_cstr(&out));
}

#define READS(page, is, end) ck_reads(SPAN(page), is, end)

START_TEST(test_honest)
{
	READS(META("utf-8") IN_UTF8, CHARSET_UTF8, IN_UTF8);
	READS(META("GBK") IN_GBK, CHARSET_GB18030, IN_UTF8);
	READS(META("'gb2312'") IN_GBK, CHARSET_GB18030, IN_UTF8);
	READS(META("big5") IN_BIG5, CHARSET_BIG5, "中文網頁");
	READS(META("iso-8859-1") "caf\xe9", CHARSET_LATIN, "caf\xc3\xa9");
	READS(META("gb18030") "\x95\x32\x82\x36", CHARSET_GB18030, "𠀀");
	ck_assert(!found.wrong);
	ck_assert_uint_eq(found.bad, 0);
}
END_TEST

START_TEST(test_liars)
{
	READS(META("utf-8") IN_GBK, CHARSET_GB18030, IN_UTF8);
	ck_assert(found.wrong);
	READS(META("gb2312") IN_UTF8, CHARSET_UTF8, IN_UTF8);
	ck_assert(found.wrong);
	READS(META("iso-8859-1") IN_GBK, CHARSET_GB18030, IN_UTF8);
	ck_assert(found.wrong);
	READS(META("iso-8859-1") IN_UTF8, CHARSET_UTF8, IN_UTF8);
	ck_assert(found.wrong);
	ck_assert_uint_eq(found.bad, 0);
}
END_TEST

START_TEST(test_silent)
{
	READS(IN_UTF8, CHARSET_UTF8, IN_UTF8);
	READS(IN_GBK, CHARSET_GB18030, IN_UTF8);
	ck_assert_int_eq(found.declared, CHARSET_NONE);
	ck_assert(!found.wrong);
	READS("plain", CHARSET_UTF8, "plain");
	ck_assert(found.ascii);
	READS("", CHARSET_UTF8, "");
}
END_TEST

/* GBK of two-byte pairs that also are UTF-8: the declaration decides. */
START_TEST(test_ambiguous)
{
	READS(META("gbk") "\xc4\xa3\xc4\xa3", CHARSET_GB18030, "模模");
	READS(META("utf-8") "\xc4\xa3\xc4\xa3", CHARSET_UTF8, "ģģ");
}
END_TEST

/* Titles that are UTF-8 in either coat. */
static const char *const titles[] = {
	"通知", "目录", "未知", "状态", "站群", "展示", "农业", "图片", "系统",
	"摘要", "平台", "统一", "模式", "失效", "实施", "投注", "委员",
	"全省", "省委", "小时", "取证", "筛选", "目前", "确权", "职业", "压实",
	"实效", "预约", "学习", "学校", "志愿", "签约", "食品", "药品", "医院",
	"实时", "停止", "同时", "前台", "水位", "私钥", "唯一", "准确", "时时",
	"录取", "营业", "校训", "史实", "通讯", "校园", "医药",
};

static void
put_gbk(struct buf *page, const char *text)
{
	for (struct span s = span_of(text); s.n > 0;) {
		const char *at = s.at;

		(void)text_next(&s);
		ck_assert(charset_write(charset, page, (struct span){ at,
		    (size_t)(s.at - at) }, CHARSET_GB18030));
	}
}

START_TEST(test_short)
{
	struct buf page;

	buf_init(&page, 1024);
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		buf_text(&page, "<html><title>");
		put_gbk(&page, titles[i]);
		ck_reads(buf_look(&page), CHARSET_GB18030, titles[i]);
		ck_assert(!found.wrong);
		buf_reset(&page);
		buf_printf(&page, "<html><title>%s", titles[i]);
		ck_reads(buf_look(&page), CHARSET_UTF8, titles[i]);
		buf_reset(&page);
	}
	buf_clear(&page);
}
END_TEST

/* What is two bytes a character in other languages stays what it is. */
START_TEST(test_short_utf8)
{
	static const char *const texts[] = {
		"© 2026", "café naïve élève", "§§ 5",
		"»» more", "5 µm ± 2°", "½·¾", "Привет мир", "да", "ею", "і є",
		"үг Монгол өө", "Ελλάδα", "και", "α·β", "שלום עולם",
		"مرحبا", "ئۇيغۇر", "Հայաստան", "Øæ b", "ügy", "ñandú",
		"<html lang=zh>© a·b", "<html lang=zh>»»",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_reads(span_of(texts[i]), CHARSET_UTF8, texts[i]);
}
END_TEST

/* Where both make sense the page's language decides. */
START_TEST(test_short_language)
{
	READS("<title>\xd0\xa1\xd0\xb4", CHARSET_UTF8, "Сд");
	READS("<html><p lang=\"zh\">\xd0\xa1\xd0\xb4", CHARSET_UTF8, "Сд");
	READS("<html lang=\"zh-CN\">\xd0\xa1\xd0\xb4", CHARSET_GB18030,
	    "小写");
	READS("<!DOCTYPE html><HTML LANG=zh>\xc2\xbd\xc2\xb7",
	    CHARSET_GB18030, "陆路");
	READS("<html lang=\"ru\">\xd0\xa1\xd0\xb4", CHARSET_UTF8, "Сд");
	READS("<html lang=\"zh\">" META("utf-8") "\xd0\xa1\xd0\xb4",
	    CHARSET_UTF8, "Сд");
	READS("\xef\xbb\xbf\xcd\xa8\xd6\xaa", CHARSET_UTF8, "\xcd\xa8\xd6\xaa");
	READS(META("utf-8") "\xcd\xa8\xd6\xaa", CHARSET_UTF8,
	    "\xcd\xa8\xd6\xaa");
	READS("\xcd\xa8\xd6\xaa \xe4\xb8\xad", CHARSET_UTF8, "中");
}
END_TEST

START_TEST(test_marks)
{
	READS("\xef\xbb\xbf" IN_UTF8, CHARSET_UTF8, IN_UTF8);
	ck_assert(found.mark);
	ck_assert_uint_eq(out.n, sizeof(IN_UTF8) - 1);
	READS("\xff\xfe\x2d\x4e\x87\x65", CHARSET_UTF16LE, "中文");
	READS("\xfe\xff\x4e\x2d\x65\x87", CHARSET_UTF16BE, "中文");
	READS("\xfe\xff\x4e\x2d\x65", CHARSET_UTF16BE, "中\xef\xbf\xbd");
	READS("\xef\xbb\xbf" META("gbk") IN_GBK, CHARSET_GB18030, IN_UTF8);
}
END_TEST

/* A few bad bytes spoil no page, and are counted. */
START_TEST(test_bad_bytes)
{
	READS(META("utf-8") "\n\n" IN_UTF8 IN_UTF8 "\xff" IN_UTF8,
	    CHARSET_UTF8, "\xef\xbf\xbd" IN_UTF8);
	ck_assert_uint_eq(found.bad, 1);
	ck_assert_uint_eq(found.bad_line, 3);
	ck_assert(!found.wrong);
	READS(META("gbk") IN_GBK "\xff<b>" IN_GBK, CHARSET_GB18030,
	    IN_UTF8 "\xef\xbf\xbd<b>" IN_UTF8);
	ck_assert_uint_eq(found.bad, 1);
	READS(META("gbk") IN_GBK "\xd6<b>", CHARSET_GB18030,
	    "\xef\xbf\xbd<b>");
}
END_TEST

/* What Windows writes for it in its GBK, as browsers read it. */
START_TEST(test_euro)
{
	READS(META("gbk") IN_GBK "\x80" "10 \x80", CHARSET_GB18030,
	    IN_UTF8 "€10 €");
	ck_assert_uint_eq(found.bad, 0);
	READS(META("gbk") IN_GBK "\xd6\x80", CHARSET_GB18030,
	    IN_UTF8 "謤");
	READS(META("gbk") IN_GBK "\xff\x80", CHARSET_GB18030,
	    IN_UTF8 "\xef\xbf\xbd€");
	ck_assert_uint_eq(found.bad, 1);
}
END_TEST

/* Something in another set was put into a page: the greater part decides. */
START_TEST(test_mixed)
{
	READS(META("utf-8") IN_UTF8 IN_UTF8 "<p>" IN_GBK "<p>" IN_UTF8,
	    CHARSET_UTF8, "<p>" IN_UTF8);
	ck_assert_uint_gt(found.bad, 0);
	READS(IN_UTF8 IN_UTF8 "<p>" IN_GBK "<p>" IN_UTF8, CHARSET_UTF8,
	    "<p>" IN_UTF8);
	READS(META("utf-8") IN_GBK IN_GBK IN_GBK IN_UTF8 "<p>" IN_GBK,
	    CHARSET_GB18030, "<p>" IN_UTF8);
	READS(META("gbk") IN_UTF8 "<p>" IN_GBK, CHARSET_GB18030,
	    "<p>" IN_UTF8);
}
END_TEST

START_TEST(test_declared)
{
	uint32_t line;
	char far[8192];

	ck_assert_int_eq(charset_declared(SPAN("<html>\n<META HTTP-EQUIV="
	    "\"Content-Type\"\nCONTENT=\"text/html; charset = GB2312\">"),
	    &line), CHARSET_GB18030);
	ck_assert_uint_eq(line, 2);
	ck_assert_int_eq(charset_declared(SPAN("<!-- <meta charset=gbk> -->"
	    "<meta charset=utf-8>"), &line), CHARSET_UTF8);
	ck_assert_int_eq(charset_declared(SPAN("<?xml version='1.0' "
	    "encoding='gbk'?>"), &line), CHARSET_GB18030);
	ck_assert_int_eq(charset_declared(SPAN("<meta charset=klingon>"),
	    &line), CHARSET_NONE);
	ck_assert_int_eq(charset_declared(SPAN("charset=gbk <meta charset"),
	    &line), CHARSET_NONE);
	memset(far, ' ', sizeof(far));
	memcpy(far + 4080, "<meta charset=gbk>", 18);
	ck_assert_int_eq(charset_declared((struct span){ far, sizeof(far) },
	    &line), CHARSET_NONE);
	memcpy(far + 4000, "<meta charset=gbk>", 18);
	ck_assert_int_eq(charset_declared((struct span){ far, sizeof(far) },
	    &line), CHARSET_GB18030);
}
END_TEST

/* One HKSCS letter may be two characters, the second held back. */
START_TEST(test_held_back)
{
	READS(META("big5") "\x88\x62", CHARSET_BIG5, "\xc3\x8a\xcc\x84");
	READS(META("big5") "\x88\x66\xa4\xa4", CHARSET_BIG5, "Ê中");
}
END_TEST

/* No state is left over from the page before. */
START_TEST(test_again)
{
	READS(META("big5") IN_BIG5 "\xa4", CHARSET_BIG5, "\xef\xbf\xbd");
	READS(META("big5") IN_BIG5, CHARSET_BIG5, "中文網頁");
	ck_assert_uint_eq(found.bad, 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_honest, test_liars, test_silent,
		test_ambiguous, test_short, test_short_utf8,
		test_short_language, test_marks, test_bad_bytes, test_euro,
		test_mixed, test_declared, test_held_back, test_again };
	Suite *s = suite_create("charset");
	TCase *tc = tcase_create("charset");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
