/*
 * The monitor against a world: an hour of ordinary trouble raises nothing, a
 * thousand faults raise one thing each and of the right kind, and a hub that
 * is cut off judges nobody.
 */
#include "tests/model/monitorkit.h"

#define SITES 1000

static uint64_t
seed(void)
{
	const char *given = getenv("SEED");
	uint64_t s = given != NULL ? strtoull(given, NULL, 10) : 7;

	printf("SEED=%llu\n", (unsigned long long)s);
	return s;
}

/* --- false alarms -------------------------------------------------------- */

START_TEST(ordinary_trouble)
{
	struct world *w = world_new(SITES, seed());

	w->noise = true;
	world_run(w, 20 * MINUTE);
	ck_assert_uint_eq(world_count(w, MONITOR_UNKNOWN), 0);
	world_run(w, HOUR);
	ck_assert_uint_eq(world_starts(w), 0);
	ck_assert_uint_eq(w->cuts, 0);
	ck_assert_uint_eq(w->flaps, 0);
	ck_assert_uint_eq(world_count(w, MONITOR_UP) +
	    world_count(w, MONITOR_SLOW), SITES);
	world_free(w);
}
END_TEST

/* --- true alarms --------------------------------------------------------- */

/* What each fault comes to, and within how long it is said first. */
static const struct {
	enum monitor_state state;
	enum monitor_cause cause;
	int64_t within;
} expected[FAULTS] = {
	[FAULT_AGENT] = { MONITOR_SILENT, MONITOR_CAUSE_AGENT, 10 * SECOND },
	[FAULT_HOST] = { MONITOR_UNREACHABLE, MONITOR_CAUSE_GONE,
	    16 * SECOND },
	[FAULT_WEB] = { MONITOR_DOWN, MONITOR_CAUSE_BOTH, MINUTE },
	[FAULT_HANG] = { MONITOR_DOWN, MONITOR_CAUSE_BOTH, 2 * MINUTE },
	[FAULT_WALL] = { MONITOR_DOWN, MONITOR_CAUSE_OUTSIDE,
	    18 * MINUTE },
	[FAULT_WAY] = { MONITOR_UNREACHABLE, MONITOR_CAUSE_HERE,
	    18 * MINUTE },
	[FAULT_SLOW] = { MONITOR_SLOW, MONITOR_CAUSE_LATE, 18 * MINUTE },
	[FAULT_HIJACK] = { MONITOR_DANGER, MONITOR_CAUSE_FOREIGN,
	    16 * MINUTE },
};

static void
inject(struct world *w, struct injected *f, uint32_t site)
{
	f->site = site;
	f->fault = (enum fault)(1 + draw(w, FAULTS - 1));
	f->begins = w->now + (int64_t)draw(w, 3 * HOUR);
	f->ends = f->begins + 20 * MINUTE + (int64_t)draw(w, 10 * MINUTE);
}

/* Just before it ends: it was said once, and as what it is. */
static void
check_fault(const struct world *w, const struct injected *f)
{
	const struct place *p = &w->at[f->site];
	bool is_bad = f->fault != FAULT_SLOW;

	ck_assert_msg(p->last.to == expected[f->fault].state &&
	    p->last.cause == expected[f->fault].cause,
	    "site %u, fault %d: is %s, cause %s", f->site, f->fault,
	    monitor_state_name(p->last.to),
	    monitor_cause_name(p->last.cause));
	ck_assert_msg(p->starts == (is_bad ? 1 : 0),
	    "site %u, fault %d: %u starts", f->site, f->fault, p->starts);
	if (is_bad)
		ck_assert_msg(p->started - f->begins <=
		    expected[f->fault].within, "site %u, fault %d: after "
		    "%lld ms", f->site, f->fault,
		    (long long)(p->started - f->begins));
	ck_assert_uint_eq(p->ends, 0);
}

static void
play(struct world *w, struct injected *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (w->now >= f[i].begins && f[i].begins > 0) {
			world_break(w, f[i].site, f[i].fault);
			f[i].begins = -f[i].begins;
		}
		if (w->now >= f[i].ends && f[i].ends > 0) {
			f[i].begins = -f[i].begins;
			check_fault(w, &f[i]);
			f[i].begins = NEVER;
			world_break(w, f[i].site, FAULT_NONE);
			f[i].ends = -f[i].ends;
		}
	}
}

