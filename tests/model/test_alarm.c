/*
 * From a fault to what people are told of it; see alarmkit.h.
 */
#include "tests/model/alarmkit.h"

#include <string.h>

#define APART (10 * SECOND)	/* two faults begin */
#define LAST (85 * MINUTE)	/* from its beginning until a fault is over */

/* --- false alarms -------------------------------------------------------- */

START_TEST(ordinary_trouble)
{
	struct world *w = new_world(SITES);

	run(w, HOUR);
	ck_assert_uint_eq(alerts(), 0);
	ck_assert_uint_eq(told_in_all(), 0);
	ck_assert_uint_gt(w->events, 0);
	world_free(w);
}
END_TEST

/* --- true alarms --------------------------------------------------------- */

/* What is told of each, and when at the latest. A machine that goes is first
 * not heard, and told of; when its page doesn't come either, that is told on
 * top, as the same alert. Of a page that is late again at its next turn an
 * operator wants to know. A stranger's is found with the next pass. */
static const struct {
	const char *rule;
	unsigned raised;	/* at most: its page may be looked at already */
	int64_t within;
} expected[FAULTS] = {
	[FAULT_AGENT] = { "silent", 0, 11 * SECOND },
	[FAULT_HOST] = { "unreachable", 1, 18 * SECOND },
	[FAULT_WEB] = { "down", 0, MINUTE },
	[FAULT_HANG] = { "down", 0, 2 * MINUTE },
	[FAULT_WALL] = { "down", 0, 18 * MINUTE },
	[FAULT_WAY] = { "unreachable", 0, 18 * MINUTE },
	[FAULT_SLOW] = { "slow", 0, (18 + 20) * MINUTE },
	[FAULT_HIJACK] = { "domain", 0, 16 * MINUTE + PASS },
};

/* Once and of the right kind; and, when it is over, that once. */
static void
check_told(const struct injected *f, bool over)
{
	const struct tally *t = &tally[f->site];
	const char *rule = expected[f->fault].rule;

	ck_assert_msg(t->told[ALERT_FIRING] == 1 && t->alerts == 1 &&
	    t->told[ALERT_RAISED] <= expected[f->fault].raised &&
	    t->told[ALERT_MORE] == 0 && t->told[ALERT_REMINDER] == 0 &&
	    t->told[ALERT_RESOLVED] == over,
	    "site %u, fault %d, %s: %u alerts, told %u, %u more, raised %u, "
	    "reminders %u, resolved %u", f->site, f->fault, over ? "over" :
	    "on", t->alerts, t->told[ALERT_FIRING], t->told[ALERT_MORE],
	    t->told[ALERT_RAISED], t->told[ALERT_REMINDER],
	    t->told[ALERT_RESOLVED]);
	ck_assert_msg(strcmp(t->rule, rule) == 0, "site %u, fault %d: as %s",
	    f->site, f->fault, t->rule);
	ck_assert_msg(t->first - f->begins <= expected[f->fault].within,
	    "site %u, fault %d: told after %lld ms", f->site, f->fault,
	    (long long)(t->first - f->begins));
}

/* At least: so that it was told by then. */
static int64_t
lasts(enum fault fault)
{
	int64_t within = expected[fault].within + 2 * MINUTE;

	return within > 20 * MINUTE ? within : 20 * MINUTE;
}

/* Each site has one, in turn: so there are never ten that fall silent within
 * a minute, which would be one alert. */
static struct injected *
inject(struct world *w)
{
	struct injected *f = mem_new(SITES * sizeof(*f));

	for (uint32_t i = 0; i < SITES; i++) {
		f[i].site = i + 1;
		f[i].fault = (enum fault)(1 + draw(w, FAULTS - 1));
		f[i].begins = w->now + SECOND + i * APART;
		/* With a failure of its own, then or just before, it would be
		 * down. */
		w->at[f[i].site].calm = f[i].fault == FAULT_WAY;
		f[i].ends = f[i].begins + lasts(f[i].fault) +
		    (int64_t)draw(w, 10 * 60) * SECOND;
	}
	return f;
}

static void
play(struct world *w, const struct injected *f)
{
	for (size_t i = 0; i < SITES; i++) {
		if (w->now == f[i].begins)
			world_break(w, f[i].site, f[i].fault);
		if (w->now == f[i].ends) {
			check_told(&f[i], false);
			world_break(w, f[i].site, FAULT_NONE);
		}
	}
}

START_TEST(a_thousand_faults)
{
	struct world *w = new_world(SITES);
	struct injected *f = inject(w);
	unsigned of[FAULTS] = { 0 }, higher = 0;

	for (int64_t end = f[SITES - 1].begins + LAST; w->now < end; ) {
		play(w, f);
		run(w, SECOND);
	}
	for (size_t i = 0; i < SITES; i++) {
		check_told(&f[i], true);
		of[f[i].fault]++;
		higher += tally[f[i].site].told[ALERT_RAISED];
	}
	for (int i = 1; i < FAULTS; i++)
		ck_assert_uint_gt(of[i], SITES / FAULTS / 2);
	ck_assert_uint_eq(alerts(), SITES);
	ck_assert_uint_eq(told_in_all(), 2 * SITES + higher);
	ck_assert_uint_gt(higher, of[FAULT_HOST] / 2);
	free(f);
	world_free(w);
}
END_TEST

