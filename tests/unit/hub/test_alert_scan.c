/*
 * Where facts come from: what the pulse, the view and the hub say, and what
 * they don't say any more. Of home pages: test_alert_scan_home.c.
 */
#include "tests/unit/hub/scankit.h"

#include "hub/alert_detail.h"
#include "hub/monitor_state.h"

START_TEST(test_pulse)
{
	static const struct {
		enum monitor_state state;
		enum monitor_cause cause;
		bool there, unknown;
		enum alert_what what;
	} cases[] = {
		{ MONITOR_UNKNOWN, MONITOR_CAUSE_START, true, true, 0 },
		{ MONITOR_SILENT, MONITOR_CAUSE_QUIET, true, false,
		  ALERT_SILENT },
		{ MONITOR_UNREACHABLE, MONITOR_CAUSE_GONE, true, false,
		  ALERT_UNREACHABLE },
		{ MONITOR_OUTAGE, MONITOR_CAUSE_GONE, true, true, 0 },
		{ MONITOR_OVERRUN, MONITOR_CAUSE_GONE, true, false,
		  ALERT_OVERRUN },
		{ MONITOR_DOWN, MONITOR_CAUSE_BOTH, true, false,
		  ALERT_DOWN },
		{ MONITOR_UP, MONITOR_CAUSE_FINE, false, false, 0 },
		{ MONITOR_DOWN, MONITOR_CAUSE_BOTH, true, false,
		  ALERT_DOWN },
		{ MONITOR_SLOW, MONITOR_CAUSE_LATE, false, false, 0 },
		{ MONITOR_UNKNOWN, MONITOR_CAUSE_UNWATCHED, false, false,
		  0 },
		{ MONITOR_DOWN, MONITOR_CAUSE_BOTH, true, false,
		  ALERT_DOWN },
		{ MONITOR_UNKNOWN, MONITOR_CAUSE_MUTE, false, false, 0 },
	};
	struct alert_fact *f;
	struct buf b;

	pulse_heard(1, k.now, "203.0.113.7:4711", NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pulse_state(1, (uint8_t)cases[i].state,
		    (uint8_t)cases[i].cause, k.now + (int64_t)i);
		scankit_look_all();
		f = fact("state", "4100000001");
		ck_assert_int_eq(f != NULL, cases[i].there);
		if (f == NULL)
			continue;
		ck_assert_int_eq(f->unknown, cases[i].unknown);
		ck_assert(span_is(f->group, SPAN("203.0.113.7")));
		if (!f->unknown)
			ck_assert_int_eq(f->what, cases[i].what);
	}
	ck_assert_ptr_null(fact("isolated", "hub"));
	pulse_vanished(12, 30);
	pulse_isolated(true, k.now);
	scankit_look_all();
	f = fact("isolated", "hub");
	ck_assert_ptr_nonnull(f);
	buf_init(&b, 1000);
	alert_detail_put(&b, f->detail);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "12 of 30 agents"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "look at the hub's own "
	    "line, its DNS"));
	buf_reset(&b);
	pulse_blind(true);
	pulse_isolated(false, 0);
	pulse_isolated(true, k.now);
	scankit_look_all();
	alert_detail_put(&b, fact("isolated", "hub")->detail);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "nobody's home page"));
	buf_clear(&b);
	pulse_isolated(false, 0);
	scankit_look_all();
	ck_assert_ptr_null(fact("isolated", "hub"));
}
END_TEST

static void
enroll(uint32_t site, int64_t until)
{
	kit_act(&k, "{\"do\":\"ticket\",\"site\":%u,\"ref\":\"%020x\","
	    "\"expires\":%lld,\"actor\":\"t\",\"reason\":\"\"}", site, site,
	    (long long)(k.now + DAY));
	kit_act(&k, "{\"do\":\"enroll\",\"site\":%u,\"ref\":\"%020x\","
	    "\"key\":\"%064x\",\"until\":%lld,\"ca\":\"%032x\",\"actor\":"
	    "\"t\",\"reason\":\"\"}", site, site, site, (long long)until, 1);
}

