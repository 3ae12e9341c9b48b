/*
 * The core put together: its parts, the frames that come in, and what its
 * parts ask of it. What it does all day stands in core_work.c.
 */
#include "hub/core.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/core_barred.h"
#include "hub/core_private.h"
#include "hub/core_start.h"
#include "hub/core_work.h"
#include "hub/frame.h"
#include "hub/look_frame.h"
#include "hub/pulse.h"
#include "hub/radius.h"

static void
on_new_work(void *arg)
{
	core_work_in(arg, 0);
}

static void
send_answer(void *arg, uint64_t number, struct span answer)
{
	struct core *c = arg;

	channel_send(c->edge, FRAME_ANSWER, number, answer);
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
		core_work_batch(c, f);
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
		signer_forget(c->signer);
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
reread(void *arg, const char *lang)
{
	channel_send(((struct core *)arg)->ca, FRAME_REREAD, 0,
	    span_of(lang));
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
	core_work_in(c, 0);
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

	if (text == NULL || !seqpacket_send(c->page, FRAME_ACTED, number,
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
	monitor_core_asks(c->monitor, c->letters);
	c->prove_calls = prove_calls_new(c->base, &c->writer, &c->guests,
	    c->letters);
	c->attests = attests_new(&c->guests, &c->pending, c->show,
	    on_new_work, c, prove_calls_told, c->prove_calls);
	c->reconciler = reconciler_new(c->base, &c->writer, &c->guests,
	    c->attests, send_answer, c);
	c->signer = signer_new(&c->writer.view, send_answer, send_to_sign, c);
	c->adopt = adopt_new(&c->writer, c->turns);
	c->alerter = alerter_new(&c->writer, c->turns);
	c->background = background_new(&c->writer, c->turns,
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

	c->desk = desk_new(c->base, &c->writer, c->turns, c->prove_calls,
	    &hooks, why);
	return c->desk != NULL;
}

static void
open_channels(struct core *c, int edge_fd, int ca_fd)
{
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
	core_work_open(c);
	open_channels(c, edge_fd, ca_fd);
	if (!open_desk(c, why)) {
		core_free(c);
		return NULL;
	}
	send_barred(c);
	core_work_in(c, 0);
	return c;
}

static void
on_check_frame(void *arg, struct channel *channel, const struct frame *f)
{
	struct core *c = arg;

	(void)channel;
	if ((c->schedule != NULL &&
	    check_schedule_frame(c->schedule, f)) ||
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
		c->schedule = check_schedule_new(c->config, &c->writer, c->turns,
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
	c->page = seqpacket_new(c->base, fd, on_page_frame, c);
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
	seqpacket_free(c->page);
	admit_free(c->admit);
	adopt_free(c->adopt);
	alerter_free(c->alerter);
	reconciler_free(c->reconciler);
	signer_free(c->signer);
	attests_free(c->attests);
	prove_calls_free(c->prove_calls);
	letters_free(c->letters);
	background_free(c->background);
	move_watch_free(c->moves);
	escalator_free(c->escalator);
	hits_keeper_free(c->hits);
	check_schedule_free(c->schedule);
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
	core_work_close(c);
	writer_close(&c->writer);
	free(c);
}
