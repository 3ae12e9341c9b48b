/*
 * The check of links that leave the cluster, without a network: robots.txt,
 * private addresses, outcomes over days, pages at a glance, findings, and
 * who may be asked when, with a clock that stands still.
 */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/inward.h"
#include "hub/finding.h"
#include "hub/outcome.h"
#include "hub/polite.h"
#include "hub/registrable.h"
#include "hub/robots.h"
#include "protocol/limits.h"

#define DAY (24 * INT64_C(3600000))

/* --- registrable domains, private addresses ------------------------------- */

START_TEST(test_registrable)
{
	static const struct {
		const char *host, *is;
	} cases[] = {
		{ "www.zhengzhou.gov.cn", "zhengzhou.gov.cn" },
		{ "a.b.zhengzhou.gov.cn", "zhengzhou.gov.cn" },
		{ "gov.cn", "gov.cn" }, { "www.bbc.co.uk", "bbc.co.uk" },
		{ "a.localhost", "a.localhost" }, { "localhost", "localhost" },
		{ "10.1.2.3", "10.1.2.3" }, { "[::1]", "[::1]" },
		{ "xn--fiqs8s", "xn--fiqs8s" },
	};
	char out[REGISTRABLE_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		registrable(out, span_of(cases[i].host));
		ck_assert_str_eq(out, cases[i].is);
	}
	ck_assert(!registrable_same(SPAN("a.gov.cn"), SPAN("b.gov.cn")));
	ck_assert(registrable_same(SPAN("x.a.gov.cn"), SPAN("y.a.gov.cn")));
}
END_TEST

static bool
may(const struct inward *w, const char *text)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
		return inward_may(w, (struct sockaddr *)&four);
	ck_assert_int_eq(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
	return inward_may(w, (struct sockaddr *)&six);
}

START_TEST(test_inward)
{
	static const char *const inside[] = { "127.0.0.1", "10.0.0.1",
	    "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
	    "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
	    "198.18.0.1", "::", "::1", "fe80::1", "fc00::1", "fd12::1",
	    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::10.0.0.1",
	    "64:ff9b::a00:1", "2002:0a00:0001::", "2001::1", "2001:db8::1",
	    "fec0::1" };
	static const char *const outside[] = { "8.8.8.8", "172.32.0.1",
	    "172.15.255.255", "100.128.0.1", "11.0.0.1", "223.255.255.255",
	    "2400:3200::1", "2002:0808:0808::", "64:ff9b::808:808",
	    "::ffff:8.8.8.8" };
	struct inward w = { .count = 0 };
	struct buf why;

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		ck_assert_msg(!may(&w, inside[i]), "%s", inside[i]);
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		ck_assert_msg(may(&w, outside[i]), "%s", outside[i]);
	buf_init(&why, 1024);
	ck_assert(inward_allow_all(&w, "10.20.0.0/16 ::1,fd00:1::/32", &why));
	ck_assert(may(&w, "10.20.3.4") && may(&w, "::ffff:10.20.0.1"));
	ck_assert(!may(&w, "10.21.0.1") && may(&w, "::1"));
	ck_assert(may(&w, "fd00:1::5") && !may(&w, "fd00:2::5"));
	ck_assert(!may(&w, "127.0.0.1"));
	ck_assert(!inward_allow_all(&w, "10.0.0.0/33", &why));
	ck_assert(!inward_allow_all(&w, "10.0.0", &why));
	ck_assert(!inward_allow_all(&w, "a/8", &why));
	ck_assert(!inward_allow_all(&w, "10.0.0.0/", &why));
	buf_clear(&why);
}
END_TEST

/* --- robots ------------------------------------------------------------------ */

static bool
allows(const char *file, const char *path)
{
	struct robots r;
	bool good;

	robots_init(&r);
	robots_parse(&r, span_of(file));
	good = robots_may(&r, span_of(path));
	robots_clear(&r);
	return good;
}