START_TEST(test_certificate)
{
	static const struct {
		int64_t days;
		int raise, step;	/* -1: no fact */
	} cases[] = {
		{ 60, -1, 0 }, { 29, -1, 0 }, { 15, -1, 0 }, { 14, 1, 1 },
		{ 7, 1, 2 }, { 1, 2, 1 }, { 0, 2, 1 },
	};
	int64_t began = k.now;
	struct alert_fact *f;

	enroll(1, began + 90 * DAY);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k.now = began + (90 - cases[i].days) * DAY;
		clock_set(k.now, k.now);
		scankit_look_all();
		f = fact("certificate", "4100000001 agent");
		ck_assert_int_eq(f != NULL, cases[i].raise >= 0);
		if (f == NULL)
			continue;
		ck_assert_int_eq(f->raise, cases[i].raise);
		ck_assert_int_eq(f->step, cases[i].step);
	}
}
END_TEST

/* A domain whose end was said, as certificates are; none, and there is nothing
 * to tell. */
START_TEST(test_domain_expiry)
{
	static const struct {
		int64_t days;
		int raise, step;	/* -1: no fact */
	} cases[] = {
		{ 31, -1, 0 }, { 30, 0, 1 }, { 14, 1, 1 }, { 7, 1, 2 },
		{ 1, 2, 1 }, { -1, 2, 1 },
	};
	int64_t began = k.now;
	struct alert_fact *f;

	scankit_look_all();
	ck_assert_ptr_null(fact("domain-expiry", "4100000001 s1.gov.cn"));
	kit_act(&k, "{\"do\":\"domain-expires\",\"site\":1,\"domain\":"
	    "\"s1.gov.cn\",\"expires\":%lld,\"actor\":\"t\",\"reason\":"
	    "\"\"}", (long long)(began + 90 * DAY));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k.now = began + (90 - cases[i].days) * DAY;
		clock_set(k.now, k.now);
		scankit_look_all();
		f = fact("domain-expiry", "4100000001 s1.gov.cn");
		ck_assert_int_eq(f != NULL, cases[i].raise >= 0);
		if (f == NULL)
			continue;
		ck_assert_int_eq(f->raise, cases[i].raise);
		ck_assert_int_eq(f->step, cases[i].step);
		ck_assert_int_eq(f->what, ALERT_DOMAIN_EXPIRY);
	}
}
END_TEST

/* One that ends with the CA is not told of a second time. */
START_TEST(test_end_of_ca)
{
	int64_t until = k.now + 7 * DAY;

	counters_open();
	enroll(1, until);
	stats_set(COUNTER_CA_EXPIRY, (uint64_t)(until / 1000));
	scankit_look_all();
	ck_assert_ptr_null(fact("certificate", "4100000001 agent"));
	stats_set(COUNTER_CA_EXPIRY, (uint64_t)(until / 1000) + 1);
	scankit_look_all();
	ck_assert_ptr_nonnull(fact("certificate", "4100000001 agent"));
	stats_close();
}
END_TEST

/* Of one that lives a week: the last quarter, eighth and twentieth. */
START_TEST(test_short_certificate)
{
	int64_t began = k.now;

	config.leaf_days = 8;
	enroll(1, began + 8 * DAY);
	k.now = began + 6 * DAY - 1;
	scankit_look_all();
	ck_assert_ptr_null(fact("certificate", "4100000001 agent"));
	k.now = began + 6 * DAY;
	scankit_look_all();
	ck_assert_int_eq(fact("certificate", "4100000001 agent")->raise, 1);
	k.now = began + 8 * DAY - 9 * DAY / 24;
	scankit_look_all();
	ck_assert_int_eq(fact("certificate", "4100000001 agent")->raise, 2);
}
END_TEST

