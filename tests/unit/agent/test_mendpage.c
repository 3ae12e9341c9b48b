/*
 * A page is mended: what stands there afterwards leads where it should and
 * looks as before; all other bytes are those that were there.
 */
#include "agent/mendpage.h"

#include <check.h>
#include <stdlib.h>

#include "agent/page.h"
#include "contrib/base/text.h"
#include "protocol/url.h"

#define PAGE_URL "https://www.a.gov.cn/x/y/page.html"

static struct mendpage *mend;

static void
set_up(void)
{
	mend = mendpage_new();
}

static void
tear_down(void)
{
	mendpage_free(mend);
}

struct wish {
	const char *from, *to;
	unsigned asked;
};

static bool
on_target(void *arg, const struct href *at, struct span target,
    struct span *to)
{
	struct wish *w = arg;

	(void)at;
	w->asked++;
	*to = span_of(w->to);
	return span_is(target, span_of(w->from));
}

static enum mendpage_result
run(struct buf *out, struct span page, const char *from, const char *to)
{
	struct wish w = { from, to, 0 };
	struct mendpage_found f;
	enum mendpage_result rc = mendpage_find(mend, page, SPAN(PAGE_URL),
	    on_target, &w, &f);

	mendpage_write(out, page, f.edit, f.count);
	return rc;
}

static void
ck_mends(struct span page, const char *from, const char *to,
    struct span want)
{
	struct buf out;

	buf_init(&out, 1u << 20);
	ck_assert_int_eq(run(&out, page, from, to), MENDPAGE_GOOD);
	ck_assert_msg(span_is(buf_look(&out), want), "became %s",
	    buf_cstr(&out));
	buf_clear(&out);
}

#define MENDS(page, from, to, want) \
	ck_mends(SPAN(page), from, to, SPAN(want))

#define OLD "https://www.b.gov.cn/old/n.html"
#define NEW "https://www.b.gov.cn/new/n.html"
#define HERE "https://www.a.gov.cn/x/y/old.html"

START_TEST(test_styles)
{
	MENDS("<a href=\"" OLD "\">", OLD, NEW, "<a href=\"" NEW "\">");
	MENDS("<a href='//www.b.gov.cn/old/n.html'>", OLD, NEW,
	    "<a href='//www.b.gov.cn/new/n.html'>");
	MENDS("<a href=//www.b.gov.cn/old/n.html>", OLD,
	    "http://www.b.gov.cn/n", "<a href=http://www.b.gov.cn/n>");
	MENDS("<a href=/x/y/old.html>", HERE, "https://www.a.gov.cn/n/",
	    "<a href=/n/>");
	MENDS("<a href=old.html>", HERE, "https://www.a.gov.cn/n/",
	    "<a href=../../n/>");
	MENDS("<a href=old.html>", HERE, "https://www.a.gov.cn/x/y/n.html",
	    "<a href=n.html>");
	MENDS("<a href=old.html>", HERE, "https://www.a.gov.cn/x/y/",
	    "<a href=./>");
	MENDS("<a href=old.html>", HERE, "https://www.a.gov.cn/x/",
	    "<a href=../>");
	MENDS("<a href=old.html>", HERE, "https://www.a.gov.cn/x/y/z/n.html",
	    "<a href=z/n.html>");
	MENDS("<a href=old.html>", HERE, "https://www.a.gov.cn/x/y/b:c",
	    "<a href=./b:c>");
	MENDS("<a href=old.html>", HERE, "https://www.a.gov.cn/x/y//z",
	    "<a href=.//z>");
	MENDS("<a href=old.html>", HERE, "https://www.a.gov.cn/x/yz/?q",
	    "<a href=../yz/?q>");
	/* Whole where it was whole, though it could be short. */
	MENDS("<a href=" HERE ">", HERE, "https://www.a.gov.cn/x/y/n.html",
	    "<a href=https://www.a.gov.cn/x/y/n.html>");
	/* Away from this host. */
	MENDS("<a href=old.html>", HERE, NEW, "<a href=" NEW ">");
	MENDS("<a href=/x/y/old.html>", HERE, "https://www.a.gov.cn:444/",
	    "<a href=https://www.a.gov.cn:444/>");
	/* http of the same host is the same place. */
	MENDS("<a href=old.html>", HERE, "http://www.a.gov.cn/x/y/n.html",
	    "<a href=n.html>");
}
END_TEST

