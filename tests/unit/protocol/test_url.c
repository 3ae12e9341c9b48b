/* Addresses: one table per function, and two laws over random ones. */
#include "protocol/url.h"

#include "tests/unit/protocol/help.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct { const char *in, *out; } normals[] = {
	{ "http://a.cn", "http://a.cn/" },
	{ "HTTP://WWW.Zhengzhou.GOV.cn/A/b", "http://www.zhengzhou.gov.cn/A/b" },
	{ "http://a.cn:80/", "http://a.cn/" },
	{ "https://a.cn:443/", "https://a.cn/" },
	{ "http://a.cn:443/", "http://a.cn:443/" },
	{ "http://a.cn:/", "http://a.cn/" },
	{ "http://a.cn:0080/", "http://a.cn/" },
	{ "http://a.cn./", "http://a.cn/" },
	{ "http://a.cn/a/./b/../c", "http://a.cn/a/c" },
	{ "http://a.cn/../../x", "http://a.cn/x" },
	{ "http://a.cn/a/b/..", "http://a.cn/a/" },
	{ "http://a.cn/a/b/.", "http://a.cn/a/b/" },
	{ "http://a.cn/a//b", "http://a.cn/a//b" },
	{ "http://a.cn/a//../b", "http://a.cn/a/b" },
	{ "http://a.cn/%2e%2E/x", "http://a.cn/x" },
	{ "http://a.cn/...", "http://a.cn/..." },
	{ "http://a.cn/.well-known/x", "http://a.cn/.well-known/x" },
	{ "http://a.cn/%7euser/%41%2f%e9%83%91",
	    "http://a.cn/~user/A%2F%E9%83%91" },
	{ "http://a.cn/100%", "http://a.cn/100%25" },
	{ "http://a.cn/%zz%", "http://a.cn/%25zz%25" },
	{ "http://a.cn/郑州", "http://a.cn/%E9%83%91%E5%B7%9E" },
	{ "http://a.cn/\xd6\xa3", "http://a.cn/%D6%A3" },	/* GBK */
	{ "http://a.cn/a b\"<>|^`{}[]", "http://a.cn/a%20b%22%3C%3E%7C%5E%60"
	    "%7B%7D%5B%5D" },
	{ "http://a.cn/a\\b", "http://a.cn/a/b" },
	{ "http://a.cn\\b", "http://a.cn/b" },
	{ "http://a.cn?q", "http://a.cn/?q" },
	{ "http://a.cn/?a=/../b?c#frag", "http://a.cn/?a=/../b?c" },
	{ "http://a.cn/?", "http://a.cn/?" },
	{ "http://a.cn/#x", "http://a.cn/" },
	{ "http://a.cn/?%e9", "http://a.cn/?%E9" },
	{ "http://192.0.2.1/", "http://192.0.2.1/" },
	{ "http://[2001:DB8:0::1]:8080/", "http://[2001:db8::1]:8080/" },
	{ "http://[::1]/", "http://[::1]/" },
	{ "http://人民政府.政务/", "http://xn--gmq000bv3esyh.xn--zfr164b/" },
	{ "http://WWW。gov。cn/", "http://www.gov.cn/" },
	{ "http://Bücher.de/", "http://xn--bcher-kva.de/" },
	{ "http://faß.de/", "http://xn--fa-hia.de/" },	/* nontransitional */
	{ "http://%61.cn/", "http://a.cn/" },
	{ "http://a_b.cn/", "http://a_b.cn/" },
};

