/*
 * Moves, replies and covers: which say enough. And places of addresses.
 */
#include "protocol/statement.h"

#include "contrib/base/clock.h"
#include "protocol/limits.h"
#include "protocol/url_place.h"
#include "tests/unit/protocol/help.h"

static struct change
change_of(enum change_kind kind, const char *url, const char *scope)
{
	struct change c;

	change_init(&c);
	c.kind = kind;
	c.when = 1;
	c.url = span_of(url);
	c.word[WORD_SCOPE] = span_of(scope);
	return c;
}

START_TEST(moves)
{
	struct change c = change_of(CHANGE_MOVE, "http://a.cn/x/", "prefix");
	struct rewrite_rule r;
	const char *why = NULL;

	c.word[WORD_SUCCESSOR] = SPAN("http://b.cn/");
	c.from = 5;
	c.until = 9;
	ck_assert(statement_move(&r, &c, &why));
	ck_assert_int_eq(r.scope, REWRITE_PREFIX);
	ck_assert(span_is(r.from, c.url) && span_is(r.to,
	    c.word[WORD_SUCCESSOR]));
	ck_assert(r.at == 5 && r.until == 9 && r.number == 0);
	c.until = 5;
	ck_assert(!statement_move(&r, &c, &why));
	ck_assert_ptr_nonnull(strstr(why, "until"));
	c.until = CLOCK_NONE;
	c.word[WORD_SCOPE] = SPAN("column");
	ck_assert(!statement_move(&r, &c, &why));
	c.word[WORD_SUCCESSOR] = SPAN_NONE;	/* withdrawn */
	ck_assert(statement_move(&r, &c, &why));
	ck_assert_uint_eq(r.to.n, 0);
	c.kind = CHANGE_NOTICE;
	ck_assert(!statement_move(&r, &c, &why));
}
END_TEST

START_TEST(replies)
{
	struct change c = change_of(CHANGE_REPLY, "http://a.cn/x", "will-fix");
	struct statement_reply r;
	const char *why = NULL;

	ck_assert(statement_reply(&r, &c, &why));
	ck_assert(!r.refused && span_is(r.target, c.url));
	c.word[WORD_SCOPE] = SPAN("refused");
	ck_assert(!statement_reply(&r, &c, &why));
	ck_assert_ptr_nonnull(strstr(why, "reason"));
	c.word[WORD_REASON] = SPAN("it is history");
	ck_assert(statement_reply(&r, &c, &why) && r.refused);
	c.word[WORD_SCOPE] = SPAN("perhaps");
	ck_assert(!statement_reply(&r, &c, &why));
	c = change_of(CHANGE_REPLY, "", "will-fix");
	ck_assert(!statement_reply(&r, &c, &why));
	c = change_of(CHANGE_MOVE, "http://a.cn/x", "will-fix");
	ck_assert(!statement_reply(&r, &c, &why));
}
END_TEST

START_TEST(covers)
{
	struct change c = change_of(CHANGE_COVER, "http://a.cn/x/", "whole");
	struct statement_cover k;
	const char *why = NULL;

	c.word[WORD_EXCLUDE] = SPAN("*.bak tmp/*");
	ck_assert(statement_cover(&k, &c, &why));
	ck_assert(k.whole && span_is(k.exclude, c.word[WORD_EXCLUDE]));
	c.word[WORD_SCOPE] = SPAN("gone");
	ck_assert(statement_cover(&k, &c, &why) && !k.whole);
	c.word[WORD_SCOPE] = SPAN("half");
	ck_assert(!statement_cover(&k, &c, &why));
	c = change_of(CHANGE_COVER, "http://a.cn/x", "whole");
	ck_assert(!statement_cover(&k, &c, &why));
	c = change_of(CHANGE_COVER, "http://a.cn/?x/", "whole");
	ck_assert(!statement_cover(&k, &c, &why));
	c = change_of(CHANGE_REPLY, "http://a.cn/", "whole");
	ck_assert(!statement_cover(&k, &c, &why));
}
END_TEST

