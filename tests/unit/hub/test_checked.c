/*
 * What was seen outside, in the view: strikes by the entries' time, pins with
 * an end, hosts that are compared with what they were; that a rebuild gives
 * the same; what core and check say to each other; who is under way.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "hub/checked.h"
#include "hub/look_frame.h"
#include "hub/query_check.h"
#include "hub/underway.h"
#include "protocol/limits.h"
#include "tests/unit/hub/storekit.h"

#define DAY (24 * INT64_C(3600000))
#define URL "http://www.a.cn/1.html"

static struct kit kit;

static void
setup(void)
{
	kit_open(&kit, &journal_lmdb);
}

static void
teardown(void)
{
	kit_close(&kit);
}

static void
see_with(const char *url, const char *cause, const char *detail)
{
	kit_act(&kit, "{\"do\":\"checked\",\"url\":\"%s\",\"cause\":\"%s\","
	    "\"detail\":\"%s\",\"etag\":\"e1\",\"actor\":\"hub\","
	    "\"reason\":\"\"}", url, cause, detail);
	kit_show(&kit, 100);
}

static void
see(const char *url, const char *cause)
{
	see_with(url, cause, "d");
}

static void
host(const char *name, const char *title, const char *language,
    const char *domain)
{
	kit_act(&kit, "{\"do\":\"checked-host\",\"host\":\"%s\","
	    "\"title\":\"%s\",\"language\":\"%s\",\"domain\":\"%s\","
	    "\"certificate\":\"00112233445566778899aabbccddeeff\","
	    "\"actor\":\"hub\",\"reason\":\"\"}", name, title, language,
	    domain);
	kit_show(&kit, 100);
}

/* Copies what a row has but its spans. */
static bool
look(const char *url, struct checked *c)
{
	struct db_txn *t = view_read(kit.view);
	bool found = checked_get(t, span_of(url), c);

	db_abort(t);
	return found;
}

static uint64_t
held(void)
{
	return view_held_count(kit.view, 0, 1000);
}

/* Lost for three days, and back. */
static void
lose_and_find(void)
{
	struct checked c;

	see(URL, "404");
	ck_assert(look(URL, &c) && !checked_is_broken(&c, kit.now));
	ck_assert_int_eq(checked_outcome(&c, kit.now), OUTCOME_GONE);
	ck_assert_int_eq(checked_next(&c, 7 * DAY), kit.now + DAY);
	for (int i = 0; i < 2; i++) {
		kit.now += DAY;
		see(URL, "404");
	}
	/* the same place, however it is written */
	ck_assert(look("https://www.a.cn/1.html", &c));
	ck_assert(checked_is_broken(&c, kit.now));
	kit.now += DAY;
	see("https://www.a.cn/1.html", "fine");
	ck_assert(look(URL, &c) && !checked_is_broken(&c, kit.now));
	ck_assert_uint_eq(c.record.strikes, 0);
	ck_assert_uint_eq(held(), 0);
}

START_TEST(test_strikes)
{
	lose_and_find();
}
END_TEST

/* The looks that count are those that were sent to the same place. */
START_TEST(test_moved)
{
	static const char *const to[] = { "a", "a", "b", "a", "a", "a" };
	static const uint8_t looks[] = { 1, 2, 1, 1, 2, 3 };
	struct checked c;

	for (size_t i = 0; i < sizeof(looks); i++, kit.now += DAY) {
		see_with(URL, "moved", to[i]);
		ck_assert(look(URL, &c));
		ck_assert_uint_eq(c.record.looks, looks[i]);
		ck_assert_int_eq(c.record.seen - c.record.since,
		    (looks[i] - 1) * DAY);
	}
	see(URL, "404");
	see(URL, "404");	/* whatever else the detail says */
	ck_assert(look(URL, &c) && c.record.looks == 2);
	see_with(URL, "404", "e");
	ck_assert(look(URL, &c) && c.record.looks == 3);
	ck_assert_uint_eq(held(), 0);
}
END_TEST

