/*
 * Dispatch; see dispatch.h.
 */
#include "hub/dispatch.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "contrib/base/channel.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/acts.h"
#include "hub/alert_notice.h"
#include "hub/config_alert.h"
#include "hub/frame.h"
#include "hub/json.h"
#include "hub/ledger.h"
#include "hub/notify_frame.h"

#define OF_RECEIVER 8		/* under way at a time */
#define RENEW 60000		/* ms between two renewals, and two beats */
#define AGAIN 5000		/* ms until what couldn't be written is, again */

struct under_way {
	LIST_ENTRY(under_way) entry;
	uint64_t delivery;
	uint32_t alert;
	char receiver[ALERT_NAME + 1];
	bool reported;		/* what came of it; to be written … */
	bool writing;		/* … now */
	enum delivery_state state;
	char error[LEDGER_ERROR + 1];
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
	int64_t write_at;	/* ms, mono: not before */
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

/* With it goes the beat: who writes down what is due is well. Else no end can
 * be written, and what isn't renewed would pass for over. */
static void
renew_all(struct dispatch *d)
{
	struct giving g = { .dispatch = d };

	if (!turn_is_stuck(d->turns))
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
	struct under_way *u;

	if (!notify_frame_done_read(&f, body) ||
	    (u = find(d, f.delivery)) == NULL)
		return false;
	u->state = f.state;
	f.error = text_cut(f.error, LEDGER_ERROR);
	snprintf(u->error, sizeof(u->error), "%.*s", SPAN_ARGS(f.error));
	u->reported = true;
	u->writing = false;
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

static bool
has_reports(const struct dispatch *d)
{
	const struct under_way *u = LIST_FIRST(&d->jobs);

	while (u != NULL && !u->reported)
		u = LIST_NEXT(u, entry);
	return u != NULL;
}

static void
begin(void *arg)
{
	struct dispatch *d = arg;
	struct under_way *u = LIST_FIRST(&d->jobs);
	struct acts acts;

	acts_init(&acts);
	for (; u != NULL; u = LIST_NEXT(u, entry)) {
		if (!u->reported)
			continue;
		u->writing = true;
		acts_put(&acts, json_pack("{s:s, s:I, s:s, s:o}", "do",
		    "alert-sent", "delivery", (json_int_t)u->delivery,
		    "outcome", ledger_state_name(u->state), "error",
		    json_span(span_of(u->error))), ACTS_HUB, NULL);
	}
	turn_write(d->turns, &acts);
	acts_clear(&acts);
}

/* What is done by the ledger isn't under way any more. Until then it is, or
 * it would be given a second time. */
static void
drop_done(struct dispatch *d)
{
	struct db_txn *t = view_read(d->writer->view);
	struct under_way *u, *next;
	struct delivery one;

	for (u = LIST_FIRST(&d->jobs); u != NULL; u = next) {
		next = LIST_NEXT(u, entry);
		if (u->reported || (ledger_get(t, u->delivery, &one) &&
		    !ledger_is_done(one.state)))
			continue;
		LIST_REMOVE(u, entry);
		free(u);
	}
	db_abort(t);
}

/* What couldn't be written (the disk is full) is still to be. */
static void
written(void *arg, bool good)
{
	struct dispatch *d = arg;
	struct under_way *u = LIST_FIRST(&d->jobs);

	d->waits = false;
	d->again = true;
	if (!good)
		d->write_at = clock_mono() + AGAIN;
	for (; u != NULL; u = LIST_NEXT(u, entry)) {
		u->reported = u->reported && !(good && u->writing);
		u->writing = false;
	}
	drop_done(d);
}

void
dispatch_look(struct dispatch *d)
{
	if (!d->waits && has_reports(d) && clock_mono() >= d->write_at &&
	    !turn_is_stuck(d->turns)) {
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
	free(d);
}
