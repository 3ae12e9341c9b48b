/*
 * Where the addresses stand in the bytes of a page, and where none do.
 */
#include "agent/hrefs.h"

#include <check.h>
#include <stdlib.h>

#include "contrib/base/buf.h"

struct seen {
	struct span page;
	struct buf text;
	size_t last;		/* byte behind the one before */
};

static void
on_href(void *arg, const struct href *h)
{
	struct seen *s = arg;

	ck_assert_uint_ge(h->at, s->last);
	ck_assert_uint_le(h->at + h->n, s->page.n);
	s->last = h->at + h->n;
	buf_printf(&s->text, "%s%u%s%d:%.*s", s->text.n > 0 ? " " : "",
	    (unsigned)h->line, h->base ? "b" : h->held != NULL ? "h" : h->quote == '"' ? "q" :
	    h->quote == '\'' ? "a" : "u", (int)h->kind, (int)h->n,
	    s->page.at + h->at);
}

static void
ck_page(struct span page, const char *want)
{
	/* Its exact size, so that a byte too far is seen. */
	char *copy = malloc(page.n);
	struct seen s = { .page = { copy, page.n } };

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, page.at, page.n);
	buf_init(&s.text, 4096);
	hrefs_each(s.page, on_href, &s);
	ck_assert_str_eq(buf_cstr(&s.text), want);
	buf_clear(&s.text);
	free(copy);
}

#define PAGE(page, want) ck_page(SPAN(page), want)

START_TEST(test_kinds)
{
	PAGE("<a href=\"x\">t</a>", "1q1:x");
	PAGE("<A HREF='x'>", "1a1:x");
	PAGE("<a href=x>", "1u1:x");
	PAGE("<a href=x/>", "1u1:x/");
	PAGE("<area href=x><img src=y><iframe src=z><frame src=w>",
	    "1u1:x 1u2:y 1u3:z 1u3:w");
	PAGE("<form action='/s?q='><script src=a.js></script>",
	    "1a4:/s?q= 1u5:a.js");
	PAGE("<link rel=\"shortcut stylesheet\" href=s.css>", "1u6:s.css");
	PAGE("<link href=s.css rel=stylesheet>", "1u6:s.css");
	PAGE("<link rel=icon href=s.ico><link href=x>", "");
	PAGE("<base href=/b/><a href=c>", "1b1:/b/ 1u1:c");
	PAGE("<object data=a><embed src=b><video src=c poster=d>",
	    "1u3:a 1u3:b 1u2:c 1u2:d");
	PAGE("<div href=x><p src=y><abbr href=z><b data=x>", "");
}
END_TEST

START_TEST(test_attributes)
{
	PAGE("<a\n\n class = k\thref\r\n=\r\n 'x'>", "1a1:x");
	PAGE("\n\n<a title='>' href=x>\n<a href=y>", "3u1:x 4u1:y");
	PAGE("<a/href=x>", "1u1:x");
	PAGE("<a href=x href=y>", "1u1:x");	/* as in browsers */
	PAGE("<a href>", "");
	PAGE("<a href=>", "");
	PAGE("<a href=''>", "");
	PAGE("<a href href=y>", "");
	PAGE("<a href=\"x\"class=y>", "1q1:x");
	PAGE("<a =href=x>", "");
	PAGE("<a x=href='y' href=\"z\">", "1q1:z");
	PAGE("<a data-href=x xhref=y>", "");
	PAGE("<a href=\"x>y\">", "1q1:x>y");
	PAGE("<a href=\"  x \">", "1q1:  x ");
	PAGE("<img alt=a src=\"b\" longdesc=c srcset=\"d 1x, e,, f 2x,g\">",
	    "1q2:b 1q2:d 1q2:e 1q2:f 1q2:g");
	PAGE("<img srcset='a,b 1x'>", "1a2:a,b");
	PAGE("<img srcset>", "");
	PAGE("<img srcset=', a'>", "1a2:a");
	PAGE("<img srcset='a?b&amp;c 1x, d?e&f 2x'>",
	    "1a2:a?b&amp;c 1a2:d?e&f");
	PAGE("<img srcset='a&#32;1x, b'><img srcset='a&comma; b'>",
	    "1h2:a&#32;1x, b 1h2:a&comma; b");
}
END_TEST

