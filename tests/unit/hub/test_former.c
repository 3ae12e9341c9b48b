/*
 * Former domains: which hosts are answered for, with what; hits by their
 * number; and no other host than those.
 */
#include "hub/former.h"

#include "tests/unit/hub/movekit.h"

static struct former *former;
static bool listing_never;	/* list(): of what never was */
static char to[300], why[300];

/* The status, or 0: it is none of ours. */
static int
get_path(const char *host, const char *path, const char *from)
{
	struct former_answer a = { .status = 0 };
	struct store *s;
	struct query *q;

	item(NULL, NULL);
	kit_show(&k, 100);
	s = kit_store(&k);
	q = query_begin(s);
	buf_init(&a.url, LIMIT_URL);
	buf_init(&a.to, LIMIT_URL);
	buf_init(&a.why, LIMIT_TEXT);
	if (former_look(former, q, span_of(host), span_of(path), &a))
		former_note(former, &a, span_of(from));
	snprintf(to, sizeof(to), "%s", buf_cstr(&a.to));
	snprintf(why, sizeof(why), "%s", buf_cstr(&a.why));
	buf_clear(&a.url);
	buf_clear(&a.to);
	buf_clear(&a.why);
	query_end(q);
	store_close(s);
	return a.status;
}

static int
get_it(const char *host, const char *path)
{
	return get_path(host, path, "");
}

static void
begin(void)
{
	setup();
	listing_never = false;
	former = former_new();
}

static void
end(void)
{
	former_free(former);
	teardown();
}

static void
passes(int64_t ms)
{
	later(ms);
	clock_set(k.now, k.now - KIT_NOW);
}

/* s1's domain is s2's from now on. */
static void
move_domain(int64_t from, int64_t until)
{
	say(1, "https://s1.gov.cn/", "https://s2.gov.cn/", "domain", from,
	    until);
	kit_act(&k, "{\"do\":\"move-agree\",\"move\":1,\"actor\":\"wang\","
	    "\"reason\":\"\"}");
}

START_TEST(in_effect)
{
	ck_assert_int_eq(get_it("s1.gov.cn", "/"), 0);
	move_domain(k.now + DAY, k.now + 9 * DAY);
	passes(FORMER_REFRESH);
	ck_assert_int_eq(get_it("s1.gov.cn", "/"), 0);
	passes(DAY);
	tick();
	passes(FORMER_REFRESH);
	ck_assert_int_eq(get_it("s1.gov.cn", "/a%e6?x=1&y"), 308);
	ck_assert_str_eq(to, "https://s2.gov.cn/a%E6?x=1&y");
	ck_assert_int_eq(get_it("S1.gov.cn:8080", "/"), 308);
	ck_assert_str_eq(to, "https://s2.gov.cn/");
	ck_assert_int_eq(get_it("www.s1.gov.cn", "/"), 0);
	ck_assert_int_eq(get_it("s2.gov.cn", "/"), 0);
	ck_assert_int_eq(get_it("", "/"), 0);
	ck_assert_int_eq(get_it("s1.gov.cn/evil", "/"), 0);
	ck_assert_int_eq(get_it("[::1]:80", "/"), 0);
	/* The rest of its rules count, too. */
	say(1, "https://s1.gov.cn/gk/", "https://s3.gov.cn/", "prefix", 0, 0);
	passes(FORMER_REFRESH);
	ck_assert_int_eq(get_it("s1.gov.cn", "/gk/1.html"), 308);
	ck_assert_str_eq(to, "https://s3.gov.cn/1.html");
	/* And then its redirect ends. */
	passes(9 * DAY);
	tick();
	passes(FORMER_REFRESH);
	ck_assert_int_eq(get_it("s1.gov.cn", "/x"), 410);
	ck_assert_str_eq(to, "https://s2.gov.cn/");
	ck_assert_str_eq(why, "columns in order");
}
END_TEST