START_TEST(a_thousand_faults)
{
	struct world *w = world_new(SITES, seed());
	struct injected *f = mem_new(SITES * sizeof(*f));
	unsigned bad = 0, ends = 0;

	w->noise = true;
	world_run(w, 20 * MINUTE);
	for (uint32_t i = 0; i < SITES; i++) {
		inject(w, &f[i], i + 1);
		bad += f[i].fault != FAULT_SLOW;
	}
	for (int64_t end = w->now + 4 * HOUR; w->now < end; ) {
		world_step(w);
		if (w->now % SECOND == 0)
			play(w, f, SITES);
	}
	for (uint32_t i = 1; i <= SITES; i++) {
		ck_assert(monitor_is_good(w->at[i].last.to));
		ends += w->at[i].ends;
	}
	ck_assert_uint_eq(world_starts(w), bad);
	ck_assert_uint_eq(ends, bad);
	ck_assert_uint_eq(w->cuts, 0);
	ck_assert_uint_eq(w->flaps, 0);
	free(f);
	world_free(w);
}
END_TEST

/* --- it is us ------------------------------------------------------------ */

START_TEST(cut_off)
{
	struct world *w = world_new(SITES, seed());

	w->noise = true;
	world_run(w, 20 * MINUTE);
	w->noise = false;	/* who restarts just then is silent by that */
	world_run(w, 10 * SECOND);
	w->noise = w->cut = true;
	world_run(w, 3 * MINUTE);
	ck_assert_uint_eq(w->cuts, 1);
	ck_assert(monitor_is_isolated(w->monitor));
	ck_assert_uint_eq(world_count(w, MONITOR_UNKNOWN), SITES);
	w->cut = false;
	world_run(w, 20 * MINUTE);
	ck_assert_uint_eq(w->cuts, 1);
	ck_assert_uint_eq(w->uncuts, 1);
	ck_assert_uint_eq(world_starts(w), 0);
	ck_assert_uint_eq(world_count(w, MONITOR_UNKNOWN), 0);
	world_free(w);
}
END_TEST

/* What a look that was begun in it came to says nothing. */
START_TEST(begun_in_it)
{
	struct world *w = world_new(10, seed());

	world_run(w, 20 * MINUTE);
	w->cut = true;
	world_run(w, MINUTE);
	w->cut = false;
	for (int i = 0; w->uncuts == 0 && i < 1000; i++)
		world_step(w);
	ck_assert_uint_eq(w->uncuts, 1);
	for (uint32_t i = 1; i <= 10; i++) {
		monitor_seen(w->monitor, i, w->now, MONITOR_LOOK_FAILED);
		monitor_seen(w->monitor, i, w->now, MONITOR_LOOK_FAILED);
	}
	world_run(w, MINUTE);
	ck_assert_uint_eq(w->cuts, 1);
	ck_assert_uint_eq(world_starts(w), 0);
	world_free(w);
}
END_TEST

/* Twenty don't come back from it: they are judged, when the hub knows that it
 * isn't the hub. */
START_TEST(some_stay_away)
{
	struct world *w = world_new(SITES, seed());

	world_run(w, 10 * MINUTE);
	w->cut = true;
	world_run(w, 2 * MINUTE);
	for (uint32_t i = 1; i <= 20; i++)
		world_break(w, i * 7, FAULT_HOST);
	w->cut = false;
	world_run(w, 10 * MINUTE);
	ck_assert_uint_eq(w->cuts, 1);
	ck_assert_uint_eq(w->uncuts, 1);
	ck_assert_uint_eq(world_starts(w), 20);
	ck_assert_uint_eq(world_count(w, MONITOR_UNREACHABLE), 20);
	ck_assert_uint_eq(world_count(w, MONITOR_UP), SITES - 20);
	world_free(w);
}
END_TEST

/* Their agents stop at once, with a word (their connections close) or without,
 * and their pages come: that isn't us. Whose web server stops meanwhile is down.
 */
