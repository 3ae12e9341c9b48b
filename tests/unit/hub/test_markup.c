/*
 * Markup: whatever bytes come, what goes out can stand in HTML, XML or an
 * address, and says the same.
 */
#include "hub/markup.h"

#include <libxml/parser.h>

#include "contrib/base/clock.h"
#include "tests/unit/hub/web_bed.h"

typedef void markup_fn(struct buf *b, struct span s);

static const char *
made(struct buf *b, markup_fn *f, struct span s)
{
	buf_init(b, 1 << 20);
	f(b, s);
	ck_assert(!b->bad);
	return buf_cstr(b);
}

static const struct {
	markup_fn *f;
	struct span in;
	const char *out;
} cases[] = {
	{ markup_text, SPAN(""), "" },
	{ markup_text, SPAN("<a href=\"x\" b='y'>&amp;</a>"),
	    "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;" },
	{ markup_text, SPAN("\xe6\x94\xbf\xe5\x8a\xa1 \xf0\xa0\x80\x80\t\n"),
	    "\xe6\x94\xbf\xe5\x8a\xa1 \xf0\xa0\x80\x80\t\n" },
	/* controls, halves of characters, surrogates, U+FFFE, over-long */
	{ markup_text, SPAN("a\0b\x01\x1b[2Jc"),
	    "a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd[2Jc" },
	{ markup_text, SPAN("\xe6\x94"), "\xef\xbf\xbd\xef\xbf\xbd" },
	{ markup_text, SPAN("\xe6<"), "\xef\xbf\xbd&lt;" },
	{ markup_text, SPAN("\xed\xa0\x80"),
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ markup_text, SPAN("\xef\xbf\xbe"), "\xef\xbf\xbd" },
	{ markup_text, SPAN("\xc0\xbc"), "\xef\xbf\xbd\xef\xbf\xbd" },
	/* what turns the line; not a mark or a joiner */
	{ markup_text, SPAN("a\u202Egpj.exe\u202C\u202A\u2066\u2069\u2028"),
	    "a\ufffdgpj.exe\ufffd\ufffd\ufffd\ufffd\ufffd" },
	{ markup_text, SPAN("\u200ea\u200f\u200db"),
	    "\u200ea\u200f\u200db" },
	{ markup_argument, SPAN("az-AZ_09.~"), "az-AZ_09.~" },
	{ markup_argument, SPAN("a b&c=d/e?f#g%h+\"'<>"),
	    "a%20b%26c%3Dd%2Fe%3Ff%23g%25h%2B%22%27%3C%3E" },
	{ markup_argument, SPAN("\xe6\x94\xbf\0\xff"), "%E6%94%BF%00%FF" },
	{ markup_href, SPAN("https://a.gov.cn/?a=1&b=\"2\""),
	    "https://a.gov.cn/?a=1&amp;b=&quot;2&quot;" },
	{ markup_href, SPAN("http://a.gov.cn/"), "http://a.gov.cn/" },
	{ markup_href, SPAN("javascript:alert(1)"), "#" },
	{ markup_href, SPAN("data:text/html,x"), "#" },
	{ markup_href, SPAN("//evil/"), "#" },
	{ markup_href, SPAN(" https://a/"), "#" },
	{ markup_href, SPAN("httpsx://a/"), "#" },
	{ markup_href, SPAN(""), "#" },
	{ markup_url, SPAN("https://a.gov.cn/%E6%94%BF?a=1&b=2"),
	    "https://a.gov.cn/\xe6\x94\xbf?a=1&amp;b=2" },
	{ markup_url, SPAN("https://a.gov.cn/%3Cb%3E%22"),
	    "https://a.gov.cn/%3Cb%3E%22" },
};

START_TEST(test_case)
{
	struct buf b;

	ck_assert_str_eq(made(&b, cases[_i].f, cases[_i].in), cases[_i].out);
	buf_clear(&b);
}
END_TEST

/* Every pair of bytes, read back by somebody else's parser. */
START_TEST(test_any_bytes_are_xml)
{
	char text[2];
	xmlDocPtr doc;
	struct buf b;

	buf_init(&b, 16 << 20);
	buf_text(&b, "<x>");
	for (int i = 0; i < 65536; i++) {
		text[0] = (char)(i >> 8);
		text[1] = (char)(i & 0xff);
		buf_text(&b, "<y z=\"");
		markup_text(&b, (struct span){ .at = text, .n = 2 });
		buf_text(&b, "\">");
		markup_text(&b, (struct span){ .at = text, .n = 2 });
		buf_text(&b, "</y>");
	}
	buf_text(&b, "</x>");
	ck_assert(!b.bad);
	doc = xmlReadMemory(b.at, (int)b.n, NULL, NULL, XML_PARSE_NONET);
	ck_assert_ptr_nonnull(doc);
	ck_assert_uint_eq(xmlChildElementCount(xmlDocGetRootElement(doc)),
	    65536);
	xmlFreeDoc(doc);
	buf_clear(&b);
}
END_TEST

START_TEST(test_times)
{
	struct buf b;

	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
	buf_init(&b, 1024);
	markup_time(&b, INT64_C(1795000000000));
	ck_assert_str_eq(buf_cstr(&b),
	    "<time datetime=\"2026-11-18T11:06:40.000Z\">"
	    "2026-11-18 19:06:40 +08:00</time>");
	buf_reset(&b);
	markup_day(&b, INT64_C(1795000000000) + 6 * 3600000);
	ck_assert_str_eq(buf_cstr(&b),
	    "<time datetime=\"2026-11-18T17:06:40.000Z\">2026-11-19</time>");
	buf_reset(&b);
	markup_time(&b, CLOCK_NONE);
	markup_day(&b, CLOCK_NONE);
	markup_ago(&b, CLOCK_NONE);
	ck_assert_str_eq(buf_cstr(&b), "–––");
	buf_clear(&b);
}
END_TEST

static const struct {
	int64_t ms;
	const char *says;
} agos[] = {
	{ 0, ">0 s ago<" }, { -5000, ">0 s ago<" }, { 999, ">0 s ago<" },
	{ 119999, ">119 s ago<" }, { 120000, ">2 min ago<" },
	{ 7199999, ">119 min ago<" }, { 7200000, ">2 h ago<" },
	{ 172799999, ">47 h ago<" }, { 172800000, ">2 d ago<" },
	{ INT64_C(1000) * 86400000, ">1000 d ago<" },
	{ -100500, ">in 100 s<" }, { -7230000, ">in 2 h<" },
	{ INT64_C(-49) * 3600000, ">in 2 d<" },
};

START_TEST(test_ago)
{
	int64_t now = INT64_C(1795000000000);
	struct buf b;

	clock_set(now, 0);
	buf_init(&b, 1024);
	markup_ago(&b, now - agos[_i].ms);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), agos[_i].says));
	buf_clear(&b);
	clock_release();
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_loop_test(t, test_case, 0, sizeof(cases) / sizeof(*cases));
	tcase_add_test(t, test_any_bytes_are_xml);
	tcase_add_test(t, test_times);
	tcase_add_loop_test(t, test_ago, 0, sizeof(agos) / sizeof(*agos));
}

int
main(void)
{
	return bed_run("markup", fill);
}