START_TEST(test_robots)
{
	const char *both = "User-agent: *\nDisallow: /\n\n"
	    "User-Agent: other\nUser-agent: ZhanQun/2\nDisallow: /x/\n";

	ck_assert(allows("", "/"));
	ck_assert(!allows("user-agent: *\ndisallow: /", "/a"));
	ck_assert(allows("user-agent: *\ndisallow:\n", "/a"));
	ck_assert(allows("user-agent: bad\ndisallow: /\n", "/a"));
	ck_assert(allows(both, "/a") && !allows(both, "/x/1"));
	ck_assert(!allows("\xef\xbb\xbfUser-agent:*\r\nDisallow:/a # no\r\n",
	    "/ab"));
	/* the longest wins; of two as long the one that allows */
	ck_assert(allows("User-agent: *\nDisallow: /a\nAllow: /a/b\n",
	    "/a/b/c"));
	ck_assert(!allows("User-agent: *\nAllow: /a\nDisallow: /a/b\n",
	    "/a/b/c"));
	ck_assert(allows("User-agent: *\nAllow: /a/b\nDisallow: /a\n",
	    "/a/b/c"));
	ck_assert(allows("User-agent: *\nDisallow: /a\nAllow: /a\n", "/a"));
	ck_assert(!allows("User-agent: *\nDisallow: /*.php$\n", "/a/b.php"));
	ck_assert(allows("User-agent: *\nDisallow: /*.php$\n", "/b.php?x"));
	ck_assert(!allows("User-agent: *\nDisallow: /*a*b\n", "/xxaxxb"));
	ck_assert(allows("User-agent: *\nDisallow: /$\n", "/a"));
	ck_assert(!allows("User-agent: *\nDisallow: /$\n", "/"));
	/* a group that comes later counts, too */
	ck_assert(!allows("User-agent: zhanqun\nAllow: /b\n\nUser-agent: *\n"
	    "Disallow: /q\n\nUser-agent: zhanqun\nDisallow: /z\n", "/z"));
	ck_assert(allows("Disallow: /\n", "/a"));	/* of no group */
}
END_TEST

START_TEST(test_robots_bounds)
{
	struct robots r;
	struct buf b;

	robots_init(&r);
	robots_parse(&r, SPAN("User-agent: *\nCrawl-delay: 1.5\n"));
	ck_assert_uint_eq(r.delay, 2000);
	robots_parse(&r, SPAN("User-agent: *\nCrawl-delay: 99999999999\n"));
	ck_assert_uint_eq(r.delay, ROBOTS_DELAY);
	buf_init(&b, 4 << 20);
	buf_text(&b, "User-agent: *\n");
	for (int i = 0; i < 100000; i++)
		buf_printf(&b, "Disallow: /%d*a*a*a*a\n", i);
	robots_parse(&r, buf_look(&b));
	ck_assert_uint_le(r.rules.n, ROBOTS_RULES);
	ck_assert(!r.rules.bad && r.rules.n > ROBOTS_RULES / 2);
	ck_assert(!robots_may(&r, SPAN("/7/aaaa")));
	buf_clear(&b);
	robots_clear(&r);
}
END_TEST

/* --- over days ----------------------------------------------------------------- */

