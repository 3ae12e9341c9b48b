#include "hub/http_serve.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/http_body.h"
#include "hub/http_route.h"
#include "hub/http_state.h"
#include "protocol/limits.h"

#define SETTLE_TIME 10000	/* ms for a TLS handshake */
#define HEAD_MAX (32u << 10)	/* bytes of an answer's head */
#define LINGER_TIME 3000	/* ms of listening after a refusal: an RST
				 * would overtake it */

static void
note(const struct http *h, enum http_event e)
{
	if (h->spec->event != NULL)
		h->spec->event(h->arg, e);
}

/* --- requests come and go ------------------------------------------------ */

static struct http_request *
request_new(struct http_conn *c)
{
	struct http_request *r = mem_new(sizeof(*r));

	r->conn = c;
	buf_init(&r->bytes, LIMIT_HEADERS);
	buf_init(&r->body, 0);
	buf_init(&r->extra, LIMIT_HEADERS);
	c->request = r;
	/* From its first byte: a byte a second doesn't hold it for ever. */
	http_state_move(c, HTTP_STEP_HEAD, c->http->spec->request);
	return r;
}

static void
request_end(struct http_conn *c)
{
	struct http_request *r = c->request;
	struct http *h = c->http;

	if (r->begun && r->route->end != NULL)
		r->route->end(h->arg, r);
	h->memory -= (size_t)r->got;
	room_leave(&h->room, &r->seat);
	if (h->room.waiting > 0)
		event_active(h->enter, EV_TIMEOUT, 0);
	c->request = NULL;
	buf_clear(&r->bytes);
	buf_clear(&r->body);
	buf_clear(&r->extra);
	free(r);
}

static void
conn_end(struct http_conn *c)
{
	struct http *h = c->http;

	if (c->request != NULL)
		request_end(c);
	if (c->step == HTTP_STEP_SETTLE) {
		door_settled(h->door, c->who);
		note(h, HTTP_HANDSHAKE_FAILED);
	} else if (h->spec->close != NULL) {
		h->spec->close(h->arg, c);
	}
	TAILQ_REMOVE(&h->conns, c, entry);
	h->count--;
	note(h, HTTP_CLOSED);
	door_left(h->door, c->who);
	http_link_free(c->link);
	free(c);
}

/* --- a head -------------------------------------------------------------- */

/* Looks for the empty line, and moves all up to it into r->bytes. */
static bool
gather_head(struct http_request *r, struct evbuffer *in)
{
	struct evbuffer_ptr from, end;
	size_t n = evbuffer_get_length(in);

	if (evbuffer_ptr_set(in, &from, r->scanned, EVBUFFER_PTR_SET) != 0)
		return false;
	end = evbuffer_search(in, "\r\n\r\n", 4, &from);
	if (end.pos < 0) {
		r->scanned = n > 3 ? n - 3 : 0;
		return false;
	}
	n = (size_t)end.pos + 4;
	r->scanned = n;
	buf_put(&r->bytes, evbuffer_pullup(in, (ev_ssize_t)n), n);
	evbuffer_drain(in, n);
	return true;
}

/* Sets r->route. 0, or 404, or 405 and an Allow. */
static int
find_route(struct http_request *r)
{
	const struct http *h = r->conn->http;
	const char *allow;

	r->route = http_route_find(h->routes, h->route_count, r->head.method,
	    r->head.path, &allow);
	if (r->route != NULL)
		return 0;
	if (allow == NULL)
		return 404;
	http_set(r, "Allow", allow);
	return 405;
}

static bool
refuse_route(struct http_request *r)
{
	int status = find_route(r);

	if (status == 404)
		http_refuse(r, 404, "nothing is at %.*s",
		    SPAN_ARGS(text_cut(r->head.path, 200)));
	if (status == 405)
		http_refuse(r, 405, "%.*s can't be done at this address",
		    SPAN_ARGS(text_cut(r->head.method, 20)));
	return status != 0;
}

static void
request_run(struct http_request *r)
{
	const struct http *h = r->conn->http;

	r->whole = true;
	http_state_move(r->conn, HTTP_STEP_WAIT, 0);
	r->begun = true;
	r->route->run(h->arg, r);
}

