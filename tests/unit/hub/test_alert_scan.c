/*
 * Where facts come from: what the pulse, the view and the hub say, and what
 * they don't say any more.
 */
#include "tests/unit/hub/scankit.h"

#include "hub/alert_detail.h"
#include "hub/home.h"
#include "hub/home_json.h"
#include "hub/monitor_state.h"
#include "hub/pulse.h"

static void
setup(void)
{
	scankit_open();
	pulse_open(NULL);
	pulse_begin(k.now);
}

static void
teardown(void)
{
	pulse_close();
	scankit_close();
}

static void
look(void)
{
	struct db_txn *t;

	kit_show(&k, 100);
	alert_scan_pulse(&scan, k.now);
	t = view_read(k.view);
	scankit_look(t);
	alert_facts_begin(facts, ALERT_OF_MOVES);
	for (scan.move = 1; alert_scan_moves(&scan, t, k.now);)
		continue;
	alert_facts_end(facts, ALERT_OF_MOVES);
	db_abort(t);
}

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
		look();
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
	look();
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
	look();
	alert_detail_put(&b, fact("isolated", "hub")->detail);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "nobody's home page"));
	buf_clear(&b);
	pulse_isolated(false, 0);
	look();
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
		look();
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

	look();
	ck_assert_ptr_null(fact("domain-expiry", "4100000001 s1.gov.cn"));
	kit_act(&k, "{\"do\":\"domain-expires\",\"site\":1,\"domain\":"
	    "\"s1.gov.cn\",\"expires\":%lld,\"actor\":\"t\",\"reason\":"
	    "\"\"}", (long long)(began + 90 * DAY));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k.now = began + (90 - cases[i].days) * DAY;
		clock_set(k.now, k.now);
		look();
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
	look();
	ck_assert_ptr_null(fact("certificate", "4100000001 agent"));
	stats_set(COUNTER_CA_EXPIRY, (uint64_t)(until / 1000) + 1);
	look();
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
	look();
	ck_assert_ptr_null(fact("certificate", "4100000001 agent"));
	k.now = began + 6 * DAY;
	look();
	ck_assert_int_eq(fact("certificate", "4100000001 agent")->raise, 1);
	k.now = began + 8 * DAY - 9 * DAY / 24;
	look();
	ck_assert_int_eq(fact("certificate", "4100000001 agent")->raise, 2);
}
END_TEST

START_TEST(test_view)
{
	struct alert_fact *f;

	enroll(1, k.now + 90 * DAY);
	look();
	ck_assert_ptr_null(fact("forked", "4100000001"));
	ck_assert_ptr_null(fact("gate", "4100000001"));
	kit_act(&k, "{\"do\":\"fork\",\"site\":1,\"cause\":\"other-content\","
	    "\"seq\":3,\"address\":\"198.51.100.9:1\",\"actor\":\"hub\","
	    "\"reason\":\"\"}");
	kit_act(&k, "{\"do\":\"gate\",\"site\":1,\"count\":60,\"of\":100,"
	    "\"actor\":\"hub\",\"reason\":\"\"}");
	pulse_heard(1, k.now, "203.0.113.7:4711", NULL);
	pulse_skew(1, -61000);
	look();
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
	look();
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
	look();
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
	look();
	ck_assert_ptr_nonnull(fact("state", "4100000001"));
	ck_assert_ptr_nonnull(fact("certificate", "4100000001 agent"));
	kit_act(&k, "{\"do\":\"block\",\"site\":1,\"actor\":\"li\","
	    "\"reason\":\"x\"}");
	pulse_state(1, MONITOR_DOWN, MONITOR_CAUSE_OUTSIDE, k.now);
	look();
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
	look();
}

/* Gone for days without a word. */
START_TEST(test_gone)
{
	struct alert_fact *f;

	is_now("unreachable", "gone");
	k.now += DAY;
	pulse_state(1, MONITOR_UNKNOWN, MONITOR_CAUSE_START, k.now);
	look();
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
	look();
	ck_assert_ptr_null(fact("gone", "4100000001"));
	ck_assert_ptr_nonnull(fact("closing", "4100000001"));
	kit_act(&k, "{\"do\":\"notice-end\",\"notice\":1,\"actor\":\"li\","
	    "\"reason\":\"it stays\"}");
	look();
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
	look();
	f = fact("closing", "4100000001");
	ck_assert_ptr_nonnull(f);
	clock_show(when, k.now + 2 * DAY);
	ck_assert_msg(f->detail.n > strlen(when) &&
	    memcmp(f->detail.at, when, strlen(when)) == 0, "%.*s",
	    SPAN_ARGS(f->detail));
	config.closing_soon = DAY;
	look();
	ck_assert_ptr_null(fact("closing", "4100000001"));
	config.closing_soon = 2 * DAY;
	look();
	ck_assert_ptr_nonnull(fact("closing", "4100000001"));
}
END_TEST

/* --- whose page it is ------------------------------------------------------------ */

/* A look at the home page of site 1 that ends at `host` and says that its
 * domain is `said`; and its line. */
