/*
 * Core: frames in, groups taken, slices shown, answers out.
 *
 * Everything happens in on_work(), which runs after each turn of the loop in
 * which there was something to do: taking goes first, for sites wait for it;
 * showing has the idle time, and under load a share of its own, for searches
 * wait for that. Backlog is taken as the view can follow (backlog.h).
 */
#include "hub/core.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "contrib/base/channel.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/admit.h"
#include "hub/adopt.h"
#include "hub/alerter.h"
#include "hub/attest.h"
#include "hub/backlog.h"
#include "hub/clerk.h"
#include "hub/core_barred.h"
#include "hub/core_rebuild.h"
#include "hub/core_start.h"
#include "hub/counters.h"
#include "hub/desk.h"
#include "hub/escalator.h"
#include "hub/frame.h"
#include "hub/guests.h"
#include "hub/hatch.h"
#include "hub/hits_keeper.h"
#include "hub/homes.h"
#include "hub/ingest.h"
#include "hub/letters.h"
#include "hub/look_frame.h"
#include "hub/lookout.h"
#include "hub/monitor_core.h"
#include "hub/move_watch.h"
#include "hub/pace.h"
#include "hub/pending.h"
#include "hub/presence.h"
#include "hub/pulse.h"
#include "hub/radius.h"
#include "hub/reconciler.h"
#include "hub/reply.h"
#include "hub/show.h"
#include "hub/signer.h"
#include "hub/summons.h"
#include "hub/turn.h"
#include "hub/writer.h"

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

struct core {
	struct event_base *base;
	const struct config *config;
	struct writer writer;
	struct guests guests;
	struct pending_queue pending;
	struct backlog backlog;
	struct presence *presence;
	struct monitor_core *monitor;
	struct ingest *ingest;
	struct show *show;
	struct turns *turns;
	struct letters *letters;
	struct attests *attests;
	struct reconciler *reconciler;
	struct signer *signer;
	struct summons *summons;
	struct admit *admit;
	struct clerk *clerk;
	struct move_watch *moves;
	struct escalator *escalator;
	struct hits_keeper *hits;
	struct channel *check;	/* or NULL: there is no such part … */
	struct lookout *lookout;	/* … or NULL: it doesn't look at links */
	struct homes *homes;	/* … or NULL: nor at home pages */
	struct adopt *adopt;
	struct alerter *alerter;
	struct desk *desk;
	struct hatch *page;		/* or NULL */
	struct core_rebuild rebuild;
	struct channel *edge, *ca;
	int edge_fd;
	struct event *work, *tick;
	int64_t gathering;	/* ms, mono: since when; 0: not */
	struct pace pace;
	bool moved;		/* the view, since the last tick */
	int64_t started;	/* ms, mono */
	uint64_t cpu;
};

static void
work_in(struct core *c, int ms)
{
	struct timeval t = { .tv_usec = ms * 1000 };

	if (ms >= 1000)
		t = (struct timeval){ .tv_sec = ms / 1000 };
	event_add(c->work, &t);
}

static void
on_new_work(void *arg)
{
	work_in(arg, 0);
}

static void
send_answer(void *arg, uint64_t number, struct span answer)
{
	struct core *c = arg;

	channel_send(c->edge, FRAME_ANSWER, number, answer);
}

/* --- taking --------------------------------------------------------------- */

static void
refuse_overload(struct core *c, uint64_t number)
{
	struct buf b;

	buf_init(&b, FRAME_MAX);
	reply_plain(&b, VERDICT_BUSY, "the hub is overloaded: come later");
	send_answer(c, number, buf_look(&b));
	buf_clear(&b);
}

static void
on_batch(struct core *c, const struct frame *f)
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
	work_in(c, 0);
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
		work_in(c, ms);
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
	clerk_look(c->clerk);
	move_watch_look(c->moves);
	escalator_look(c->escalator);
	if (c->lookout != NULL)
		lookout_look(c->lookout);
	if (c->homes != NULL)
		homes_look(c->homes);
	monitor_core_look(c->monitor);
	alerter_look(c->alerter);
	reconciler_look(c->reconciler);
}

