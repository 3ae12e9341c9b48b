/*
 * What the monitor makes of one site: of its beats, and of looks at its page,
 * of ours, of its agent's and of others. See test_monitor.c.
 */
#include <check.h>
#include <stdio.h>

#include "hub/monitor.h"
#include "hub/monitor_site.h"

static struct monitor_views
views(struct monitor_site *w, int64_t now)
{
	monitor_site_pass(w, &monitor_settings_preset, now);
	return monitor_site_views(w, now);
}

static void
heard(struct monitor_site *w, int64_t now)
{
	monitor_site_heard(w, now, 15000, MONITOR_LOOK_NONE);
}

/* Silent after its patience; back when it has spoken for a beat's time. */
START_TEST(silence)
{
	struct monitor_site w;

	monitor_site_init(&w, MONITOR_AGENT, 0);
	ck_assert_int_eq(views(&w, 10).inside, MONITOR_INSIDE_UNKNOWN);
	heard(&w, 1000);
	ck_assert_int_eq(views(&w, 15999).inside, MONITOR_INSIDE_MUTE);
	ck_assert_int_eq(views(&w, 16000).inside, MONITOR_INSIDE_SILENT);
	heard(&w, 20000);
	ck_assert_int_eq(views(&w, 24999).inside, MONITOR_INSIDE_SILENT);
	heard(&w, 24999);
	ck_assert_int_eq(views(&w, 25000).inside, MONITOR_INSIDE_MUTE);
	monitor_site_gone(&w, 26000);
	ck_assert_int_eq(views(&w, 34999).inside, MONITOR_INSIDE_MUTE);
	ck_assert_int_eq(views(&w, 35000).inside, MONITOR_INSIDE_SILENT);
}
END_TEST

/* Who vanished in a cut and was heard again is given time. */
START_TEST(spared)
{
	const struct monitor_settings *s = &monitor_settings_preset;
	struct monitor_site w;

	monitor_site_init(&w, MONITOR_AGENT, 0);
	heard(&w, 1000);
	ck_assert(monitor_site_wavers(&w, 9000));
	monitor_site_excuse(&w, s, 9000);
	ck_assert(w.missing);
	heard(&w, 20000);
	ck_assert(!w.missing && !monitor_site_wavers(&w, 34000));
	ck_assert_int_eq(views(&w, 35000).inside, MONITOR_INSIDE_MUTE);
	monitor_site_gone(&w, 40000);
	ck_assert_int_eq(views(&w, 8999 + s->start_after).inside,
	    MONITOR_INSIDE_MUTE);
	ck_assert_int_eq(views(&w, 9000 + s->start_after).inside,
	    MONITOR_INSIDE_SILENT);
}
END_TEST

/* A page that comes when a beat was missing says that there is a line; one
 * that came before doesn't. */
START_TEST(shown)
{
	struct monitor_site w;

	monitor_site_init(&w, MONITOR_AGENT | MONITOR_HOME, 0);
	heard(&w, 1000);
	ck_assert(monitor_site_speaks(&w, 8499));
	ck_assert(!monitor_site_speaks(&w, 8500));
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 5999);
	ck_assert(!monitor_site_shows(&w));
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 6000);
	ck_assert(monitor_site_shows(&w));
	monitor_site_gone(&w, 7000);
	ck_assert(!monitor_site_shows(&w) && !monitor_site_speaks(&w, 7000));
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 9000);
	ck_assert(monitor_site_shows(&w));
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 21000);
	ck_assert(!monitor_site_shows(&w));
}
END_TEST

/* One failure confirms a silence that it follows, not one in which the page
 * was seen to be well, nor one that is about to end. */
START_TEST(confirmed)
{
	struct monitor_site w;

	monitor_site_init(&w, MONITOR_AGENT | MONITOR_HOME, 0);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 900);
	heard(&w, 1000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 17000);
	ck_assert_int_eq(views(&w, 15000).outside, MONITOR_OUTSIDE_WELL);
	ck_assert_int_eq(views(&w, 17000).outside, MONITOR_OUTSIDE_FAILED);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 20000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 90000);
	ck_assert_int_eq(views(&w, 90000).outside, MONITOR_OUTSIDE_WELL);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 95000);
	ck_assert_int_eq(views(&w, 95000).outside, MONITOR_OUTSIDE_FAILED);
	ck_assert_int_eq(views(&w, 95000).inside, MONITOR_INSIDE_SILENT);

	monitor_site_init(&w, MONITOR_AGENT | MONITOR_HOME, 0);
	heard(&w, 1000);
	ck_assert_int_eq(views(&w, 16000).inside, MONITOR_INSIDE_SILENT);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 17000);
	heard(&w, 90000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 90500);
	ck_assert_int_eq(views(&w, 90500).inside, MONITOR_INSIDE_SILENT);
	ck_assert_int_eq(views(&w, 90500).outside, MONITOR_OUTSIDE_WELL);
}
END_TEST