static const char *const refused[] = {
	"", "/", "a", "http:", "http:/", "http://", "http:///x", "ftp://a.cn/",
	"mailto:a@b.cn", "javascript:alert(1)", "//a.cn/", "http:a.cn",
	"http://u@a.cn/", "http://u:p@a.cn/", "http://a.cn:0/",
	"http://a.cn:65536/", "http://a.cn:x/", "http://a.cn:8 0/",
	"http://a..cn/", "http://.cn/", "http://-a.cn/", "http://a-.cn/",
	"http://a b.cn/", "http://a%20b.cn/", "http://a%00.cn/",
	"http://127.1/", "http://0x7f.1/", "http://2130706433/",
	"http://1.2.3.256/", "http://01.2.3.4/", "http://1.2.3.4.5/",
	"http://[::1/", "http://[::1]x/", "http://[:::1]/", "http://[]/",
	"http://a.cn/\n", "http://a.cn/\x7f", "http://\xff.cn/",
	("http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	".cn/"), " http://a.cn/", "http://*.cn/", "http://a.cn%2fb/",
};

START_TEST(normal)
{
	struct buf b;

	buf_init(&b, 2 * LIMIT_URL);
	for (size_t i = 0; i < COUNT(normals); i++) {
		const char *why = "";

		buf_reset(&b);
		ck_assert_msg(url_normal(&b, span_of(normals[i].in), &why),
		    "%s: %s", normals[i].in, why);
		ck_assert_str_eq(buf_cstr(&b), normals[i].out);
		ck_assert_msg(url_is_normal(buf_look(&b)), "%s", b.at);
		ck_assert(url_is_normal(span_of(normals[i].in)) ==
		    (strcmp(normals[i].in, normals[i].out) == 0));
	}
	buf_clear(&b);
}
END_TEST

START_TEST(not_taken)
{
	struct buf b;

	buf_init(&b, 2 * LIMIT_URL);
	for (size_t i = 0; i < COUNT(refused); i++) {
		const char *why = NULL;

		ck_assert_msg(!url_normal(&b, span_of(refused[i]), &why),
		    "%s became %s", refused[i], buf_cstr(&b));
		ck_assert(why != NULL);
		ck_assert_uint_eq(b.n, 0);
		ck_assert(!url_is_normal(span_of(refused[i])));
	}
	ck_assert(!url_normal(&b, (struct span){ "http://a\0.cn/", 13 },
	    NULL));
	buf_clear(&b);
}
END_TEST

START_TEST(long_ones)
{
	struct buf in, out;

	buf_init(&in, 10 * LIMIT_URL);
	buf_init(&out, 10 * LIMIT_URL);
	buf_text(&in, "http://a.cn/");
	while (in.n < LIMIT_URL)
		buf_byte(&in, 'a');
	ck_assert(url_normal(&out, buf_look(&in), NULL));
	buf_byte(&in, 'a');
	ck_assert(!url_normal(&out, buf_look(&in), NULL));
	buf_cut(&in, 12);
	while (in.n + 3 <= 3 * LIMIT_URL - 24)
		buf_text(&in, "%61");	/* shorter once it is normal */
	buf_reset(&out);
	ck_assert(url_normal(&out, buf_look(&in), NULL));
	ck_assert_uint_le(out.n, LIMIT_URL);
	buf_cut(&in, 12);
	while (in.n < LIMIT_URL)
		buf_byte(&in, ' ');	/* longer once it is normal */
	buf_reset(&out);
	ck_assert(!url_normal(&out, buf_look(&in), NULL));
	ck_assert(out.n == 0 && !out.bad);
	buf_clear(&in);
	buf_clear(&out);
}
END_TEST

/* RFC 3986 §5.4, and what pages carry. NULL: no address. */
static const struct { const char *base, *ref, *out; } references[] = {
	{ "http://a/b/c/d;p?q", "g", "http://a/b/c/g" },
	{ "http://a/b/c/d;p?q", "./g", "http://a/b/c/g" },
	{ "http://a/b/c/d;p?q", "g/", "http://a/b/c/g/" },
	{ "http://a/b/c/d;p?q", "/g", "http://a/g" },
	{ "http://a/b/c/d;p?q", "//g", "http://g/" },
	{ "http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y" },
	{ "http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y" },
	{ "http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q" },
	{ "http://a/b/c/d;p?q", ";x", "http://a/b/c/;x" },
	{ "http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q" },
	{ "http://a/b/c/d;p?q", ".", "http://a/b/c/" },
	{ "http://a/b/c/d;p?q", "..", "http://a/b/" },
	{ "http://a/b/c/d;p?q", "../..", "http://a/" },
	{ "http://a/b/c/d;p?q", "../../../g", "http://a/g" },
	{ "http://a/b/c/d;p?q", "g;x=1/../y", "http://a/b/c/y" },
	{ "http://a/b/c/d;p?q", "g?y/../x", "http://a/b/c/g?y/../x" },
	{ "http://a/b?x=/y/z", "g", "http://a/g" },
	{ "https://a.cn:8443/x/", "../y", "https://a.cn:8443/y" },
	{ "http://a/b", "HTTPS://C.cn/d", "https://c.cn/d" },
	{ "http://a/b/", "  c\n.html ", "http://a/b/c.html" },
	{ "http://a/b/", "\\c\\d", "http://a/c/d" },
	{ "http://a/b/", "\\\\c\\d", "http://c/d" },
	{ "http://a/b/", "10:30.html", "http://a/b/10:30.html" },
	{ "http://a/b/", "郑:州", "http://a/b/%E9%83%91:%E5%B7%9E" },
	{ "http://a/b/", "mailto:x@y.cn", NULL },
	{ "http://a/b/", "javascript:void(0)", NULL },
	{ "http://a/b/", "data:,x", NULL },
	{ "http://a/b/", "tel:12345", NULL },
	{ "http://a/b/", "x_y:z", "http://a/b/x_y:z" },
	{ "http://a/b/", "x-y:z", NULL },
	/* As browsers read them. */
	{ "http://a/b/", "http:c", "http://a/b/c" },
	{ "http://a/b/?d", "HTTP:?c", "http://a/b/?c" },
	{ "http://a/b/c", "http:", "http://a/b/c" },
	{ "http://a/b/", "http:/c/d", "http://a/c/d" },
	{ "http://a/b/", "http:\\c", "http://a/c" },
	{ "http://a/b/", "http:\\\\c\\d", "http://c/d" },
	{ "https://a/b/", "http:c/d", "http://c/d" },
	{ "https://a/b/", "http:/c/d", "http://c/d" },
	{ "http://a/b/", "https:c:8443", "https://c:8443/" },
	{ "http://a/b/", "http:///c/d", "http://c/d" },
	{ "http://a/b/", "http:////\\/c/d", "http://c/d" },
	{ "https://a:8443/b/", "///c/d", "https://c/d" },
	{ "https://a/b/", "/\\c/d", "https://c/d" },
	{ "http://a/b/", "http://u:p@c/d@e?f@g", "http://c/d@e?f@g" },
	{ "http://a/b/", "//u@v:p@c:81\\d", "http://c:81/d" },
	{ "http://a/b/", "http:u@c/d", "http://a/b/u@c/d" },
	{ "http://a/b/", "http://@c/", "http://c/" },
	{ "http://a/b/", "http://u@/c", NULL },
	{ "http://a/b/", "http://", NULL },
	{ "http://a/b/", "http:///", NULL },
	{ "http://a/b/", "https:", NULL },
	{ "http://a/b/", "\x01 \fhttp://c/ \x1f", "http://c/" },
	{ "http://a/b/", "\u3000http://c/\u00a0",
	    "http://a/b/%E3%80%80http://c/%C2%A0" },
	{ "http://a/b/", "\u00a0#c", "http://a/b/%C2%A0" },
};

START_TEST(resolve)
{
	struct buf b;

	buf_init(&b, 2 * LIMIT_URL);
	for (size_t i = 0; i < COUNT(references); i++) {
		const char *why = NULL;
		bool is;

		buf_reset(&b);
		is = url_resolve(&b, span_of(references[i].base),
		    span_of(references[i].ref), &why);
		ck_assert_msg(is == (references[i].out != NULL),
		    "%s: %s", references[i].ref, is ? b.at : why);
		if (is)
			ck_assert_str_eq(b.at, references[i].out);
		else
			ck_assert(why != NULL);
	}
	buf_clear(&b);
}
END_TEST

START_TEST(parse)
{
	struct url u;

	ck_assert(url_parse(&u, SPAN("https://a.cn:8443/x/y?q=1")));
	ck_assert(span_is(u.scheme, SPAN("https")));
	ck_assert(span_is(u.host, SPAN("a.cn")));
	ck_assert(span_is(u.path, SPAN("/x/y")));
	ck_assert(span_is(u.query, SPAN("q=1")));
	ck_assert_uint_eq(u.port, 8443);
	ck_assert(url_parse(&u, SPAN("http://[::1]/")));
	ck_assert(span_is(u.host, SPAN("[::1]")));
	ck_assert_uint_eq(u.port, 80);
	ck_assert(!url_parse(&u, SPAN("ftp://a.cn/")));
	ck_assert(!url_parse(&u, SPAN("http://a.cn")));
	ck_assert(!url_parse(&u, SPAN("http:///")));
	ck_assert(!url_parse(&u, SPAN("http://a.cn:99999/")));
	ck_assert(!url_parse(&u, SPAN_NONE));
}
END_TEST

START_TEST(hosts)
{
	struct buf b;

	buf_init(&b, 400);
	ck_assert(url_host_normal(&b, SPAN("www.Zhengzhou.gov.cn."), NULL));
	ck_assert_str_eq(b.at, "www.zhengzhou.gov.cn");
	ck_assert(url_host_within(SPAN("a.gov.cn"), SPAN("gov.cn")));
	ck_assert(url_host_within(SPAN("gov.cn"), SPAN("gov.cn")));
	ck_assert(!url_host_within(SPAN("evilgov.cn"), SPAN("gov.cn")));
	ck_assert(!url_host_within(SPAN("cn"), SPAN("gov.cn")));
	ck_assert(!url_host_within(SPAN("a.cn"), SPAN_NONE));
	ck_assert(!url_host_within(SPAN("1.2.3.4"), SPAN("3.4")));
	ck_assert(url_host_within(SPAN("1.2.3.4"), SPAN("1.2.3.4")));
	buf_clear(&b);
}
END_TEST

START_TEST(show)
{
	static const struct { const char *in, *out; } some[] = {
		{ "http://a.cn/%E9%83%91%E5%B7%9E?x=%E9%83%91",
		    "http://a.cn/郑州?x=郑" },
		{ "http://xn--gmq000bv3esyh.xn--zfr164b/",
		    "http://人民政府.政务/" },
		{ "http://a.cn/%2F%20%0A%00", "http://a.cn/%2F%20%0A%00" },
		{ "http://a.cn/%D6%A3", "http://a.cn/%D6%A3" },
		{ "http://a.cn/%E2%80%AE", "http://a.cn/%E2%80%AE" },
		{ "http://a.cn/%E3%80%80", "http://a.cn/%E3%80%80" },
		{ "http://a.cn/%E9%83", "http://a.cn/%E9%83" },
		{ "no address %E9%83%91", "no address 郑" },
		/* 秋冬种植 in GBK has bytes that are UTF-8, too. */
		{ "http://a.cn/%C7%EF%B6%AC%D6%D6%D6%B2?q=%E9%83%91#%D6%A3",
		    "http://a.cn/%C7%EF%B6%AC%D6%D6%D6%B2?q=郑#%D6%A3" },
		{ "http://a.cn/%E9%83%91?q=%C7%EF%B6%AC",
		    "http://a.cn/郑?q=%C7%EF%B6%AC" },
	};
	struct buf b;

	buf_init(&b, 1000);
	for (size_t i = 0; i < COUNT(some); i++) {
		buf_reset(&b);
		url_show(&b, span_of(some[i].in));
		ck_assert_str_eq(b.at, some[i].out);
	}
	buf_clear(&b);
}
END_TEST

/* Whatever comes out comes out again; and the short way never says yes where
 * the long way would write something else. */
START_TEST(laws)
{
	static const char *const bits[] = { "/", ".", "..", "a", "%41", "%2F",
		"%e9", "%", "?", "#", ":", "@", "\\", " ", "郑", "xn--", "80",
		"[", "]", "-", "_", "~", "http://", "A", "..." };
	struct buf in, once, twice;

	buf_init(&in, 4000);
	buf_init(&once, 8000);
	buf_init(&twice, 8000);
	help_seed(1);
	for (int i = 0; i < 50000; i++) {
		buf_reset(&in);
		buf_reset(&once);
		buf_reset(&twice);
		buf_text(&in, help_random(2) ? "http://" : "https://www.a.cn/");
		for (uint64_t n = help_random(12); n > 0; n--)
			buf_text(&in, bits[help_random(COUNT(bits))]);
		if (!url_normal(&once, buf_look(&in), NULL)) {
			ck_assert(!url_is_normal(buf_look(&in)));
			continue;
		}
		ck_assert_msg(url_is_normal(buf_look(&once)), "%s gave %s",
		    in.at, once.at);
		ck_assert(url_normal(&twice, buf_look(&once), NULL));
		ck_assert_str_eq(once.at, twice.at);
		ck_assert(url_is_normal(buf_look(&in)) ==
		    span_is(buf_look(&in), buf_look(&once)));
	}
	buf_clear(&in);
	buf_clear(&once);
	buf_clear(&twice);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, normal);
	tcase_add_test(t, not_taken);
	tcase_add_test(t, long_ones);
	tcase_add_test(t, resolve);
	tcase_add_test(t, parse);
	tcase_add_test(t, hosts);
	tcase_add_test(t, show);
	tcase_add_test(t, laws);
}

int
main(void)
{
	return help_main("url", fill);
}