START_TEST(test_strikes)
{
	struct outcome_record r;
	int64_t t = 1000 * DAY;

	outcome_init(&r);
	ck_assert(!outcome_add(&r, CAUSE_404, t));
	ck_assert(!outcome_add(&r, CAUSE_404, t + DAY - 1));	/* too soon */
	ck_assert_uint_eq(r.strikes, 1);
	ck_assert_int_eq(outcome_next(&r, 7 * DAY), t + DAY);
	ck_assert(!outcome_add(&r, CAUSE_404, t + DAY));
	/* a wall and a server in trouble say nothing */
	ck_assert(!outcome_add(&r, CAUSE_CHALLENGE, t + 2 * DAY));
	ck_assert(!outcome_add(&r, CAUSE_SERVER, t + 2 * DAY));
	ck_assert(outcome_next(&r, 7 * DAY) > t + 2 * DAY);
	ck_assert_uint_eq(r.strikes, 2);
	ck_assert(outcome_add(&r, CAUSE_404, t + 3 * DAY));
	ck_assert(r.confirmed);
	ck_assert_int_eq(r.since, t + 3 * DAY);
	ck_assert_int_eq(outcome_next(&r, 7 * DAY), t + 10 * DAY);
	ck_assert(!outcome_add(&r, CAUSE_404, t + 23 * DAY));
	ck_assert_int_eq(outcome_next(&r, 7 * DAY), t + 43 * DAY);
	ck_assert(!outcome_add(&r, CAUSE_404, t + 303 * DAY));
	ck_assert_int_eq(outcome_next(&r, 7 * DAY), t + (303 + 56) * DAY);
	/* forgiven at once, and from the beginning */
	ck_assert(outcome_add(&r, CAUSE_FINE, t + 304 * DAY));
	ck_assert(!r.confirmed && r.strikes == 0);
	ck_assert(!outcome_add(&r, CAUSE_404, t + 305 * DAY));
	/* for good, says the server */
	ck_assert(outcome_add(&r, CAUSE_410, t + 305 * DAY + 1));
	ck_assert(!outcome_add(&r, CAUSE_404, t + 305 * DAY + 2));
	ck_assert(r.confirmed);
	ck_assert(outcome_add(&r, CAUSE_MOVED, t + 306 * DAY));
	ck_assert_uint_eq(r.strikes, 0);
	ck_assert(outcome_add(&r, CAUSE_WORDS, t + 307 * DAY));
	ck_assert(outcome_add(&r, CAUSE_ROBOTS, t + 308 * DAY));
}
END_TEST

/* Three looks and a day: it may be us, and is no broken link. */
START_TEST(test_unreachable)
{
	struct outcome_record r;
	int64_t t = 1000, hour = DAY / 24, next;

	outcome_init(&r);
	ck_assert(!outcome_is_unreachable_long(&r));
	ck_assert(!outcome_add(&r, CAUSE_TIME, t));
	next = outcome_next(&r, 7 * DAY);
	ck_assert_int_eq(next, t + 12 * hour);	/* not after a week */
	ck_assert(!outcome_add(&r, CAUSE_NO_NAME, next));
	ck_assert(!outcome_is_unreachable_long(&r));
	ck_assert(!outcome_add(&r, CAUSE_TIME, t + DAY - 1));
	ck_assert(!outcome_is_unreachable_long(&r));
	ck_assert(!outcome_add(&r, CAUSE_TIME, t + DAY));
	ck_assert(outcome_is_unreachable_long(&r));
	ck_assert(!r.confirmed);
	ck_assert_int_eq(outcome_next(&r, 7 * DAY), t + 8 * DAY);
	ck_assert(!outcome_add(&r, CAUSE_FINE, t + 8 * DAY));
	ck_assert(!outcome_is_unreachable_long(&r));
	ck_assert(!outcome_add(&r, CAUSE_TIME, t + 9 * DAY));
	ck_assert(!outcome_add(&r, CAUSE_TIME, t + 11 * DAY));
	ck_assert(!outcome_is_unreachable_long(&r));	/* only two looks */
}
END_TEST

START_TEST(test_words)
{
	struct buf b;
	enum outcome o;
	enum cause c;

	buf_init(&b, 1 << 16);
	for (int i = 0; i < CAUSE_COUNT; i++) {
		ck_assert(cause_parse(&c, span_of(cause_name((enum cause)i))));
		ck_assert_int_eq(c, i);
		ck_assert(outcome_parse(&o, span_of(outcome_name(
		    cause_outcome(c)))));
		ck_assert_int_eq(o, cause_outcome(c));
		cause_evidence(&b, c, SPAN("50%s%n"));
		cause_repair(&b, c, SPAN("%s"));
	}
	ck_assert(strstr(buf_cstr(&b), "50%s%n") != NULL);
	ck_assert(!cause_parse(&c, SPAN("")) && !outcome_parse(&o,
	    SPAN("dead")));
	buf_clear(&b);
}
END_TEST

/* --- pages ------------------------------------------------------------------- */

static struct glancer *glancer;

