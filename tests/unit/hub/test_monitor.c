/*
 * The monitor's parts: the table of verdicts, trends of looks, flapping, the
 * share that makes it the hub. What it makes of one site is in
 * test_monitor_site.c, how they work together in tests/model/test_monitor.c.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "hub/monitor.h"
#include "hub/monitor_cut.h"
#include "hub/monitor_site.h"

/* --- the table ----------------------------------------------------------- */

static const struct {
	enum monitor_inside inside;
	const char *say[MONITOR_OUTSIDES];	/* unknown, well, slow, failed,
						 * failed from here */
} cells[] = {
	{ MONITOR_INSIDE_UNKNOWN, { "unknown start", "unknown start",
	  "unknown start", "unknown start", "unknown start" } },
	{ MONITOR_INSIDE_NONE, { "unknown unwatched", "up fine", "slow late",
	  "down alone", "unreachable here" } },
	{ MONITOR_INSIDE_WELL, { "up fine", "up fine", "slow late",
	  "down outside", "unreachable here" } },
	{ MONITOR_INSIDE_MUTE, { "unknown unwatched", "up fine", "slow late",
	  "down outside", "unreachable here" } },
	{ MONITOR_INSIDE_ILL, { "down inside", "up self", "slow self",
	  "down both", "down both" } },
	{ MONITOR_INSIDE_SILENT, { "silent quiet", "silent agent",
	  "silent agent", "unreachable gone", "silent here" } },
};

START_TEST(verdicts)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		for (int out = 0; out < MONITOR_OUTSIDES; out++, n++) {
			struct monitor_verdict v = monitor_judge(
			    cells[i].inside, (enum monitor_outside)out);
			char text[64];

			snprintf(text, sizeof(text), "%s %s",
			    monitor_state_name(v.state),
			    monitor_cause_name(v.cause));
			ck_assert_str_eq(text, cells[i].say[out]);
		}
	ck_assert_uint_eq(n, MONITOR_INSIDES * MONITOR_OUTSIDES);
}
END_TEST

START_TEST(names)
{
	for (int i = 0; i < MONITOR_STATES; i++) {
		enum monitor_state s = (enum monitor_state)i, back;

		ck_assert(monitor_state_parse(&back,
		    span_of(monitor_state_name(s))));
		ck_assert_int_eq(back, s);
		ck_assert_uint_gt(strlen(monitor_state_word(s)), 0);
		ck_assert(!(monitor_is_good(s) && monitor_is_bad(s)));
	}
	for (int i = 0; i < MONITOR_CAUSES; i++) {
		enum monitor_cause c = (enum monitor_cause)i, back;

		ck_assert(monitor_cause_parse(&back,
		    span_of(monitor_cause_name(c))));
		ck_assert_int_eq(back, c);
		ck_assert_int_eq(strlen(monitor_sentence(c)) > 0, i > 0);
	}
	ck_assert(!monitor_is_good(MONITOR_UNKNOWN));
	ck_assert(!monitor_is_bad(MONITOR_UNKNOWN));
}
END_TEST

/* --- trends -------------------------------------------------------------- */

/* W, S, F: a look each, ten seconds apart; '.': a minute and a half passes.
 * Below each what it comes to then. */
static const struct { const char *looks, *come_to; } trends[] = {
	{ "WWW", "WWW" },
	{ "WFW", "WWW" },	/* one alone is nothing */
	{ "WFF", "WWF" },
	{ "WFWF", "WWWF" },	/* two of three … */
	{ "WFW.F", "WWW.W" },	/* … but not if they are far apart … */
	{ "WF.F", "WW.F" },	/* … unless side by side */
	{ "FF", "-F" },
	{ "FW", "-W" },
	{ "FFW", "-FF" },	/* one alone is nothing, again */
	{ "FFWW", "-FFW" },
	{ "FFWFWW", "-FFFFW" },
	{ "FFSS", "-FFS" },
	{ "S", "S" },
	{ "WSS", "WWS" },
	{ "WSWS", "WWWS" },
	{ "WSWWS", "WWWWW" },
	{ "WSSWW", "WWSSW" },
	{ "WSSFS", "WWSSS" },
	{ "WSSFF", "WWSSF" },
};