/* --- frames --------------------------------------------------------------- */

static void
on_edge_frame(void *arg, struct channel *channel, const struct frame *f)
{
	struct core *c = arg;

	(void)channel;
	switch (f->kind) {
	case FRAME_BATCH:
		presence_batch(c->presence, f->body);
		on_batch(c, f);
		break;
	case FRAME_LETTERS:
		presence_word(c->presence, f->body);
		adopt_look(c->adopt, f->body);
		letters_ask(c->letters, f->number, f->body);
		break;
	case FRAME_RECONCILE:
		presence_word(c->presence, f->body);
		reconciler_ask(c->reconciler, f->number, f->body);
		break;
	case FRAME_MAP:
		signer_ask(c->signer, f->number, f->body);
		break;
	case FRAME_RADIUS:
		radius_ask(c->writer.view, f->number, f->body, send_answer,
		    c);
		break;
	case FRAME_GONE:
		letters_gone(c->letters, f->number);
		reconciler_gone(c->reconciler, f->number);
		break;
	case FRAME_PEER:
		presence_line(c->presence, f->body);
		adopt_look(c->adopt, f->body);
		break;
	case FRAME_CMP:
		channel_send(c->ca, FRAME_CMP, f->number, f->body);
		break;
	default:
		log_warn("part=edge sent a frame of kind %u", f->kind);
	}
}

static void
on_ca_frame(void *arg, struct channel *channel, const struct frame *f)
{
	struct core *c = arg;

	(void)channel;
	switch (f->kind) {
	case FRAME_ASK:
		admit_ask(c->admit, f->number, f->body);
		break;
	case FRAME_ANSWER:
		channel_send(c->edge, FRAME_ANSWER, f->number, f->body);
		break;
	case FRAME_REREAD:
		desk_reread(c->desk, f->body);
		break;
	case FRAME_SIGNED:
		signer_signed(c->signer, f->number, f->body);
		break;
	case FRAME_MINTED:
		if (desk_minted(c->desk, f->number, f->body))
			break;
		/* fall through */
	default:
		log_warn("part=ca sent a frame of kind %u that nobody asked "
		    "for", f->kind);
	}
}

static void
on_end(void *arg, struct channel *channel)
{
	struct core *c = arg;

	log_info("part=%s has ended", channel == c->edge ? "edge" :
	    channel == c->ca ? "ca" : "check");
	event_base_loopbreak(c->base);
}

/* --- what the others ask of it -------------------------------------------- */

static void
send_grant(void *arg, uint64_t number, struct span body)
{
	channel_send(((struct core *)arg)->ca, FRAME_GRANT, number, body);
}

static void
send_to_sign(void *arg, uint64_t number, struct span document)
{
	channel_send(((struct core *)arg)->ca, FRAME_SIGN, number, document);
}

static void
mint(void *arg, uint64_t number)
{
	channel_send(((struct core *)arg)->ca, FRAME_MINT, number,
	    SPAN_NONE);
}

static void
reread(void *arg)
{
	channel_send(((struct core *)arg)->ca, FRAME_REREAD, 0, SPAN_NONE);
}

/* Who may not come in (core_barred.h). */
static struct core_barred
barred(const struct core *c)
{
	return (struct core_barred){ .view = c->writer.view,
	    .letters = c->letters, .edge = c->edge };
}

static void
send_barred(void *arg)
{
	const struct core_barred b = barred(arg);

	core_barred_send(&b);
}

static void
on_blocked(void *arg, uint32_t site)
{
	const struct core_barred b = barred(arg);

	core_barred_look(&b, site);
}

static void
on_rebound(void *arg, uint32_t site)
{
	const struct core_barred b = barred(arg);

	core_barred_rebound(&b, site);
}

/* One of two agents is kept, and told so as soon as it asks again. A poll
 * that is being held may be the other's. */
static void
on_settled(void *arg, uint32_t site)
{
	struct core *c = arg;
	struct guest *g = guests_get(&c->guests, site);

	g->settling = true;
	heir_begin(&g->heirs);
	guests_want(g, GUEST_RETELL | GUEST_RENEW);
	letters_drop(c->letters, site, VERDICT_BUSY, "", _("one of two "
	    "agents was kept: ask again"));
}

