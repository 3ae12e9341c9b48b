/*
 * The alerter; see alerter.h.
 */
#include "hub/alerter.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/act_alert.h"
#include "hub/alert_eval.h"
#include "hub/alert_scan.h"
#include "hub/dispatch.h"

#define LEAST_OFTEN 5000	/* ms: silences and outages end by time, too */
#define FORGET_EVERY 3600000

struct alerter {
	struct writer *writer;
	struct turns *turns;
	struct alert_rules rules;
	struct alert_receivers to;
	struct alert_scan scan;
	struct alert_eval eval;
	struct dispatch *dispatch;	/* or NULL */
	uint64_t version;	/* of the facts, when last evaluated */
	int64_t next;		/* ms, hub time: then at the latest */
	int64_t looked;		/* … and this is when it was, last */
	int64_t forgot;		/* ms, mono */
	bool asked;		/* for a turn */
};

/* --- turns -------------------------------------------------------------------- */

static void
forget_old(struct alerter *a, struct db_txn *t, struct acts *acts)
{
	if (clock_mono() - a->forgot < FORGET_EVERY)
		return;
	if (act_alert_is_old(t, clock_wall()))
		acts_put(acts, json_pack("{s:s, s:i}", "do", "alert-forget",
		    "most", ACT_ALERT_FORGET), ACTS_HUB, NULL);
	else
		a->forgot = clock_mono();
}

/* What it finds is of a view that has all acts so far. */
static void
begin(void *arg)
{
	struct alerter *a = arg;
	struct db_txn *t = view_read(a->writer->view);
	struct acts acts;

	acts_init(&acts);
	a->looked = clock_wall();
	a->version = alert_facts_version(a->eval.facts);
	(void)alert_eval(&a->eval, t, a->looked, &acts, &a->next);
	forget_old(a, t, &acts);
	db_abort(t);
	if (acts.count > 0) {
		a->next = a->looked;	/* there may be a next step */
		turn_write(a->turns, &acts);
	} else {
		a->asked = false;
		turn_end(a->turns);
	}
	acts_clear(&acts);
}

static void
written(void *arg, bool good)
{
	struct alerter *a = arg;

	a->asked = false;
	if (good)	/* else the next tick finds it again */
		alerter_look(a);
}

static bool
is_due(const struct alerter *a)
{
	int64_t now = clock_wall();

	return a->version != alert_facts_version(a->eval.facts) ||
	    now >= a->next || now >= a->looked + LEAST_OFTEN ||
	    now < a->looked;	/* the clock was put back */
}

void
alerter_look(struct alerter *a)
{
	alert_scan(&a->scan, clock_wall());
	if (a->dispatch != NULL)
		dispatch_look(a->dispatch);
	if (a->asked || !is_due(a) || turn_is_stuck(a->turns))
		return;
	a->asked = true;
	turn_ask(a->turns, begin, written, a);
}

/* --- its life ----------------------------------------------------------------- */

struct alerter *
alerter_new(struct writer *w, struct turns *t)
{
	const struct config *c = w->config;
	struct alerter *a = mem_new(sizeof(*a));

	a->writer = w;
	a->turns = t;
	alert_rules_init(&a->rules, c->file);
	alert_receivers_init(&a->to, c->file);
	a->eval = (struct alert_eval){ .hub = c->name, .rules = &a->rules,
		.to = &a->to, .facts = alert_facts_new(&a->rules),
		.wait = (int64_t)c->alert_wait,
		.silent_after = (int64_t)c->silent_after,
		.together = (int64_t)c->alert_together,
		.many = c->alert_many,
		.many_time = (int64_t)c->alert_many_time };
	alert_scan_init(&a->scan, w, a->eval.facts);
	return a;
}

void
alerter_free(struct alerter *a)
{
	if (a == NULL)
		return;
	dispatch_free(a->dispatch);
	alert_facts_free(a->eval.facts);
	free(a);
}

void
alerter_connect(struct alerter *a, struct event_base *base, int fd,
    void (*on_end)(void *arg), void *arg)
{
	a->dispatch = dispatch_new(base, &a->to, a->writer, a->turns, fd,
	    on_end, arg);
}