static struct glance
glance(const char *page)
{
	struct glance p;

	glance_init(&p);
	glance_page(glancer, &p, span_of(page), SPAN_NONE);
	return p;
}

START_TEST(test_glance)
{
	struct glance p = glance("<!DOCTYPE html><TITLE>A &amp; B\n&#x6C34;"
	    "</title><style>x{content:'<p>'}</style><script>if (a<b) "
	    "'</p>'</script><!-- <p>no --><p>one<b>two</b> three&nbsp;4</p>"
	    "<input name=x type=PassWord><meta http-equiv=Refresh "
	    "content=\"0; URL='/new/'\"><svg><title>no</title></svg>");

	ck_assert_str_eq(p.title, "A & B 水");
	ck_assert(p.password && p.scripts);
	ck_assert_str_eq(buf_cstr(&p.refresh), "/new/");
	ck_assert_uint_eq(p.letters, 11);	/* onetwo three */
	glance_clear(&p);
	p = glance("<meta http-equiv=refresh content='600; url=/x'>");
	ck_assert_uint_eq(p.refresh.n, 0);
	glance_clear(&p);
	p = glance("<title>\xb9\xab\xb8\xe6</title>");	/* GBK */
	ck_assert_str_eq(p.title, "公告");
	glance_clear(&p);
}
END_TEST