static void
request_begin(struct http_request *r)
{
	const struct http *h = r->conn->http;

	note(h, HTTP_REQUEST);
	if (refuse_route(r) || !http_body_may_come(r))
		return;
	if (r->route->head != NULL) {
		r->begun = true;
		r->route->head(h->arg, r);
	}
	if (r->answered)
		return;
	if (http_body_is_expected(r))
		http_body_find_room(r);
	else
		request_run(r);
}

/* An empty line before a request is forgiven (RFC 9112 §2.2). */
static void
skip_empty_line(struct evbuffer *in)
{
	char two[2];

	if (evbuffer_copyout(in, two, 2) == 2 && two[0] == '\r' &&
	    two[1] == '\n')
		evbuffer_drain(in, 2);
}

static void
take_head(struct http_conn *c, struct evbuffer *in)
{
	struct http_request *r = c->request;
	const char *why;
	int status;

	if (r == NULL) {
		skip_empty_line(in);
		if (evbuffer_get_length(in) == 0)
			return;
		r = request_new(c);
	}
	if (!gather_head(r, in)) {
		if (evbuffer_get_length(in) >= LIMIT_HEADERS)
			http_refuse(r, 431, "the head of a request may have "
			    "%d bytes", LIMIT_HEADERS);
		return;
	}
	if (r->bytes.bad) {
		http_refuse(r, 431, "the head of a request may have %d bytes",
		    LIMIT_HEADERS);
		return;
	}
	status = http_head_read(&r->head, buf_look(&r->bytes), &why);
	if (status == 0) {
		request_begin(r);
		return;
	}
	r->head.keep = false;
	http_refuse(r, status, "%s", why);
}

static void
take_body(struct http_request *r, struct evbuffer *in)
{
	if (http_body_take(r, in))
		request_run(r);
}

/* --- what links tell ----------------------------------------------------- */

/* One step after the other, as long as each gets on. What a client sends
 * ahead while its request is being answered stays where it is. */
static void
on_bytes(void *arg, struct evbuffer *in)
{
	struct http_conn *c = arg;
	enum http_step step;
	size_t n;

	if (c->step == HTTP_STEP_LINGER || c->step == HTTP_STEP_STREAM)
		evbuffer_drain(in, evbuffer_get_length(in));
	do {
		step = c->step;
		n = evbuffer_get_length(in);
		if (n > 0 && step == HTTP_STEP_HEAD)
			take_head(c, in);
		else if (n > 0 && step == HTTP_STEP_BODY)
			take_body(c->request, in);
	} while (c->step != step || evbuffer_get_length(in) != n);
	if (n >= HTTP_LINK_INPUT)
		http_link_hold(c->link, true);
}

static void
on_enter(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	struct room_seat *s;

	(void)fd, (void)what;
	while ((s = room_next(&h->room)) != NULL) {
		struct http_request *r = (struct http_request *)(void *)
		    ((char *)s - offsetof(struct http_request, seat));
		struct http_conn *c = r->conn;

		r->lined = clock_mono() - r->lined;
		http_state_move(c, HTTP_STEP_BODY, h->spec->request);
		http_body_begin(r);
		http_link_hold(c->link, false);
		on_bytes(c, http_link_input(c->link));
	}
}

static void
on_written(void *arg)
{
	struct http_conn *c = arg;
	bool whole;

	if (c->step != HTTP_STEP_SENT)
		return;
	http_link_hold(c->link, false);
	whole = c->request->whole;
	if (c->half || (c->request->close && whole)) {
		conn_end(c);
	} else if (!c->request->close) {
		request_end(c);
		http_state_move(c, HTTP_STEP_HEAD, c->http->spec->idle);
		on_bytes(c, http_link_input(c->link));
	} else {
		request_end(c);
		http_link_shut(c->link);
		http_state_move(c, HTTP_STEP_LINGER, LINGER_TIME);
		on_bytes(c, http_link_input(c->link));
	}
}

static void
on_ready(void *arg)
{
	struct http_conn *c = arg;
	struct http *h = c->http;

	door_settled(h->door, c->who);
	if (h->ctx != NULL)
		note(h, HTTP_HANDSHAKE);
	http_state_move(c, HTTP_STEP_HEAD, h->spec->idle);
	if (h->spec->open != NULL)
		h->spec->open(h->arg, c);
}