START_TEST(agents_stop)
{
	for (int closed = 0; closed < 2; closed++) {
		struct world *w = world_new(5, seed());

		world_run(w, 20 * MINUTE);
		for (uint32_t i = 1; i <= 3; i++)
			if (closed != 0)
				world_break(w, i, FAULT_AGENT);
			else
				w->at[i].fault = FAULT_AGENT;
		world_run(w, 5 * SECOND);
		world_break(w, 5, FAULT_WEB);
		world_run(w, MINUTE + 10 * SECOND);
		ck_assert_uint_eq(w->cuts, 0);
		ck_assert_uint_eq(world_count(w, MONITOR_SILENT), 3);
		ck_assert_int_eq(w->at[5].last.to, MONITOR_DOWN);
		ck_assert_int_eq(w->at[4].last.to, MONITOR_UP);
		ck_assert_uint_eq(world_starts(w), 4);
		world_free(w);
	}
}
END_TEST

/* All agents stop, and all pages come: nobody gets in to us. */
START_TEST(nobody_gets_in)
{
	struct world *w = world_new(10, seed());

	world_run(w, 20 * MINUTE);
	for (uint32_t i = 1; i <= 10; i++)
		w->at[i].fault = FAULT_AGENT;
	world_run(w, 2 * MINUTE);
	ck_assert_uint_eq(w->cuts, 1);
	ck_assert_uint_eq(world_starts(w), 0);
	world_free(w);
}
END_TEST

/* Half are cut off from us, another loses its web server: down. A page that
 * can't be judged is not up. When their pages come, and their agents don't
 * speak, it wasn't us. */
START_TEST(judged_in_it)
{
	struct world *w = world_new(20, seed());

	monitor_watch(w->monitor, 10, MONITOR_HOME, w->now);
	world_run(w, 20 * MINUTE);
	ck_assert_uint_eq(world_count(w, MONITOR_UP), 20);
	for (uint32_t i = 1; i <= 10; i++)
		world_break(w, i, FAULT_HOST);
	world_run(w, MINUTE);
	ck_assert_uint_eq(w->cuts, 1);
	w->at[10].look = w->now;
	world_break(w, 20, FAULT_WEB);
	world_run(w, 2 * MINUTE);
	ck_assert(monitor_is_isolated(w->monitor));
	ck_assert_int_eq(w->at[20].last.to, MONITOR_DOWN);
	ck_assert_int_eq(w->at[20].last.cause, MONITOR_CAUSE_BOTH);
	ck_assert_uint_eq(world_starts(w), 1);
	ck_assert_uint_eq(world_count(w, MONITOR_UNKNOWN), 10);
	ck_assert_uint_eq(world_count(w, MONITOR_UP), 9);
	for (uint32_t i = 1; i <= 10; i++)
		w->at[i].fault = FAULT_AGENT;
	world_run(w, MINUTE);
	ck_assert(!monitor_is_isolated(w->monitor));
	world_run(w, 4 * MINUTE);
	ck_assert_uint_eq(w->cuts, 1);
	ck_assert_uint_eq(world_count(w, MONITOR_SILENT), 9);
	ck_assert_uint_eq(world_starts(w), 10);
	ck_assert_int_eq(w->at[10].last.to, MONITOR_UP);
	world_free(w);
}
END_TEST

/* At its end words come that lay in connections which hung, and then none
 * until these are made anew. */
START_TEST(hung_in_it)
{
	struct world *w = world_new(10, seed());

	world_run(w, 20 * MINUTE);
	for (uint32_t i = 1; i <= 9; i++)
		world_break(w, i, FAULT_HOST);
	world_run(w, MINUTE);
	ck_assert_uint_eq(w->cuts, 1);
	for (uint32_t i = 1; i <= 9; i++)
		w->at[i].fault = FAULT_AGENT;
	for (int i = 0; w->uncuts == 0 && i < 1000; i++)
		world_step(w);
	ck_assert_uint_eq(w->uncuts, 1);
	for (uint32_t i = 1; i <= 9; i++)
		monitor_heard(w->monitor, i, w->now, 3 * BEAT,
		    MONITOR_LOOK_WELL);
	world_run(w, MINUTE);
	for (uint32_t i = 1; i <= 9; i++)
		world_break(w, i, FAULT_NONE);
	world_run(w, 5 * MINUTE);
	ck_assert_uint_eq(w->cuts, 1);
	ck_assert_uint_eq(world_starts(w), 0);
	world_free(w);
}
END_TEST