static bool
begin_rebuild(void *arg, struct buf *why)
{
	struct core *c = arg;

	c->rebuild.writer = &c->writer;
	c->rebuild.desk = c->desk;
	if (show_is_full(c->show)) {
		buf_text(why, _("the disk is full: a rebuild needs as much "
		    "again as the view has; the view stays as it was"));
		return false;
	}
	work_in(c, 0);
	return core_rebuild_begin(&c->rebuild, why);
}

static json_t *
about(void *arg)
{
	struct core *c = arg;

	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:b, s:b}",
	    "version", ZQ_VERSION, "pid", (json_int_t)getppid(),
	    "uptime_ms", (json_int_t)(clock_mono() - c->started),
	    "journal_place", (json_int_t)journal_last(c->writer.journal),
	    "view_place", (json_int_t)view_place(c->writer.view),
	    "rebuilding", core_rebuild_is_on(&c->rebuild),
	    "disk_full", ingest_is_full(c->ingest) ||
	    show_is_full(c->show));
}

/* The page waits for no more than that: what doesn't pass was done. */
static void
acted(void *arg, uint64_t number, json_t *answer)
{
	struct core *c = arg;
	char *text = json_dumps(answer, JSON_COMPACT);

	if (text == NULL || !hatch_send(c->page, FRAME_ACTED, number,
	    span_of(text)))
		log_warn("part=web doesn't take the answer to act %" PRIu64,
		    number);
	free(text);
}

static void
on_page_frame(void *arg, uint8_t kind, uint64_t number, struct span body)
{
	struct core *c = arg;

	if (kind == FRAME_ACT)
		desk_page(c->desk, number, body);
	else if (kind == FRAME_HITS && hits_keeper_take(c->hits, body))
		return;
	else
		log_warn("part=web sent a frame of kind %u", kind);
}

/* --- its life ------------------------------------------------------------- */

static void
make_parts(struct core *c)
{
	struct presence_hooks hears;

	c->ingest = ingest_new(&c->writer, &c->guests, send_answer, c);
	c->show = show_new(&c->writer);
	c->turns = turns_new(&c->pending, c->show, on_new_work, c);
	c->monitor = monitor_core_new(c->config, &c->writer, c->turns);
	hears = monitor_core_hears(c->monitor);
	c->presence = presence_new(&c->writer, &hears);
	c->letters = letters_new(c->base, &c->writer, &c->guests,
	    &c->pending, send_answer, on_new_work, c);
	c->summons = summons_new(c->base, &c->writer, &c->guests,
	    c->letters);
	c->attests = attests_new(&c->guests, &c->pending, c->show,
	    on_new_work, c, summons_told, c->summons);
	c->reconciler = reconciler_new(c->base, &c->writer, &c->guests,
	    c->attests, send_answer, c);
	c->signer = signer_new(c->writer.view, send_answer, send_to_sign, c);
	c->adopt = adopt_new(&c->writer, c->turns);
	c->alerter = alerter_new(&c->writer, c->turns);
	c->clerk = clerk_new(&c->writer, c->turns,
	    (int64_t)c->config->move_grace);
	c->moves = move_watch_new(&c->writer, c->turns);
	c->escalator = escalator_new(c->config, &c->writer, c->turns);
	c->hits = hits_keeper_new(c->turns);
	c->admit = admit_new(&c->writer, c->turns, send_grant, on_rebound,
	    c);
}

static bool
open_desk(struct core *c, struct buf *why)
{
	const struct desk_hooks hooks = {
		.mint = mint, .blocked = on_blocked, .lifted = send_barred,
		.settled = on_settled,
		.rebuild = begin_rebuild, .reread = reread, .about = about,
		.acted = acted, .arg = c,
	};

	c->desk = desk_new(c->base, &c->writer, c->turns, c->summons, &hooks,
	    why);
	return c->desk != NULL;
}