static char
letter(enum monitor_look look)
{
	return "-WSF"[look];
}

START_TEST(trend)
{
	for (size_t i = 0; i < sizeof(trends) / sizeof(trends[0]); i++) {
		struct monitor_trend t = { .is = MONITOR_LOOK_NONE };
		char is[16] = "";
		int64_t now = 1000;
		size_t n = 0;

		for (const char *c = trends[i].looks; *c != '\0'; c++) {
			now += *c == '.' ? 90000 : 10000;
			if (*c != '.')
				monitor_trend_put(&t, *c == 'W' ?
				    MONITOR_LOOK_WELL : *c == 'S' ?
				    MONITOR_LOOK_SLOW : MONITOR_LOOK_FAILED,
				    now);
			is[n++] = *c == '.' ? '.' : letter(t.is);
		}
		ck_assert_msg(strcmp(is, trends[i].come_to) == 0,
		    "%s: %s, expected %s", trends[i].looks, is,
		    trends[i].come_to);
	}
}
END_TEST

START_TEST(trend_since)
{
	struct monitor_trend t = { .is = MONITOR_LOOK_NONE };

	ck_assert(!monitor_trend_is_odd(&t));
	ck_assert_int_eq(monitor_trend_since(&t, 7), 7);
	monitor_trend_put(&t, MONITOR_LOOK_WELL, 10);
	monitor_trend_put(&t, MONITOR_LOOK_FAILED, 20);
	ck_assert(monitor_trend_is_odd(&t));
	monitor_trend_put(&t, MONITOR_LOOK_FAILED, 30);
	ck_assert(!monitor_trend_is_odd(&t));
	ck_assert_int_eq(monitor_trend_since(&t, 7), 20);
	monitor_trend_put(&t, MONITOR_LOOK_NONE, 40);	/* says nothing */
	ck_assert(monitor_trend_fails(&t));
}
END_TEST

/* --- flapping ------------------------------------------------------------ */

/* What it was before the hub stopped is no change when it is that again. */
START_TEST(flapping_goes_on)
{
	const struct monitor_settings s = { .flap_count = 3,
		.flap_window = 100, .flap_quiet = 50 };
	struct monitor_flap f = { .at = { 1, 60 }, .count = 2 };

	ck_assert(!monitor_flap_turn(&f, &s, false, 99));
	ck_assert(!monitor_flap_turn(&f, &s, false, 100));
	ck_assert(monitor_flap_turn(&f, &s, true, 101));
	ck_assert(!monitor_flap_rest(&f, &s, 150));
	ck_assert(monitor_flap_rest(&f, &s, 151));
	ck_assert(!monitor_flap_turn(&f, &s, true, 152));
	ck_assert(!monitor_flap_turn(&f, &s, false, 153));	/* anew */
	ck_assert(!monitor_flap_turn(&f, &s, true, 154));
	ck_assert(monitor_flap_turn(&f, &s, false, 155));
}
END_TEST

START_TEST(flapping)
{
	const struct monitor_settings s = { .flap_count = 3,
		.flap_window = 100, .flap_quiet = 50 };
	struct monitor_flap f = { .on = false };

	ck_assert(!monitor_flap_change(&f, &s, 1));
	ck_assert(!monitor_flap_change(&f, &s, 60));
	ck_assert(!monitor_flap_change(&f, &s, 102));	/* 101 for three */
	ck_assert(!monitor_flap_rest(&f, &s, 1000));	/* never began */
	ck_assert(monitor_flap_change(&f, &s, 110));
	ck_assert(!monitor_flap_change(&f, &s, 111));	/* said once */
	ck_assert(!monitor_flap_rest(&f, &s, 160));
	ck_assert(monitor_flap_rest(&f, &s, 161));
	ck_assert(!monitor_flap_rest(&f, &s, 500));
	for (int64_t t = 1000; t < 1002; t++)	/* as if it never had */
		ck_assert(!monitor_flap_change(&f, &s, t));
}
END_TEST