/* Two of five in a hundred: they; half of a small cluster: us. */
START_TEST(share)
{
	struct world *w = world_new(100, seed());

	world_run(w, 10 * MINUTE);
	for (uint32_t i = 1; i <= 20; i++)
		world_break(w, i, FAULT_HOST);
	world_run(w, 2 * MINUTE);
	ck_assert_uint_eq(w->cuts, 0);
	ck_assert_uint_eq(world_count(w, MONITOR_UNREACHABLE), 20);
	for (uint32_t i = 21; i <= 60; i++)
		world_break(w, i, FAULT_HOST);
	world_run(w, 2 * MINUTE);
	ck_assert_uint_eq(w->cuts, 1);
	ck_assert_uint_eq(world_starts(w), 20);
	world_run(w, 20 * MINUTE);	/* and half of them are still there */
	ck_assert_uint_eq(w->cuts, 1);
	ck_assert_uint_eq(w->uncuts, 1);
	ck_assert_uint_eq(world_starts(w), 60);
	world_free(w);
}
END_TEST

/* It is heard, but can't look: no page comes, of nobody. */
START_TEST(blind)
{
	struct world *w = world_new(10, seed());

	world_run(w, 10 * MINUTE);
	w->blind = true;
	world_run(w, 2 * HOUR);
	ck_assert_uint_eq(world_starts(w), 0);
	ck_assert_uint_eq(w->cuts, 1);
	w->blind = false;
	world_run(w, 20 * MINUTE);
	ck_assert_uint_eq(w->uncuts, 1);
	ck_assert_uint_eq(world_count(w, MONITOR_UP), 10);
	world_free(w);
}
END_TEST

/* … and at once: names that can't be resolved. Agents speak and say that
 * their pages are well. Then one page stops for its visitors, too, by its own
 * agent's word, and one agent stops. */
START_TEST(no_names)
{
	struct world *w = world_new(6, seed());

	world_run(w, 20 * MINUTE);
	for (int i = 0; i < 2; i++) {	/* all have just been seen */
		w->blind = w->hasty = i == 1;
		for (uint32_t site = 1; site <= 6; site++)
			w->at[site].look = w->now;
		world_run(w, 3 * SECOND);
	}
	world_run(w, 20 * MINUTE);
	ck_assert_uint_eq(w->cuts, 1);
	ck_assert_uint_eq(world_starts(w), 0);
	ck_assert_uint_eq(world_count(w, MONITOR_UNKNOWN), 6);
	ck_assert_int_eq(w->at[1].last.cause, MONITOR_CAUSE_BLIND);
	world_break(w, 2, FAULT_WEB);
	world_break(w, 3, FAULT_AGENT);
	world_run(w, 2 * MINUTE);
	ck_assert_int_eq(w->at[2].last.to, MONITOR_DOWN);
	ck_assert_int_eq(w->at[2].last.cause, MONITOR_CAUSE_INSIDE);
	ck_assert_int_eq(w->at[3].last.to, MONITOR_SILENT);
	ck_assert_uint_eq(world_starts(w), 2);
	ck_assert_uint_eq(w->uncuts, 0);
	w->blind = false;
	world_run(w, MINUTE);	/* fresh evidence ends it */
	ck_assert_uint_eq(w->uncuts, 1);
	ck_assert_uint_eq(world_count(w, MONITOR_UP), 4);
	ck_assert_uint_eq(world_starts(w), 2);
	world_free(w);
}
END_TEST

/* Many pages go at once, but not all: they, for pages come. */
START_TEST(not_blind)
{
	struct world *w = world_new(10, seed());

	world_run(w, 20 * MINUTE);
	w->hasty = true;
	for (uint32_t i = 1; i <= 8; i++)
		world_break(w, i, FAULT_WALL);
	world_run(w, 20 * MINUTE);
	ck_assert_uint_eq(w->cuts, 0);
	ck_assert_uint_eq(world_count(w, MONITOR_DOWN), 8);
	ck_assert_uint_eq(world_count(w, MONITOR_UP), 2);
	world_free(w);
}
END_TEST

/* A hub that never saw a page, or any site: nobody is bad, and it says once
 * that it is blind. Then pages come; but not those of all. */