static void
looked(const char *host, const char *said, const char *verdict,
    const char *why, enum home_outcome outcome)
{
	struct home_look l = { .at = k.now, .hops = 2, .has_page = true,
		.language = GLANCE_HAN, .title = "T" };
	json_t *o;
	char *text;

	snprintf(l.hop[0].url, sizeof(l.hop[0].url), "http://s1.gov.cn/");
	snprintf(l.hop[1].url, sizeof(l.hop[1].url), "http://%s/", host);
	snprintf(l.domain, sizeof(l.domain), "%s", said);
	o = home_json(&l);
	text = json_dumps(o, JSON_COMPACT);
	kit_act(&k, "{\"do\":\"home\",\"site\":1,\"look\":%s,\"verdict\":"
	    "\"%s\",\"why\":\"%s\",\"detail\":\"s1.gov.cn -> %s\"}", text,
	    verdict, why, said[0] != '\0' ? said : host);
	free(text);
	json_decref(o);
	kit_act(&k, "{\"do\":\"homes\",\"at\":%lld,\"rows\":"
	    "[[1,0,%d,200,100,0]]}", (long long)k.now, (int)outcome);
	look();
}

static void
line(enum home_outcome outcome)
{
	kit_act(&k, "{\"do\":\"homes\",\"at\":%lld,\"rows\":"
	    "[[1,0,%d,200,100,0]]}", (long long)k.now, (int)outcome);
	look();
}

static void
accept_home(void)
{
	kit_act(&k, "{\"do\":\"home-accept\",\"site\":1}");
	look();
}

/* The other half: a site answers from another's domain. */
START_TEST(test_domain)
{
	struct alert_fact *f;

	looked("s1.gov.cn", "", "same", "none", HOME_OK);
	ck_assert_ptr_null(fact("domain", "4100000001"));
	k.now += 60000;
	looked("casino.example", "", "danger", "other-domain", HOME_DANGER);
	f = fact("domain", "4100000001");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(f->what, ALERT_DOMAIN);
	ck_assert_int_eq(f->site, 1);
	ck_assert_int_eq(f->since, k.now);
	ck_assert_int_eq(alert_facts_severity(facts, f), ALERT_DANGER);
	ck_assert(span_is(f->detail,
	    SPAN("other-domain: s1.gov.cn -> casino.example")));
	ck_assert_ptr_null(fact("domain", "4100000002"));
	ck_assert_ptr_null(fact("moved", "4100000001"));
	looked("s1.gov.cn", "", "same", "none", HOME_OK);
	ck_assert_ptr_null(fact("domain", "4100000001"));
	looked("casino.example", "", "danger", "other-domain", HOME_DANGER);
	ck_assert_ptr_nonnull(fact("domain", "4100000001"));
	accept_home();
	ck_assert_ptr_null(fact("domain", "4100000001"));
}
END_TEST

/* Three looks over a day, as set above. */
static void
be_believed(const char *host, const char *said, const char *why,
    enum home_outcome outcome)
{
	looked(host, said, "candidate", why, outcome);
	ck_assert_msg(fact("moved", "4100000001") == NULL, "one alone (R5)");
	line(outcome);
	line(outcome);
	line(outcome);
	ck_assert_msg(fact("moved", "4100000001") == NULL, "within the hour");
	k.now += DAY;
	line(outcome);
	ck_assert_ptr_nonnull(fact("moved", "4100000001"));
	ck_assert_ptr_null(fact("domain", "4100000001"));
}

/* Sent on for good: believed, and no matter any more when it is at home, an
 * operator says it is right, or it is announced. */
START_TEST(test_moved)
{
	int64_t began = k.now;
	struct alert_fact *f;

	looked("s1.gov.cn", "", "same", "none", HOME_OK);
	be_believed("new.gov.cn", "", "redirect", HOME_MOVED);
	f = fact("moved", "4100000001");
	ck_assert_int_eq(f->what, ALERT_MOVED);
	ck_assert_int_eq(f->since, began);
	ck_assert_int_eq(alert_facts_severity(facts, f), ALERT_WARNING);
	ck_assert(span_is(f->detail, SPAN("redirect: s1.gov.cn -> "
	    "new.gov.cn")));
	looked("s1.gov.cn", "", "same", "none", HOME_OK);
	ck_assert_ptr_null(fact("moved", "4100000001"));
	be_believed("new.gov.cn", "", "redirect", HOME_MOVED);
	accept_home();
	ck_assert_ptr_null(fact("moved", "4100000001"));
	be_believed("newer.gov.cn", "", "redirect", HOME_MOVED);
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":1,\"scope\":"
	    "\"domain\",\"old\":\"https://s1.gov.cn/\",\"new\":"
	    "\"https://newer.gov.cn/\",\"from\":%lld,\"actor\":\"li\","
	    "\"reason\":\"r\"}", (long long)(k.now + 90 * DAY));
	look();
	ck_assert_ptr_null(fact("moved", "4100000001"));
}
END_TEST