START_TEST(test_writing)
{
	MENDS("<a href=\"" OLD "?a=1&amp;b=2\">", OLD "?a=1&b=2",
	    NEW "?b=2&a=1", "<a href=\"" NEW "?b=2&amp;a=1\">");
	MENDS("<a href=\"" OLD "?a=1&b=2\">", OLD "?a=1&b=2", NEW "?c&d",
	    "<a href=\"" NEW "?c&amp;d\">");
	MENDS("<a href=\"" OLD "?a=1&copy=2\">", OLD "?a=1&copy=2", NEW,
	    "<a href=\"" NEW "\">");
	MENDS("<a href='&#104;ttps&colon;//www&period;b.gov.cn&sol;&#x6F;ld/"
	    "n.html'>", OLD, NEW, "<a href='" NEW "'>");
	MENDS("<a href='" OLD "?a=1&AMP;b=2'>", OLD "?a=1&b=2", NEW,
	    "<a href='" NEW "'>");
	MENDS("<a href='" OLD "&num;t'><a href='" OLD "'>", OLD, NEW,
	    "<a href='" OLD "&num;t'><a href='" NEW "'>");	/* as &#x23; */
	MENDS("<a href='&#104;ttps://www.b.gov.cn/&#x6F;ld/n.html#t'>",
	    OLD, NEW, "<a href='" NEW "#t'>");
	MENDS("<a href='" OLD "'>", OLD, "https://www.b.gov.cn/it's",
	    "<a href='https://www.b.gov.cn/it&#39;s'>");
	MENDS("<a href=\"" OLD "\">", OLD, "https://www.b.gov.cn/it's",
	    "<a href=\"https://www.b.gov.cn/it's\">");
	MENDS("<a href=\"\n  " OLD " \t\">", OLD, NEW, "<a href=\"\n  " NEW
	    " \t\">");
	MENDS("<a href=" OLD "#part-2>", OLD, NEW, "<a href=" NEW
	    "#part-2>");
	MENDS("<a href=https://WWW.B.gov.cn:443/old/./n.html>", OLD, NEW,
	    "<a href=" NEW ">");
	MENDS("<img srcset=\"" OLD " 1x," OLD ",x.png\">", OLD, NEW,
	    "<img srcset=\"" NEW " 1x," OLD ",x.png\">");
	MENDS("<meta http-equiv=refresh content=\"5; url='" OLD "#a'\">", OLD,
	    NEW, "<meta http-equiv=refresh content=\"5; url='" NEW "#a'\">");
	MENDS("<meta content=0;URL=" OLD " http-equiv=Refresh>", OLD, NEW,
	    "<meta content=0;URL=" NEW " http-equiv=Refresh>");
	MENDS("<img srcset=\"a.png, " OLD ", " OLD " 2x\">", OLD, NEW,
	    "<img srcset=\"a.png, " NEW ", " NEW " 2x\">");
}
END_TEST

START_TEST(test_base)
{
	MENDS("<base href=" OLD "><a href=" OLD ">", OLD, NEW,
	    "<base href=" OLD "><a href=" NEW ">");
	MENDS("<base href=/b/><a href=n.html>", "https://www.a.gov.cn/b/"
	    "n.html", "https://www.a.gov.cn/c/n.html",
	    "<base href=/b/><a href=../c/n.html>");
	MENDS("<base href=/b/><base href=/c/><a href=n.html>",
	    "https://www.a.gov.cn/b/n.html", "https://www.a.gov.cn/b/m",
	    "<base href=/b/><base href=/c/><a href=m>");
}
END_TEST

/* 政策\ in GBK has a backslash for a trail byte, and so have others. */
#define GBK "\xd5\xfe\xb2\xdf\xd5\x5c\x81\x40"
#define META "<meta charset=gbk>"