START_TEST(never_saw)
{
	for (uint32_t n = 1; n <= 100; n += 99) {
		struct world *w = world_new(n, seed());

		for (uint32_t i = 1; i <= n; i++) {
			monitor_watch(w->monitor, i, MONITOR_HOME, w->now);
			w->at[i].fault = FAULT_AGENT;
		}
		w->blind = w->hasty = true;
		world_run(w, HOUR);
		ck_assert_uint_eq(world_starts(w), 0);
		ck_assert_uint_eq(w->cuts, 1);
		ck_assert_uint_eq(w->uncuts, 0);
		ck_assert_uint_eq(world_count(w, MONITOR_UNKNOWN), n);
		w->blind = false;
		if (n > 1)
			world_break(w, 7, FAULT_HOST);
		world_run(w, 20 * MINUTE);
		ck_assert_uint_eq(w->uncuts, 1);
		ck_assert_uint_eq(w->cuts, 1);
		ck_assert_uint_eq(world_starts(w), 0);
		ck_assert_uint_eq(world_count(w, MONITOR_UP), n > 1 ? 99 : 1);
		if (n > 1)
			ck_assert_int_eq(w->at[7].last.cause,
			    MONITOR_CAUSE_NEVER);
		world_free(w);
	}
}
END_TEST

/* Two sites are no crowd. */
START_TEST(small)
{
	struct world *w = world_new(2, seed());

	world_run(w, 10 * MINUTE);
	world_break(w, 1, FAULT_HOST);
	world_break(w, 2, FAULT_AGENT);
	world_run(w, 2 * MINUTE);
	ck_assert_uint_eq(w->cuts, 0);
	ck_assert_int_eq(w->at[1].last.to, MONITOR_UNREACHABLE);
	ck_assert_int_eq(w->at[2].last.to, MONITOR_SILENT);
	world_free(w);
}
END_TEST

/* --- starts, and what is old --------------------------------------------- */

START_TEST(restart)
{
	struct world *w = world_new(SITES, seed());

	w->noise = true;
	world_run(w, 10 * MINUTE);
	world_break(w, 5, FAULT_HOST);
	world_run(w, 2 * MINUTE);
	world_start(w);
	ck_assert_uint_eq(world_count(w, MONITOR_UNKNOWN), SITES);
	world_run(w, MINUTE);
	ck_assert_int_eq(w->at[5].last.to, MONITOR_UNKNOWN);
	world_run(w, 20 * MINUTE);
	ck_assert_int_eq(w->at[5].last.to, MONITOR_UNREACHABLE);
	ck_assert_uint_eq(world_count(w, MONITOR_UNKNOWN), 0);
	ck_assert_uint_eq(world_starts(w), 2);	/* that one, twice */
	world_free(w);
}
END_TEST

/* A site without an agent that isn't looked at any more is not green. */
START_TEST(stale)
{
	struct world *w = world_new(1, seed());

	monitor_watch(w->monitor, 1, MONITOR_HOME, w->now);
	world_run(w, 20 * MINUTE);
	ck_assert_int_eq(w->at[1].last.to, MONITOR_UP);
	w->at[1].look = w->at[1].seen = NEVER;
	world_run(w, HOUR);
	ck_assert_int_eq(w->at[1].last.to, MONITOR_UNKNOWN);
	ck_assert_int_eq(w->at[1].last.cause, MONITOR_CAUSE_STALE);
	world_free(w);
}
END_TEST

/* --- flapping ------------------------------------------------------------ */

START_TEST(flapping)
{
	struct world *w = world_new(10, seed());
	struct place *p = &w->at[3];
	unsigned events;

	world_run(w, 10 * MINUTE);
	for (int i = 0; i < 3; i++) {
		world_break(w, 3, FAULT_AGENT);
		world_run(w, MINUTE);
		ck_assert_int_eq(p->last.to, MONITOR_SILENT);
		if (i < 2)
			world_break(w, 3, FAULT_NONE);
		world_run(w, MINUTE);
	}
	ck_assert(p->last.flapping);
	ck_assert_uint_eq(w->flaps, 1);
	events = w->events;
	for (int i = 0; i < 20; i++) {
		world_break(w, 3, i % 2 == 0 ? FAULT_NONE : FAULT_AGENT);
		world_run(w, MINUTE);
	}
	ck_assert_uint_eq(w->events, events);	/* not a word */
	world_break(w, 3, FAULT_NONE);
	world_run(w, 20 * MINUTE);
	ck_assert_uint_eq(w->events, events + 1);
	ck_assert(p->last.flapped && !p->last.flapping);
	ck_assert_int_eq(p->last.to, MONITOR_UP);
	world_free(w);
}
END_TEST

