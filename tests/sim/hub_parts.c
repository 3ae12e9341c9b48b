/*
 * What stands between the core and the hub's other parts, in the simulator:
 * channels and the control socket that are function calls, each as an event
 * of its own, and a journal that may be kept in memory.
 */
#include "tests/sim/hub_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/journal.h"
#include "hub/journal_backend.h"
#include "tests/sim/loop.h"

/* --- channels ------------------------------------------------------------- */

struct channel {
	int fd;
	channel_frame_fn *on_frame;
	void *arg;
};

struct sent {			/* a frame on its way to the core */
	struct channel *to;
	uint8_t kind;
	uint64_t number;
	char *body;
	size_t n;
};

struct channel *hub_edge, *hub_ca;

static struct channel **
end_of(int fd)
{
	return fd == HUB_EDGE ? &hub_edge : &hub_ca;
}

struct channel *
channel_new(struct event_base *base, int fd, size_t most,
    channel_frame_fn *on_frame, channel_end_fn *on_end, void *arg)
{
	struct channel *c = mem_new(sizeof(*c));

	(void)base;
	(void)most;
	(void)on_end;
	must(fd == HUB_EDGE || fd == HUB_CA);
	c->fd = fd;
	c->on_frame = on_frame;
	c->arg = arg;
	*end_of(fd) = c;
	return c;
}

void
channel_free(struct channel *c)
{
	if (c == NULL)
		return;
	*end_of(c->fd) = NULL;
	free(c);
}

void
channel_send(struct channel *c, uint8_t kind, uint64_t number,
    struct span body)
{
	if (hub_part == NULL || hub_part->dead)
		return;
	if (c->fd == HUB_EDGE)
		hub_edge_hears(kind, number, body);
	else
		hub_ca_hears(kind, number, body);
}

size_t
channel_pending(const struct channel *c)
{
	(void)c;
	return 0;
}

static void
let_go(void *arg)
{
	struct sent *s = arg;

	free(s->body);
	free(s);
}

/* The channel may be another one than it was: of the next core. */
static void
arrive(void *arg)
{
	struct sent *s = arg;
	struct frame f = { .kind = s->kind, .number = s->number,
		.body = { .at = s->body, .n = s->n } };

	if (hub_part != NULL && (s->to == hub_edge || s->to == hub_ca))
		s->to->on_frame(s->to->arg, s->to, &f);
	let_go(s);
}

void
hub_frame(struct channel *to, uint8_t kind, uint64_t number,
    struct span body)
{
	struct sent *s = mem_new(sizeof(*s));

	must(to != NULL);
	*s = (struct sent){ .to = to, .kind = kind, .number = number,
		.body = mem_copy(body.at, body.n), .n = body.n };
	loop_after(hub_part, 0, arrive, s, let_go);
}

/* --- the control socket --------------------------------------------------- */

struct ctl_peer {
	LIST_ENTRY(ctl_peer) entry;
	hub_done_fn *done;
	void *arg;
};

struct ctl {
	ctl_ask_fn *on_ask;
	void *arg;
	LIST_HEAD(peers, ctl_peer) peers;
};

struct ctl *hub_ctl;

struct ctl *
ctl_open(struct event_base *base, const char *path, ctl_ask_fn *on_ask,
    ctl_gone_fn *on_gone, void *arg)
{
	struct ctl *c = mem_new(sizeof(*c));

	(void)base;
	(void)path;
	(void)on_gone;
	c->on_ask = on_ask;
	c->arg = arg;
	LIST_INIT(&c->peers);
	hub_ctl = c;
	return c;
}

void
ctl_close(struct ctl *c)
{
	struct ctl_peer *p;

	while ((p = LIST_FIRST(&c->peers)) != NULL) {
		LIST_REMOVE(p, entry);
		free(p);
	}
	hub_ctl = NULL;
	free(c);
}

