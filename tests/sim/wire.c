/*
 * See wire.h. A request lives at the agent until it is answered, times out or
 * is dropped; flights to and from the hub know it by number only.
 */
#include "tests/sim/wire.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "contrib/base/err.h"
#include "contrib/base/fetch.h"
#include "contrib/base/mem.h"
#include "tests/sim/hub.h"
#include "tests/sim/loop.h"

struct fetch {
	struct part *part;
	struct event_base *base;
	LIST_HEAD(requests, fetch_request) requests;
};

struct fetch_request {
	LIST_ENTRY(fetch_request) entry, of_all;
	struct fetch *fetch;
	uint64_t id;
	size_t most;
	struct event *timer;
	fetch_done_fn *done;
	void *arg;
};

struct flight {			/* a question, or an answer */
	LIST_ENTRY(flight) entry;
	uint64_t id;
	struct part *from;	/* of a question */
	char *path, *body;
	size_t n;
	unsigned status;	/* of an answer; 0: the connection broke */
	uint32_t retry_after;
};

struct wire_weather wire;

static LIST_HEAD(all, fetch_request) all = LIST_HEAD_INITIALIZER(all);
static LIST_HEAD(flights, flight) flights = LIST_HEAD_INITIALIZER(flights);
static uint64_t ids;

/* --- flights -------------------------------------------------------------- */

static void
land(void *arg)
{
	struct flight *f = arg;

	LIST_REMOVE(f, entry);
	free(f->path);
	free(f->body);
	free(f);
}

static int64_t
delay(void)
{
	int64_t ms = between(wire.least, wire.most), at;

	if (sim.calm)
		return 1 + dice(20);
	if (chance(wire.late))
		ms += between(wire.most, wire.latest);
	at = sim.now + ms;
	if (wire.grain > 1)
		at += wire.grain - at % wire.grain;
	return at - sim.now;
}

static void
send_off(const struct flight *what, loop_fn *arrive)
{
	struct flight *f = mem_new(sizeof(*f));

	*f = *what;
	f->path = mem_text(what->path);
	f->body = mem_copy(what->body, what->n);
	LIST_INSERT_HEAD(&flights, f, entry);
	loop_after(NULL, delay(), arrive, f, land);
}

/* Lost, once, or twice. */
static void
launch(const struct flight *what, loop_fn *arrive)
{
	if (!sim.calm && chance(wire.lost)) {
		trace("wire", "loses %s of #%llu", what->path != NULL ?
		    "the request" : "the answer",
		    (unsigned long long)what->id);
		return;
	}
	send_off(what, arrive);
	if (!sim.calm && chance(wire.twice))
		send_off(what, arrive);
}

/* --- answers -------------------------------------------------------------- */

static struct fetch_request *
find(uint64_t id)
{
	struct fetch_request *r;

	LIST_FOREACH(r, &all, of_all)
		if (r->id == id)
			return r;
	return NULL;
}

static void
forget(struct fetch_request *r)
{
	LIST_REMOVE(r, entry);
	LIST_REMOVE(r, of_all);
	event_free(r->timer);
	free(r);
}

static void
answer(struct fetch_request *r, const struct fetch_answer *a)
{
	fetch_done_fn *done = r->done;
	void *arg = r->arg;

	forget(r);
	done(arg, a);
}

static void
fail(struct fetch_request *r, CURLcode code, const char *error)
{
	answer(r, &(struct fetch_answer){ .code = code, .error = error,
	    .retry_after = -1 });
}

/* At the agent, with its clocks, in the middle of its loop. */
static void
deliver(struct fetch_request *r, const struct flight *f)
{
	struct fetch_answer a = {
		.code = CURLE_OK, .error = "", .status = (long)f->status,
		.body = { .at = f->body, .n = f->n },
		.type = SPAN("application/xml"),
		.retry_after = f->retry_after > 0 ?
		    (int64_t)f->retry_after * 1000 : -1,
	};

	if (f->status == 0) {
		fail(r, CURLE_RECV_ERROR, "the connection broke");
		return;
	}
	if (a.body.n > r->most) {
		a.too_long = true;
		a.code = CURLE_FILESIZE_EXCEEDED;
	}
	answer(r, &a);
}

static void
on_answer_there(void *arg)
{
	struct flight *f = arg;
	struct fetch_request *r = find(f->id);
	struct part *p = r != NULL ? r->fetch->part : NULL;

	if (r != NULL) {
		trace(p->name, "hears %u of #%llu", f->status,
		    (unsigned long long)f->id);
		loop_clocks(p);
		deliver(r, f);
		if (p->dead)
			p->bury(p);
	}
	land(f);
}

