/*
 * Questions about sites: in which state each is, and what is said of it.
 */
#include "tests/unit/hub/viewkit.h"

#include "hub/advice.h"
#include "hub/config.h"
#include "hub/json.h"

#define REF "00112233445566778899"
#define KEY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
setup(void)
{
	viewkit_open(&journal_lmdb, 2);
}

static enum site_state
state(uint32_t number)
{
	struct site_info s;

	look();
	ck_assert(query_site_by_number(query, number, &s));
	return s.state;
}

static void
hear_beat(const struct journal_batch *b)
{
	struct journal_verdict v;

	journal_begin(k.journal);
	journal_take(k.journal, b, k.now, &v);
	ck_assert_int_eq(journal_commit(k.journal), DB_OK);
}

/* To the operator, and to programs. */
static void
check_said(const char *want)
{
	struct site_info s;
	struct buf b;
	json_t *j;

	ck_assert(query_site_by_number(query, 1, &s));
	j = json_site(&s);
	ck_assert_str_eq(json_string_value(json_object_get(j, "trouble")),
	    want);
	json_decref(j);
	buf_init(&b, ADVICE_MAX);
	advice_put(&b, &s);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), want));
	buf_clear(&b);
}

static void
check_snapshot(bool wants)
{
	struct site_info s;
	struct buf b;
	json_t *j;

	ck_assert(query_site_by_number(query, 1, &s));
	ck_assert(s.needs_snapshot == wants);
	j = json_site(&s);
	ck_assert(json_is_boolean(json_object_get(j, "needs_snapshot")));
	ck_assert(json_is_true(json_object_get(j, "needs_snapshot")) == wants);
	json_decref(j);
	buf_init(&b, ADVICE_MAX);
	advice_put(&b, &s);
	ck_assert((strstr(buf_cstr(&b), "spool overflowed") != NULL) ==
	    wants);
	buf_clear(&b);
}

START_TEST(states)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/", "t");
	struct journal_batch beat = { .site = 1, .incarnation = 1001,
	    .first = 2, .head = 9, .now = KIT_NOW };
	struct journal_verdict v;

	ck_assert_int_eq(state(1), SITE_NEW);
	kit_act(&k, "{\"do\":\"ticket\",\"site\":1,\"ref\":\"" REF "\","
	    "\"expires\":1}");
	kit_act(&k, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF "\","
	    "\"key\":\"" KEY "\"}");
	ck_assert_int_eq(state(1), SITE_BEHIND);
	pulse_open(NULL);		/* it has a line, and says nothing */
	pulse_connected(1, 1, KIT_NOW);
	ck_assert_int_eq(state(1), SITE_BEHIND);
	pulse_close();
	kit_say(&k, 1, &c);
	ck_assert_int_eq(state(1), SITE_SYNC);
	beat.head = 1;
	beat.trouble = SPAN("source web: the disk is full");
	hear_beat(&beat);
	ck_assert_int_eq(state(1), SITE_TROUBLE);
	ck_assert_str_eq(site_state_name(SITE_TROUBLE), "trouble");
	check_said("source web: the disk is full");
	beat.trouble = SPAN_NONE;
	hear_beat(&beat);
	ck_assert_int_eq(state(1), SITE_SYNC);
	check_snapshot(false);
	beat.needs_snapshot = true;
	hear_beat(&beat);
	ck_assert_int_eq(state(1), SITE_BEHIND);
	check_snapshot(true);
	beat.needs_snapshot = false;
	hear_beat(&beat);
	ck_assert_int_eq(state(1), SITE_SYNC);
	beat.head = 9;
	journal_begin(k.journal);
	journal_take(k.journal, &beat, k.now, &v);
	ck_assert_int_eq(journal_commit(k.journal), DB_OK);
	ck_assert_int_eq(state(1), SITE_BEHIND);
	clock_set(KIT_NOW + STORE_SILENT + JOURNAL_HEARD, 0);
	ck_assert_int_eq(state(1), SITE_BEHIND);
	clock_set(KIT_NOW + STORE_SILENT + JOURNAL_HEARD + 1, 0);
	ck_assert_int_eq(state(1), SITE_SILENT);
	store_heed(store, &(struct config){ .silent_after =
	    STORE_SILENT + 1 });
	ck_assert_int_eq(state(1), SITE_BEHIND);
	c.url = SPAN("http://evil.example/");
	kit_say(&k, 1, &c);
	ck_assert_int_eq(state(1), SITE_HELD);
	clock_set(KIT_NOW + STORE_SILENT + JOURNAL_HEARD + 2, 0);
	ck_assert_int_eq(state(1), SITE_SILENT);	/* that is worse */
	clock_set(KIT_NOW, 0);
	ck_assert_int_eq(state(1), SITE_HELD);
	struct site_info s;
	ck_assert(query_site_by_number(query, 1, &s));
	ck_assert_ptr_nonnull(memmem(s.reason.at, s.reason.n,
	    "evil.example", 12));
	kit_act(&k, "{\"do\":\"block\",\"site\":1,\"reason\":\"r\"}");
	ck_assert_int_eq(state(1), SITE_BLOCKED);
	ck_assert_int_eq(state(2), SITE_NEW);
}
END_TEST

