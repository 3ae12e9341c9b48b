/*
 * Notify: jobs in, tries, reports out; see notify.h.
 */
#include "hub/notify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "contrib/base/backoff.h"
#include "contrib/base/channel.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/alert_notice.h"
#include "hub/alert_receiver.h"
#include "hub/frame.h"
#include "hub/notify_beat.h"
#include "hub/notify_frame.h"
#include "hub/sink.h"

#define FIRST 1000		/* ms between the first two tries, at most */
#define MOST 3600000		/* … and between the last two */

struct receiver {
	const char *name;
	const struct config_receiver *config;
	const struct sink_ops *ops;
	void *state;
	size_t command;		/* which, if it is one */
	char broken[256];	/* why nothing can be delivered to it; or "" */
};

struct job {
	LIST_ENTRY(job) entry;
	struct notify *notify;
	struct receiver *to;
	struct sink_job sink;
	uint64_t reached;	/* the sink's, see there */
	char *text;
	int64_t give_up;	/* ms, mono: the clock may be put right */
	struct backoff backoff;
	struct event *timer;
	void *under_way;	/* a try, or NULL */
};

struct notify {
	struct event_base *base;
	struct channel *channel;
	struct sink_world world;
	const char *web;	/* where people open the pages; "" */
	struct notify_beat beat;
	struct receiver to[ALERT_RECEIVERS];
	size_t count;
	struct hand_command commands[HAND_COMMANDS_MAX];
	struct hand *hands[HAND_COMMANDS_MAX];	/* of one each */
	size_t command_count;
	LIST_HEAD(jobs, job) jobs;
};

static const struct sink_ops *const kinds[] = {
	&sink_mail, &sink_webhook, &sink_alertmanager, &sink_command,
};

bool
notify_is_wanted(const struct config *c)
{
	return config_receiver(c->file, 0, NULL) != NULL ||
	    c->beat_url[0] != '\0' || c->beat_file[0] != '\0';
}

/* --- reports ----------------------------------------------------------------- */

static void
report(struct notify *n, uint64_t delivery, enum delivery_state state,
    const char *error)
{
	struct notify_frame_done d = { .delivery = delivery, .state = state,
		.error = span_of(error) };
	struct buf b;

	if (delivery == 0)
		return;
	buf_init(&b, NOTIFY_FRAME_MAX);
	notify_frame_done_write(&b, &d);
	channel_send(n->channel, FRAME_NOTIFIED, 0, buf_look(&b));
	buf_clear(&b);
}

static void
release(struct job *j)
{
	if (j->under_way != NULL)
		j->to->ops->cancel(j->under_way);
	event_free(j->timer);
	json_decref(j->sink.notice);
	free(j->text);
	free(j);
}

static void
job_free(struct job *j)
{
	LIST_REMOVE(j, entry);
	release(j);
}

/* It takes something again: so what waits longest for it needn't any more,
 * and if that is taken, the next. */
static void
wake_one(struct notify *n, const struct receiver *to)
{
	static const struct timeval now = { .tv_sec = 0 };
	struct job *j, *oldest = NULL;

	LIST_FOREACH(j, &n->jobs, entry)
		if (j->to == to && evtimer_pending(j->timer, NULL) &&
		    (oldest == NULL ||
		    j->sink.delivery < oldest->sink.delivery))
			oldest = j;
	if (oldest != NULL)
		event_add(oldest->timer, &now);
}