START_TEST(test_view)
{
	struct alert_fact *f;

	enroll(1, k.now + 90 * DAY);
	scankit_look_all();
	ck_assert_ptr_null(fact("forked", "4100000001"));
	ck_assert_ptr_null(fact("gate", "4100000001"));
	kit_act(&k, "{\"do\":\"fork\",\"site\":1,\"cause\":\"other-content\","
	    "\"seq\":3,\"address\":\"198.51.100.9:1\",\"actor\":\"hub\","
	    "\"reason\":\"\"}");
	kit_act(&k, "{\"do\":\"gate\",\"site\":1,\"count\":60,\"of\":100,"
	    "\"actor\":\"hub\",\"reason\":\"\"}");
	pulse_heard(1, k.now, "203.0.113.7:4711", NULL);
	pulse_skew(1, -61000);
	scankit_look_all();
	f = fact("forked", "4100000001");
	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(memmem(f->detail.at, f->detail.n,
	    "198.51.100.9", 12));
	ck_assert_ptr_nonnull(fact("gate", "4100000001"));
	f = fact("clock", "4100000001");
	ck_assert_ptr_nonnull(f);
	ck_assert(span_is(f->detail, SPAN("-61 s")));
	kit_act(&k, "{\"do\":\"unblock\",\"site\":1,\"actor\":\"li\","
	    "\"reason\":\"x\"}");
	kit_act(&k, "{\"do\":\"release\",\"site\":1,\"actor\":\"li\","
	    "\"reason\":\"x\"}");
	pulse_skew(1, 59000);
	scankit_look_all();
	ck_assert_ptr_null(fact("forked", "4100000001"));
	ck_assert_ptr_null(fact("gate", "4100000001"));
	ck_assert_ptr_null(fact("clock", "4100000001"));
}
END_TEST

/* However many have been announced since. */
START_TEST(test_moves)
{
	for (int i = 1; i <= 2100; i++)
		kit_act(&k, "{\"do\":\"move-announce\",\"site\":1,\"scope\":"
		    "\"address\",\"old\":\"https://s1.gov.cn/g/%d\",\"new\":"
		    "\"https://s1.gov.cn/h/%d\",\"actor\":\"li\","
		    "\"reason\":\"x\"}", i, i);
	kit_act(&k, "{\"do\":\"move-looked\",\"move\":1,\"looked\":1,"
	    "\"wrong\":1,\"why\":\"404\"}");
	kit_show(&k, 5000);
	scankit_look_all();
	ck_assert_ptr_nonnull(fact("move", "move 1"));
	ck_assert_ptr_null(fact("move", "move 2"));
	/* A table that fails is one alert of its site, but for its most. */
	ck_assert(span_is(fact("move", "move 1")->group,
	    SPAN("4100000001")));
}
END_TEST

/* What an operator has taken out is nobody's worry any more. */
START_TEST(test_blocked)
{
	enroll(1, k.now + 5 * DAY);
	pulse_heard(1, k.now, "203.0.113.7:4711", NULL);
	pulse_state(1, MONITOR_DOWN, MONITOR_CAUSE_BOTH, k.now);
	scankit_look_all();
	ck_assert_ptr_nonnull(fact("state", "4100000001"));
	ck_assert_ptr_nonnull(fact("certificate", "4100000001 agent"));
	kit_act(&k, "{\"do\":\"block\",\"site\":1,\"actor\":\"li\","
	    "\"reason\":\"x\"}");
	pulse_state(1, MONITOR_DOWN, MONITOR_CAUSE_OUTSIDE, k.now);
	scankit_look_all();
	ck_assert_ptr_null(fact("state", "4100000001"));
	ck_assert_ptr_null(fact("certificate", "4100000001 agent"));
}
END_TEST

static void
is_now(const char *state, const char *cause)
{
	enum monitor_state is = MONITOR_UNKNOWN;

	ck_assert(monitor_state_parse(&is, span_of(state)));
	pulse_state(1, (uint8_t)is, MONITOR_CAUSE_NONE, k.now);
	kit_act(&k, "{\"do\":\"states\",\"rows\":[[1,\"%s\",%lld,%lld,"
	    "\"%s\",5,3,false]],\"actor\":\"hub\",\"reason\":\"\"}", state,
	    (long long)k.now, (long long)k.now, cause);
	scankit_look_all();
}

/* Gone for days without a word. */
START_TEST(test_gone)
{
	struct alert_fact *f;

	is_now("unreachable", "gone");
	k.now += DAY;
	pulse_state(1, MONITOR_UNKNOWN, MONITOR_CAUSE_START, k.now);
	scankit_look_all();
	f = fact("gone", "4100000001");
	ck_assert_ptr_nonnull(f);
	ck_assert(f->unknown);		/* so it was when the hub stopped */
	is_now("unknown", "start");
	f = fact("gone", "4100000001");
	ck_assert_ptr_nonnull(f);
	ck_assert(f->unknown);		/* it may be there again */
	k.now += 1000;
	is_now("unreachable", "gone");
	f = fact("gone", "4100000001");
	ck_assert_ptr_nonnull(f);
	ck_assert(!f->unknown);
	ck_assert_int_eq(f->since, KIT_NOW);	/* all that time */
	k.now += 1000;
	is_now("up", "fine");
	ck_assert_ptr_null(fact("gone", "4100000001"));
}
END_TEST

