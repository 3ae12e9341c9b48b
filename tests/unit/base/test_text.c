/* text, buf, units: what people write, also people who mean no good. */
#include "contrib/base/buf.h"
#include "contrib/base/text.h"
#include "contrib/base/text_narrow.h"
#include "contrib/base/units.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

static struct buf b;

static const char *
folded(const char *text)
{
	buf_reset(&b);
	ck_assert(text_fold(&b, span_of(text)));
	return buf_cstr(&b);
}

static const char *
padded(struct span s, size_t columns)
{
	buf_reset(&b);
	text_pad(&b, s, columns);
	return buf_cstr(&b);
}

START_TEST(buf_stops_at_its_ceiling)
{
	struct buf c;

	buf_init(&c, 5);
	ck_assert_str_eq(buf_cstr(&c), "");
	buf_text(&c, "abc");
	buf_printf(&c, "%s", "def");
	ck_assert(c.bad);
	ck_assert_str_eq(buf_cstr(&c), "abc");
	buf_byte(&c, 'x');
	ck_assert_str_eq(buf_cstr(&c), "abc");
	buf_reset(&c);
	buf_printf(&c, "%d", 12345);
	ck_assert(!c.bad);
	buf_drop(&c, 2);
	ck_assert_str_eq(buf_cstr(&c), "345");
	buf_cut(&c, 1);
	ck_assert_str_eq(buf_cstr(&c), "3");
	buf_clear(&c);
	for (int i = 0; i < 100000; i++)
		buf_text(&b, "0123456789");
	ck_assert_uint_eq(b.n, 1000000);
}
END_TEST

START_TEST(numbers_are_digits_within_bounds)
{
	uint64_t n = 7;

	ck_assert(text_number(SPAN("18446744073709551615"), 0, UINT64_MAX,
	    &n));
	ck_assert(n == UINT64_MAX);
	ck_assert(!text_number(SPAN("18446744073709551616"), 0, UINT64_MAX,
	    &n));
	ck_assert(!text_number(SPAN("99999999999999999999999"), 0,
	    UINT64_MAX, &n));
	ck_assert(!text_number(SPAN(""), 0, 9, &n));
	ck_assert(!text_number(SPAN_NONE, 0, 9, &n));
	ck_assert(!text_number(SPAN("+1"), 0, 9, &n));
	ck_assert(!text_number(SPAN("1 "), 0, 9, &n));
	ck_assert(!text_number(SPAN("10"), 0, 9, &n));
	ck_assert(!text_number(SPAN("1"), 2, 9, &n));
	ck_assert(n == UINT64_MAX);
}
END_TEST

START_TEST(utf8_is_rfc_3629)
{
	ck_assert(text_is_utf8(SPAN("政务 \xf0\x9f\x98\x80")));
	ck_assert(text_is_utf8(SPAN("a\0b")));
	ck_assert(text_is_utf8(SPAN_NONE));
	ck_assert(!text_is_utf8(SPAN("\xc0\xaf")));
	ck_assert(!text_is_utf8(SPAN("\xe0\x80\xaf")));
	ck_assert(!text_is_utf8(SPAN("\xed\xa0\x80")));
	ck_assert(!text_is_utf8(SPAN("\xf4\x90\x80\x80")));
	ck_assert(!text_is_utf8(SPAN("\xe6\x94")));
	ck_assert(!text_is_utf8(SPAN("\xff")));
}
END_TEST

/* The quick look says what libunistring says, wherever the odd byte is. */
START_TEST(utf8_is_what_the_library_says)
{
	static const char page[] = "<p>政务公开，“一网通办”。</p>"
	    "\xef\xbf\xbf\xee\x80\x80\xed\x9f\xbf\xc2\xa0"
	    "\xf0\x9f\x98\x80 plain ascii at the end";
	static const uint8_t odd[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc1, 0xc2,
		0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf4, 0xff };
	uint8_t text[sizeof(page)];

	for (size_t n = 0; n < sizeof(page); n++) {
		for (size_t i = 0; i < n * sizeof(odd); i++) {
			struct span s = { .at = (char *)text, .n = n };

			memcpy(text, page, sizeof(page));
			text[i / sizeof(odd)] = odd[i % sizeof(odd)];
			ck_assert_int_eq(text_is_utf8(s),
			    u8_check(text, n) == NULL);
		}
	}
}
END_TEST

