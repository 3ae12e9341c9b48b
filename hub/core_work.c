#include "hub/core_work.h"

#include <poll.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/core_private.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "hub/pulse.h"
#include "hub/reply.h"

/* A group is what has arrived; it waits for what is still in the socket, but
 * no longer, and grows no larger, than this. */
#define GATHER_MS 5
#define GATHER_BYTES (16u << 20)
#define GATHER_COUNT 4000

/* Over this much is waiting, the edge has not kept to its credit. */
#define PENDING_BYTES (32u << 20)

#define WAIT 10			/* ms, until it is looked again if showing
				 * has earned its time (pace.h) */

#define TICK_MS 200		/* letters are looked for as often */
#define FULL_MS 1000		/* until a full disk is tried again */

void
core_work_in(struct core *c, int ms)
{
	struct timeval t = { .tv_usec = ms * 1000 };

	if (ms >= 1000)
		t = (struct timeval){ .tv_sec = ms / 1000 };
	event_add(c->work, &t);
}

/* --- taking --------------------------------------------------------------- */

static void
refuse_overload(struct core *c, uint64_t number)
{
	struct buf b;

	buf_init(&b, FRAME_MAX);
	reply_plain(&b, VERDICT_BUSY, "the hub is overloaded: come later");
	channel_send(c->edge, FRAME_ANSWER, number, buf_look(&b));
	buf_clear(&b);
}

void
core_work_batch(struct core *c, const struct frame *f)
{
	if (backlog_is(f->body)) {
		if (!backlog_put(&c->backlog, f->number, f->body))
			refuse_overload(c, f->number);
	} else if (c->pending.bytes + f->body.n > PENDING_BYTES) {
		refuse_overload(c, f->number);
	} else {
		if (c->gathering == 0)
			c->gathering = clock_mono();
		pending_batch(&c->pending, f->number, f->body);
	}
	core_work_in(c, 0);
}

static bool
is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLIN) != 0;
}

static bool
more_is_here(const struct core *c)
{
	return c->pending.bytes < GATHER_BYTES &&
	    c->pending.count < GATHER_COUNT &&
	    clock_mono() - c->gathering < GATHER_MS &&
	    is_readable(c->edge_fd);
}

static void
take(struct core *c)
{
	int64_t began = clock_mono();
	struct pending_queue q;
	struct ingest_group g;

	pending_take(&c->pending, &q);
	c->gathering = 0;
	if (backlog_may(&c->backlog, c->show))
		backlog_take(&c->backlog, &q);
	if (ingest_take(c->ingest, &q, &g))
		show_mark(c->show, g.place, g.at, g.batches);
	pace_took(&c->pace, clock_mono() - began);
}

/* --- showing -------------------------------------------------------------- */

static bool
may_show(const struct core *c)
{
	bool live = c->pending.count > 0;
	bool late = c->backlog.queue.count > 0;

	if (!show_is_behind(c->show))
		return false;
	if (c->pace.busy && (live || !late))
		return pace_earned(&c->pace, show_lag(c->show));
	/* Backlog that may not be taken waits for nothing else. */
	return !live && !backlog_may(&c->backlog, c->show);
}

static enum show_result
show(struct core *c)
{
	int64_t began = clock_mono();
	enum show_result r = show_step(c->show, pace_slice(&c->pace));

	pace_showed(&c->pace, clock_mono() - began);
	c->moved = true;
	reconciler_look(c->reconciler);
	return r;
}

/* --- the loop ------------------------------------------------------------- */

/* ms until there is more to do; -1: when somebody asks for something. */
static int
work(struct core *c)
{
	if (may_show(c)) {
		if (show(c) != SHOW_FULL)
			return 0;
		desk_full(c->desk);
		if (c->pending.count == 0)
			return FULL_MS;
		take(c);	/* or who asks would never be told */
	} else if (c->pending.count > 0) {
		if (!more_is_here(c))
			take(c);
	} else if (backlog_may(&c->backlog, c->show)) {
		take(c);
	} else if (show_is_behind(c->show)) {
		return WAIT;
	} else if (core_rebuild_is_on(&c->rebuild)) {
		core_rebuild_step(&c->rebuild);
	} else {
		return -1;
	}
	return 0;	/* after the answers are on their way */
}

static void
on_work(evutil_socket_t fd, short what, void *arg)
{
	struct core *c = arg;
	int ms;

	(void)fd;
	(void)what;
	pace_look(&c->pace, clock_mono());
	ms = work(c);
	if (ms >= 0)
		core_work_in(c, ms);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct core *c = arg;
	uint64_t cpu = clock_cpu();
	struct pending *p;

	(void)fd;
	(void)what;
	stats_add(COUNTER_CORE_CPU, cpu - c->cpu);
	c->cpu = cpu;
	while ((p = backlog_overdue(&c->backlog)) != NULL) {
		refuse_overload(c, p->number);
		pending_free(p);
	}
	pulse_tick(clock_wall());
	presence_wait(c->presence, &c->backlog.queue);
	if (c->moved)
		letters_look(c->letters);
	c->moved = false;
	prove_calls_disk(c->prove_calls, ingest_is_full(c->ingest) ||
	    show_is_full(c->show));
	background_look(c->background);
	move_watch_look(c->moves);
	escalator_look(c->escalator);
	if (c->schedule != NULL)
		check_schedule_look(c->schedule);
	if (c->homes != NULL)
		homes_look(c->homes);
	monitor_core_look(c->monitor);
	alerter_look(c->alerter);
	reconciler_look(c->reconciler);
}

/* --- its life ------------------------------------------------------------- */

void
core_work_open(struct core *c)
{
	struct timeval tick = { .tv_usec = TICK_MS * 1000 };

	c->work = evtimer_new(c->base, on_work, c);
	c->tick = event_new(c->base, -1, EV_PERSIST, on_tick, c);
	must(c->work != NULL && c->tick != NULL);
	event_add(c->tick, &tick);
}

void
core_work_close(struct core *c)
{
	if (c->work != NULL)
		event_free(c->work);
	if (c->tick != NULL)
		event_free(c->tick);
}