/* It was at another port than that by which they come now. */
START_TEST(with_a_port)
{
	say(1, "https://s1.gov.cn:8443/", "https://s2.gov.cn:81/", "domain",
	    0, 0);
	kit_act(&k, "{\"do\":\"move-agree\",\"move\":1,\"actor\":\"wang\","
	    "\"reason\":\"\"}");
	tick();
	passes(FORMER_REFRESH);
	ck_assert_int_eq(get_it("s1.gov.cn", "/a?b"), 308);
	ck_assert_str_eq(to, "https://s2.gov.cn:81/a?b");
	ck_assert_int_eq(get_it("s1.gov.cn:8443", "/"), 308);
	kit_act(&k, "{\"do\":\"move-withdraw\",\"move\":1,"
	    "\"actor\":\"wang\",\"reason\":\"\"}");
	passes(FORMER_REFRESH);
	ck_assert_int_eq(get_it("s1.gov.cn", "/a?b"), 0);
}
END_TEST

/* A path that was moved is its own site's to answer for. */
START_TEST(only_domains)
{
	say(1, "https://s1.gov.cn/", "https://s2.gov.cn/x/", "prefix", 0, 0);
	say(1, "https://s1.gov.cn/a", "https://s2.gov.cn/a", "address", 0, 0);
	passes(FORMER_REFRESH);
	ck_assert_int_eq(get_it("s1.gov.cn", "/a"), 0);
}
END_TEST

START_TEST(retired)
{
	kit_act(&k, "{\"do\":\"retire\",\"site\":3,\"actor\":\"x\","
	    "\"reason\":\"merged into the portal\"}");
	passes(FORMER_REFRESH);
	ck_assert_int_eq(get_it("s3.gov.cn", "/"), 410);
	ck_assert_str_eq(to, "");
	ck_assert_str_eq(why, "merged into the portal");
	/* Another site has it now. */
	kit_act(&k, "{\"do\":\"domain-add\",\"site\":1,\"domain\":"
	    "\"s3.gov.cn\",\"actor\":\"x\",\"reason\":\"\"}");
	passes(FORMER_REFRESH);
	ck_assert_int_eq(get_it("s3.gov.cn", "/"), 0);
}
END_TEST

/* Whoever asks for these asks for the hub itself. */
START_TEST(of_this_machine)
{
	static const char *const here[] = { "127.0.0.1", "localhost" };

	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++)
		kit_act(&k, "{\"do\":\"domain-add\",\"site\":3,\"domain\":"
		    "\"%s\",\"actor\":\"x\",\"reason\":\"\"}", here[i]);
	kit_act(&k, "{\"do\":\"retire\",\"site\":3,\"actor\":\"x\","
	    "\"reason\":\"\"}");
	passes(FORMER_REFRESH);
	ck_assert_int_eq(get_it("s3.gov.cn", "/"), 410);
	ck_assert_int_eq(get_it("127.0.0.1:7480", "/"), 0);
	ck_assert_int_eq(get_it("localhost:7480", "/"), 0);
}
END_TEST

static char listed[4000];

static bool
on_hit(void *arg, const struct former_hit *h)
{
	size_t n = strlen(listed);

	(void)arg;
	snprintf(listed + n, sizeof(listed) - n, "%d %d %.*s > %.*s < %.*s\n",
	    (int)h->count, h->status, SPAN_ARGS(h->url), SPAN_ARGS(h->to),
	    SPAN_ARGS(h->from));
	return strlen(listed) < 3000;
}

static void
list(void)
{
	struct store *s;
	struct query *q;

	item(NULL, NULL);
	kit_show(&k, 100);
	s = kit_store(&k);
	q = query_begin(s);
	listed[0] = '\0';
	former_each(former, q, listing_never, on_hit, NULL);
	query_end(q);
	store_close(s);
}

/* What the web part reports, and the core writes down; how many bytes. */
static size_t
report(void)
{
	struct buf json;
	size_t n;

	buf_init(&json, 65536);
	former_report(former, 1500, &json);
	n = json.n;
	if (n > 0)
		kit_act(&k, "{\"do\":\"former\",\"rows\":%s}",
		    buf_cstr(&json));
	buf_clear(&json);
	return n;
}