START_TEST(next_ends_on_any_bytes)
{
	struct span s = SPAN("\xe6\x94\xbf" "\x80" "a\xf0\x9f");

	ck_assert_uint_eq(text_next(&s), 0x653f);
	ck_assert_uint_eq(text_next(&s), UINT32_MAX);
	ck_assert_uint_eq(text_next(&s), 'a');
	ck_assert_uint_eq(text_next(&s), UINT32_MAX);
	ck_assert_uint_eq(text_next(&s), UINT32_MAX);
	ck_assert_uint_eq(s.n, 0);
	ck_assert_uint_eq(text_next(&s), UINT32_MAX);
}
END_TEST

START_TEST(cut_and_trim_keep_characters_whole)
{
	ck_assert_uint_eq(text_cut(SPAN("政务"), 5).n, 3);
	ck_assert_uint_eq(text_cut(SPAN("政务"), 6).n, 6);
	ck_assert_uint_eq(text_cut(SPAN("政务"), 2).n, 0);
	ck_assert_uint_eq(text_cut(SPAN("ab"), 1).n, 1);
	ck_assert(span_is(text_trim(SPAN(" \t\xe3\x80\x80" "a b\xc2\xa0\n")),
	    SPAN("a b")));
	ck_assert_uint_eq(text_trim(SPAN(" \r\n\xe3\x80\x80")).n, 0);
	ck_assert(text_is_blank(SPAN("")) && text_is_blank(SPAN(" \t\r\n")));
	ck_assert(text_is_blank(SPAN("\xef\xbb\xbf \n")));
	ck_assert(!text_is_blank(SPAN(" \xef\xbb\xbf")));
	ck_assert(!text_is_blank(SPAN(" \n<")));
	ck_assert(text_same_nocase(SPAN("Host"), SPAN("hOST")));
	ck_assert(!text_same_nocase(SPAN("Host"), SPAN("Hos")));
	ck_assert(text_starts(SPAN("abc"), "ab"));
	ck_assert(!text_starts(SPAN("a"), "ab"));
	ck_assert(span_is(text_last_name(SPAN("/a/b.html")), SPAN("b.html")));
	ck_assert(span_is(text_last_name(SPAN("b.html")), SPAN("b.html")));
	ck_assert_uint_eq(text_last_name(SPAN("a/")).n, 0);
	ck_assert_uint_eq(text_last_name(SPAN_NONE).n, 0);
}
END_TEST

START_TEST(width_is_what_a_terminal_shows)
{
	ck_assert_uint_eq(text_width(SPAN("政务a")), 5);
	ck_assert_uint_eq(text_width(SPAN("e\xcc\x81")), 1);
	ck_assert_str_eq(padded(SPAN("政务公开"), 6), "政务… ");
	ck_assert_str_eq(padded(SPAN("政务公开"), 7), "政务公…");
	ck_assert_str_eq(padded(SPAN("ab"), 4), "ab  ");
	ck_assert_str_eq(padded(SPAN("abc"), 0), "");
	ck_assert_str_eq(padded(SPAN("a\x1b[2Jb"), 8),
	    "a\xef\xbf\xbd[2Jb  ");
	ck_assert_str_eq(padded(SPAN("\xff\xe2\x80\xae"), 2),
	    "\xef\xbf\xbd\xef\xbf\xbd");
	ck_assert_str_eq(padded(SPAN("\u200f\u061c\u2069\u200d" "a"), 4),
	    "\ufffd\ufffd\ufffd\u200d" "a");
}
END_TEST

START_TEST(hex_and_base32_have_one_spelling)
{
	unsigned char out[10];

	buf_reset(&b);
	text_hex(&b, "\x00\xfe\x10", 3);
	ck_assert_str_eq(buf_cstr(&b), "00fe10");
	ck_assert(text_unhex(SPAN("00FE10"), out, 3));
	ck_assert(memcmp(out, "\x00\xfe\x10", 3) == 0);
	ck_assert(!text_unhex(SPAN("00fe1"), out, 3));
	ck_assert(!text_unhex(SPAN("00fe1g"), out, 3));
	buf_reset(&b);
	text_base32(&b, "foobar", 6);
	ck_assert_str_eq(buf_cstr(&b), "mzxw6ytboi");	/* RFC 4648 §10 */
	ck_assert(text_unbase32(SPAN("MZXW6ytboi"), out, 6));
	ck_assert(memcmp(out, "foobar", 6) == 0);
	ck_assert(!text_unbase32(SPAN("mzxw6ytboj"), out, 6));
	ck_assert(!text_unbase32(SPAN("mzxw6ytbo1"), out, 6));
	ck_assert(!text_unbase32(SPAN("mzxw6ytbo"), out, 6));
}
END_TEST