static void
make_events(struct core *c, int edge_fd, int ca_fd)
{
	struct timeval tick = { .tv_usec = TICK_MS * 1000 };

	c->work = evtimer_new(c->base, on_work, c);
	c->tick = event_new(c->base, -1, EV_PERSIST, on_tick, c);
	must(c->work != NULL && c->tick != NULL);
	event_add(c->tick, &tick);
	c->edge_fd = edge_fd;
	c->edge = channel_new(c->base, edge_fd, FRAME_MAX, on_edge_frame,
	    on_end, c);
	c->ca = channel_new(c->base, ca_fd, FRAME_MAX, on_ca_frame, on_end,
	    c);
}

struct core *
core_new(struct event_base *base, const struct config *config, int edge_fd,
    int ca_fd, struct buf *why)
{
	struct core *c = mem_new(sizeof(*c));

	c->base = base;
	c->config = config;
	c->started = clock_mono();
	c->cpu = clock_cpu();
	pulse_begin(clock_wall());
	guests_init(&c->guests);
	pending_init(&c->pending);
	backlog_init(&c->backlog);
	if (!writer_open(&c->writer, config, why)) {
		core_free(c);
		close(edge_fd);
		close(ca_fd);
		return NULL;
	}
	core_start(&c->writer);
	make_parts(c);
	make_events(c, edge_fd, ca_fd);
	if (!open_desk(c, why)) {
		core_free(c);
		return NULL;
	}
	send_barred(c);
	work_in(c, 0);
	return c;
}

static void
on_check_frame(void *arg, struct channel *channel, const struct frame *f)
{
	struct core *c = arg;

	(void)channel;
	if ((c->lookout != NULL && lookout_frame(c->lookout, f)) ||
	    (c->homes != NULL && homes_frame(c->homes, f)) ||
	    (f->kind == FRAME_TRIED && move_watch_frame(c->moves, f)))
		return;
	log_warn("part=check sent a frame of kind %u that makes no sense",
	    f->kind);
}

void
core_watch_links(struct core *c, int fd)
{
	c->check = channel_new(c->base, fd, LOOK_FRAME_MAX, on_check_frame,
	    on_end, c);
	if (c->config->check)
		c->lookout = lookout_new(c->config, &c->writer, c->turns,
		    c->check);
	move_watch_connect(c->moves, c->config->check ? c->check : NULL);
	if (c->config->homes)
		c->homes = homes_new(c->config, &c->writer, c->turns,
		    c->check);
	if (c->homes != NULL)
		monitor_core_sees(c->monitor, c->homes);
}

void
core_hear_page(struct core *c, int fd)
{
	c->page = hatch_new(c->base, fd, on_page_frame, c);
}

static void
on_part_end(void *arg)
{
	event_base_loopbreak(((struct core *)arg)->base);
}

void
core_notify(struct core *c, int fd)
{
	alerter_connect(c->alerter, c->base, fd, on_part_end, c);
}

void
core_free(struct core *c)
{
	if (c == NULL)
		return;
	desk_free(c->desk);
	hatch_free(c->page);
	admit_free(c->admit);
	adopt_free(c->adopt);
	alerter_free(c->alerter);
	reconciler_free(c->reconciler);
	signer_free(c->signer);
	attests_free(c->attests);
	summons_free(c->summons);
	letters_free(c->letters);
	clerk_free(c->clerk);
	move_watch_free(c->moves);
	escalator_free(c->escalator);
	hits_keeper_free(c->hits);
	lookout_free(c->lookout);
	homes_free(c->homes);
	channel_free(c->check);
	turns_free(c->turns);
	core_rebuild_abort(&c->rebuild);
	show_free(c->show);
	ingest_free(c->ingest);
	presence_free(c->presence);
	pulse_end();
	monitor_core_free(c->monitor);
	pending_clear(&c->pending);
	backlog_clear(&c->backlog);
	guests_clear(&c->guests);
	channel_free(c->edge);
	channel_free(c->ca);
	if (c->work != NULL)
		event_free(c->work);
	if (c->tick != NULL)
		event_free(c->tick);
	writer_close(&c->writer);
	free(c);
}