START_TEST(kept)
{
	move_domain(0, 0);
	passes(FORMER_REFRESH);
	ck_assert_uint_eq(report(), 0);
	for (int i = 0; i < 3; i++)
		get_path("s1.gov.cn", "/a", "http://s3.gov.cn/p");
	get_it("s1.gov.cn", "/b");
	ck_assert_uint_gt(report(), 0);
	ck_assert_uint_eq(report(), 0);
	get_it("s1.gov.cn", "/a");
	ck_assert_uint_gt(report(), 0);
	/* The part starts again. */
	former_free(former);
	former = former_new();
	list();
	ck_assert_str_eq(listed, "4 308 https://s1.gov.cn/a > "
	    "https://s2.gov.cn/a < http://s3.gov.cn/p\n"
	    "1 308 https://s1.gov.cn/b > https://s2.gov.cn/b < \n");
	get_it("s1.gov.cn", "/a");
	list();
	ck_assert_int_eq(strncmp(listed, "5 308 ", 6), 0);
	same_again();
}
END_TEST

static void
tell(enum change_kind kind, const char *url, const char *see)
{
	struct change c = kit_change(kind, url, "");

	c.word[kind == CHANGE_COVER ? WORD_SCOPE : WORD_SUCCESSOR] =
	    span_of(see);
	kit_say(&k, 3, &c);
}

/* Site 3 covers all it has, and is closed. */
static void
close_site(const char *see)
{
	tell(CHANGE_COVER, "https://s3.gov.cn/", "whole");
	tell(CHANGE_CREATED, "https://s3.gov.cn/a.html", "");
	tell(CHANGE_CREATED, "https://s3.gov.cn/b.html", "");
	tell(CHANGE_CREATED, "https://s2.gov.cn/b.html", "");
	tell(CHANGE_DELETED, "https://s3.gov.cn/b.html",
	    "http://s3.gov.cn/a.html");
	kit_act(&k, "{\"do\":\"notice-announce\",\"site\":3,\"kind\":"
	    "\"closing\",\"from\":%lld,\"see\":\"%s\",\"actor\":\"li\","
	    "\"reason\":\"merged\"}", (long long)k.now + DAY, see);
	kit_act(&k, "{\"do\":\"retire\",\"site\":3,\"actor\":\"x\","
	    "\"reason\":\"merged into the portal\"}");
	passes(FORMER_REFRESH);
}

/* What never was is no loss: 404, and counted apart. */
START_TEST(never_there)
{
	close_site("https://s2.gov.cn/new/");
	ck_assert_int_eq(get_it("s3.gov.cn", "/a.html"), 410);
	ck_assert_str_eq(to, "https://s2.gov.cn/new/");
	ck_assert_str_eq(why, "merged into the portal");
	ck_assert_int_eq(get_it("s3.gov.cn", "/b.html"), 410);
	ck_assert_str_eq(to, "https://s2.gov.cn/new/");
	ck_assert_int_eq(get_it("s3.gov.cn:81", "/wp-login.html"), 404);
	ck_assert_str_eq(to, "https://s2.gov.cn/new/");
	ck_assert_str_eq(why, "merged into the portal");
	/* Nobody can tell. */
	ck_assert_int_eq(get_it("s3.gov.cn", "/"), 410);
	list();
	ck_assert_ptr_null(strstr(listed, "wp-login"));
	ck_assert_ptr_nonnull(strstr(listed, "1 410 http://s3.gov.cn/a.html"
	    " > https://s2.gov.cn/new/ < \n"));
	listing_never = true;
	list();
	ck_assert_str_eq(listed, "1 404 http://s3.gov.cn/wp-login.html > "
	    "https://s2.gov.cn/new/ < \n");
	ck_assert_uint_gt(report(), 0);
	former_free(former);
	former = former_new();
	list();
	ck_assert_str_eq(listed, "1 404 http://s3.gov.cn/wp-login.html > "
	    "https://s2.gov.cn/new/ < \n");
	ck_assert_int_eq(get_it("s3.gov.cn", "/show?x=1"), 410);
	ck_assert_int_eq(get_it("s3.gov.cn", "/wp-login.php"), 410);
	list();
	ck_assert_ptr_nonnull(strstr(listed, "1 410 http://s3.gov.cn/"
	    "wp-login.php"));
	ck_assert_ptr_nonnull(strstr(listed, "1 410 http://s3.gov.cn/show"));
	same_again();
}
END_TEST