/* RFC 4648 section 10, and what is not in it. */
START_TEST(base64_has_one_spelling)
{
	static const char *const good[][2] = { { "", "" }, { "f", "Zg==" },
		{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };
	static const char *const bad[] = { "Z", "Zg", "Zg=", "=", "====",
		"Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v=", "Zm9 ",
		"Zm9v\n", "Zm-_", "Zm8=Zm9v", "Z=g=" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		buf_reset(&b);
		text_base64(&b, good[i][0], strlen(good[i][0]));
		ck_assert_str_eq(buf_cstr(&b), good[i][1]);
		buf_reset(&b);
		ck_assert(text_unbase64(&b, span_of(good[i][1])));
		ck_assert_str_eq(buf_cstr(&b), good[i][0]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!text_unbase64(&b, span_of(bad[i])), "%s",
		    bad[i]);

	unsigned char all[256], back[256];

	for (unsigned i = 0; i < 256; i++)
		all[i] = (unsigned char)(255 - i);
	buf_reset(&b);
	text_base64(&b, all, 256);
	ck_assert_uint_eq(b.n, 344);

	struct buf out;

	buf_init(&out, 256);
	ck_assert(text_unbase64(&out, buf_look(&b)));
	ck_assert_uint_eq(out.n, 256);
	memcpy(back, out.at, 256);
	ck_assert_mem_eq(back, all, 256);
	buf_clear(&out);
}
END_TEST

START_TEST(folding_goes_both_ways_to_the_same)
{
	ck_assert_str_eq(folded("关于《ＡＢＣ》　的  通知\n！"),
	    "关于《abc》 的 通知 !");
	ck_assert_str_eq(folded("Straße"), "strasse");
	ck_assert_str_eq(folded("ﬁ Å ①"), "fi å 1");
	/* The same text with a character for the long way at its end. */
	ck_assert_str_eq(folded("关于《ＡＢＣ》　的  通知\n！é"),
	    "关于《abc》 的 通知 !é");
	/* A mark may compose with ASCII before it. */
	ck_assert_str_eq(folded("e\xcc\x81"), "é");
	ck_assert_str_eq(folded(""), "");
}
END_TEST

START_TEST(what_nobody_sees_is_not_compared)
{
	ck_assert_str_eq(folded("关于\u200b做好防\ufeff汛工\u200d作的通\u00ad知"),
	    "关于做好防汛工作的通知");
	ck_assert_str_eq(folded("a \u200b b"), "a b");
	ck_assert_str_eq(folded("e\u200d\u0301"), "é");
	ck_assert_str_eq(folded("葛\U000e0100"), "葛");
	ck_assert_str_eq(folded("\u200b"), "");
	/* That has a width. */
	ck_assert_str_eq(folded("a\u2009b"), "a b");
}
END_TEST

START_TEST(brackets_are_one)
{
	static const char *const texts[] = {
		"〔2026〕12号", "[2026]12号", "(2026)12号", "【2026】12号",
		"［2026］12号", "（2026）12号",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_str_eq(folded(texts[i]), "(2026)12号");
	ck_assert_str_eq(folded("〔é〕《》「」{}"), "(é)《》「」{}");
}
END_TEST

START_TEST(folding_refuses_what_is_no_utf8)
{
	buf_reset(&b);
	buf_text(&b, "kept");
	ck_assert(!text_fold(&b, SPAN("政务\xff")));
	ck_assert(!text_fold(&b, SPAN("a\xe6\x94")));
	ck_assert(!text_fold(&b, SPAN("a\xed\xa0\x80")));
	ck_assert_str_eq(buf_cstr(&b), "kept");
}
END_TEST

START_TEST(every_quick_character_is_what_unicode_says)
{
	struct buf one, slow;

	/* With ß behind it, a text takes the long way ("ss"). */
	buf_init(&one, 100);
	buf_init(&slow, 100);
	for (uint32_t c = 1; c <= 0xffff; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		buf_reset(&one);
		buf_reset(&slow);
		text_put_char(&one, c);
		buf_text(&one, "\xc3\x9f");
		ck_assert(text_fold(&slow, buf_look(&one)));
		buf_cut(&slow, slow.n - 2);
		buf_cut(&one, one.n - 2);
		ck_assert_str_eq(folded(buf_cstr(&one)), buf_cstr(&slow));
	}
	buf_clear(&one);
	buf_clear(&slow);
}
END_TEST

START_TEST(a_shell_takes_it_as_one_word)
{
	static const char *const words[] = { "/srv/hub", "/srv/the hub",
		"it's", "''", "a\"b", "$(id)", "`id`", "a;b", "~", "*",
		"\\", "/srv/门户", "", "a\nb", "!x", "#x" };
	struct buf command;
	char out[64];
	size_t n;
	FILE *f;

	ck_assert_str_eq(text_shell(&b, "/srv/hub_1.2"), "/srv/hub_1.2");
	ck_assert_str_eq(text_shell(&b, "/srv/门户"), "/srv/门户");
	ck_assert_str_eq(text_shell(&b, "/srv/the hub"), "'/srv/the hub'");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		buf_init(&command, 1024);
		buf_printf(&command, "printf %%s %s", text_shell(&b, words[i]));
		f = popen(buf_cstr(&command), "r");
		ck_assert_ptr_nonnull(f);
		n = fread(out, 1, sizeof(out) - 1, f);
		out[n] = '\0';
		ck_assert_int_eq(pclose(f), 0);
		ck_assert_str_eq(out, words[i]);
		buf_clear(&command);
	}
}
END_TEST

START_TEST(narrow_as_typed)
{
	struct buf to;

	buf_init(&to, 200);
	ck_assert(text_narrow(&to, SPAN("３３０２０ａｂＺ　０２：００－０４：００—−–　x\ufeff\u200b１")));
	ck_assert_str_eq(buf_cstr(&to), "33020abZ 02:00-04:00--- x1");
	buf_reset(&to);
	ck_assert(text_narrow(&to, SPAN("郑州-1 \u00e9")));
	ck_assert_str_eq(buf_cstr(&to), "郑州-1 \u00e9");
	buf_reset(&to);
	ck_assert(!text_narrow(&to, SPAN("１\xff")));
	ck_assert_uint_eq(to.n, 0);
	buf_clear(&to);
}
END_TEST

START_TEST(units_read_and_write)
{
	char text[UNITS_TEXT_MAX];
	uint64_t n = 1;

	ck_assert(units_parse_bytes(SPAN("64k"), &n) && n == 65536);
	ck_assert(units_parse_bytes(SPAN("4096"), &n) && n == 4096);
	ck_assert(units_parse_time(SPAN("90d"), &n) && n == 7776000000);
	ck_assert(units_parse_time(SPAN("500ms"), &n) && n == 500);
	ck_assert(units_parse_time(SPAN("0"), &n) && n == 0);
	ck_assert(!units_parse_time(SPAN("5"), &n));
	ck_assert(!units_parse_time(SPAN_NONE, &n));
	ck_assert(!units_parse_bytes(SPAN("99999999999G"), &n));
	ck_assert(!units_parse_bytes(SPAN("-1k"), &n));
	ck_assert(!units_parse_bytes(SPAN("1kk"), &n));
	ck_assert_str_eq(units_format_bytes(text, 65536), "64k");
	ck_assert_str_eq(units_format_bytes(text, 0), "0");
	ck_assert_str_eq(units_format_time(text, 90061000), "90061s");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("text");
	TCase *t = tcase_create("text");
	SRunner *r;
	int failed;

	buf_init(&b, 2 << 20);
	tcase_add_test(t, buf_stops_at_its_ceiling);
	tcase_add_test(t, numbers_are_digits_within_bounds);
	tcase_add_test(t, utf8_is_rfc_3629);
	tcase_add_test(t, utf8_is_what_the_library_says);
	tcase_add_test(t, next_ends_on_any_bytes);
	tcase_add_test(t, cut_and_trim_keep_characters_whole);
	tcase_add_test(t, width_is_what_a_terminal_shows);
	tcase_add_test(t, hex_and_base32_have_one_spelling);
	tcase_add_test(t, base64_has_one_spelling);
	tcase_add_test(t, folding_goes_both_ways_to_the_same);
	tcase_add_test(t, what_nobody_sees_is_not_compared);
	tcase_add_test(t, brackets_are_one);
	tcase_add_test(t, folding_refuses_what_is_no_utf8);
	tcase_add_test(t, every_quick_character_is_what_unicode_says);
	tcase_add_test(t, a_shell_takes_it_as_one_word);
	tcase_add_test(t, units_read_and_write);
	tcase_add_test(t, narrow_as_typed);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	buf_clear(&b);
	return failed != 0;
}