/* A plain client that closed its sending half still wants its answer. */
static void
on_end(void *arg)
{
	struct http_conn *c = arg;

	if (c->step == HTTP_STEP_SENT && !c->half && c->http->ctx == NULL)
		c->half = true;
	else
		conn_end(c);
}

static const struct http_link_calls link_calls = {
	.ready = on_ready, .bytes = on_bytes, .written = on_written,
	.end = on_end,
};

static void
on_come(void *arg, const struct door_guest *g)
{
	struct http *h = arg;
	struct http_conn *c = mem_new(sizeof(*c));

	c->http = h;
	c->who = g->who;
	memcpy(c->address, g->address, sizeof(c->address));
	http_state_move(c, HTTP_STEP_SETTLE, SETTLE_TIME);
	TAILQ_INSERT_TAIL(&h->conns, c, entry);
	h->count++;
	note(h, HTTP_OPENED);
	c->link = http_link_new(h->base, g->fd, h->ctx, &link_calls, c);
	if (h->ctx == NULL)
		on_ready(c);
}

static void
on_turned(void *arg, const char *address)
{
	(void)address;
	note(arg, HTTP_TURNED_AWAY);
}

/* --- clocks -------------------------------------------------------------- */

static void
on_late(struct http_conn *c)
{
	bool midway = c->request != NULL &&
	    (c->step == HTTP_STEP_HEAD || c->step == HTTP_STEP_BODY);

	if (c->step == HTTP_STEP_LINE)
		http_body_refuse_crowd(c->request);
	else if (midway)
		http_refuse(c->request, 408, "the whole request must arrive "
		    "within %lld s",
		    (long long)c->http->spec->request / 1000);
	else
		conn_end(c);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	struct http_conn *c, *next;
	int64_t now = clock_mono();

	(void)fd, (void)what;
	for (c = TAILQ_FIRST(&h->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->deadline <= now)
			on_late(c);
	}
}

static void
on_reap(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	struct http_conn *c, *next;

	(void)fd, (void)what;
	for (c = TAILQ_FIRST(&h->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->dropped)
			conn_end(c);
	}
}

/* --- the server ---------------------------------------------------------- */

struct http *
http_serve_new(struct event_base *base, const struct http_spec *spec,
    const struct http_route *routes, size_t count, void *arg)
{
	struct http *h = mem_new(sizeof(*h));
	const struct timeval second = { .tv_sec = 1 };

	h->base = base;
	h->spec = spec;
	h->routes = routes;
	h->route_count = count;
	h->arg = arg;
	buf_init(&h->head, HEAD_MAX);
	TAILQ_INIT(&h->conns);
	h->sweep = event_new(base, -1, EV_PERSIST, on_sweep, h);
	h->reap = event_new(base, -1, 0, on_reap, h);
	h->enter = event_new(base, -1, 0, on_enter, h);
	must(h->sweep != NULL && h->reap != NULL && h->enter != NULL);
	room_init(&h->room, spec->large, spec->line);
	event_add(h->sweep, &second);
	return h;
}

void
http_serve_listen(struct http *h, int fd, SSL_CTX *ctx)
{
	must(h->door == NULL);
	h->ctx = ctx;
	h->door = door_new(h->base, fd, h->spec->connections, on_come, h);
	door_trust(h->door, h->spec->trusted);
	door_tell(h->door, on_turned);
}

void
http_serve_tls(struct http *h, SSL_CTX *ctx)
{
	must(h->ctx != NULL && ctx != NULL);
	h->ctx = ctx;
}

void
http_serve_free(struct http *h)
{
	struct http_conn *c, *next;

	if (h == NULL)
		return;
	for (c = TAILQ_FIRST(&h->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		conn_end(c);
	}
	door_free(h->door);
	event_free(h->sweep);
	event_free(h->reap);
	event_free(h->enter);
	buf_clear(&h->head);
	free(h);
}

size_t
http_serve_memory(const struct http *h)
{
	return h->memory;
}

size_t
http_serve_waiting(const struct http *h)
{
	return h->room.waiting;
}

size_t
http_serve_connections(const struct http *h)
{
	return h->count;
}
