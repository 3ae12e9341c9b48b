/*
 * What is found at an address outside: pages at a glance, and what follows from
 * a trail and from what was there before.
 */
#include "hub/finding.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- pages ------------------------------------------------------------------- */

static struct glancer *glancer;

static void
set_up(void)
{
	glancer = glancer_new();
}

static void
tear_down(void)
{
	glancer_free(glancer);
}

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
	p = glance("<meta name=articletitle content=' \xe4\xb8\x80 '><h1 id=x>A"
	    " <b>b</b>&amp;</h1><h2>\nC</h2>d<h1>");
	ck_assert_str_eq(p.article, "一");
	ck_assert_str_eq(p.heading, "A b& | C |");
	ck_assert_str_eq(p.title, "");
	glance_clear(&p);
	p = glance("<title>\xb9\xab\xb8\xe6</title>");	/* GBK */
	ck_assert_str_eq(p.heading, "");
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

START_TEST(test_minhash)
{
	static char a[20000], b[20064];
	struct minhash x, y;
	size_t n = 0;

	for (int i = 0; i < 400; i++)
		n += (size_t)snprintf(a + n, sizeof(a) - n, "%c%c%c word%c ",
		    'a' + i % 26, 'a' + i / 26 % 26, 'a' + i * 7 % 26,
		    'a' + i % 7);
	snprintf(b, sizeof(b), "%s /x-7f3a.html 2026", a);
	minhash_make(&x, span_of(a));
	minhash_make(&y, span_of(b));
	ck_assert_uint_ge(minhash_alike(&x, &y), 90);
	memmove(b, b + n / 2, sizeof(b) - n / 2);
	minhash_make(&y, span_of(b));
	ck_assert_uint_ge(minhash_alike(&x, &y), 25);
	ck_assert_uint_le(minhash_alike(&x, &y), 75);
	minhash_make(&y, SPAN("nothing of that at all here, my friend"));
	ck_assert_uint_le(minhash_alike(&x, &y), 5);
	minhash_make(&x, SPAN_NONE);
	minhash_make(&y, SPAN("7 8 9"));
	ck_assert_uint_eq(minhash_alike(&x, &y), 100);
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
	ck_assert_str_eq(buf_cstr(&m.finding.detail), "Han -> Latin");
	finding_clear(&m.finding);
	/* Another certificate is one more sign. */
	snprintf(before.issuer, sizeof(before.issuer), "CFCA");
	snprintf(now.issuer, sizeof(now.issuer), "Let's Encrypt");
	now.certificate[0] = 1;
	ck_assert_int_eq(judged(&m, &now, &before), CAUSE_OTHER_LANGUAGE);
	ck_assert_str_eq(buf_cstr(&m.finding.detail),
	    "Han -> Latin; CFCA -> Let's Encrypt");
	end(&m);
}
END_TEST

/* Another certificate by itself is nothing, nor is another title. */
START_TEST(test_other_certificate)
{
	const char *page = "<title>a</title>各市县人民政府要加强组织领导";
	static const struct {
		const char *title, *issuer;
		int certificate;
		enum cause cause;
	} cases[] = {
		{ "郑州市卫生局", "CFCA", 1, CAUSE_FINE },	/* renewed */
		{ "郑州市卫生局", "Let's Encrypt", 1, CAUSE_FINE },
		{ "澳门某某娱乐平台", "CFCA", 1, CAUSE_FINE },
		{ "澳门某某娱乐平台", "Let's Encrypt", 0, CAUSE_FINE },
		{ "澳门某某娱乐平台", "", 1, CAUSE_FINE },	/* http now */
		{ "郑州市卫生健康委员会", "Let's Encrypt", 1, CAUSE_FINE },
		{ "欢迎访问 - 郑州市卫生局", "Let's Encrypt", 1, CAUSE_FINE },
		{ "首页", "Let's Encrypt", 1, CAUSE_FINE },	/* no name */
		{ "", "Let's Encrypt", 1, CAUSE_FINE },
		{ "澳门某某娱乐平台", "Let's Encrypt", 1,
		    CAUSE_OTHER_CERTIFICATE },
	};
	struct baseline before = { .has_home = true, .title = "郑州市卫生局",
	    .language = GLANCE_HAN, .domain = "a.cn", .issuer = "CFCA" };
	struct made m;

	begin(&m, "https://www.a.cn/1.html", 200, page);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct baseline now = before;

		snprintf(now.title, sizeof(now.title), "%s", cases[i].title);
		snprintf(now.issuer, sizeof(now.issuer), "%s",
		    cases[i].issuer);
		now.certificate[0] = (uint8_t)cases[i].certificate;
		ck_assert_msg(judged(&m, &now, &before) == cases[i].cause,
		    "%s, %s", cases[i].title, cases[i].issuer);
		if (i + 1 < sizeof(cases) / sizeof(cases[0]))
			finding_clear(&m.finding);
	}
	ck_assert(cause_is_danger(m.finding.cause));
	ck_assert_str_eq(buf_cstr(&m.finding.detail), "郑州市卫生局 (CFCA) -> "
	    "澳门某某娱乐平台 (Let's Encrypt)");
	end(&m);
}
END_TEST

/* The issuer is kept, and rows from before it was have none. */
START_TEST(test_issuer)
{
	struct baseline b = { .has_home = true, .title = "郑州市",
	    .language = GLANCE_HAN, .domain = "a.cn" }, out;
	struct webcert cert = { .issuer = "Let's Encrypt, R11" };
	struct buf row;
	struct trail t;
	size_t old;

	buf_init(&row, 1024);
	baseline_write(&row, &b);
	old = row.n;
	ck_assert(baseline_read(buf_look(&row), &out));
	ck_assert_str_eq(out.issuer, "");
	trail_init(&t);
	buf_text(&t.url, "https://www.a.cn/");
	t.status = 200;
	t.html = true;
	t.server.cert = &cert;
	baseline_take_home(&b, &t);
	ck_assert_str_eq(b.issuer, "Let's Encrypt");
	t.server.cert = NULL;
	trail_clear(&t);
	buf_reset(&row);
	baseline_write(&row, &b);
	ck_assert(baseline_read(buf_look(&row), &out));
	ck_assert_str_eq(out.issuer, "Let's Encrypt");
	ck_assert_uint_gt(row.n, old);
	ck_assert(!baseline_read((struct span){ row.at, row.n - 1 }, &out));
	buf_clear(&row);
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

int
main(void)
{
	Suite *s = suite_create("finding");
	TCase *c = tcase_create("finding");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, test_glance);
	tcase_add_test(c, test_glance_words);
	tcase_add_test(c, test_language);
	tcase_add_test(c, test_minhash);
	tcase_add_test(c, test_status);
	tcase_add_test(c, test_moved);
	tcase_add_test(c, test_soft);
	tcase_add_test(c, test_stolen);
	tcase_add_test(c, test_other_certificate);
	tcase_add_test(c, test_issuer);
	tcase_add_test(c, test_wall);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
