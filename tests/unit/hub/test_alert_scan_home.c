/*
 * Where facts come from: home pages, that are another's, have moved, or aren't
 * there often enough. See test_alert_scan.c.
 */
#include "tests/unit/hub/scankit.h"

#include "hub/home.h"
#include "hub/home_json.h"

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
	scankit_look_all();
}

static void
line(enum home_outcome outcome)
{
	kit_act(&k, "{\"do\":\"homes\",\"at\":%lld,\"rows\":"
	    "[[1,0,%d,200,100,0]]}", (long long)k.now, (int)outcome);
	scankit_look_all();
}

static void
accept_home(void)
{
	kit_act(&k, "{\"do\":\"home-accept\",\"site\":1}");
	scankit_look_all();
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
	scankit_look_all();
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
	scankit_look_all();
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
		scankit_look_all();
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
	scankit_look_all();
	ck_assert_ptr_null(fact("availability", "4100000001"));
	visits(k.now, 1, 1);
	scankit_look_all();
	f = fact("availability", "4100000001");
	ck_assert(f != NULL && f->raise == 0);
	ck_assert(f->detail.n == 33 && memcmp(f->detail.at,
	    "19.8 % (20/101; since ", 22) == 0);
	visits(k.now, 13, 13);
	scankit_look_all();
	ck_assert_int_eq(fact("availability", "4100000001")->raise, 0);
	visits(k.now, 1, 1);		/* 5 % of 672, rounded */
	scankit_look_all();
	ck_assert_int_eq(fact("availability", "4100000001")->raise, 1);
	k.now += 6 * DAY;		/* it has had its week */
	visits(k.now, 1, 0);
	scankit_look_all();
	f = fact("availability", "4100000001");
	ck_assert(span_is(f->detail, SPAN("29.3 % (34/116)")));
}
END_TEST

/* Who was never there fails nothing: no domain yet, or not to be got from
 * here. */
START_TEST(test_never_seen)
{
	visits(k.now, 100, 100);
	scankit_look_all();
	ck_assert_ptr_null(fact("availability", "4100000001"));
	looked("s1.gov.cn", "", "same", "none", HOME_OK);
	k.now += 10 * DAY;
	visits(k.now, 100, 100);
	scankit_look_all();
	ck_assert_ptr_nonnull(fact("availability", "4100000001"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alert_scan_home");
	TCase *t = tcase_create("alert_scan_home");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, scankit_setup, scankit_teardown);
	tcase_add_test(t, test_first_week);
	tcase_add_test(t, test_never_seen);
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