/* Its own word for it is as good; or the domain is the site's by now. */
START_TEST(test_moved_by_word)
{
	looked("s1.gov.cn", "s1.gov.cn", "same", "none", HOME_OK);
	be_believed("s1.gov.cn", "new.gov.cn", "says-domain", HOME_OK);
	ck_assert(span_is(fact("moved", "4100000001")->detail,
	    SPAN("says-domain: s1.gov.cn -> new.gov.cn")));
	looked("s1.gov.cn", "s1.gov.cn", "same", "none", HOME_OK);
	ck_assert_ptr_null(fact("moved", "4100000001"));
	be_believed("s1.gov.cn", "new.gov.cn", "says-domain", HOME_OK);
	kit_act(&k, "{\"do\":\"domain-add\",\"site\":1,\"domain\":"
	    "\"new.gov.cn\"}");
	look();
	ck_assert_ptr_null(fact("moved", "4100000001"));
}
END_TEST

/* Of a hundred visits of the week so many failed: by the norm, and as set. */
START_TEST(test_week)
{
	static const struct {
		int failed;
		uint64_t warns, fails;
		int raise;		/* -1: no fact */
	} cases[] = {
		{ 2, 3, 5, -1 }, { 3, 3, 5, 0 }, { 4, 3, 5, 0 },
		{ 5, 3, 5, 1 }, { 5, 6, 10, -1 }, { 5, 5, 10, 0 },
		{ 2, 1, 2, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct alert_fact *f;

		config.week_warns = cases[i].warns;
		config.week_fails = cases[i].fails;
		k.now += 10 * DAY;
		for (int n = 0; n < 100; n++)
			kit_act(&k, "{\"do\":\"homes\",\"at\":%lld,\"rows\":"
			    "[[1,%d,%d,200,100,0%s]]}", (long long)k.now, n,
			    n < cases[i].failed ? HOME_FAILED : HOME_OK,
			    n < cases[i].failed ? ",\"time\"" : "");
		look();
		f = fact("availability", "4100000001");
		ck_assert_msg((f != NULL ? f->raise : -1) == cases[i].raise,
		    "%d failed, %d and %d", cases[i].failed,
		    (int)cases[i].warns, (int)cases[i].fails);
	}
}
END_TEST

static void
visits(int64_t at, int n, int failed)
{
	for (int i = 0; i < n; i++)
		kit_act(&k, "{\"do\":\"homes\",\"at\":%lld,\"rows\":"
		    "[[1,%d,%d,200,100,0%s]]}", (long long)at, i,
		    i < failed ? HOME_FAILED : HOME_OK,
		    i < failed ? ",\"time\"" : "");
}

/* What a new site fails in its first days is judged by a whole week. */
START_TEST(test_first_week)
{
	struct alert_fact *f;

	config.home_every = 15 * 60 * 1000;	/* 672 a week */
	visits(k.now, 100, 19);
	look();
	ck_assert_ptr_null(fact("availability", "4100000001"));
	visits(k.now, 1, 1);
	look();
	f = fact("availability", "4100000001");
	ck_assert(f != NULL && f->raise == 0);
	ck_assert(f->detail.n == 33 && memcmp(f->detail.at,
	    "19.8 % (20/101; since ", 22) == 0);
	visits(k.now, 13, 13);
	look();
	ck_assert_int_eq(fact("availability", "4100000001")->raise, 0);
	visits(k.now, 1, 1);		/* 5 % of 672, rounded */
	look();
	ck_assert_int_eq(fact("availability", "4100000001")->raise, 1);
	k.now += 6 * DAY;		/* it has had its week */
	visits(k.now, 1, 0);
	look();
	f = fact("availability", "4100000001");
	ck_assert(span_is(f->detail, SPAN("29.3 % (34/116)")));
}
END_TEST

/* Who was never there fails nothing: no domain yet, or not to be got from
 * here. */
START_TEST(test_never_seen)
{
	visits(k.now, 100, 100);
	look();
	ck_assert_ptr_null(fact("availability", "4100000001"));
	looked("s1.gov.cn", "", "same", "none", HOME_OK);
	k.now += 10 * DAY;
	visits(k.now, 100, 100);
	look();
	ck_assert_ptr_nonnull(fact("availability", "4100000001"));
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
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_pulse);
	tcase_add_test(t, test_certificate);
	tcase_add_test(t, test_short_certificate);
	tcase_add_test(t, test_domain_expiry);
	tcase_add_test(t, test_end_of_ca);
	tcase_add_test(t, test_first_week);
	tcase_add_test(t, test_never_seen);
	tcase_add_test(t, test_view);
	tcase_add_test(t, test_moves);
	tcase_add_test(t, test_blocked);
	tcase_add_test(t, test_gone);
	tcase_add_test(t, test_gone_alone);
	tcase_add_test(t, test_gone_closed);
	tcase_add_test(t, test_closing);
	tcase_add_test(t, test_week);
	tcase_add_test(t, test_domain);
	tcase_add_test(t, test_moved);
	tcase_add_test(t, test_moved_by_word);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