/* --- what was announced -------------------------------------------------- */

START_TEST(announced)
{
	struct world *w = world_new(20, seed());
	int64_t from, until;

	world_run(w, 10 * MINUTE);
	from = w->now + MINUTE;
	until = from + 30 * MINUTE;
	for (uint32_t i = 1; i <= 10; i++)
		monitor_announced(w->monitor, i, w->now, from, until);
	world_run(w, 2 * MINUTE);
	ck_assert_uint_eq(world_count(w, MONITOR_UP), 20);	/* not yet */
	for (uint32_t i = 1; i <= 10; i++)	/* half of all, and expected */
		world_break(w, i, FAULT_HOST);
	world_run(w, 2 * MINUTE);
	ck_assert_uint_eq(world_count(w, MONITOR_OUTAGE), 10);
	ck_assert_uint_eq(w->cuts, 0);
	for (uint32_t i = 1; i <= 5; i++)
		world_break(w, i, FAULT_NONE);
	monitor_announced(w->monitor, 6, w->now, CLOCK_NONE, CLOCK_NONE);
	world_run(w, 2 * MINUTE);
	ck_assert_uint_eq(world_count(w, MONITOR_OUTAGE), 4);
	ck_assert_int_eq(w->at[6].last.to, MONITOR_UNREACHABLE);
	world_run(w, until - w->now + MINUTE);
	ck_assert_uint_eq(world_count(w, MONITOR_OUTAGE), 4);	/* settles */
	for (uint32_t i = 7; i <= 9; i++)	/* the next is another day */
		monitor_announced(w->monitor, i, w->now, from + 24 * HOUR,
		    until + 24 * HOUR);
	world_run(w, 5 * MINUTE);
	ck_assert_uint_eq(world_count(w, MONITOR_OVERRUN), 4);
	world_break(w, 7, FAULT_NONE);
	world_run(w, MINUTE);
	ck_assert_int_eq(w->at[7].last.to, MONITOR_UP);
	world_break(w, 7, FAULT_AGENT);		/* the next is no overrun */
	world_run(w, MINUTE);
	ck_assert_int_eq(w->at[7].last.to, MONITOR_SILENT);
	world_free(w);
}
END_TEST

/* --- the clock ----------------------------------------------------------- */

START_TEST(clock_put)
{
	struct world *w = world_new(5, seed());
	int64_t by = 3 * HOUR;

	world_run(w, 10 * MINUTE);
	for (int i = 0; i < 2; i++, by = -by) {
		monitor_shift(w->monitor, by);
		w->now += by;
		for (uint32_t k = 1; k < w->count; k++) {
			w->at[k].beat += by;
			w->at[k].look += w->at[k].look == NEVER ? 0 : by;
			w->at[k].home += by;
			if (w->at[k].word != NEVER)
				w->at[k].word += by;
			if (w->at[k].seen != NEVER)
				w->at[k].seen += by;
		}
		world_run(w, 5 * MINUTE);
		ck_assert_uint_eq(world_count(w, MONITOR_UP), 5);
	}
	ck_assert_uint_eq(world_starts(w), 0);
	world_free(w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("monitor");
	TCase *t = tcase_create("world");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 600);
	tcase_add_test(t, ordinary_trouble);
	tcase_add_test(t, a_thousand_faults);
	tcase_add_test(t, cut_off);
	tcase_add_test(t, begun_in_it);
	tcase_add_test(t, some_stay_away);
	tcase_add_test(t, agents_stop);
	tcase_add_test(t, nobody_gets_in);
	tcase_add_test(t, judged_in_it);
	tcase_add_test(t, hung_in_it);
	tcase_add_test(t, share);
	tcase_add_test(t, blind);
	tcase_add_test(t, no_names);
	tcase_add_test(t, not_blind);
	tcase_add_test(t, never_saw);
	tcase_add_test(t, small);
	tcase_add_test(t, restart);
	tcase_add_test(t, stale);
	tcase_add_test(t, flapping);
	tcase_add_test(t, announced);
	tcase_add_test(t, clock_put);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