/* --- is it us? ----------------------------------------------------------- */

static bool
begins(uint32_t waver, uint32_t speak, bool falls)
{
	struct monitor_cut c = { .lit = 0 };
	const struct monitor_count n = { .waver = waver, .speak = speak,
		.falls = falls };

	return monitor_cut_begins(&c, &monitor_settings_preset, &n, 1000);
}

START_TEST(share)
{
	ck_assert(begins(30, 100, true));
	ck_assert(!begins(29, 100, true));
	ck_assert(!begins(100, 100, false));	/* nobody to be judged */
	ck_assert(!begins(2, 2, true));		/* no crowd */
	ck_assert(begins(3, 3, true));
	ck_assert(!begins(0, 0, true));
}
END_TEST

START_TEST(cut_ends)
{
	const struct monitor_settings *s = &monitor_settings_preset;
	struct monitor_cut c = { .on = true, .since = 0, .of = 100 };
	struct monitor_count n = { .missing = 15, .speak = 85 };

	ck_assert(!monitor_cut_ends(&c, s, &n, 1000));
	ck_assert(c.on);
	n.missing = 14;
	ck_assert(monitor_cut_ends(&c, s, &n, 1000));
	ck_assert(!c.on);
	ck_assert(!monitor_cut_ends(&c, s, &n, 1000));	/* once */
	c.on = true;
	n = (struct monitor_count){ .missing = 50, .speak = 50 };
	ck_assert(!monitor_cut_ends(&c, s, &n, s->isolated_most - 1));
	ck_assert(monitor_cut_ends(&c, s, &n, s->isolated_most));
	c.on = true;
	n = (struct monitor_count){ .missing = 70, .speak = 30 };
	ck_assert(monitor_cut_ends(&c, s, &n, s->isolated_most));
	c.on = true;
	n.speak = 29;		/* almost all are away: it is still us */
	ck_assert(!monitor_cut_ends(&c, s, &n, 2 * s->isolated_most));
}
END_TEST

/* Three sites' pages in a row, and none that answered for half a minute. */
START_TEST(dark)
{
	const struct monitor_settings *s = &monitor_settings_preset;
	const struct monitor_count n = { .speak = 100, .falls = true };
	struct monitor_cut c = { .lit = 0, .ever = true };
	uint32_t mark[3] = { 9, 9, 9 };

	for (int64_t at = 40000; at < 40010; at++)
		monitor_cut_look(&c, true, &mark[0], at);
	monitor_cut_look(&c, true, &mark[1], 40010);
	ck_assert(!monitor_cut_begins(&c, s, &n, 40010));
	monitor_cut_look(&c, true, &mark[2], 40010);
	ck_assert(monitor_cut_begins(&c, s, &n, 40010));
	ck_assert(monitor_cut_excuses(&c, 40010));
	ck_assert(!monitor_cut_ends(&c, s, &n, 50000));
	monitor_cut_look(&c, false, &mark[1], 50000);
	ck_assert(monitor_cut_ends(&c, s, &n, 50000));
	ck_assert(monitor_cut_excuses(&c, 60000));	/* begun before */
	ck_assert(!monitor_cut_excuses(&c, 80000));
	for (int i = 0; i < 3; i++)
		monitor_cut_look(&c, true, &mark[i], 60000);
	ck_assert(!monitor_cut_begins(&c, s, &n, 79999));	/* lit */
	ck_assert(monitor_cut_begins(&c, s, &n, 80000));
}
END_TEST