static enum monitor_cause
cause(struct monitor_site *w, int64_t now)
{
	const struct monitor_settings s = { .stale_after = 1000000,
		.start_after = 1000000, .silent_after = 1000000 };
	struct monitor_views v = monitor_site_views(w, now);

	return monitor_site_judge(w, &s, &v, now).cause;
}

static void
inside_fails(struct monitor_site *w, int64_t now)
{
	monitor_site_heard(w, now, 1000000, MONITOR_LOOK_FAILED);
}

/* What an agent saw before the page was well again is no fault of its
 * settings; what it goes on seeing is. */
START_TEST(own_fault)
{
	struct monitor_site w;

	monitor_site_init(&w, MONITOR_AGENT | MONITOR_HOME, 0);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 500000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 501000);
	inside_fails(&w, 502000);
	inside_fails(&w, 700000);
	ck_assert_int_eq(cause(&w, 700000), MONITOR_CAUSE_BOTH);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 701000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 702000);
	ck_assert_int_eq(cause(&w, 702000), MONITOR_CAUSE_FINE);
	inside_fails(&w, 760000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 800000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 801000);
	ck_assert_int_eq(cause(&w, 801000), MONITOR_CAUSE_FINE);
	inside_fails(&w, 821999);
	ck_assert_int_eq(cause(&w, 821999), MONITOR_CAUSE_FINE);
	inside_fails(&w, 822000);
	ck_assert_int_eq(cause(&w, 822000), MONITOR_CAUSE_SELF);
	monitor_trend_put(&w.looks, MONITOR_LOOK_SLOW, 823000);
	ck_assert_int_eq(cause(&w, 823000), MONITOR_CAUSE_SELF);
	monitor_site_shift(&w, 1000000);
	ck_assert_int_eq(cause(&w, 1823000), MONITOR_CAUSE_SELF);
}
END_TEST

static const char *
verdict(struct monitor_site *w, int64_t now)
{
	const struct monitor_settings s = { .stale_after = 1000000,
		.start_after = 1000000, .silent_after = 1000000 };
	const struct monitor_views v = monitor_site_views(w, now);
	static char text[64];
	struct monitor_verdict is = monitor_site_judge(w, &s, &v, now);

	snprintf(text, sizeof(text), "%s %s", monitor_state_name(is.state),
	    monitor_cause_name(is.cause));
	return text;
}

/* Who was neither heard nor seen ever isn't bad. */
START_TEST(never)
{
	struct monitor_site w;

	monitor_site_init(&w, MONITOR_HOME, 0);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 1000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 2000);
	ck_assert_str_eq(verdict(&w, 2000), "unknown never");
	w.known = true;
	ck_assert_str_eq(verdict(&w, 2000), "down alone");
	monitor_site_init(&w, MONITOR_HOME | MONITOR_AGENT, 0);
	monitor_site_heard(&w, 1000, 15000, MONITOR_LOOK_WELL);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 1000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 2000);
	ck_assert(w.known);
}
END_TEST

/* A look inside of before says nothing of what fails outside since then. */
START_TEST(unseen)
{
	struct monitor_site w;

	monitor_site_init(&w, MONITOR_HOME | MONITOR_AGENT, 0);
	monitor_site_heard(&w, 1000, 15000, MONITOR_LOOK_WELL);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 2000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 12000);
	monitor_site_heard(&w, 12000, 15000, MONITOR_LOOK_NONE);
	ck_assert_str_eq(verdict(&w, 12000), "down unseen");
	monitor_site_heard(&w, 13000, 15000, MONITOR_LOOK_WELL);
	ck_assert_str_eq(verdict(&w, 13000), "down outside");
	monitor_site_heard(&w, 23000, 15000, MONITOR_LOOK_FAILED);
	monitor_site_heard(&w, 33000, 15000, MONITOR_LOOK_FAILED);
	ck_assert_str_eq(verdict(&w, 33000), "down both");
	monitor_site_init(&w, MONITOR_HOME | MONITOR_AGENT, 0);
	monitor_site_heard(&w, 1000, 15000, MONITOR_LOOK_NONE);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 2000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 12000);
	monitor_site_heard(&w, 13000, 15000, MONITOR_LOOK_NONE);
	ck_assert_str_eq(verdict(&w, 13000), "down unseen");
}
END_TEST

