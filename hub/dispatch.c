/*
 * Dispatch; see dispatch.h.
 */
#include "hub/dispatch.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "contrib/base/channel.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/alert_notice.h"
#include "hub/config_alert.h"
#include "hub/frame.h"
#include "hub/json.h"
#include "hub/ledger.h"
#include "hub/notify_frame.h"

#define OF_RECEIVER 8		/* under way at a time */
#define RENEW 60000		/* ms between two renewals, and two beats */

struct under_way {
	LIST_ENTRY(under_way) entry;
	uint64_t delivery;
	uint32_t alert;
	char receiver[ALERT_NAME + 1];
};

struct dispatch {
	const struct alert_receivers *to;
	struct writer *writer;
	struct turns *turns;
	struct channel *channel;
	void (*on_end)(void *arg);
	void *arg;
	LIST_HEAD(jobs, under_way) jobs;
	uint64_t place;		/* of the view, when it was last looked at */
	bool again;		/* a place is free */
	int64_t renewed;	/* ms, mono; 0: not yet */
	struct acts acts;
	bool waits;		/* for a turn */
};

/* --- giving ------------------------------------------------------------------ */

static bool
may_go(const struct dispatch *d, const struct delivery *one)
{
	const struct under_way *u = LIST_FIRST(&d->jobs);
	size_t count = 0;

	for (; u != NULL; u = LIST_NEXT(u, entry)) {
		if (u->delivery == one->number)
			return false;
		if (!span_is(span_of(u->receiver), one->receiver))
			continue;
		if (u->alert == one->alert && one->alert != 0)
			return false;	/* in order; tests have none */
		count++;
	}
	return count < OF_RECEIVER;
}

static void
hand_over(struct dispatch *d, const struct notify_frame_job *j)
{
	struct buf b;

	buf_init(&b, NOTIFY_FRAME_MAX);
	notify_frame_job_write(&b, j);
	must(!b.bad);
	channel_send(d->channel, FRAME_NOTIFY, 0, buf_look(&b));
	buf_clear(&b);
}

static int64_t
give_up_at(const struct dispatch *d, const struct delivery *one)
{
	const struct config_receiver *c = config_receiver_named(
	    d->writer->config->file, one->receiver);

	return one->intended + (c != NULL ? (int64_t)c->give_up : 0);
}

struct giving {
	struct dispatch *dispatch;
	struct db_txn *txn;
};

static bool
give(void *arg, const struct delivery *one)
{
	const struct giving *g = arg;
	struct dispatch *d = g->dispatch;
	struct notify_frame_job j = { .delivery = one->number,
		.receiver = one->receiver,
		.give_up = give_up_at(d, one) };
	struct ledger_notice n;
	struct under_way *u;

	if (!may_go(d, one) ||
	    !ledger_notice(g->txn, one->alert, one->notice, &n))
		return true;
	u = mem_new(sizeof(*u));
	u->delivery = one->number;
	u->alert = one->alert;
	memcpy(u->receiver, one->receiver.at, one->receiver.n);
	LIST_INSERT_HEAD(&d->jobs, u, entry);
	j.event = n.event;
	j.notice = n.text;
	hand_over(d, &j);
	return true;
}

static void
give_all(struct dispatch *d)
{
	struct giving g = { .dispatch = d };

	g.txn = view_read(d->writer->view);
	ledger_each_due(g.txn, 0, give, &g);
	db_abort(g.txn);
}

/* --- again and again ---------------------------------------------------------- */

static void
renew_one(struct dispatch *d, struct db_txn *t, const struct alert *a,
    struct span receiver)
{
	json_t *o = alert_notice(t, a, ALERT_REMINDER,
	    d->writer->config->name, 0, clock_wall());
	char *text = json_dumps(o, JSON_COMPACT);
	struct notify_frame_job j = { .event = ALERT_REMINDER,
		.receiver = receiver, .notice = span_of(text) };

	must(text != NULL);
	if (j.notice.n <= LEDGER_NOTICE_MAX)
		hand_over(d, &j);
	free(text);
	json_decref(o);
}

static bool
renew(void *arg, const struct alert *a)
{
	const struct giving *g = arg;
	const struct alert_receiver *to;
	struct span rest = a->told;
	struct alert_told told;

	while (a->ended == CLOCK_NONE && alert_told_next(&rest, &told)) {
		to = alert_receivers_find(g->dispatch->to, told.receiver);
		if (to != NULL && to->renewed)
			renew_one(g->dispatch, g->txn, a, told.receiver);
	}
	return true;
}