/* --- one cause ----------------------------------------------------------- */

#define LINE 40			/* sites at the end of it … */
#define OF_LINE(i) ((i) * 20)
#define BREAKS (4 * SECOND)	/* … which go one after the other in this time */

static void
check_line(uint32_t alerts_then)
{
	ck_assert_uint_le(alerts(), alerts_then);
	for (uint32_t i = 1; i <= LINE; i++) {
		const struct tally *t = &tally[OF_LINE(i)];

		ck_assert_uint_eq(t->alerts, 1);
		ck_assert_uint_le(t->told[ALERT_FIRING], 1);
		ck_assert_uint_le(t->told[ALERT_FIRING] +
		    t->told[ALERT_MORE], 2);
		ck_assert_uint_eq(t->told[ALERT_RESOLVED], 1);
	}
}

/* Many that go within seconds, each at an address of its own, or all behind
 * one: a few notices, and the first one in time. */
START_TEST(a_line)
{
	struct world *w = new_world(SITES);
	int64_t first = INT64_MAX, began = w->now;

	for (uint32_t i = 1; i <= LINE; i++) {
		be_at(OF_LINE(i), _i == 0 ? OF_LINE(i) : 1);
		world_break(w, OF_LINE(i), FAULT_AGENT);
		if (i % (LINE / (BREAKS / STEP)) == 0)
			run(w, STEP);
	}
	run(w, 10 * MINUTE);
	for (uint32_t i = 1; i <= LINE; i++) {
		ck_assert_uint_eq(tally[OF_LINE(i)].alerts, 1);
		if (tally[OF_LINE(i)].told[ALERT_FIRING] > 0 &&
		    tally[OF_LINE(i)].first < first)
			first = tally[OF_LINE(i)].first;
		world_break(w, OF_LINE(i), FAULT_NONE);
	}
	ck_assert_int_le(first - began, 16 * SECOND);
	run(w, 10 * MINUTE);
	check_line(_i == 0 ? 2 : 1);
	world_free(w);
}
END_TEST

/* --- up and down --------------------------------------------------------- */

static void
check_turns(unsigned silent, unsigned heard, unsigned begun, unsigned rests)
{
	const struct tally *t = &tally[3];

	ck_assert_uint_eq(t->of[ALERT_SILENT][ALERT_FIRING], silent);
	ck_assert_uint_eq(t->of[ALERT_SILENT][ALERT_RESOLVED], heard);
	ck_assert_uint_eq(t->of[ALERT_FLAPPING][ALERT_FIRING], begun);
	ck_assert_uint_eq(t->of[ALERT_FLAPPING][ALERT_RESOLVED], rests);
	ck_assert_uint_eq(told_in_all(), silent + heard + begun + rests);
}

/* The fifth change within half an hour is told as it always was, and then
 * that it goes on like this, and that it has come to rest: in between not a
 * word. */
START_TEST(up_and_down)
{
	struct world *w = new_world(20);

	for (unsigned i = 1; i <= 20; i++) {
		world_break(w, 3, FAULT_AGENT);
		run(w, MINUTE);
		if (i <= 2)
			check_turns(i, i - 1, 0, 0);
		world_break(w, 3, FAULT_NONE);
		run(w, MINUTE);
		if (i <= 2)
			check_turns(i, i, 0, 0);
	}
	check_turns(3, 2, 1, 0);
	run(w, 15 * MINUTE + 2 * PASS);
	check_turns(3, 3, 1, 1);
	ck_assert_uint_eq(alerts(), 4);
	world_free(w);
}
END_TEST

/* --- it is us ------------------------------------------------------------ */

/* That is told once, and that it is over; of the sites not a word. */
START_TEST(cut_off)
{
	struct world *w = new_world(SITES);

	w->noise = false;	/* who restarts just then is silent by that */
	run(w, 10 * SECOND);
	w->noise = w->cut = true;
	run(w, 3 * MINUTE);
	ck_assert_uint_eq(tally[0].told[ALERT_FIRING], 1);
	ck_assert_str_eq(tally[0].rule, "isolated");
	w->cut = false;
	run(w, KNOWN);
	ck_assert_uint_eq(tally[0].told[ALERT_RESOLVED], 1);
	ck_assert_uint_eq(told_in_all(), 2);
	ck_assert_uint_eq(alerts(), 1);
	world_free(w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alarm");
	TCase *t = tcase_create("alarm");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 600);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, ordinary_trouble);
	tcase_add_test(t, a_thousand_faults);
	tcase_add_loop_test(t, a_line, 0, 2);
	tcase_add_test(t, up_and_down);
	tcase_add_test(t, cut_off);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