START_TEST(test_charsets)
{
	struct buf out;

	MENDS(META GBK "<a title='" GBK "' href=" OLD ">" GBK, OLD, NEW,
	    META GBK "<a title='" GBK "' href=" NEW ">" GBK);
	/* What it is called is told in UTF-8. */
	MENDS(META GBK "<a href='\xd5\xfe\xb2\xdf.html#\xd5\xfe'>",
	    "https://www.a.gov.cn/x/y/%E6%94%BF%E7%AD%96.html",
	    "https://www.a.gov.cn/x/y/n.html", META GBK
	    "<a href='n.html#\xd5\xfe'>");
	/* … but what it asks for is what its program understands. */
	MENDS(META GBK "<a href='old.html?q=\xb9\xab&p=1#\xb9\xab'>", HERE
	    "?q=%B9%AB&p=1", "https://www.a.gov.cn/x/y/n?q=%B9%AB&p=1",
	    META GBK "<a href='n?q=%B9%AB&amp;p=1#\xb9\xab'>");
	MENDS("<meta charset=big5>\xa4\xbd\xa4\xe5<a href='?\xa4\xbd\xa4\xe5'>"
	    "<a href='?&#20844;&#128512;'>", PAGE_URL "?%A4%BD"
	    "%26%23128512%3B", NEW, "<meta charset=big5>\xa4\xbd\xa4\xe5"
	    "<a href='?\xa4\xbd\xa4\xe5'><a href='" NEW "'>");
	MENDS("\xef\xbb\xbf<a href=政.html>",
	    "https://www.a.gov.cn/x/y/%E6%94%BF.html", NEW,
	    "\xef\xbb\xbf<a href=" NEW ">");
	buf_init(&out, 1000);
	ck_assert_int_eq(run(&out, (struct span){ "\xff\xfe<\0a\0", 6 }, OLD,
	    NEW), MENDPAGE_CHARSET);
	ck_assert_uint_eq(out.n, 6);
	buf_clear(&out);
}
END_TEST

/* A NUL is a blank, as page.c told it: it is there still. To write there is
 * for people. */
START_TEST(test_nul)
{
	static const struct { struct span page; const char *leads; } of[] = {
		{ SPAN("<a href='old.html\0'>"), HERE },
		{ SPAN("<a href='\0 old.html'>"), HERE },
		{ SPAN("<a href='old\0.html'>"),
		    "https://www.a.gov.cn/x/y/old%20.html" },
		{ SPAN("<a href='o.html?a=1&am\0p;b'>"),
		    "https://www.a.gov.cn/x/y/o.html?a=1&am%20p;b" },
		{ SPAN("<base href='z/\0'><a href='old.html'>"),
		    "https://www.a.gov.cn/x/y/z/old.html" },
		{ SPAN("<a href='&#32;\0'><a href='old.html'>"), HERE },
	};
	struct mendpage_found f;
	struct wish w;

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		w = (struct wish){ of[i].leads, NEW, 0 };
		ck_assert_int_eq(mendpage_find(mend, of[i].page,
		    SPAN(PAGE_URL), on_target, &w, &f), MENDPAGE_GOOD);
		ck_assert_uint_eq(w.asked, 1);
		ck_assert_msg(f.count + f.left == 1, "%zu", i);
		ck_assert_uint_eq(f.left, i < 4);
	}
}
END_TEST

/* It can't be written, but whether there is something to mend can be said. */
START_TEST(test_utf16)
{
	static const char text[] = "<title>x</title><a href='" OLD "'>";
	char page[2 + 2 * sizeof(text)] = "\xff\xfe";
	struct wish w = { OLD, NEW, 0 };
	struct mendpage_found f;

	for (size_t i = 0; text[i] != '\0'; i++)
		page[2 + 2 * i] = text[i];
	ck_assert_int_eq(mendpage_find(mend, (struct span){ page,
	    2 * sizeof(text) }, SPAN(PAGE_URL), on_target, &w, &f),
	    MENDPAGE_CHARSET);
	ck_assert_uint_eq(w.asked, 1);
	ck_assert_uint_eq(f.count, 0);
	ck_assert_uint_eq(f.left, 0);
	w.asked = 0;
	ck_assert_int_eq(mendpage_find(mend, (struct span){ page, 2 + 32 },
	    SPAN(PAGE_URL), on_target, &w, &f), MENDPAGE_CHARSET);
	ck_assert_uint_eq(w.asked, 0);
}
END_TEST

/* Without this link the bytes look like another character set, and the base
 * like another address: better not touched. */