void
hub_ask(json_t *ask, hub_done_fn *done, void *arg)
{
	struct ctl_peer *p;

	if (hub_part != NULL && hub_ctl != NULL) {
		p = mem_new(sizeof(*p));
		p->done = done;
		p->arg = arg;
		LIST_INSERT_HEAD(&hub_ctl->peers, p, entry);
		loop_clocks(hub_part);
		hub_ctl->on_ask(hub_ctl->arg, p, ask, 0);
	}
	json_decref(ask);
}

/* Nobody hears what the dead say. */
static void
answer(struct ctl_peer *p, json_t *what)
{
	struct ctl_peer was = *p;

	LIST_REMOVE(p, entry);
	free(p);
	if (was.done != NULL && hub_part != NULL && !hub_part->dead)
		was.done(was.arg, what);
	json_decref(what);
}

void
ctl_progress(struct ctl_peer *peer, json_t *what)
{
	(void)peer;
	json_decref(what);
}

void
ctl_ok(struct ctl_peer *peer, json_t *result)
{
	answer(peer, result != NULL ? result : json_object());
}

void
ctl_fail(struct ctl_peer *peer, const char *hint, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	(void)hint;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	trace("operator", "is refused: %s", text);
	answer(peer, json_pack("{s:s}", "error", text));
}

/* --- the journal ---------------------------------------------------------- */

/* The writer opens journal_lmdb; the linker gives the real one this name. */
extern const struct journal_ops journal_files;

struct backend {
	const struct journal_ops *ops;
	void *of;
};

static struct {
	bool used;
	uint64_t seed;
	void *of;		/* what journal_mem opened; outlives the core */
} memory;

void
hub_journal(uint64_t seed)
{
	if (memory.of != NULL)
		journal_mem.close(memory.of);
	memory.of = NULL;
	memory.used = seed != 0;
	memory.seed = seed;
}

static void *
open_any(const char *dir, bool write, uint64_t most, struct buf *why)
{
	struct backend *b = mem_new(sizeof(*b));

	b->ops = memory.used ? &journal_mem : &journal_files;
	if (memory.used && memory.of != NULL) {
		b->of = memory.of;
		return b;
	}
	journal_mem_seed(memory.seed);
	b->of = b->ops->open(dir, write, most, why);
	if (b->of == NULL) {
		free(b);
		return NULL;
	}
	if (memory.used)
		memory.of = b->of;
	return b;
}

static void
close_any(void *backend)
{
	struct backend *b = backend;

	if (b->ops == &journal_files)
		b->ops->close(b->of);
	free(b);
}

static void
begin_any(void *backend)
{
	struct backend *b = backend;

	b->ops->begin(b->of);
}

static void
append_any(void *backend, uint64_t place, struct span row)
{
	struct backend *b = backend;

	b->ops->append(b->of, place, row);
}

static void
put_any(void *backend, uint32_t site, struct span position)
{
	struct backend *b = backend;

	b->ops->put(b->of, site, position);
}

static enum db_result
commit_any(void *backend)
{
	struct backend *b = backend;

	return b->ops->commit(b->of);
}

static bool
get_any(void *backend, uint32_t site, struct buf *position)
{
	struct backend *b = backend;

	return b->ops->get(b->of, site, position);
}

static uint64_t
last_any(void *backend, struct buf *row)
{
	struct backend *b = backend;

	return b->ops->last(b->of, row);
}

static void
each_any(void *backend, uint64_t from, size_t most, journal_row_fn *fn,
    void *arg)
{
	struct backend *b = backend;

	b->ops->each(b->of, from, most, fn, arg);
}

static uint64_t
bytes_any(void *backend)
{
	struct backend *b = backend;

	return b->ops->bytes(b->of);
}

const struct journal_ops journal_lmdb = {
	.name = "lmdb", .open = open_any, .close = close_any,
	.begin = begin_any, .append = append_any, .put = put_any,
	.commit = commit_any, .get = get_any, .last = last_any,
	.each = each_any, .bytes = bytes_any,
};