/* A daemon runs: what it hears counts, by its own clock. */
START_TEST(silence_by_the_pulse)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/", "t");
	struct health h = { .told = true, .beat = 5000 };
	const int64_t later = KIT_NOW + INT64_C(86400000);
	struct site_info s;

	kit_act(&k, "{\"do\":\"ticket\",\"site\":1,\"ref\":\"" REF "\","
	    "\"expires\":1}");
	kit_act(&k, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF "\","
	    "\"key\":\"" KEY "\"}");
	kit_say(&k, 1, &c);
	pulse_open(NULL);
	pulse_begin(later);		/* the journal's word is a day old */
	clock_set(later + STORE_SILENT, 0);
	pulse_tick(later + STORE_SILENT);
	ck_assert_int_eq(state(1), SITE_BEHIND);
	pulse_connected(1, 1, later);		/* and said nothing yet */
	ck_assert_int_eq(state(1), SITE_BEHIND);
	pulse_heard(1, later + 5000, "203.0.113.7:5", &h);
	pulse_connected(1, 2, later + 5000);
	clock_set(later + 5000 + STORE_SILENT, 0);
	pulse_tick(later + 5000 + STORE_SILENT);
	ck_assert_int_eq(state(1), SITE_SYNC);
	clock_set(later + 5001 + STORE_SILENT, 0);
	ck_assert_int_eq(state(1), SITE_SYNC);	/* the core lags */
	pulse_tick(later + 5001 + STORE_SILENT);
	ck_assert_int_eq(state(1), SITE_SILENT);
	h.beat = 10000;
	pulse_heard(1, later + 5000, NULL, &h);
	ck_assert_int_eq(state(1), SITE_SYNC);
	ck_assert(query_site_by_number(query, 1, &s));
	ck_assert_int_eq(s.heard, later + 5000);
	ck_assert_str_eq(s.address, "203.0.113.7:5");
	ck_assert_uint_eq(s.connections, 2);
	ck_assert_int_eq(s.gone, CLOCK_NONE);
	ck_assert_uint_eq(s.health.beat, 10000);
	pulse_close();
}
END_TEST

/* The hub's clock was ahead, and is right again: nobody is well by a time that
 * is yet to come. */
START_TEST(heard_in_the_future)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/", "t");
	const int64_t before = KIT_NOW - 100 * INT64_C(86400000);
	struct site_info s;
	struct buf b;

	kit_act(&k, "{\"do\":\"ticket\",\"site\":1,\"ref\":\"" REF "\","
	    "\"expires\":1}");
	kit_act(&k, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF "\","
	    "\"key\":\"" KEY "\"}");
	kit_say(&k, 1, &c);
	ck_assert_int_eq(state(1), SITE_SYNC);
	clock_set(before, 0);
	ck_assert_int_eq(state(1), SITE_SILENT);
	pulse_open(NULL);
	pulse_begin(before);
	ck_assert_int_eq(state(1), SITE_BEHIND);	/* it may yet speak */
	clock_set(before + STORE_SILENT + 60000, 0);
	pulse_tick(before + STORE_SILENT + 60000);
	ck_assert_int_eq(state(1), SITE_SILENT);
	ck_assert(query_site_by_number(query, 1, &s));
	ck_assert_int_eq(s.heard, CLOCK_NONE);
	ck_assert_int_eq(s.ahead, KIT_NOW);
	buf_init(&b, ADVICE_MAX);
	advice_put(&b, &s);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "yet to come"));
	buf_clear(&b);
	pulse_heard(1, before + STORE_SILENT + 60000, "203.0.113.7:5", NULL);
	ck_assert_int_eq(state(1), SITE_SYNC);
	ck_assert(query_site_by_number(query, 1, &s));
	ck_assert_int_eq(s.ahead, CLOCK_NONE);
	pulse_close();
}
END_TEST

static bool
is_advised(const char *words)
{
	struct site_info s;
	struct buf b;
	bool is;

	look();
	ck_assert(query_site_by_number(query, 1, &s));
	buf_init(&b, ADVICE_MAX);
	advice_put(&b, &s);
	is = strstr(buf_cstr(&b), words) != NULL;
	buf_clear(&b);
	return is;
}

#define OLD "11111111111111111111111111111111"
#define NEW "22222222222222222222222222222222"

/* The CA was replaced without it: that is said, with the way out, until it
 * has a new one. */
