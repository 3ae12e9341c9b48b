/*
 * Lists of moves as people have them: tables in any hand, maps of nginx; and
 * each thing that is wrong is named by its line.
 */
#include <check.h>
#include <stdlib.h>

#include "protocol/movelist.h"

#define BASE "https://www.a.cn"

typedef bool read_fn(struct movelist *l, struct span bytes, const char *name,
    const char *base, struct buf *why);

/* "line old new scope at until reason\n"…, or what is wrong. */
static void
ck_reads(read_fn *read, struct span bytes, const char *base,
    const char *want)
{
	struct movelist l = { .count = 0 };
	struct buf got;

	buf_init(&got, 1u << 20);
	if (read(&l, bytes, "f", base, &got))
		for (size_t i = 0; i < l.count; i++) {
			const struct movelist_row *r = &l.row[i];
			const char *more[] = { r->scope, r->at, r->until,
				r->reason };

			buf_printf(&got, "%u %s %s", r->line, r->old, r->new);
			for (int n = 0; n < 4; n++)
				if (more[n] != NULL)
					buf_printf(&got, " %s", more[n]);
			buf_byte(&got, '\n');
		}
	ck_assert_str_eq(buf_cstr(&got), want);
	movelist_clear(&l);
	buf_clear(&got);
}

#define CSV(text, want) \
	ck_reads(movelist_csv, SPAN(text), BASE, want)
#define NGINX(text, want) \
	ck_reads(movelist_nginx, SPAN(text), BASE, want)

START_TEST(test_csv)
{
	CSV("http://a.cn/1,http://b.cn/1\n", "1 http://a.cn/1 http://b.cn/1\n");
	CSV("/1,/2,prefix,2026-12-01,,why", "1 " BASE "/1 " BASE "/2 prefix "
	    "2026-12-01 why\n");
	CSV("new,OLD,reason\n/1,/2,r\n", "2 " BASE "/2 " BASE "/1 r\n");
	CSV("\xef\xbb\xbfold,new\r\n\r\n# remark\r\n /1 , /2 \r\n",
	    "4 " BASE "/1 " BASE "/2\n");
	CSV("\"/a,b\",\"/c \"\"d\"\"\"\n", "1 " BASE "/a,b " BASE
	    "/c \"d\"\n");
	CSV("\"/a\",/b,,,,\"two\nlines\"\n/c,/d\n", "1 " BASE "/a " BASE "/b "
	    "two\nlines\n3 " BASE "/c " BASE "/d\n");
	/* GBK, as spreadsheets of the country write it: 公告栏目调整 */
	CSV("/a,/b,,,,\xb9\xab\xb8\xe6\xc0\xb8\xc4\xbf\xb5\xf7\xd5\xfb\n",
	    "1 " BASE "/a " BASE "/b 公告栏目调整\n");
	CSV("新地址,旧地址,原因\n/1,/2,r\n", "2 " BASE "/2 " BASE "/1 r\n");
	CSV("旧地址,新地址,范围\n/1,/2,网页\n/a/,/b/,栏目\n/c,/d,别的\n",
	    "2 " BASE "/1 " BASE "/2 address\n3 " BASE "/a/ " BASE
	    "/b/ prefix\n4 " BASE "/c " BASE "/d 别的\n");
}
END_TEST

/* What the first line has counts: an address may have a semicolon. */
START_TEST(test_csv_between)
{
	CSV("旧地址;新地址;原因\r\n/1;/2;\"a;b\"\r\n", "2 " BASE "/1 " BASE
	    "/2 a;b\n");
	CSV("/1\t/2\t\t2026-12-01\n/3\t/4,5\n", "1 " BASE "/1 " BASE "/2 "
	    "2026-12-01\n2 " BASE "/3 " BASE "/4,5\n");
	CSV("\"/a;b\",/c;d\n", "1 " BASE "/a;b " BASE "/c;d\n");
}
END_TEST