/* It is well since the first look that was, of the side that came last. */
START_TEST(well_since)
{
	struct monitor_site w;
	struct monitor_views v;

	monitor_site_init(&w, MONITOR_HOME | MONITOR_AGENT, 0);
	monitor_site_heard(&w, 1000, 15000, MONITOR_LOOK_FAILED);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 2000);
	monitor_trend_put(&w.home, MONITOR_LOOK_FAILED, 11000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 12000);
	v = monitor_site_views(&w, 12000);
	ck_assert_int_eq(monitor_site_since(&w, MONITOR_DOWN, &v, 12000),
	    2000);
	w.now.state = MONITOR_DOWN;
	w.since = 2000;
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 32000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 42000);
	v = monitor_site_views(&w, 42000);	/* its agent is late to see */
	ck_assert_int_eq(v.inside, MONITOR_INSIDE_ILL);
	ck_assert_int_eq(monitor_site_since(&w, MONITOR_UP, &v, 42500),
	    32000);
	w.now.state = MONITOR_SILENT;
	ck_assert_int_eq(monitor_site_since(&w, MONITOR_UP, &v, 42500),
	    42500);
}
END_TEST

/* Another's page is never good, announced or not, as long as it comes. */
START_TEST(foreign)
{
	struct monitor_site w;

	monitor_site_init(&w, MONITOR_HOME, 0);
	w.foreign = true;
	w.known = true;
	ck_assert_str_eq(verdict(&w, 1000), "unknown start");
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 2000);
	ck_assert_str_eq(verdict(&w, 2000), "danger foreign");
	monitor_site_announced(&w, 3000, 2500, 9000);
	ck_assert_str_eq(verdict(&w, 3000), "danger foreign");
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 10000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 11000);
	ck_assert_str_eq(verdict(&w, 11000), "down alone");
	monitor_trend_put(&w.looks, MONITOR_LOOK_SLOW, 12000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_SLOW, 13000);
	ck_assert_str_eq(verdict(&w, 13000), "danger foreign");
	w.foreign = false;
	ck_assert_str_eq(verdict(&w, 13000), "slow late");
}
END_TEST

/* A page of which looks say nothing is as one that nobody looks at: else what
 * was wrong with its agent would never be over. That it is looked at is said. */
START_TEST(blind)
{
	struct monitor_site w;

	monitor_site_init(&w, MONITOR_AGENT | MONITOR_HOME, 0);
	heard(&w, 1000);
	ck_assert_str_eq(verdict(&w, 1000), "unknown start");
	w.blind = true;
	ck_assert_str_eq(verdict(&w, 1000), "unknown mute");
	monitor_site_pass(&w, &monitor_settings_preset, 16000);
	ck_assert_str_eq(verdict(&w, 16000), "silent quiet");
	heard(&w, 20000);
	heard(&w, 25000);
	monitor_site_pass(&w, &monitor_settings_preset, 25000);
	ck_assert_str_eq(verdict(&w, 25000), "unknown mute");
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 25500);
	ck_assert_str_eq(verdict(&w, 25500), "up fine");
}
END_TEST

/* A page that doesn't come says nothing of the site before its agent has said
 * that it is still there, or is silent. */
START_TEST(early)
{
	struct monitor_site w;

	monitor_site_init(&w, MONITOR_AGENT | MONITOR_HOME, 0);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 900);
	heard(&w, 1000);
	w.views = views(&w, 1000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 2000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 4000);
	ck_assert_int_eq(views(&w, 15999).outside, MONITOR_OUTSIDE_WELL);
	ck_assert_int_eq(views(&w, 16000).outside, MONITOR_OUTSIDE_FAILED);
	ck_assert_int_eq(views(&w, 16000).inside, MONITOR_INSIDE_SILENT);

	monitor_site_init(&w, MONITOR_AGENT | MONITOR_HOME, 0);
	heard(&w, 1000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 2000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 4000);
	ck_assert_int_eq(views(&w, 5000).outside, MONITOR_OUTSIDE_UNKNOWN);
	heard(&w, 6000);
	w.views = views(&w, 6000);
	ck_assert_int_eq(w.views.outside, MONITOR_OUTSIDE_FAILED);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 7000);
	ck_assert_int_eq(views(&w, 7000).outside, MONITOR_OUTSIDE_FAILED);
}
END_TEST