START_TEST(left_behind)
{
	kit_act(&k, "{\"do\":\"ticket\",\"site\":1,\"ref\":\"" REF "\","
	    "\"expires\":1}");
	kit_act(&k, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF "\","
	    "\"key\":\"" KEY "\",\"ca\":\"" OLD "\"}");
	kit_act(&k, "{\"do\":\"ca-roll\",\"ca\":\"" NEW "\","
	    "\"trust\":\"<both/>\"}");
	ck_assert(!is_advised("zqhub site reissue"));
	kit_act(&k, "{\"do\":\"ca-rolled\",\"ca\":\"" NEW "\","
	    "\"trust\":\"<new/>\"}");
	ck_assert(is_advised("zqhub site reissue"));
	kit_act(&k, "{\"do\":\"ticket\",\"site\":1,\"ref\":\"" REF "\","
	    "\"expires\":1}");
	kit_act(&k, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF "\","
	    "\"key\":\"" KEY "\",\"ca\":\"" NEW "\"}");
	ck_assert(!is_advised("zqhub site reissue"));
}
END_TEST

/* Nobody is told to admit what couldn't come in then. */
START_TEST(expired_in_quarantine)
{
	kit_act(&k, "{\"do\":\"ticket\",\"site\":1,\"ref\":\"" REF "\","
	    "\"expires\":1}");
	kit_act(&k, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF "\","
	    "\"key\":\"" KEY "\"}");
	kit_act(&k, "{\"do\":\"renew\",\"site\":1,\"key\":\""
	    "%064d\",\"old\":\"" KEY "\",\"quarantine\":true,\"until\":%"
	    PRId64 "}", 7, KIT_NOW + 86400000);
	ck_assert(is_advised("zqhub site admit"));
	clock_set(KIT_NOW + 2 * 86400000, 0);
	ck_assert(!is_advised("zqhub site admit"));
	ck_assert(is_advised("zqhub site reissue"));
}
END_TEST

/* No daemon runs, or it doesn't answer: what was heard a second ago is no
 * news of now. */
START_TEST(unheard)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/", "t");

	kit_act(&k, "{\"do\":\"ticket\",\"site\":1,\"ref\":\"" REF "\","
	    "\"expires\":1}");
	kit_act(&k, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF "\","
	    "\"key\":\"" KEY "\"}");
	kit_say(&k, 1, &c);
	pulse_open(NULL);
	pulse_begin(KIT_NOW);
	pulse_heard(1, KIT_NOW, "203.0.113.7:5", NULL);
	ck_assert_int_eq(state(1), SITE_SYNC);
	store_unheard(store);
	ck_assert_int_eq(state(1), SITE_SILENT);
	ck_assert_int_eq(state(2), SITE_NEW);
	pulse_close();
}
END_TEST

/* A proof that a clock which was ahead has dated is of no known time. */
START_TEST(proven_in_the_future)
{
	struct site_info s;

	kit_act(&k, "{\"do\":\"reconcile\",\"site\":1,\"same\":true,"
	    "\"incarnation\":\"00000000000003e9\",\"seq\":1,\"missing\":0,"
	    "\"extra\":0,\"differ\":0,\"held\":0}");
	look();
	ck_assert(query_site_by_number(query, 1, &s));
	ck_assert_int_eq(s.synced, KIT_NOW);
	clock_set(KIT_NOW - 99 * INT64_C(86400000), 0);
	look();
	ck_assert(query_site_by_number(query, 1, &s));
	ck_assert_int_eq(s.synced, CLOCK_NONE);
	ck_assert_int_eq(s.compared, CLOCK_NONE);
	ck_assert_uint_eq(s.compares, 1);
}
END_TEST

START_TEST(taken_is_not_shown)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/", "t");
	struct site_info s;
	struct totals t;

	kit_say(&k, 1, &c);
	look();
	c.kind = CHANGE_UPDATED;
	kit_say(&k, 1, &c);
	query_end(query);
	query = query_begin(store);
	ck_assert(query_site_by_number(query, 1, &s));
	ck_assert_uint_eq(s.taken, 2);
	ck_assert_uint_eq(s.shown, 1);
	query_totals(query, &t);
	ck_assert_uint_eq(t.journal_place, t.view_place + 1);
	ck_assert_uint_eq(t.sites, 2);
	ck_assert_int_eq(t.last_taken, KIT_NOW);
}
END_TEST

static bool
count_site(void *arg, const struct site_info *s)
{
	int *n = arg;

	ck_assert_uint_eq(s->number, (uint32_t)*n + 1);
	return ++*n < 2;
}

START_TEST(sites_by_code)
{
	int n = 0;

	kit_site(&k, 3);
	look();
	query_sites(query, count_site, &n);
	ck_assert_int_eq(n, 2);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("query_site");
	TCase *c = tcase_create("states");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, setup, viewkit_close);
	tcase_add_test(c, states);
	tcase_add_test(c, silence_by_the_pulse);
	tcase_add_test(c, unheard);
	tcase_add_test(c, left_behind);
	tcase_add_test(c, expired_in_quarantine);
	tcase_add_test(c, proven_in_the_future);
	tcase_add_test(c, heard_in_the_future);
	tcase_add_test(c, taken_is_not_shown);
	tcase_add_test(c, sites_by_code);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