START_TEST(test_guess)
{
#define TEN "\xe9\xa1\xb5\xe9\xa1\xb5\xe9\xa1\xb5\xe9\xa1\xb5\xe9\xa1\xb5" \
	"\xe9\xa1\xb5\xe9\xa1\xb5\xe9\xa1\xb5\xe9\xa1\xb5\xe9\xa1\xb5"
	static const char page[] = "<base href=//h/\xff><a href=/" TEN ">";
	struct buf out, old;

	buf_init(&out, 1000);
	buf_init(&old, 1000);
	ck_assert(url_normal(&old, SPAN("https://www.a.gov.cn/" TEN), NULL));
	ck_assert_int_eq(run(&out, SPAN(page), buf_cstr(&old), NEW),
	    MENDPAGE_UNSAFE);
	ck_assert(span_is(buf_look(&out), SPAN(page)));
	buf_clear(&out);
	buf_clear(&old);
}
END_TEST

START_TEST(test_not_meant)
{
	static const char page[] = "<!-- <a href=" OLD "> --><script>'<a href="
	    OLD ">'</script><title><a href=" OLD "></title><p>" OLD
	    "<a title=" OLD " href=mailto:x><a href=javascript:go('" OLD
	    "')><a href=#" OLD "><a href=\"" OLD;

	MENDS(page, OLD, NEW, page);
}
END_TEST

/* A reference that can't be written is left and counted. */
START_TEST(test_left)
{
	static const char page[] = "<a href='" OLD "&#35;x'><a href=" OLD ">";
	struct wish w = { OLD, NEW, 0 };
	struct mendpage_found f;

	ck_assert_int_eq(mendpage_find(mend, SPAN(page), SPAN(PAGE_URL),
	    on_target, &w, &f), MENDPAGE_GOOD);
	ck_assert_uint_eq(f.count, 1);
	ck_assert_uint_eq(f.left, 1);
	ck_assert_uint_eq(f.left_line[0], 1);
	ck_assert_uint_eq(f.edit[0].line, 1);
	ck_assert_uint_eq(f.edit[0].at, sizeof(page) - 2 - strlen(OLD));
}
END_TEST

/* Neither can one that can't be read; where it leads the hub was told. */
START_TEST(test_lossy)
{
	struct wish w = { "https://www.b.gov.cn/%EF%BF%BD", NEW, 0 };
	struct mendpage_found f;

	ck_assert_int_eq(mendpage_find(mend, SPAN("<meta charset=gbk>"
	    "\xd6\xd0\xb9\xfa\n<a href=//www.b.gov.cn/\xff><a href=/\xff>"),
	    SPAN(PAGE_URL), on_target, &w, &f), MENDPAGE_GOOD);
	ck_assert_uint_eq(w.asked, 2);
	ck_assert_uint_eq(f.count, 0);
	ck_assert_uint_eq(f.left, 1);
	ck_assert_uint_eq(f.left_line[0], 2);
}
END_TEST

/* What an open quote has swallowed isn't made part of an address for good. */
START_TEST(test_unclosed)
{
	struct wish w = { OLD "%3Ex%3C/a%3E%3Ca%20href=", NEW, 0 };
	struct mendpage_found f;

	ck_assert_int_eq(mendpage_find(mend, SPAN("<a href=\"" OLD
	    ">x</a><a href=\"/y\">"), SPAN(PAGE_URL), on_target, &w, &f),
	    MENDPAGE_GOOD);
	ck_assert_uint_eq(f.count, 0);
	ck_assert_uint_eq(f.left, 1);
}
END_TEST

/* Whose bytes are whose is lost with the entities. */
START_TEST(test_held)
{
	struct wish w = { OLD, NEW, 0 };
	struct mendpage_found f;

	ck_assert_int_eq(mendpage_find(mend, SPAN("\n<meta http-equiv=refresh "
	    "content=\"0; URL=&quot;" OLD "&quot;\">\n<img srcset='" OLD
	    "&#32;1x, " OLD "'><img srcset='#&Tab;1x, &nbsp;'>"),
	    SPAN(PAGE_URL), on_target, &w, &f), MENDPAGE_GOOD);
	ck_assert_uint_eq(f.count, 0);
	ck_assert_uint_eq(f.left, 3);
	ck_assert_uint_eq(f.left_line[0], 2);
	ck_assert_uint_eq(f.left_line[1], 3);
}
END_TEST

