/*
 * What holds a link: values taken apart; and whoever tells the hub of links
 * (page.h) and whoever mends them (mendpage.h) see the same ones.
 */
#include "agent/linktag.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "agent/mendpage.h"
#include "agent/page.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"

#define URL "https://www.a.gov.cn/x/y.html"

/* The addresses in a value, each in brackets. */
static void
ck_value(const char *element, const char *name, const char *value,
    const char *want)
{
	const struct linktag *t = linktag_find(span_of(element),
	    span_of(name));
	struct span rest = span_of(value), address;
	struct buf b;

	ck_assert_ptr_nonnull(t);
	buf_init(&b, 4096);
	while (linktag_next(t, &rest, &address))
		buf_printf(&b, "[%.*s]", SPAN_ARGS(address));
	ck_assert_msg(strcmp(buf_cstr(&b), want) == 0, "%s is %s, not %s",
	    value, buf_cstr(&b), want);
	buf_clear(&b);
}

#define REFRESH(value, want) ck_value("META", "Content", value, want)

START_TEST(refresh)
{
	REFRESH("5;url=a.html", "[a.html]");
	REFRESH("0; URL = 'a.html' more", "[a.html]");
	REFRESH("0;url=\"a.html", "[a.html]");
	REFRESH(" 0.5 , a.html", "[a.html]");
	REFRESH(".5;a.html", "[a.html]");
	REFRESH("3 url=a b", "[a b]");
	REFRESH("3;urla", "[urla]");
	REFRESH("3;'a'", "[a]");
	REFRESH("3;url=", "");
	REFRESH("3;url=''", "");
	REFRESH("3", "");
	REFRESH("3;", "");
	REFRESH("", "");
	REFRESH("url=a", "");
	REFRESH("3x;url=a", "");
}
END_TEST

START_TEST(lists)
{
	ck_value("img", "srcset", "d 1x, e,, f 2x,g", "[d][e][f][g]");
	ck_value("img", "srcset", "a,b 1x", "[a,b]");
	ck_value("img", "srcset", " , a", "[a]");
	ck_value("img", "srcset", " ,, ", "");
	ck_value("option", "value", "\n http://a.cn/b c ", "[http://a.cn/b c]");
	ck_value("option", "value", "http://", "");
	ck_value("option", "value", "a.html", "");
	ck_value("option", "value", "", "");
	ck_value("a", "href", "a, b", "[a, b]");
	ck_value("a", "href", "", "");
}
END_TEST

START_TEST(which)
{
	const struct linktag *meta = linktag_find(SPAN("meta"),
	    SPAN("content"));

	ck_assert(linktag_is_meant(meta, SPAN("Refresh")));
	ck_assert(!linktag_is_meant(meta, SPAN("Content-Type")));
	ck_assert(!linktag_is_meant(meta, SPAN_NONE));
	ck_assert_ptr_null(linktag_find(SPAN("meta"), SPAN("href")));
	ck_assert_ptr_null(linktag_find(SPAN("div"), SPAN("href")));
}
END_TEST

static bool
is_template(const char *s)
{
	return linktag_is_template(span_of(s));
}

START_TEST(templates)
{
	ck_assert(is_template("{{item.url}}.html"));
	ck_assert(is_template("/a/${id}.html"));
	ck_assert(is_template("/a/#{id}.html"));
	ck_assert(is_template("{dede:global.cfg_cmsurl/}/a.html"));
	ck_assert(is_template("{$vo.url}.html"));
	ck_assert(is_template("{:url('a/b')}.html"));
	ck_assert(is_template("[field:arcurl/]"));
	ck_assert(is_template("[!--news.url--]e/index.html"));
	ck_assert(is_template("<%=path%>/a.html"));
	ck_assert(is_template("a/<?php echo $id ?>.html"));
	ck_assert(is_template("a/<!--#echo var='x' -->"));
	ck_assert(is_template("{add}/a.html"));
	ck_assert(!is_template("a.html?q={{x}}"));
	ck_assert(!is_template("a.html#/{x}"));
	ck_assert(!is_template("a{b.html"));
	ck_assert(!is_template("a{}.html"));
	ck_assert(!is_template("/f/{1B7F44A0-09CE-4d1e}.pdf"));
	ck_assert(is_template("/f/{1B7F44A0-09CE-4d1e}/{x}.pdf"));
	ck_assert(!is_template("a[1].html"));
	ck_assert(!is_template("%7B%7Bid%7D%7D.html"));
	ck_assert(!is_template(""));
}
END_TEST

