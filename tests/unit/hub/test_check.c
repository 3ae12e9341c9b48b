/*
 * The check of links that leave the cluster, without a network: robots.txt,
 * private addresses, outcomes over days.
 */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/inward.h"
#include "hub/outcome.h"
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

static bool
is_written(const struct outcome_record *r)
{
	struct buf b;
	bool is;

	buf_init(&b, 1024);
	outcome_repair(&b, r, SPAN("http://b.cn/"));
	is = strcmp(buf_cstr(&b), "Write http://b.cn/ into the link.") == 0;
	ck_assert_msg(is || (strncmp(buf_cstr(&b), "Leave the link ", 15) ==
	    0 && strstr(buf_cstr(&b), "http://b.cn/") != NULL), "%s",
	    buf_cstr(&b));
	buf_clear(&b);
	return is;
}

/* One redirect is no move; three looks and a day are. */
START_TEST(test_moved)
{
	struct outcome_record r;

	outcome_init(&r);
	for (int64_t t = 0; t < 4; t++) {
		outcome_add(&r, CAUSE_MOVED, t * DAY / 3);
		ck_assert(is_written(&r) == (t == 3));
	}
	outcome_init(&r);
	outcome_add(&r, CAUSE_MOVED, 0);
	outcome_add(&r, CAUSE_MOVED, 7 * DAY);
	ck_assert(!is_written(&r));
	outcome_add(&r, CAUSE_MOVED, 14 * DAY);
	ck_assert(is_written(&r));
	outcome_add(&r, CAUSE_FINE, 21 * DAY);
	outcome_add(&r, CAUSE_MOVED, 28 * DAY);
	ck_assert(!is_written(&r));
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

int
main(void)
{
	Suite *s = suite_create("check");
	TCase *c = tcase_create("check");
	SRunner *r;
	int failed;

	tcase_add_test(c, test_registrable);
	tcase_add_test(c, test_inward);
	tcase_add_test(c, test_robots);
	tcase_add_test(c, test_robots_bounds);
	tcase_add_test(c, test_strikes);
	tcase_add_test(c, test_unreachable);
	tcase_add_test(c, test_moved);
	tcase_add_test(c, test_words);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