START_TEST(test_pin)
{
	struct checked c;
	int64_t until = kit.now + 3 * DAY;

	kit_act(&kit, "{\"do\":\"check-pin\",\"url\":\"%s\",\"outcome\":"
	    "\"gone\",\"until\":%lld,\"actor\":\"li\",\"reason\":\"r\"}",
	    URL, (long long)until);
	kit_show(&kit, 100);
	ck_assert(look(URL, &c) && checked_is_broken(&c, kit.now));
	ck_assert(!checked_is_broken(&c, until));
	ck_assert_int_eq(checked_next(&c, DAY), INT64_MIN);
	see(URL, "fine");
	ck_assert(look(URL, &c) && checked_is_broken(&c, kit.now));
	kit_act(&kit, "{\"do\":\"check-forget\",\"url\":\"%s\"}", URL);
	kit_show(&kit, 100);
	ck_assert_msg(look(URL, &c), "a pin is not forgotten");
	kit_act(&kit, "{\"do\":\"check-unpin\",\"url\":\"%s\"}", URL);
	kit_show(&kit, 100);
	ck_assert(look(URL, &c) && !checked_is_broken(&c, kit.now));
	kit_act(&kit, "{\"do\":\"check-forget\",\"url\":\"%s\"}", URL);
	kit_show(&kit, 100);
	ck_assert(!look(URL, &c));
	ck_assert_uint_eq(held(), 0);
	kit_act(&kit, "{\"do\":\"check-unpin\",\"url\":\"%s\"}", URL);
	kit_show(&kit, 100);
	ck_assert_uint_eq(held(), 1);
}
END_TEST

static struct baseline
home(const char *name, bool *known)
{
	struct db_txn *t = view_read(kit.view);
	struct baseline b = { .has_home = false };

	*known = checked_host(t, span_of(name), &b);
	db_abort(t);
	return b;
}

START_TEST(test_host)
{
	struct baseline b;
	bool known;

	host("a.cn:8080", "郑州", "Han", "a.cn");
	b = home("a.cn:8080", &known);
	ck_assert(known && b.language == GLANCE_HAN);
	host("a.cn:8080", "郑州市", "Han", "a.cn");	/* a new title */
	b = home("a.cn:8080", &known);
	ck_assert_str_eq(b.title, "郑州市");
	/* a new language or owner is what it is there to show */
	host("a.cn:8080", "Bet", "Latin", "a.cn");
	host("a.cn:8080", "郑州市", "Han", "bet.example");
	b = home("a.cn:8080", &known);
	ck_assert_str_eq(b.domain, "a.cn");
	ck_assert_int_eq(b.language, GLANCE_HAN);
	kit_act(&kit, "{\"do\":\"check-accept\",\"host\":\"a.cn:8080\"}");
	host("a.cn:8080", "Bet", "Latin", "a.cn");
	b = home("a.cn:8080", &known);
	ck_assert_int_eq(b.language, GLANCE_LATIN);
	ck_assert_uint_eq(held(), 0);
	kit_act(&kit, "{\"do\":\"check-accept\",\"host\":\"b.cn\"}");
	host("b.cn", "x", "Klingon", "b.cn");
	kit_show(&kit, 100);
	ck_assert_uint_eq(held(), 2);
}
END_TEST

START_TEST(test_refused)
{
	struct checked c;

	see("ftp://a.cn/", "404");
	see("HTTP://A.cn", "404");	/* not as it is written normally */
	see("http://a.cn/", "dead");
	kit_act(&kit, "{\"do\":\"checked\"}");
	kit_act(&kit, "{\"do\":\"check-pin\",\"url\":\"%s\",\"outcome\":"
	    "\"gone\"}", URL);
	kit_act(&kit, "{\"do\":\"check-forget\",\"url\":\"%s\"}", URL);
	kit_show(&kit, 100);
	ck_assert_uint_eq(held(), 6);
	ck_assert(!look("http://a.cn/", &c) && !look(URL, &c));
}
END_TEST

static bool
count(void *arg, const uint8_t key[TABLE_DIGEST], const struct checked *c)
{
	size_t *n = arg;

	(void)key, (void)c;
	++*n;
	return true;
}

static size_t
count_of(struct store *s, struct check_spec spec)
{
	struct query *q = query_begin(s);
	size_t n = 0;

	spec.limit = spec.limit > 0 ? spec.limit : 1000;
	query_checks(q, &spec, count, &n);
	query_end(q);
	return n;
}