/* --- the same for both ---------------------------------------------------- */

static json_t *mended;

static bool
on_target(void *arg, const struct href *at, struct span target,
    struct span *to)
{
	struct buf b;

	(void)arg, (void)at, (void)to;
	buf_init(&b, LIMIT_URL);
	buf_span(&b, target);
	json_object_set_new(mended, buf_cstr(&b), json_true());
	buf_clear(&b);
	return false;
}

static json_t *
told_of(struct page *page, struct span bytes)
{
	json_t *told = json_object();
	struct record record;
	struct span rows;
	struct link l;

	record_init(&record);
	page_read(page, &(struct page_source){ .bytes = bytes,
	    .url = SPAN(URL) }, &record);
	rows = record.links;
	while (change_link_next(&rows, &l)) {
		char to[LIMIT_URL + 1];

		snprintf(to, sizeof(to), "%.*s", SPAN_ARGS(l.to));
		json_object_set_new(told, to, json_true());
	}
	return told;
}

static const struct { const char *page; size_t links; } pages[] = {
	{ "<a href=1>x</a><area href=2><form action=3></form>", 3 },
	{ "<img src=1 srcset='2 1x, 3 2x'><picture><source srcset=4>"
	    "</picture>", 4 },
	{ "<video src=1 poster=2><source src=3></video><audio src=4></audio>",
	    4 },
	{ "<object data=1></object><embed src=2><input type=image src=3>", 3 },
	{ "<svg><a xlink:href=1>x</a><a XLINK:HREF='2'>x</a><image "
	    "xlink:href=3 /><image href=4></svg>", 4 },
	{ "<select><option value='http://b.cn/1'>x<option value=' HTTPS://b.cn/2\n' "
	    "selected>y<option value=3>z<option>http://b.cn/4</select>", 2 },
	{ "<body background=1><table background=2><tr background=3>"
	    "<td background=4>x<th background=5>y</table>", 5 },
	{ "<button formaction=1>x</button><input type=submit formAction=2>",
	    2 },
	{ "<a href='https:1'>x</a><a href='http:///b.cn/2'>x</a>"
	    "<a href='http://u:p@b.cn/3'>x</a>", 3 },
	{ "<meta charset=utf-8><a href='\u3000/1'>x</a><a href='\u00a02\u3000'>"
	    "x</a><a href='&nbsp;'>x</a><a href='&#x3000;/1'>x</a>"
	    "<a href='\x01 3\x1f '>x</a><a href='&#32;#a'>x</a>", 4 },
	{ "<a class=\"x\"/href=\"/1\">x</a><a /href=2>x</a><a/href=3>x</a>"
	    "<a //class=x / /\n/href='4'/>x</a><a class=x/href=5>x</a>", 4 },
	{ "<![CDATA[<p>t <a href=1>x</a></p>]]><a href=2>x</a>", 2 },
	{ "<!<!-- ><a href=1>x</a>--><a href=2>x</a>", 2 },
	{ "</ <!-- ><a href=1>x</a>--><a href=2>x</a>", 2 },
	{ "<?x <!-- ?><a href=1>x</a>--><a href=2>x</a>", 2 },
	{ "<!DOCTYPE html PUBLIC '<!--'><a href=1>x</a>--><a href=2>", 2 },
	{ "<meta charset=gbk><a href='/\xb9\xab?\xb9\xab\xd5\x5c&#x1f600;"
	    "&#x20ac;#\xb9\xab'>\xb9\xab\xb8\xe6</a>", 1 },
	{ "<meta charset=big5><a href='?\xa4\xbd&#20844;'>\xa4\xbd</a>", 1 },
	{ "<frameset><frame src=1></frameset>", 1 },
	{ "<iframe src=1></iframe><script src=2></script>", 2 },
	{ "<link rel='alternate StyleSheet' href=1><link rel=icon href=2>",
	    1 },
	{ "<meta http-equiv=Refresh content=\"5;url='1.html'\">", 1 },
	{ "<meta name=Refresh content=\"5;url=1.html\">", 0 },
	{ "<meta http-equiv=refresh content='0;URL=&quot;1.html&quot;'>", 1 },
	{ "<img srcset='1&#32;1x&#44; 2 2x'>", 2 },
	{ "<base href=/b/><a href=1>x</a>", 1 },
	{ "<textarea><a href=1>x</a></textarea><a href=2>x</a>", 1 },
	{ "<textarea><p><form action=1><div></textarea><a href=2>x</a>", 1 },
	{ "<xmp><a href=1></xmp><a href=2>x</a>", 1 },
	{ "<title><a href=1>x</a></title><a href=2>x</a>", 1 },
	{ "<style><a href=1></style><a href=2>x</a>", 1 },
	{ "<script>'<a href=1>'</script><a href=2>x</a>", 1 },
	{ "<script><!-- <script> </script> <a href=1> --></script>"
	    "<a href=2>x</a>", 1 },
	{ "<!-- <a href=1> --><a href=2>x</a>", 1 },
	{ "<!--> <a href=1>x</a> -->", 1 },
	{ "<!-- --!> <a href=1>x</a> -->", 1 },
	{ "<!-- <a href=1>", 0 },
	{ "<noscript><a href=1>x</a></noscript>", 1 },
	{ "<A HREF='1'>x<a name=n><IMG SRC=\"2\"></a>", 2 },
	{ "<a href=mailto:x>x</a><a href='#t'>x</a><a href=>x</a>", 0 },
	{ "<a href='/n/{{x.id}}.html'>{{x.t}}</a><img src='{{img}}.jpg'><a "
	    "href=1>x</a><img srcset='${a}/2.jpg 1x, 3 2x'>", 2 },
	{ "<a href='<%=p%>/a.html'>x</a><a href='a/<!--#echo var=x -->.html'>"
	    "x</a><a href='<?=$u?>/a.html'>x</a><a href=1>x</a>", 1 },
	{ "<base href='${ctx}/'><a href=1>x</a><a href=//b.cn/2>x</a>"
	    "<a href=http://b.cn/3>x</a><img srcset='4&#32;1x'>", 1 },
	{ "<base href='{$u}'><base href='/b/'><a href=1>x</a>", 0 },
	/* two characters whose second bytes are these braces */
	{ "<meta charset=gbk><a href='/\xc4\x7b\xc4\x7d.html'>x</a>", 1 },
};

START_TEST(same_for_both)
{
	struct span bytes = span_of(pages[_i].page);
	struct mendpage *m = mendpage_new();
	struct page *page = page_new(480);
	struct mendpage_found found;
	json_t *told = told_of(page, bytes);

	mended = json_object();
	ck_assert_int_eq(mendpage_find(m, bytes, SPAN(URL), on_target, NULL,
	    &found), MENDPAGE_GOOD);
	ck_assert_msg(json_equal(told, mended), "%s: told %s, mended %s",
	    pages[_i].page, json_dumps(told, 0), json_dumps(mended, 0));
	ck_assert_uint_eq(json_object_size(told), pages[_i].links);
	json_decref(told);
	json_decref(mended);
	page_free(page);
	mendpage_free(m);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("linktag");
	TCase *c = tcase_create("linktag");
	SRunner *r;
	int failed;

	tcase_add_test(c, refresh);
	tcase_add_test(c, lists);
	tcase_add_test(c, which);
	tcase_add_test(c, templates);
	tcase_add_loop_test(c, same_for_both, 0,
	    sizeof(pages) / sizeof(pages[0]));
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
