#include "hub/attest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/acts.h"
#include "hub/counters.h"

struct paper {			/* one on its way into the view */
	LIST_ENTRY(paper) entry;
	struct attests *attests;
	bool asked;		/* somebody waits for it */
	struct attest what;
};

struct attests {
	struct guests *guests;
	struct pending_queue *pending;
	struct show *show;
	void (*on_work)(void *arg);
	void *work_arg;
	attest_told_fn *told;
	void *arg;
	LIST_HEAD(papers, paper) papers;
};

struct attests *
attests_new(struct guests *g, struct pending_queue *pending,
    struct show *show, void (*on_work)(void *arg), void *work_arg,
    attest_told_fn *told, void *arg)
{
	struct attests *a = mem_new(sizeof(*a));

	a->guests = g;
	a->pending = pending;
	a->show = show;
	a->on_work = on_work;
	a->work_arg = work_arg;
	a->told = told;
	a->arg = arg;
	LIST_INIT(&a->papers);
	return a;
}

static void
release(struct paper *p)
{
	tally_clear(&p->what.tally);
	free(p);
}

void
attests_free(struct attests *a)
{
	struct paper *p, *next;

	if (a == NULL)
		return;
	for (p = LIST_FIRST(&a->papers); p != NULL; p = next) {
		next = LIST_NEXT(p, entry);
		release(p);
	}
	free(a);
}

uint32_t
attest_pause(const struct guest *g)
{
	bool restless = g->begun >= ATTEST_BEGINS;
	int64_t since = restless ? g->begun_at : g->compared;
	int64_t left = since + ATTEST_PAUSE - clock_mono();

	if (!restless && (g->compared == 0 || g->same ||
	    (g->want & GUEST_PROVE) != 0))
		return 0;
	if (left <= 0)
		return 0;
	return left < ATTEST_PAUSE ? (uint32_t)left : ATTEST_PAUSE;
}

/* --- one ------------------------------------------------------------------ */

static void
shown(void *arg)
{
	struct paper *p = arg;

	if (p->asked)
		p->attests->told(p->attests->arg, &p->what);
	LIST_REMOVE(p, entry);
	release(p);
}

/* On a full disk the operator is told nevertheless, and that it isn't
 * written. */
static void
durable(void *arg, uint64_t place)
{
	struct paper *p = arg;

	p->what.written = place != 0;
	if (place != 0)
		show_wait(p->attests->show, place, shown, p);
	else
		shown(p);
}

static void
count(const struct attest *w)
{
	stats_add(w->same ? COUNTER_RECONCILE_SAME :
	    COUNTER_RECONCILE_DIFFERS, 1);
	if (w->seq > 0)
		stats_add(COUNTER_RECONCILE_MISSED, tally_missed(&w->tally));
}

static void
note(const struct attest *w)
{
	const uint64_t *n = w->tally.count;

	if (w->same && w->kept > 0)
		log_info("site=%s seq=%" PRIu64 " items=%" PRIu64 " proven: "
		    "the index has what the site has, and kept=%" PRIu64
		    " that an operator refused to withdraw", w->code, w->seq,
		    w->items, w->kept);
	else if (w->same)
		log_info("site=%s seq=%" PRIu64 " items=%" PRIu64 " proven: "
		    "the index has exactly what the site has", w->code,
		    w->seq, w->items);
	else
		log_warn("site=%s seq=%" PRIu64 " differs: missing=%" PRIu64
		    " extra=%" PRIu64 " differs=%" PRIu64 " held=%" PRIu64
		    ": its agent repairs it", w->code, w->seq,
		    n[TALLY_MISSING], n[TALLY_EXTRA], n[TALLY_DIFFERS],
		    n[TALLY_HELD]);
}

static void
write_act(struct paper *p)
{
	const struct attest *w = &p->what;
	const uint64_t *n = w->tally.count;
	char incarnation[24];
	struct acts acts;

	snprintf(incarnation, sizeof(incarnation), "%016" PRIx64,
	    w->incarnation);
	acts_init(&acts);
	acts_put(&acts, json_pack("{s:s, s:I, s:s, s:I, s:b, s:I, s:I, s:I, "
	    "s:I}", "do", "reconcile", "site", (json_int_t)w->site,
	    "incarnation", incarnation, "seq", (json_int_t)w->seq,
	    "same", w->same,
	    "missing", (json_int_t)n[TALLY_MISSING],
	    "extra", (json_int_t)n[TALLY_EXTRA],
	    "differ", (json_int_t)n[TALLY_DIFFERS],
	    "held", (json_int_t)n[TALLY_HELD]), ACTS_HUB, "");
	pending_acts(p->attests->pending, &acts, durable, p);
	p->attests->on_work(p->attests->work_arg);
}

static bool
is_news(const struct guest *g, const struct attest *w)
{
	return !w->same || !g->same || g->compared == 0 ||
	    clock_mono() - g->compared >= ATTEST_PAUSE;
}

void
attest_put(struct attests *a, struct attest *what)
{
	struct guest *g = guests_get(a->guests, what->site);
	bool asked = (g->want & GUEST_PROVE) != 0 &&
	    (what->same || what->tally.names != NULL);
	struct paper *p;

	count(what);
	g->begun = 0;
	if (asked)
		guests_unwant(g, GUEST_PROVE);
	if (!asked && !is_news(g, what)) {
		tally_clear(&what->tally);
		return;
	}
	g->compared = clock_mono() > 0 ? clock_mono() : 1;
	g->same = what->same;
	note(what);
	p = mem_new(sizeof(*p));
	*p = (struct paper){ .attests = a, .asked = asked, .what = *what };
	LIST_INSERT_HEAD(&a->papers, p, entry);
	write_act(p);
}