/* With it goes the beat: who writes down what is due is well. */
static void
renew_all(struct dispatch *d)
{
	struct giving g = { .dispatch = d };

	if (turn_is_stuck(d->turns))
		return;
	channel_send(d->channel, FRAME_BEAT, 0, SPAN_NONE);
	g.txn = view_read(d->writer->view);
	alert_each_open(g.txn, renew, &g);
	db_abort(g.txn);
}

/* --- what comes back ----------------------------------------------------------- */

static struct under_way *
find(struct dispatch *d, uint64_t delivery)
{
	struct under_way *u = LIST_FIRST(&d->jobs);

	while (u != NULL && u->delivery != delivery)
		u = LIST_NEXT(u, entry);
	return u;
}

static bool
on_notified(struct dispatch *d, struct span body)
{
	struct notify_frame_done f;

	if (!notify_frame_done_read(&f, body) ||
	    find(d, f.delivery) == NULL)
		return false;
	acts_put(&d->acts, json_pack("{s:s, s:I, s:s, s:o}", "do",
	    "alert-sent", "delivery", (json_int_t)f.delivery, "outcome",
	    ledger_state_name(f.state), "error", json_span(f.error)),
	    ACTS_HUB, NULL);
	return true;
}

static void
on_frame(void *arg, struct channel *channel, const struct frame *f)
{
	struct dispatch *d = arg;

	(void)channel;
	if (f->kind != FRAME_NOTIFIED || !on_notified(d, f->body))
		log_warn("part=notify sent a frame of kind %u that makes no "
		    "sense", f->kind);
}

static void
on_hangup(void *arg, struct channel *channel)
{
	struct dispatch *d = arg;

	(void)channel;
	log_info("part=notify has ended");
	d->on_end(d->arg);
}

/* --- turns -------------------------------------------------------------------- */

static void
begin(void *arg)
{
	struct dispatch *d = arg;

	turn_write(d->turns, &d->acts);
}

/* What is done by the ledger isn't under way any more. Until then it is, or
 * it would be given a second time. */
static void
written(void *arg, bool good)
{
	struct dispatch *d = arg;
	struct under_way *u, *next;
	struct delivery one;
	struct db_txn *t;

	d->waits = false;
	d->again = true;
	(void)good;	/* else it is sent again after a restart */
	t = view_read(d->writer->view);
	for (u = LIST_FIRST(&d->jobs); u != NULL; u = next) {
		next = LIST_NEXT(u, entry);
		if (ledger_get(t, u->delivery, &one) &&
		    !ledger_is_done(one.state))
			continue;
		LIST_REMOVE(u, entry);
		free(u);
	}
	db_abort(t);
}

void
dispatch_look(struct dispatch *d)
{
	if (!d->waits && d->acts.count > 0 && !turn_is_stuck(d->turns)) {
		d->waits = true;
		turn_ask(d->turns, begin, written, d);
	}
	if (d->again || view_place(d->writer->view) != d->place) {
		d->place = view_place(d->writer->view);
		d->again = false;
		give_all(d);
	}
	if (d->renewed == 0 || clock_mono() - d->renewed >= RENEW) {
		d->renewed = clock_mono();
		renew_all(d);
	}
}

/* --- its life ----------------------------------------------------------------- */

struct dispatch *
dispatch_new(struct event_base *base, const struct alert_receivers *to,
    struct writer *w, struct turns *t, int fd, void (*on_end)(void *arg),
    void *arg)
{
	struct dispatch *d = mem_new(sizeof(*d));

	d->to = to;
	d->writer = w;
	d->turns = t;
	d->on_end = on_end;
	d->arg = arg;
	acts_init(&d->acts);
	LIST_INIT(&d->jobs);
	d->again = true;
	d->channel = channel_new(base, fd, NOTIFY_FRAME_MAX, on_frame,
	    on_hangup, d);
	return d;
}

void
dispatch_free(struct dispatch *d)
{
	struct under_way *u, *next;

	if (d == NULL)
		return;
	channel_free(d->channel);
	for (u = LIST_FIRST(&d->jobs); u != NULL; u = next) {
		next = LIST_NEXT(u, entry);
		free(u);
	}
	acts_clear(&d->acts);
	free(d);
}