/* What others saw since it began to fail counts as long as it goes on; not for
 * the next time. */
START_TEST(elsewhere)
{
	struct monitor_site w;
	int64_t now = 1000;

	monitor_site_init(&w, MONITOR_HOME, 0);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, now);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, now += 2000);
	monitor_trend_put(&w.others, MONITOR_LOOK_WELL, now + 1000);
	for (int i = 0; i < 20; i++) {
		monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, now += 5000);
		ck_assert_int_eq(views(&w, now).outside,
		    MONITOR_OUTSIDE_HERE);
		ck_assert_int_eq(monitor_trend_since(&w.looks, now), 3000);
	}
	monitor_site_shift(&w, 7);
	ck_assert_int_eq(monitor_trend_since(&w.looks, now), 3007);
	monitor_trend_put(&w.others, MONITOR_LOOK_FAILED, now);
	ck_assert_int_eq(views(&w, now).outside, MONITOR_OUTSIDE_FAILED);
	monitor_trend_put(&w.others, MONITOR_LOOK_WELL, now);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, now += 5000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, now += 5000);
	ck_assert_int_eq(views(&w, now).outside, MONITOR_OUTSIDE_WELL);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, now += 5000);
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, now += 5000);
	ck_assert_int_eq(views(&w, now).outside, MONITOR_OUTSIDE_FAILED);
	ck_assert_int_eq(monitor_trend_since(&w.looks, now), now - 5000);
}
END_TEST

/* --- looks are not asked for without end --------------------------------- */

START_TEST(budget)
{
	const struct monitor_settings *s = &monitor_settings_preset;
	struct monitor_site w;
	unsigned wanted = 0;

	monitor_site_init(&w, MONITOR_HOME, 0);
	for (int64_t now = 0; now < 3600000; now += 1000) {
		monitor_trend_put(&w.looks, now % 2000 == 0 ?
		    MONITOR_LOOK_FAILED : MONITOR_LOOK_WELL,
		    now - s->look_again);
		wanted += monitor_site_want(&w, s, now);
	}
	ck_assert_uint_ge(wanted, 12);
	ck_assert_uint_le(wanted, 24);
}
END_TEST

/* One look of its agent that failed asks for one of ours, not for as many as
 * there is time for until its next: those are missing when it is serious. */
START_TEST(one_for_one)
{
	const struct monitor_settings *s = &monitor_settings_preset;
	struct monitor_site w;

	monitor_site_init(&w, MONITOR_AGENT | MONITOR_HOME, 0);
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 900);
	monitor_site_heard(&w, 1000, 15000, MONITOR_LOOK_WELL);
	ck_assert(!monitor_site_want(&w, s, 8000));
	monitor_site_heard(&w, 31000, 15000, MONITOR_LOOK_FAILED);
	ck_assert(monitor_site_want(&w, s, 31000));
	monitor_trend_put(&w.looks, MONITOR_LOOK_WELL, 31500);
	for (int64_t now = 32000; now < 61000; now += 1000) {
		heard(&w, now);
		ck_assert(!monitor_site_want(&w, s, now));
	}
	monitor_site_heard(&w, 61000, 15000, MONITOR_LOOK_FAILED);
	ck_assert(monitor_site_want(&w, s, 61000));
	monitor_trend_put(&w.looks, MONITOR_LOOK_FAILED, 61500);
	ck_assert(monitor_site_want(&w, s, 66500));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("monitor_site");
	TCase *t = tcase_create("site");
	SRunner *r;
	int failed;

	tcase_add_test(t, silence);
	tcase_add_test(t, spared);
	tcase_add_test(t, shown);
	tcase_add_test(t, confirmed);
	tcase_add_test(t, own_fault);
	tcase_add_test(t, never);
	tcase_add_test(t, unseen);
	tcase_add_test(t, well_since);
	tcase_add_test(t, foreign);
	tcase_add_test(t, blind);
	tcase_add_test(t, early);
	tcase_add_test(t, elsewhere);
	tcase_add_test(t, budget);
	tcase_add_test(t, one_for_one);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