START_TEST(test_lists)
{
	struct check_counts counts;
	struct store *s;
	struct query *q;
	char url[64];

	for (int i = 0; i < 40; i++) {
		snprintf(url, sizeof(url), "http://h%d.cn/", i);
		see(url, i % 4 == 0 ? "410" : i % 4 == 1 ? "words" :
		    i % 4 == 2 ? "404" : "fine");
	}
	s = kit_store(&kit);
	ck_assert_uint_eq(count_of(s, (struct check_spec){ .broken = true }),
	    20);
	ck_assert_uint_eq(count_of(s, (struct check_spec){ .danger = true }),
	    10);
	ck_assert_uint_eq(count_of(s, (struct check_spec){
	    .has_outcome = true, .outcome = OUTCOME_GONE }), 20);
	ck_assert_uint_eq(count_of(s, (struct check_spec){ .limit = 7 }), 7);
	q = query_begin(s);
	query_check_counts(q, &counts);
	ck_assert_uint_eq(counts.all, 40);
	ck_assert_uint_eq(counts.broken, 20);
	query_end(q);
	store_close(s);
}
END_TEST

/* A function of the journal: from the first entry it comes to the same. */
START_TEST(test_rebuild)
{
	struct checked c;
	bool known;

	lose_and_find();
	host("a.cn", "郑州", "Han", "a.cn");
	ck_assert_int_eq(view_empty(kit.view), DB_OK);
	ck_assert(!look(URL, &c));
	kit_show(&kit, 3);
	ck_assert(look(URL, &c) && c.record.strikes == 0);
	ck_assert_int_eq(c.record.seen, kit.now);
	ck_assert_str_eq(home("a.cn", &known).title, "郑州");
}
END_TEST

/* --- frames, and who is under way -------------------------------------------- */

START_TEST(test_frames)
{
	struct look_frame_ask ask = { .url = SPAN(URL), .etag = SPAN("\"e\""),
	    .has_before = true, .before = { .has_home = true,
	    .language = GLANCE_HAN, .title = "郑州", .domain = "a.cn" } }, a;
	struct look_frame_seen seen = { .url = SPAN(URL),
	    .cause = CAUSE_MOVED, .detail = SPAN("http://b.cn/") }, s;
	struct buf b, c;

	buf_init(&b, LOOK_FRAME_MAX);
	buf_init(&c, LOOK_FRAME_MAX);
	look_frame_ask_write(&b, &ask);
	look_frame_seen_write(&c, &seen);
	ck_assert(look_frame_ask_read(&a, buf_look(&b)));
	ck_assert_str_eq(a.before.title, "郑州");
	ck_assert(span_is(a.url, ask.url) && span_is(a.etag, ask.etag));
	ck_assert(look_frame_seen_read(&s, buf_look(&c)));
	ck_assert_int_eq(s.cause, CAUSE_MOVED);
	/* cut anywhere, it is none */
	for (size_t n = 0; n < b.n; n++)
		ck_assert(!look_frame_ask_read(&a,
		    (struct span){ b.at, n }));
	for (size_t n = 0; n < c.n; n++)
		ck_assert(!look_frame_seen_read(&s,
		    (struct span){ c.at, n }));
	buf_byte(&c, 'x');
	ck_assert(!look_frame_seen_read(&s, buf_look(&c)));
	buf_clear(&b);
	buf_clear(&c);
}
END_TEST

START_TEST(test_underway)
{
	struct underway *u = underway_new(2);

	ck_assert(underway_put(u, SPAN("http://a.a.cn/1")));
	ck_assert(!underway_put(u, SPAN("https://a.a.cn/1/")));
	ck_assert(underway_has(u, SPAN("https://a.a.cn/1/index.html")));
	ck_assert(underway_put(u, SPAN("http://b.a.cn/1")));
	ck_assert(!underway_put(u, SPAN("http://c.a.cn/1")));
	ck_assert(underway_put(u, SPAN("http://b.cn/1")));
	ck_assert_uint_eq(underway_count(u), 3);
	ck_assert(underway_done(u, SPAN("http://a.a.cn/1")));
	ck_assert(!underway_done(u, SPAN("http://a.a.cn/1")));
	ck_assert(underway_put(u, SPAN("http://c.a.cn/1")));
	underway_free(u);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("checked");
	TCase *t = tcase_create("checked");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_strikes);
	tcase_add_test(t, test_moved);
	tcase_add_test(t, test_pin);
	tcase_add_test(t, test_host);
	tcase_add_test(t, test_refused);
	tcase_add_test(t, test_lists);
	tcase_add_test(t, test_rebuild);
	tcase_add_test(t, test_frames);
	tcase_add_test(t, test_underway);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