START_TEST(places)
{
	static const struct {
		const char *url, *place;
	} some[] = {
		{ "https://www.a.cn/", "www.a.cn" },
		{ "http://www.a.cn/index.html", "www.a.cn" },
		{ "http://www.a.cn/x/", "www.a.cn/x" },
		{ "http://www.a.cn/x", "www.a.cn/x" },
		{ "http://www.a.cn/x/Default.ASPX", "www.a.cn/x" },
		{ "http://www.a.cn/x/index.php?p=/y/index.html",
		    "www.a.cn/x?p=/y/index.html" },
		{ "http://www.a.cn/?p=1", "www.a.cn?p=1" },
		{ "http://www.a.cn:8080/x//", "www.a.cn:8080/x/" },
		{ "http://www.a.cn/xindex.html", "www.a.cn/xindex.html" },
		{ "http://www.a.cn/index.", "www.a.cn/index." },
		{ "http://www.a.cn/index.pdf", "www.a.cn/index.pdf" },
		{ "http://[::1]/default.htm", "[::1]" },
		{ "ftp://www.a.cn/", NULL },
		{ "http://", NULL },
		{ "http:///x", NULL },
		{ "http://a.cn", NULL },
		{ "", NULL },
	};
	struct buf b;

	buf_init(&b, LIMIT_URL);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		buf_reset(&b);
		ck_assert_msg(url_place(&b, span_of(some[i].url)) ==
		    (some[i].place != NULL), "%s", some[i].url);
		ck_assert_str_eq(buf_cstr(&b), some[i].place != NULL ?
		    some[i].place : "");
	}
	ck_assert(url_place_same(SPAN("http://a.cn/x/"),
	    SPAN("https://a.cn/x/index.htm")));
	ck_assert(!url_place_same(SPAN("http://a.cn/x"),
	    SPAN("https://a.cn/X")));
	ck_assert(!url_place_same(SPAN(""), SPAN("")));
	ck_assert(url_place_same(SPAN("http://a.cn/x(1)/"),
	    SPAN("https://a.cn/x%281%29/index.htm")));
	ck_assert(!url_place_same(SPAN("http://a.cn/x?(1)"),
	    SPAN("http://a.cn/x?%281)")));
	ck_assert(!url_place_same(SPAN("http://a.cn/x(1)y"),
	    SPAN("http://a.cn/x%281%29")));
	ck_assert(url_place_asked(SPAN("http://a.cn/%28?p=1"),
	    SPAN("http://a.cn/(")));
	ck_assert_uint_eq(url_place_heads(SPAN("a.cn/(/"),
	    SPAN("a.cn/%28/x")), 9);
	ck_assert_uint_eq(url_place_heads(SPAN("a.cn/%28/"),
	    SPAN("a.cn/(/x")), 7);
	ck_assert_uint_eq(url_place_heads(SPAN("a.cn/%28/"),
	    SPAN("a.cn/%28")), 0);
	ck_assert_uint_eq(url_place_heads(SPAN("a.cn/"), SPAN("a.cn")), 0);
	buf_clear(&b);
}
END_TEST

START_TEST(pages)
{
	static const struct {
		const char *url, *page;
	} some[] = {
		{ "https://www.a.cn/", "www.a.cn" },
		{ "http://www.a.cn/index.html", "www.a.cn>index.html" },
		{ "http://www.a.cn:8080/x/Default.ASPX",
		    "www.a.cn:8080/x>Default.ASPX" },
		{ "http://www.a.cn/x/index.php?p=/y/index.html",
		    "www.a.cn/x?p=/y/index.html>index.php" },
		{ "http://www.a.cn/index.htm/", "www.a.cn/index.htm" },
		{ "http://www.a.cn/index.pdf", "www.a.cn/index.pdf" },
		{ "http://index.html/", "index.html" },
		{ "http://a.cn/%28%2C%41%2F%29%", "a.cn/(,%41%2F)%" },
		{ "http://a.cn/%21%24%26%27%2A%2B%3B%3D%3A%40?%28",
		    "a.cn/!$&'*+;=:@?%28" },
		{ "http://a.cn/%25%3F%23%20%00%2", "a.cn/%25%3F%23%20%00%2" },
		{ "", NULL },
	};
	struct buf b;

	buf_init(&b, LIMIT_URL);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		buf_reset(&b);
		ck_assert_msg(url_place_page(&b, span_of(some[i].url)) ==
		    (some[i].page != NULL), "%s", some[i].url);
		ck_assert_str_eq(buf_cstr(&b), some[i].page != NULL ?
		    some[i].page : "");
	}
	ck_assert(url_place_page_same(SPAN("http://a.cn/x/index.htm"),
	    SPAN("https://a.cn/x/index.htm")));
	ck_assert(!url_place_page_same(SPAN("http://a.cn/x/index.htm"),
	    SPAN("https://a.cn/x/Index.htm")));
	ck_assert(!url_place_page_same(SPAN("http://a.cn/x/index.htm"),
	    SPAN("http://a.cn/x/index.html")));
	ck_assert(!url_place_page_same(SPAN("http://a.cn/x/index.htm"),
	    SPAN("http://a.cn/x/")));
	buf_clear(&b);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, moves);
	tcase_add_test(t, replies);
	tcase_add_test(t, covers);
	tcase_add_test(t, places);
	tcase_add_test(t, pages);
}

int
main(void)
{
	return help_main("statement", fill);
}