/* A proxy on the way, or a connection cut in the middle. */
static void
spoil(struct flight *f)
{
	if (sim.calm)
		return;
	if (chance(wire.proxy)) {
		f->status = chance(500) ? 502 : 504;
		f->n = 0;
	} else if (chance(wire.cut)) {
		if (chance(500))
			f->status = 0;
		else
			f->n = dice((uint32_t)f->n + 1);
	}
}

void
wire_answer(uint64_t id, unsigned status, uint32_t retry_after,
    struct span type, struct span body)
{
	struct flight f = { .id = id, .status = status,
	    .retry_after = retry_after, .n = body.n };

	(void)type;
	f.body = mem_copy(body.at, body.n);
	trace("hub", "answers %u to #%llu", status, (unsigned long long)id);
	char *whole = f.body;
	spoil(&f);
	launch(&f, on_answer_there);
	free(whole);
}

void
wire_broken(uint64_t id)
{
	struct flight f = { .id = id };

	launch(&f, on_answer_there);
}

/* --- requests ------------------------------------------------------------- */

static void
on_request_there(void *arg)
{
	struct flight *f = arg;
	void (*on_batch)(struct part *p) = f->from->on_batch;

	if (on_batch != NULL && strcmp(f->path, "/v1/changes") == 0) {
		f->from->on_batch = NULL;
		on_batch(f->from);
	}
	hub_request(f->id, f->from, span_of(f->path),
	    (struct span){ .at = f->body, .n = f->n });
	land(f);
}

static void
on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct fetch_request *r = arg;
	uint64_t id = r->id;

	(void)fd;
	(void)what;
	trace(r->fetch->part->name, "gives up #%llu", (unsigned long long)id);
	if (chance(700))
		hub_gone(id);
	fail(r, CURLE_OPERATION_TIMEDOUT, "no answer in time");
}

struct fetch *
fetch_new(struct event_base *base, const char *user_agent)
{
	struct fetch *f = mem_new(sizeof(*f));

	(void)user_agent;
	f->base = base;
	f->part = loop_part(base);
	LIST_INIT(&f->requests);
	return f;
}

/* What is under way may still arrive: the hub is told, or not. */
void
fetch_cancel(struct fetch_request *r)
{
	if (chance(700))
		hub_gone(r->id);
	forget(r);
}

void
fetch_free(struct fetch *f)
{
	struct fetch_request *r;

	if (f == NULL)
		return;
	while ((r = LIST_FIRST(&f->requests)) != NULL)
		fetch_cancel(r);
	free(f);
}

void
fetch_forget_connections(struct fetch *f)
{
	(void)f;
}

static void
post(struct fetch_request *r, const struct fetch_spec *spec)
{
	struct flight f = { .id = r->id, .from = r->fetch->part,
	    .n = spec->body.n };

	f.path = mem_text(strstr(spec->url, "/v1/"));
	must(f.path != NULL);
	f.body = mem_copy(spec->body.at, spec->body.n);
	trace(f.from->name, "asks #%llu %s (%zu bytes)",
	    (unsigned long long)f.id, f.path, f.n);
	launch(&f, on_request_there);
	free(f.path);
	free(f.body);
}

struct fetch_request *
fetch_start(struct fetch *f, const struct fetch_spec *spec,
    fetch_done_fn *done, void *arg)
{
	struct fetch_request *r = mem_new(sizeof(*r));
	struct timeval tv = { .tv_sec = spec->timeout / 1000,
	    .tv_usec = (suseconds_t)(spec->timeout % 1000) * 1000 };

	r->fetch = f;
	r->id = ++ids;
	r->most = spec->most;
	r->done = done;
	r->arg = arg;
	r->timer = event_new(f->base, -1, 0, on_timeout, r);
	event_add(r->timer, &tv);
	LIST_INSERT_HEAD(&f->requests, r, entry);
	LIST_INSERT_HEAD(&all, r, of_all);
	if (!f->part->dead)	/* the dead say nothing */
		post(r, spec);
	return r;
}

/* --- the world ------------------------------------------------------------ */

void
wire_begin(void)
{
	ids = 0;
	wire = (struct wire_weather){ .least = 1, .most = 50,
	    .latest = 100 };
}

void
wire_end(void)
{
	must(LIST_EMPTY(&all));
	must(LIST_EMPTY(&flights));	/* loop_forget() dropped them */
}

size_t
wire_flights(void)
{
	struct flight *f;
	size_t n = 0;

	LIST_FOREACH(f, &flights, entry)
		n++;
	return n;
}