/* As browsers read them; whoever is to sign in stays to be mended by hand. */
START_TEST(test_odd)
{
	struct wish w = { OLD, NEW, 0 };
	struct mendpage_found f;

	MENDS("<a href='https:///www.b.gov.cn\\old/n.html#a'>", OLD, NEW,
	    "<a href='" NEW "#a'>");
	MENDS("<a href='https:old.html'>", HERE, NEW, "<a href='" NEW "'>");
	MENDS("<button formaction='/x/y/old.html'>", HERE,
	    "https://www.a.gov.cn/z", "<button formaction='/z'>");
	ck_assert_int_eq(mendpage_find(mend, SPAN("<a href='https://u:p@"
	    "www.b.gov.cn/old/n.html'><a href='//u@www.b.gov.cn/old/n.html'>"
	    "<a href='" OLD "#a@b'>"), SPAN(PAGE_URL), on_target, &w, &f),
	    MENDPAGE_GOOD);
	ck_assert_uint_eq(w.asked, 3);
	ck_assert_uint_eq(f.count, 1);
	ck_assert_uint_eq(f.left, 2);
}
END_TEST

START_TEST(test_many)
{
	struct wish w = { OLD, NEW, 0 };
	struct mendpage_found f;
	struct buf b;

	buf_init(&b, 16u << 20);
	for (int i = 0; i < MENDPAGE_EDITS_MAX; i++)
		buf_text(&b, "<a href=" OLD ">\n");
	ck_assert_int_eq(mendpage_find(mend, buf_look(&b), SPAN(PAGE_URL),
	    on_target, &w, &f), MENDPAGE_GOOD);
	ck_assert_uint_eq(f.count, MENDPAGE_EDITS_MAX);
	ck_assert_uint_eq(f.edit[f.count - 1].line, MENDPAGE_EDITS_MAX);
	buf_text(&b, "<a href=" OLD ">");
	ck_assert_int_eq(mendpage_find(mend, buf_look(&b), SPAN(PAGE_URL),
	    on_target, &w, &f), MENDPAGE_MANY);
	ck_assert_uint_eq(f.count, 0);
	buf_clear(&b);
}
END_TEST

/* --- every link that the hub is told can be found ----------------------- */

struct told {
	struct span to;
	bool met;
};

static bool
on_told(void *arg, const struct href *at, struct span target,
    struct span *to)
{
	struct told *t = arg;

	(void)at;
	(void)to;
	t->met |= span_is(target, t->to);
	return false;
}

static void
ck_finds_all(struct span page)
{
	struct page *reader = page_new(480);
	struct mendpage_found f;
	struct record r;
	struct link l;
	unsigned n = 0;

	record_init(&r);
	page_read(reader, &(struct page_source){ .bytes = page,
	    .url = SPAN(PAGE_URL) }, &r);
	while (change_link_next(&r.links, &l)) {
		struct told t = { .to = l.to };

		ck_assert_int_eq(mendpage_find(mend, page, SPAN(PAGE_URL),
		    on_told, &t, &f), MENDPAGE_GOOD);
		ck_assert_msg(t.met, "not found: %.*s", SPAN_ARGS(l.to));
		n++;
	}
	ck_assert_uint_ge(n, 5);
	page_free(reader);
}

START_TEST(test_told)
{
	ck_finds_all(SPAN(META "<base href='../z/?a&amp;b'><a href=\n\" a.html "
	    "\">x</a><a href=?q><a href='//b.cn\\c'><A HREF=\xd5\xfe&#x653f;"
	    "&middot;&nosuch;&amp.html><img src=\xd5\x5c.png><area href=x?"
	    "a=1&copy=2&lt;><iframe src='h ttp:x'></iframe><form action=a>"
	    "<script src=/s.js></script><link rel=stylesheet href=c.css>"
	    "<a href='a&#10;b'><a href='%e6%94%bf'><a href='tz&sol;1&period;"
	    "html&quest;a&equals;1&AMP;b'><a href='&lpar;1&rpar;&amp;sol;'>"
	    "<a href='&sol&sol;'><a href='&Tab;x&VerticalLine;&NewLine;'>"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_styles, test_writing, test_base,
		test_charsets, test_guess, test_not_meant, test_left,
		test_lossy, test_held,
		test_unclosed, test_odd, test_utf16, test_nul, test_many, test_told };
	Suite *s = suite_create("mendpage");
	TCase *tc = tcase_create("mendpage");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 120);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