START_TEST(test_nothing)
{
	PAGE("", "");
	PAGE("<", "");
	PAGE("<a", "");
	PAGE("<a href", "");
	PAGE("<a href=", "");
	PAGE("<a href=x", "");		/* the page ends in a tag: none */
	PAGE("<a href='x", "");
	PAGE("<a href='x'", "");
	PAGE("< a href=x>", "");
	PAGE("<1a href=x>", "");
	PAGE("</a href=x>", "");
	PAGE("&lt;a href=x&gt;", "");
	PAGE("1<2 <a href=x>", "1u1:x");
	PAGE("<<a href=x>", "1u1:x");
	PAGE("</><a href=x></1 <a href=y>", "1u1:x");
	PAGE("<? <a href=x>?>", "");
}
END_TEST

START_TEST(test_comments)
{
	PAGE("<!-- <a href=x> --><a href=y>", "1u1:y");
	PAGE("<!-- <a href=x> --!><a href=y>", "1u1:y");
	PAGE("<!--><a href=y>", "1u1:y");
	PAGE("<!---><a href=y>", "1u1:y");
	PAGE("<!----><a href=y>", "1u1:y");
	PAGE("<!--- ---><a href=y>", "1u1:y");
	PAGE("<!-- > -> -- > <a href=x>", "");
	PAGE("<!-- <a href=x>", "");
	PAGE("<!DOCTYPE html><a href=y>", "1u1:y");
	PAGE("<!-x><a href=y>", "1u1:y");
	PAGE("<![CDATA[ <a href=x> ]]><a href=y>", "1u1:y");
	PAGE("<![CDATA[ ><a href=y>", "1u1:y");
	PAGE("<![CDATA[<p><a href=x>]]><a href=y>", "1u1:x 1u1:y");
	PAGE("<!--[if IE]><a href=x><![endif]--><a href=y>", "1u1:y");
}
END_TEST

START_TEST(test_raw)
{
	PAGE("<script>'<a href=x>'</script><a href=y>", "1u1:y");
	PAGE("<SCRIPT>'</scripts><a href=x>'</ScRiPt ><a href=y>", "1u1:y");
	PAGE("<script><!-- <script> </script> <a href=x> --></script>"
	    "<a href=y>", "1u1:y");
	PAGE("<script><!-- </script><a href=y>", "1u1:y");
	PAGE("<script><!--> <script> </script><a href=y>", "1u1:y");
	PAGE("<script> <script> </script><a href=y>", "1u1:y");
	PAGE("<script><a href=x>", "");
	PAGE("<script><!--<script></script", "");
	PAGE("<style>a:b('<a href=x>')</style><a href=y>", "1u1:y");
	PAGE("<title><a href=x></title><a href=y>", "1u1:y");
	PAGE("<textarea><a href=x></textarea/><a href=y>", "1u1:y");
	PAGE("<xmp><a href=x></xmp><plaintext><a href=y>", "");
	PAGE("<noscript><a href=x></noscript>", "1u1:x");
}
END_TEST

/* Trail bytes are letters, "\", "|", "@", digits: never what ends a thing. */
START_TEST(test_charsets)
{
	PAGE("<a title=\"\x81\x5c\x81\x40\" href=x>", "1u1:x");	/* GBK */
	PAGE("\x81\x61 \xd5\x5c<a href=\xd5\x5c>", "1u1:\xd5\x5c");
	PAGE("\x81\x30\x81\x3c<a href=x>", "1u1:x");	/* a broken one */
	PAGE("\x81<a href=x>", "1u1:x");		/* half of one */
	PAGE("<a title=\x95\x32\x82\x36 href=x>", "1u1:x");	/* GB18030 */
	PAGE("<a title=\xa5\x5c href=\"\xb3\x5c.htm\">",
	    "1q1:\xb3\x5c.htm");				/* Big5 */
	PAGE("<a\0href=x>", "1u1:x");
}
END_TEST

START_TEST(test_many_attributes)
{
	struct buf b;
	int i;

	buf_init(&b, 1u << 20);
	buf_text(&b, "<a");
	for (i = 0; i < 5000; i++)
		buf_printf(&b, " a%d=1", i);
	buf_text(&b, " href=x href=y><a href=z>");
	ck_page(buf_look(&b), "1u1:x 1u1:z");
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_kinds, test_attributes,
		test_nothing, test_comments, test_raw, test_charsets,
		test_many_attributes };
	Suite *s = suite_create("hrefs");
	TCase *tc = tcase_create("hrefs");
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