START_TEST(test_csv_wrong)
{
	CSV("", "f: there is no move in it");
	CSV("old,new\n", "f: there is no move in it");
	CSV("\xff\xfeo,n", "f: it is UTF-16: save the file as UTF-8, with "
	    "commas");
	CSV("/a\n/b,/c\n/d,\n", "f:1: expected old,new and, if need be, "
	    "scope,at,until,reason, with commas between; found 1 cell\nf:3: expected old,new and, "
	    "if need be, scope,at,until,reason, with commas between; found 2 "
	    "cells");
	CSV("/a,/b\n\"/c,/d\n/e,/f\n",
	    "f:2: a quote is opened and never closed");
	CSV("\"/a\"x,/b\n", "f:1: something stands behind a closing quote");
	CSV("/a,/b,prefix,,,r,more\n", "f:1: expected old,new and, if need "
	    "be, scope,at,until,reason, with commas between; found 7 cells");
	ck_reads(movelist_csv, SPAN("http://a.cn/,/b\n"), "",
	    "f:1: \"/b\" is a path; say with --base https://HOST whose");
}
END_TEST

START_TEST(test_nginx)
{
	NGINX("/a /b;\n/c /d;", "1 " BASE "/a " BASE "/b\n2 " BASE "/c " BASE
	    "/d\n");
	NGINX("map $uri $to {\n\tdefault '';\n\thostnames;\n\n"
	    "\t# one\n\t\"/a b\" '/c';  # two\n}\n",
	    "6 " BASE "/a b " BASE "/c\n");
	NGINX("~^/x/(.*)$ /y/$1;\n~^/z/(.*) http://b.cn/$1;", "1 " BASE "/x/ "
	    BASE "/y/ prefix\n2 " BASE "/z/ http://b.cn/ prefix\n");
	NGINX("old.cn/a $scheme://new.cn/b;",
	    "1 http://old.cn/a https://new.cn/b\n");
	NGINX("http://old.cn/a https://new.cn/b;",
	    "1 http://old.cn/a https://new.cn/b\n");
}
END_TEST

START_TEST(test_nginx_wrong)
{
	NGINX("default /x;", "f: there is no move in it");
	NGINX("/a /b", "f:1: \"/a …\" is not closed by a semicolon");
	NGINX("/a\n/b\n/c;", "f:1: expected OLD NEW; found 3 words");
	NGINX("/a 1;", "f:1: \"1\" is no address that can be announced");
	NGINX("/a /b$is_args;",
	    "f:1: \"/b$is_args\" is no address that can be announced");
	NGINX("include x.map;",
	    "f:1: an include is not followed: name that file instead");
	NGINX("/a '/b;\n", "f:1: a quote is opened and never closed\n"
	    "f:1: \"/a …\" is not closed by a semicolon");
	NGINX("\n~*^/a/(.*)$ /b/$1;", "f:2: \"~*^/a/(.*)$\": a regular "
	    "expression can't be announced; say what it means as OLD/ "
	    "NEW/ with --prefix");
	NGINX("~^/a/(.+)/(.*)$ /b/$1;", "f:1: \"~^/a/(.+)/(.*)$\": a regular "
	    "expression can't be announced; say what it means as OLD/ "
	    "NEW/ with --prefix");
}
END_TEST

/* The complaints of a file that is none end somewhere. */
START_TEST(test_many)
{
	struct movelist l = { .count = 0 };
	struct buf text, why;

	buf_init(&text, 1u << 20);
	buf_init(&why, 1u << 20);
	for (int i = 0; i < 5000; i++)
		buf_text(&text, "/a\n");
	ck_assert(!movelist_csv(&l, buf_look(&text), "f", BASE, &why));
	ck_assert_uint_lt(why.n, 4000);
	movelist_clear(&l);
	buf_clear(&text);
	buf_clear(&why);
}
END_TEST

START_TEST(test_is_host)
{
	static const char *const hosts[] = { "www.a.gov.cn", "a.gov.cn/b.html",
	    "a.gov.cn:8080/", "127.0.0.1" };
	static const char *const others[] = { "", "/", "/a.html",
	    "zwgk/a.html", "zwgk", "http://a.gov.cn/", "localhost:80/a.b" };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
		ck_assert_msg(movelist_is_host(hosts[i]), "%s", hosts[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ck_assert_msg(!movelist_is_host(others[i]), "%s", others[i]);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("movelist");
	Suite *s = suite_create("protocol/movelist");
	SRunner *r;
	int failed;

	tcase_add_test(t, test_csv);
	tcase_add_test(t, test_csv_between);
	tcase_add_test(t, test_csv_wrong);
	tcase_add_test(t, test_nginx);
	tcase_add_test(t, test_nginx_wrong);
	tcase_add_test(t, test_many);
	tcase_add_test(t, test_is_host);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