/* Without an agent there is but the page to be missed; what others get, or an
 * agent speaks of, is there. */
START_TEST(test_gone_alone)
{
	struct alert_fact *f;

	is_now("down", "alone");
	k.now += DAY;
	is_now("unknown", "start");
	k.now += 1000;
	is_now("down", "alone");
	f = fact("gone", "4100000001");
	ck_assert_ptr_nonnull(f);
	ck_assert(!f->unknown);
	ck_assert_int_eq(f->since, KIT_NOW);
	k.now += 1000;
	is_now("unreachable", "here");
	ck_assert_ptr_null(fact("gone", "4100000001"));
	k.now += 1000;
	is_now("down", "both");
	ck_assert_ptr_null(fact("gone", "4100000001"));
}
END_TEST

/* Who has announced that it closes goes by leave, before its time and after,
 * and is gone without (私自关停) once it has taken that back. */
START_TEST(test_gone_closed)
{
	kit_act(&k, "{\"do\":\"notice-announce\",\"site\":1,\"kind\":"
	    "\"closing\",\"from\":%lld,\"see\":\"https://s9.gov.cn/\","
	    "\"actor\":\"li\",\"reason\":\"merged\"}",
	    (long long)(k.now + 30 * DAY));
	k.now += DAY;
	is_now("unreachable", "gone");
	ck_assert_ptr_null(fact("gone", "4100000001"));
	k.now += 40 * DAY;
	scankit_look_all();
	ck_assert_ptr_null(fact("gone", "4100000001"));
	ck_assert_ptr_nonnull(fact("closing", "4100000001"));
	kit_act(&k, "{\"do\":\"notice-end\",\"notice\":1,\"actor\":\"li\","
	    "\"reason\":\"it stays\"}");
	scankit_look_all();
	ck_assert_ptr_nonnull(fact("gone", "4100000001"));
	ck_assert_ptr_null(fact("closing", "4100000001"));
}
END_TEST

/* It says when. */
START_TEST(test_closing)
{
	struct alert_fact *f;
	char when[CLOCK_TEXT_MAX];

	kit_act(&k, "{\"do\":\"notice-announce\",\"site\":1,\"kind\":"
	    "\"closing\",\"from\":%lld,\"see\":\"https://s9.gov.cn/\","
	    "\"actor\":\"li\",\"reason\":\"merged\"}",
	    (long long)(k.now + 2 * DAY));
	scankit_look_all();
	f = fact("closing", "4100000001");
	ck_assert_ptr_nonnull(f);
	clock_show(when, k.now + 2 * DAY);
	ck_assert_msg(f->detail.n > strlen(when) &&
	    memcmp(f->detail.at, when, strlen(when)) == 0, "%.*s",
	    SPAN_ARGS(f->detail));
	config.closing_soon = DAY;
	scankit_look_all();
	ck_assert_ptr_null(fact("closing", "4100000001"));
	config.closing_soon = 2 * DAY;
	scankit_look_all();
	ck_assert_ptr_nonnull(fact("closing", "4100000001"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alert_scan");
	TCase *t = tcase_create("alert_scan");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, scankit_setup, scankit_teardown);
	tcase_add_test(t, test_pulse);
	tcase_add_test(t, test_certificate);
	tcase_add_test(t, test_short_certificate);
	tcase_add_test(t, test_domain_expiry);
	tcase_add_test(t, test_end_of_ca);
	tcase_add_test(t, test_view);
	tcase_add_test(t, test_moves);
	tcase_add_test(t, test_blocked);
	tcase_add_test(t, test_gone);
	tcase_add_test(t, test_gone_alone);
	tcase_add_test(t, test_gone_closed);
	tcase_add_test(t, test_closing);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