START_TEST(test_glance_words)
{
	static const struct {
		const char *page;
		bool bad, parked, wall, missing;
	} cases[] = {
		{ "<title>百家乐</title>真人娱乐 老虎机", 1, 0, 0, 0 },
		{ "<title>警方捣毁赌场</title>博彩 百家乐 老虎机", 0, 0, 0, 0 },
		{ "<title>x</title>casino", 0, 0, 0, 0 },
		{ "<title>x</title>casino jackpot baccarat", 1, 0, 0, 0 },
		{ "This domain is for sale!", 0, 1, 0, 0 },
		{ "<title>Just a moment...</title>", 0, 0, 1, 0 },
		{ "<title>404 Not Found</title>", 0, 0, 0, 1 },
		{ "<title>404页面</title>", 0, 0, 0, 1 },
		{ "<title>错误404</title>", 0, 0, 0, 1 },
		{ "<title>豫政404号</title>", 0, 0, 0, 0 },
		{ "<title>2404 x</title>", 0, 0, 0, 0 },
		{ "<title>4040</title>", 0, 0, 0, 0 },
		{ "<title>公告</title>内容不存在", 0, 0, 0, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct glance p = glance(cases[i].page);

		ck_assert_msg((p.bad[0] != '\0') == cases[i].bad &&
		    (p.parked[0] != '\0') == cases[i].parked &&
		    (p.wall[0] != '\0') == cases[i].wall &&
		    p.says_missing == cases[i].missing, "%s",
		    cases[i].page);
		glance_clear(&p);
	}
}
END_TEST

START_TEST(test_language)
{
	static const struct {
		const char *page;
		enum glance_language is;
	} cases[] = {
		{ "各市县人民政府要加强组织领导明确责任分工细化措施",
		    GLANCE_HAN },
		{ "The quick brown fox jumps over the lazy dog again and "
		    "again, until it has had enough", GLANCE_LATIN },
		{ "日本語のページです。これは漢字とかなで書かれています",
		    GLANCE_KANA },
		{ "короткий текст на русском языке, достаточно длинный, "
		    "чтобы его узнать сразу", GLANCE_CYRILLIC },
		{ "短", GLANCE_NONE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct glance p = glance(cases[i].page);

		ck_assert_str_eq(glance_language_name(p.language),
		    glance_language_name(cases[i].is));
		glance_clear(&p);
	}
}
END_TEST

START_TEST(test_sketch)
{
	static char a[20000], b[20064];
	struct sketch x, y;
	size_t n = 0;

	for (int i = 0; i < 400; i++)
		n += (size_t)snprintf(a + n, sizeof(a) - n, "%c%c%c word%c ",
		    'a' + i % 26, 'a' + i / 26 % 26, 'a' + i * 7 % 26,
		    'a' + i % 7);
	snprintf(b, sizeof(b), "%s /x-7f3a.html 2026", a);
	sketch_make(&x, span_of(a));
	sketch_make(&y, span_of(b));
	ck_assert_uint_ge(sketch_alike(&x, &y), 90);
	memmove(b, b + n / 2, sizeof(b) - n / 2);
	sketch_make(&y, span_of(b));
	ck_assert_uint_ge(sketch_alike(&x, &y), 25);
	ck_assert_uint_le(sketch_alike(&x, &y), 75);
	sketch_make(&y, SPAN("nothing of that at all here, my friend"));
	ck_assert_uint_le(sketch_alike(&x, &y), 5);
	sketch_make(&x, SPAN_NONE);
	sketch_make(&y, SPAN("7 8 9"));
	ck_assert_uint_eq(sketch_alike(&x, &y), 100);
}
END_TEST

/* --- findings ---------------------------------------------------------------- */

struct made {
	struct trail trail;
	struct finding finding;
};

static enum cause
judged(struct made *m, const struct baseline *asked,
    const struct baseline *before)
{
	struct finding_facts facts = { .trail = &m->trail, .asked = asked,
	    .landed = asked, .before = before };

	finding_init(&m->finding);
	finding_judge(&m->finding, &facts);
	return m->finding.cause;
}

static void
begin(struct made *m, const char *url, long status, const char *page)
{
	trail_init(&m->trail);
	buf_text(&m->trail.url, url);
	m->trail.status = status;
	m->trail.html = page != NULL;
	if (page != NULL) {
		glance_clear(&m->trail.page);
		m->trail.page = glance(page);
	}
}

static void
end(struct made *m)
{
	finding_clear(&m->finding);
	trail_clear(&m->trail);
}

static enum cause
of_status(long status)
{
	struct made m;
	enum cause c;

	begin(&m, "http://a.cn/x", status, NULL);
	c = judged(&m, NULL, NULL);
	end(&m);
	return c;
}

START_TEST(test_status)
{
	ck_assert_int_eq(of_status(200), CAUSE_FINE);
	ck_assert_int_eq(of_status(304), CAUSE_UNCHANGED);
	ck_assert_int_eq(of_status(401), CAUSE_LOGIN);
	ck_assert_int_eq(of_status(403), CAUSE_REFUSED);
	ck_assert_int_eq(of_status(404), CAUSE_404);
	ck_assert_int_eq(of_status(410), CAUSE_410);
	ck_assert_int_eq(of_status(412), CAUSE_CHALLENGE);
	ck_assert_int_eq(of_status(418), CAUSE_REFUSED);
	ck_assert_int_eq(of_status(429), CAUSE_TOO_OFTEN);
	ck_assert_int_eq(of_status(503), CAUSE_SERVER);
	ck_assert_int_eq(of_status(521), CAUSE_CHALLENGE);
	ck_assert_int_eq(of_status(405), CAUSE_STATUS);
	ck_assert_int_eq(of_status(302), CAUSE_STATUS);	/* to nowhere */
}
END_TEST

/* "http://a.cn/x" → `to` → … */
static enum cause
sent(const char *from, enum hop_kind kind, const char *to, const char *page,
    const struct baseline *b)
{
	struct made m;
	enum cause c;

	begin(&m, from, 301, NULL);
	ck_assert(trail_hop(&m.trail, kind, span_of(to)));
	m.trail.status = 200;
	m.trail.html = true;
	glance_clear(&m.trail.page);
	m.trail.page = glance(page);
	c = judged(&m, b, NULL);
	end(&m);
	return c;
}

START_TEST(test_moved)
{
	const char *page = "<title>公告</title>正文正文正文正文正文正文正文";

	ck_assert_int_eq(sent("http://a.cn/x", HOP_PERMANENT,
	    "http://a.cn/y", page, NULL), CAUSE_MOVED);
	ck_assert_int_eq(sent("http://a.cn/x", HOP_TEMPORARY,
	    "http://a.cn/y", page, NULL), CAUSE_ELSEWHERE_NOW);
	ck_assert_int_eq(sent("http://a.cn/x", HOP_REFRESH,
	    "http://a.cn/y", page, NULL), CAUSE_ELSEWHERE_NOW);
	ck_assert_int_eq(sent("http://a.cn/x", HOP_PERMANENT,
	    "https://a.cn/x/", page, NULL), CAUSE_FINE);
	ck_assert_int_eq(sent("http://a.cn/x", HOP_PERMANENT,
	    "http://b.cn/", page, NULL), CAUSE_MOVED_HOME);
	ck_assert_int_eq(sent("http://a.cn/", HOP_PERMANENT,
	    "http://b.cn/", page, NULL), CAUSE_MOVED);
	ck_assert_int_eq(sent("http://a.cn/x", HOP_TEMPORARY,
	    "http://a.cn/login?back=x", page, NULL), CAUSE_LOGIN);
	ck_assert_int_eq(sent("http://a.cn/login", HOP_PERMANENT,
	    "http://a.cn/sso/", page, NULL), CAUSE_MOVED);
}
END_TEST

/* As a soft 404 answers: 200, and this page. */
static struct baseline
soft(const char *page, const char *to)
{
	struct baseline b = { .asked = false };
	struct made m;

	begin(&m, "http://a.cn/zq-1.html", 200, page);
	if (to != NULL)
		ck_assert(trail_hop(&m.trail, HOP_TEMPORARY, span_of(to)));
	m.trail.status = 200;
	baseline_take_missing(&b, &m.trail);
	finding_init(&m.finding);
	end(&m);
	return b;
}

START_TEST(test_soft)
{
	const char *error = "<title>郑州</title>您访问的内容正在整理中，请稍后"
	    "再来，感谢您的理解与支持";
	const char *page = "<title>郑州</title>关于做好今年秋收工作的通知，各市"
	    "县人民政府要加强组织领导";
	const char *other = "<title>郑州</title>国有土地使用权出让公告：经批准，"
	    "决定以拍卖方式出让一宗地块";
	struct baseline b = soft(error, NULL), away;
	struct made m;

	ck_assert(b.asked && !b.honest && !b.away);
	begin(&m, "http://a.cn/old/1.html", 200, error);
	ck_assert_int_eq(judged(&m, &b, NULL), CAUSE_AS_MISSING);
	finding_clear(&m.finding);
	ck_assert_int_eq(judged(&m, NULL, NULL), CAUSE_FINE);
	end(&m);
	begin(&m, "http://a.cn/old/1.html", 200, page);
	ck_assert_int_eq(judged(&m, &b, NULL), CAUSE_FINE);
	end(&m);
	begin(&m, "http://a.cn/index.html", 200, error);	/* its home */
	ck_assert_int_eq(judged(&m, &b, NULL), CAUSE_FINE);
	end(&m);
	/* what a script draws can't be judged */
	b = soft("<title>x</title><script></script><div></div>", NULL);
	begin(&m, "http://a.cn/1", 200,
	    "<title>x</title><script></script><div></div>");
	ck_assert_int_eq(judged(&m, &b, NULL), CAUSE_SCRIPT);
	end(&m);
	away = soft(page, "http://a.cn/");
	ck_assert(away.away);
	ck_assert_int_eq(sent("http://a.cn/1.html", HOP_TEMPORARY,
	    "http://a.cn/", page, &away), CAUSE_SENT_AS_MISSING);
	ck_assert_int_eq(sent("http://a.cn/1.html", HOP_TEMPORARY,
	    "http://a.cn/2.html", other, &away), CAUSE_ELSEWHERE_NOW);
}
END_TEST

START_TEST(test_stolen)
{
	const char *page = "<title>a</title>各市县人民政府要加强组织领导";
	struct baseline before = { .has_home = true, .title = "郑州市",
	    .language = GLANCE_HAN, .domain = "a.cn" };
	struct baseline now = before;
	struct made m;

	begin(&m, "http://www.a.cn/1.html", 200, page);
	ck_assert_int_eq(judged(&m, &now, &before), CAUSE_FINE);
	finding_clear(&m.finding);
	snprintf(now.domain, sizeof(now.domain), "bet.example");
	ck_assert_int_eq(judged(&m, &now, &before), CAUSE_OTHER_OWNER);
	ck_assert_str_eq(buf_cstr(&m.finding.detail), "bet.example");
	finding_clear(&m.finding);
	now = before;
	now.language = GLANCE_LATIN;	/* an English day: the same title */
	ck_assert_int_eq(judged(&m, &now, &before), CAUSE_FINE);
	finding_clear(&m.finding);
	snprintf(now.title, sizeof(now.title), "Best odds");
	ck_assert_int_eq(judged(&m, &now, &before), CAUSE_OTHER_LANGUAGE);
	ck_assert(cause_is_danger(m.finding.cause));
	end(&m);
}
END_TEST

START_TEST(test_wall)
{
	struct made m;

	begin(&m, "http://a.cn/x", 403, "<title>Attention Required!</title>");
	ck_assert_int_eq(judged(&m, NULL, NULL), CAUSE_CHALLENGE);
	end(&m);
	begin(&m, "http://a.cn/x", 404, NULL);	/* gone, wall or not */
	snprintf(m.trail.wall, sizeof(m.trail.wall), "cf-mitigated");
	ck_assert_int_eq(judged(&m, NULL, NULL), CAUSE_404);
	end(&m);
	begin(&m, "http://a.cn/x", 0, NULL);
	m.trail.trouble = CAUSE_CIRCLE;
	ck_assert_int_eq(judged(&m, NULL, NULL), CAUSE_CIRCLE);
	finding_clear(&m.finding);
	m.trail.cookies = true;
	ck_assert_int_eq(judged(&m, NULL, NULL), CAUSE_COOKIES);
	end(&m);
}
END_TEST

/* --- politeness ---------------------------------------------------------------- */

START_TEST(test_polite)
{
	struct polite_item item[6] = { 0 };
	struct polite *p = polite_new(2000, 8);
	struct polite_item *a, *b;

	clock_set(0, 10000);
	for (int i = 0; i < 6; i++)
		polite_put(p, &item[i], i < 4 ? SPAN("a.cn") : SPAN("b.cn"),
		    false, clock_mono());
	a = polite_take(p, clock_mono());
	b = polite_take(p, clock_mono());
	ck_assert(a == &item[0] && b == &item[4]);
	ck_assert_ptr_null(polite_take(p, clock_mono()));
	ck_assert_int_eq(polite_wait(p, clock_mono()), -1);
	clock_set(0, 13000);	/* the pause begins when it has ended */
	ck_assert_ptr_null(polite_take(p, clock_mono()));
	polite_end(p, a, clock_mono(), 0);
	ck_assert_int_eq(polite_wait(p, clock_mono()), 2000);
	clock_set(0, 14999);
	ck_assert_ptr_null(polite_take(p, clock_mono()));
	clock_set(0, 15000);
	ck_assert_ptr_eq(polite_take(p, clock_mono()), &item[1]);
	polite_end(p, &item[1], clock_mono(), 60000);	/* Retry-After */
	polite_end(p, b, clock_mono(), 0);
	clock_set(0, 74999);
	ck_assert_ptr_eq(polite_take(p, clock_mono()), &item[5]);
	ck_assert_ptr_null(polite_take(p, clock_mono()));
	clock_set(0, 75000);
	ck_assert_ptr_eq(polite_take(p, clock_mono()), &item[2]);
	polite_again(p, &item[2], clock_mono(), 700);	/* wasn't asked */
	ck_assert_int_eq(polite_wait(p, clock_mono()), 700);
	clock_set(0, 75700);
	ck_assert_ptr_eq(polite_take(p, clock_mono()), &item[2]);
	polite_end(p, &item[2], clock_mono(), 900000);
	ck_assert_ptr_null(polite_give_up(p, clock_mono(), 900000));
	ck_assert_ptr_eq(polite_give_up(p, clock_mono(), 120000), &item[3]);
	ck_assert_uint_eq(polite_waiting(p), 0);
	polite_end(p, &item[5], clock_mono(), 0);
	polite_free(p);
	clock_release();
}
END_TEST

START_TEST(test_polite_address)
{
	struct polite *p = polite_new(2000, 8);
	struct polite_lane *l;
	int64_t wait = 0;

	l = polite_connect(p, SPAN("192.0.2.1"), 0, &wait);
	ck_assert_ptr_nonnull(l);
	ck_assert_ptr_null(polite_connect(p, SPAN("192.0.2.1"), 0, &wait));
	ck_assert_int_gt(wait, 0);
	polite_disconnect(p, l, 1000, 0);
	ck_assert_ptr_null(polite_connect(p, SPAN("192.0.2.1"), 2999,
	    &wait));
	ck_assert_int_eq(wait, 1);
	l = polite_connect(p, SPAN("192.0.2.1"), 3000, &wait);
	ck_assert_ptr_nonnull(l);
	polite_disconnect(p, l, 3000, 0);
	polite_free(p);
}
END_TEST

/* Many domains come and go: what is kept is what is still asked. */
START_TEST(test_polite_memory)
{
	struct polite *p = polite_new(2000, 8);
	struct polite_item item = { .lane = NULL };
	char name[32];

	for (int i = 0; i < 100000; i++) {
		int64_t now = i * INT64_C(100);

		snprintf(name, sizeof(name), "d%d.cn", i);
		polite_put(p, &item, span_of(name), false, now);
		ck_assert_ptr_eq(polite_take(p, now), &item);
		polite_end(p, &item, now, 0);
	}
	ck_assert_uint_le(polite_lanes(p), 1024);
	polite_free(p);
}
END_TEST

/* No server is ever asked twice within its pause, whatever comes. */
START_TEST(test_polite_random)
{
	enum { ITEMS = 400, LANES = 12 };
	static struct polite_item item[ITEMS];
	static int64_t last[LANES];
	struct polite *p = polite_new(2000, 8);
	struct polite_item *busy[LANES] = { NULL };
	int64_t now = 0;
	int done = 0;
	char name[8];

	memset(item, 0, sizeof(item));
	for (int i = 0; i < ITEMS; i++) {
		snprintf(name, sizeof(name), "%d", i % LANES);
		polite_put(p, &item[i], span_of(name), i % 7 == 0, now);
	}
	memset(last, 0, sizeof(last));
	srandom(1);
	while (done < ITEMS) {
		struct polite_item *got;

		now += random() % 300;
		while ((got = polite_take(p, now)) != NULL) {
			int lane = (int)(got - item) % LANES;

			ck_assert_ptr_null(busy[lane]);
			ck_assert(last[lane] == 0 || now - last[lane] >= 2000);
			busy[lane] = got;
		}
		for (int i = 0; i < LANES; i++) {
			if (busy[i] == NULL || random() % 3 != 0)
				continue;
			polite_end(p, busy[i], now, 0);
			busy[i] = NULL;
			last[i] = now;
			done++;
		}
		ck_assert_int_lt(now, INT64_C(10000000));
	}
	polite_free(p);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("check");
	TCase *t = tcase_create("check");
	SRunner *r;
	int failed;

	glancer = glancer_new();
	tcase_add_test(t, test_registrable);
	tcase_add_test(t, test_inward);
	tcase_add_test(t, test_robots);
	tcase_add_test(t, test_robots_bounds);
	tcase_add_test(t, test_strikes);
	tcase_add_test(t, test_unreachable);
	tcase_add_test(t, test_words);
	tcase_add_test(t, test_glance);
	tcase_add_test(t, test_glance_words);
	tcase_add_test(t, test_language);
	tcase_add_test(t, test_sketch);
	tcase_add_test(t, test_status);
	tcase_add_test(t, test_moved);
	tcase_add_test(t, test_soft);
	tcase_add_test(t, test_stolen);
	tcase_add_test(t, test_wall);
	tcase_add_test(t, test_polite);
	tcase_add_test(t, test_polite_address);
	tcase_add_test(t, test_polite_memory);
	tcase_add_test(t, test_polite_random);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	glancer_free(glancer);
	return failed == 0 ? 0 : 1;
}