static void
finish(struct job *j, enum delivery_state state, const char *error)
{
	struct notify *n = j->notify;
	const struct receiver *to = j->to;

	if (state == DELIVERY_FAILED)
		log_warn("notify: receiver=%s delivery=%" PRIu64 " given up: "
		    "%s", j->to->name, j->sink.delivery, error);
	else if (error[0] != '\0')
		log_warn("notify: receiver=%s delivery=%" PRIu64 " %s, but "
		    "%s", j->to->name, j->sink.delivery,
		    ledger_state_name(state), error);
	else if (j->sink.delivery != 0)
		log_info("notify: receiver=%s delivery=%" PRIu64 " event=%s "
		    "%s", j->to->name, j->sink.delivery,
		    alert_event_name(j->sink.event),
		    ledger_state_name(state));
	report(n, j->sink.delivery, state, error);
	job_free(j);
	if (state != DELIVERY_FAILED)
		wake_one(n, to);
}

/* --- tries ------------------------------------------------------------------- */

static void
again(struct job *j, const char *error)
{
	uint32_t ms = backoff_next(&j->backoff, FIRST / 2);
	struct timeval wait = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };

	if (j->sink.delivery == 0 || clock_mono() + ms > j->give_up) {
		finish(j, DELIVERY_FAILED, error);
		return;
	}
	log_warn("notify: receiver=%s delivery=%" PRIu64 ": %s; again in %u "
	    "s", j->to->name, j->sink.delivery, error, ms / 1000);
	report(j->notify, j->sink.delivery, DELIVERY_TRYING, error);
	event_add(j->timer, &wait);
}

static void
on_done(void *arg, enum sink_result r, const char *error)
{
	struct job *j = arg;

	j->under_way = NULL;
	switch (r) {
	case SINK_SENT:
		finish(j, DELIVERY_SENT, error);
		break;
	case SINK_CONFIRMED:
		finish(j, DELIVERY_CONFIRMED, error);
		break;
	case SINK_LATER:
		again(j, error);
		break;
	case SINK_NEVER:
		finish(j, DELIVERY_FAILED, error);
		break;
	}
}

static void
try(struct job *j)
{
	void *under_way = j->to->ops->start(j->to->state, &j->notify->world,
	    &j->sink, on_done, j);

	if (under_way != NULL)	/* else j may be gone */
		j->under_way = under_way;
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct job *j = arg;

	(void)fd, (void)what;
	if (j->to->broken[0] != '\0')
		again(j, j->to->broken);
	else
		try(j);
}

/* --- frames ------------------------------------------------------------------ */

static struct receiver *
find(struct notify *n, struct span name)
{
	for (size_t i = 0; i < n->count; i++) {
		if (span_is(name, span_of(n->to[i].name)))
			return &n->to[i];
	}
	return NULL;
}

static void
begin(struct notify *n, struct receiver *to,
    const struct notify_frame_job *f)
{
	struct job *j = mem_new(sizeof(*j));

	j->notify = n;
	j->to = to;
	j->text = mem_copy(f->notice.at, f->notice.n);
	j->sink = (struct sink_job){ .delivery = f->delivery,
	    .event = f->event, .text = span_of(j->text),
	    .command = to->command, .reached = &j->reached,
	    .notice = json_loadb(f->notice.at, f->notice.n, 0, NULL) };
	alert_notice_link(j->sink.notice, n->web);
	j->give_up = clock_mono() + f->give_up - clock_wall();
	backoff_init(&j->backoff, FIRST, MOST);
	j->timer = evtimer_new(n->base, on_time, j);
	must(j->timer != NULL);
	LIST_INSERT_HEAD(&n->jobs, j, entry);
	if (to->broken[0] != '\0')
		again(j, to->broken);
	else if (json_is_object(j->sink.notice))
		try(j);
	else
		finish(j, DELIVERY_FAILED, "the notice is no JSON object");
}

static bool
on_job(struct notify *n, struct span body)
{
	struct notify_frame_job f;
	struct receiver *to;

	if (!notify_frame_job_read(&f, body))
		return false;
	to = find(n, f.receiver);
	if (to != NULL)
		begin(n, to, &f);
	else
		report(n, f.delivery, DELIVERY_FAILED, "the settings have no "
		    "receiver of this name any more");
	return true;
}