/* A closed site that names itself names nobody. */
START_TEST(names_itself)
{
	close_site("https://s3.gov.cn/bye.html");
	ck_assert_int_eq(get_it("s3.gov.cn", "/a.html"), 410);
	ck_assert_str_eq(to, "");
	ck_assert_int_eq(get_it("s3.gov.cn", "/nie.html"), 404);
	ck_assert_str_eq(to, "");
}
END_TEST

/* Whoever tries many addresses displaces nothing that was. */
START_TEST(holes)
{
	char path[40];

	close_site("https://s2.gov.cn/new/");
	get_it("s3.gov.cn", "/a.html");
	get_it("s3.gov.cn", "/most.php");
	get_it("s3.gov.cn", "/most.php");
	for (int i = 0; i < HITS_ALL; i++) {
		snprintf(path, sizeof(path), "/%d.php", i);
		get_it("s3.gov.cn", path);
		if (i % 100 == 0)
			while (report() > 0)
				continue;
	}
	while (report() > 0)
		continue;
	former_free(former);
	former = former_new();
	list();
	ck_assert_str_eq(listed, "1 410 http://s3.gov.cn/a.html > "
	    "https://s2.gov.cn/new/ < \n");
	same_again();
}
END_TEST

/* As many as there may be, and one more: the least hit goes. */
START_TEST(kept_within_bounds)
{
	char path[40];

	move_domain(0, 0);
	passes(FORMER_REFRESH);
	for (int i = 0; i < FORMER_HITS + 10; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		get_it("s1.gov.cn", path);
		if (i % 100 == 0) {
			get_it("s1.gov.cn", "/a");
			while (report() > 0)
				continue;
		}
	}
	while (report() > 0)
		continue;
	former_free(former);
	former = former_new();
	list();
	ck_assert_int_eq(strncmp(listed, "11 308 https://s1.gov.cn/a >", 28),
	    0);
	same_again();
}
END_TEST

START_TEST(no_such_hits)
{
	static const char *const bad[] = { "{}", "[]", "[7]",
		"[{\"url\":\"x\",\"count\":1,\"status\":308}]",
		"[{\"url\":\"http://s1.gov.cn/\",\"count\":0,\"status\":308}]",
		"[{\"url\":\"http://s1.gov.cn/\",\"count\":1,\"status\":200}]",
		("[{\"url\":\"http://s1.gov.cn/\",\"count\":1,\"status\":308,"
		    "\"from\":\"javascript:1\"}]") };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		kit_act(&k, "{\"do\":\"former\",\"rows\":%s}", bad[i]);
		ck_assert_msg(held(0)[0] != '\0', "%s", bad[i]);
		kit_act(&k, "{\"do\":\"dismiss\",\"site\":0,\"all\":true}");
	}
	list();
	ck_assert_str_eq(listed, "");
}
END_TEST

START_TEST(counted)
{
	char path[40];

	move_domain(0, 0);
	passes(FORMER_REFRESH);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(get_path("s1.gov.cn", "/a",
		    "http://S3.gov.cn/p#x"), 308);
	get_path("s1.gov.cn", "/b", "javascript:alert(1)");
	list();
	ck_assert_str_eq(listed, "3 308 https://s1.gov.cn/a > "
	    "https://s2.gov.cn/a < http://s3.gov.cn/p\n"
	    "1 308 https://s1.gov.cn/b > https://s2.gov.cn/b < \n");
	/* Who asks for made-up addresses doesn't push out what is hit. */
	for (int i = 0; i < FORMER_HITS + 50; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		get_it("s1.gov.cn", path);
		if (i % 300 == 0)
			get_it("s1.gov.cn", "/a");
	}
	list();
	ck_assert_int_eq(strncmp(listed, "7 308 https://s1.gov.cn/a >", 26),
	    0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("former");
	TCase *tests = tcase_create("former");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, begin, end);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, in_effect);
	tcase_add_test(tests, with_a_port);
	tcase_add_test(tests, only_domains);
	tcase_add_test(tests, retired);
	tcase_add_test(tests, of_this_machine);
	tcase_add_test(tests, counted);
	tcase_add_test(tests, kept);
	tcase_add_test(tests, kept_within_bounds);
	tcase_add_test(tests, never_there);
	tcase_add_test(tests, names_itself);
	tcase_add_test(tests, holes);
	tcase_add_test(tests, no_such_hits);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