/* Who never saw a page has no reason to think that it can see. */
START_TEST(dark_from_the_start)
{
	const struct monitor_settings *s = &monitor_settings_preset;
	const struct monitor_count n = { .pages = 1, .falls = true };
	struct monitor_cut c = { .lit = 1000 };
	uint32_t mark = 9;

	monitor_cut_look(&c, true, &mark, 5000);
	ck_assert(!monitor_cut_begins(&c, s, &n, 30999));
	ck_assert(monitor_cut_doubts(&c, s, 5000, 30999));
	ck_assert(monitor_cut_begins(&c, s, &n, 31000));
	ck_assert(c.blind);
	monitor_cut_look(&c, false, &mark, 40000);
	ck_assert(monitor_cut_ends(&c, s, &n, 40000));
	ck_assert(!c.blind);
	monitor_cut_look(&c, true, &mark, 90000);	/* now it knows */
	ck_assert(!monitor_cut_begins(&c, s, &n, 99000));
	ck_assert(!monitor_cut_doubts(&c, s, 90000, 99000));
}
END_TEST

/* A page that doesn't come: us, until another has come since, or it can't be
 * known. That some server says "error" is light enough. */
START_TEST(doubts)
{
	const struct monitor_settings *s = &monitor_settings_preset;
	const struct monitor_count n = { .pages = 3 };
	struct monitor_cut c = { .lit = 1000, .ever = true };

	ck_assert(!monitor_cut_begins(&c, s, &n, 2000));
	ck_assert(monitor_cut_doubts(&c, s, 2000, 2000));
	ck_assert(monitor_cut_doubts(&c, s, 2000, 50999));
	ck_assert(!monitor_cut_doubts(&c, s, 2000, 51000));
	monitor_cut_light(&c, 2000);
	ck_assert(!monitor_cut_doubts(&c, s, 2000, 3000));
	ck_assert(monitor_cut_doubts(&c, s, 2001, 3000));
}
END_TEST

/* --- coming and going ----------------------------------------------------- */

static void
on_event(void *arg, const struct monitor_event *e)
{
	(void)arg;
	(void)e;
}

static void
on_want(void *arg, uint32_t site)
{
	(void)arg;
	(void)site;
}

static const char *
state_at(struct monitor *m, int64_t now)
{
	struct monitor_now is;

	monitor_tick(m, now);
	monitor_get(m, 1, &is);
	return monitor_state_name(is.verdict.state);
}

/* Blocked for a while, and let in again: what was heard before is no reason
 * to be silent at once. */
START_TEST(let_in_again)
{
	const struct monitor_hooks hooks = { .emit = on_event,
		.want_look = on_want };
	const int64_t start = monitor_settings_preset.start_after;
	struct monitor *m = monitor_new(&monitor_settings_preset, 0, &hooks);

	monitor_watch(m, 1, MONITOR_AGENT | MONITOR_HOME, 0);
	monitor_heard(m, 1, 1000, 15000, MONITOR_LOOK_NONE);
	monitor_gone(m, 1, 2000);
	monitor_watch(m, 1, MONITOR_HOME, 2000);
	ck_assert_str_eq(state_at(m, 60000), "unknown");
	monitor_watch(m, 1, MONITOR_AGENT | MONITOR_HOME, 60000);
	ck_assert_str_eq(state_at(m, 60500), "unknown");
	ck_assert_str_eq(state_at(m, 59999 + start), "unknown");
	ck_assert_str_eq(state_at(m, 60000 + start), "silent");
	monitor_free(m);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("monitor");
	TCase *t = tcase_create("parts");
	SRunner *r;
	int failed;

	tcase_add_test(t, verdicts);
	tcase_add_test(t, names);
	tcase_add_test(t, trend);
	tcase_add_test(t, trend_since);
	tcase_add_test(t, flapping);
	tcase_add_test(t, flapping_goes_on);
	tcase_add_test(t, share);
	tcase_add_test(t, cut_ends);
	tcase_add_test(t, dark);
	tcase_add_test(t, dark_from_the_start);
	tcase_add_test(t, doubts);
	tcase_add_test(t, let_in_again);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