static void
on_frame(void *arg, struct channel *channel, const struct frame *f)
{
	struct notify *n = arg;
	bool good = f->kind == FRAME_BEAT;

	(void)channel;
	if (f->kind == FRAME_BEAT)
		notify_beat(&n->beat);
	else if (f->kind == FRAME_NOTIFY)
		good = on_job(n, f->body);
	if (!good)
		log_warn("part=core sent a frame of kind %u that makes no "
		    "sense", f->kind);
}

static void
on_end(void *arg, struct channel *channel)
{
	struct notify *n = arg;

	(void)channel;
	event_base_loopbreak(n->base);
}

/* --- its life ---------------------------------------------------------------- */

static const struct sink_ops *
ops_of(const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i]->kind, kind) == 0)
			return kinds[i];
	}
	fatal("receiver: kind %s", kind);	/* config_alert.c judged it */
}

static bool
add_command(struct notify *n, struct receiver *to, struct buf *why)
{
	if (to->ops != &sink_command)
		return true;
	if (n->command_count == HAND_COMMANDS_MAX) {
		buf_printf(why, "[receiver %s]: expected %d commands at most",
		    to->name, HAND_COMMANDS_MAX);
		return false;
	}
	to->command = n->command_count++;
	n->commands[to->command] = (struct hand_command){
		.argv = to->config->command,
		.timeout = (uint32_t)to->config->timeout };
	return true;
}

/* One that can't be used (its secret isn't there) is no reason to tell nobody:
 * its deliveries wait, and the ledger says for what. */
static void
open_receivers(struct notify *n, const struct config *c)
{
	const struct config_receiver *r;
	struct receiver *to;
	const char *name;
	struct buf why;

	buf_init(&why, 1024);
	while (n->count < ALERT_RECEIVERS &&
	    (r = config_receiver(c->file, n->count, &name)) != NULL) {
		to = &n->to[n->count++];
		*to = (struct receiver){ .name = name, .config = r,
		    .ops = ops_of(r->kind) };
		buf_reset(&why);
		if (to->ops->open(&to->state, r, name, &why) &&
		    add_command(n, to, &why))
			continue;
		snprintf(to->broken, sizeof(to->broken), "%s",
		    why.n > 0 ? buf_cstr(&why) : "it can't be used");
		log_error("notify: receiver=%s: %s; nothing is delivered to "
		    "it until that is put right and zqhubd started again",
		    name, to->broken);
	}
	buf_clear(&why);
}

struct notify *
notify_new(struct event_base *base, const struct config *c, int fd)
{
	struct notify *n = mem_new(sizeof(*n));

	n->base = base;
	LIST_INIT(&n->jobs);
	n->channel = channel_new(base, fd, NOTIFY_FRAME_MAX, on_frame,
	    on_end, n);
	open_receivers(n, c);
	n->world.hub = c->name;
	n->web = c->web_public;
	n->world.hands = n->hands;
	for (size_t i = 0; i < n->command_count; i++) {
		n->hands[i] = hand_new(&n->commands[i], 1, c->dir);
		hand_attach(n->hands[i], base);
	}
	n->world.fetch = fetch_new(base, "zhanqun/" ZQ_VERSION " (notify)");
	notify_beat_init(&n->beat, c, n->world.fetch);
	return n;
}

void
notify_free(struct notify *n)
{
	struct job *j, *next;

	if (n == NULL)
		return;
	notify_beat_clear(&n->beat);
	channel_free(n->channel);
	for (j = LIST_FIRST(&n->jobs); j != NULL; j = next) {
		next = LIST_NEXT(j, entry);
		release(j);
	}
	for (size_t i = 0; i < n->command_count; i++)
		hand_free(n->hands[i]);
	fetch_free(n->world.fetch);
	for (size_t i = 0; i < n->count; i++)
		if (n->to[i].state != NULL)
			n->to[i].ops->close(n->to[i].state);
	free(n);
}
