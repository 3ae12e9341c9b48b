#include "hub/http.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/door.h"
#include "hub/http_chunks.h"
#include "hub/http_head.h"
#include "hub/http_link.h"
#include "hub/http_reply.h"
#include "protocol/limits.h"

#define SETTLE_TIME 10000	/* ms for a TLS handshake */
#define SEND_TIME 120000	/* ms for an answer to leave */
#define LINGER_TIME 3000	/* ms of listening after a refusal: an RST
				 * would overtake it */
#define WHY_MAX 1024
#define COMPLAINT_MAX 8192

enum step {
	STEP_SETTLE,	/* the TLS handshake */
	STEP_HEAD,	/* between requests, or in a head */
	STEP_BODY,
	STEP_WAIT,	/* a handler has it */
	STEP_SENT,	/* the answer is leaving */
	STEP_LINGER,	/* refused; reads and forgets */
};

struct http_request {
	struct http_conn *conn;
	const struct http_route *route;	/* NULL until one was found */
	struct buf bytes;		/* of the head */
	size_t scanned;
	struct http_head head;		/* spans into bytes */
	struct http_chunks chunks;
	uint64_t got;			/* bytes of the body */
	struct buf body;
	struct buf extra;		/* header lines of the answer */
	bool begun;			/* a handler knows of it */
	bool whole;			/* its last byte is here */
	bool answered;
	bool close;			/* the connection ends behind it */
	void *mine;
};

struct http_conn {
	TAILQ_ENTRY(http_conn) entry;
	struct http *http;
	struct http_link *link;
	struct http_request *request;
	enum step step;
	int64_t deadline;	/* mono ms */
	bool half;		/* the client has said all it will say */
	bool dropped;
	uint64_t who;
	char address[DOOR_ADDRESS];
	void *mine;
};

struct http {
	struct event_base *base;
	const struct http_spec *spec;
	const struct http_route *routes;
	size_t route_count;
	void *arg;
	SSL_CTX *ctx;
	struct door *door;
	struct event *sweep;	/* every second */
	struct event *reap;
	TAILQ_HEAD(conns, http_conn) conns;
	size_t count;
	size_t memory;
	struct buf head;	/* of the answer being made */
};

static void
note(const struct http *h, enum http_event e)
{
	if (h->spec->event != NULL)
		h->spec->event(h->arg, e);
}

static void
move(struct http_conn *c, enum step step, int64_t time)
{
	c->step = step;
	c->deadline = time > 0 ? clock_mono() + time : INT64_MAX;
}

/* --- requests come and go ------------------------------------------------- */

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
	move(c, STEP_HEAD, c->http->spec->request);
	return r;
}

static void
request_end(struct http_request *r)
{
	struct http *h = r->conn->http;

	if (r->begun && r->route->end != NULL)
		r->route->end(h->arg, r);
	h->memory -= (size_t)r->got;
	r->conn->request = NULL;
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
		request_end(c->request);
	if (c->step == STEP_SETTLE) {
		door_settled(h->door);
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

/* --- a head ------------------------------------------------------------------ */

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

static bool
path_fits(const struct http_route *route, struct span path)
{
	size_t n = strlen(route->path);

	if (n > 0 && route->path[n - 1] == '*')
		return path.n >= n - 1 &&
		    memcmp(path.at, route->path, n - 1) == 0;
	return span_is(path, (struct span){ .at = route->path, .n = n });
}

static bool
method_fits(const struct http_route *route, struct span method)
{
	return span_is(method, span_of(route->method)) ||
	    (span_is(method, SPAN("HEAD")) &&
	    strcmp(route->method, "GET") == 0);
}

/* Sets r->route. 0, or 404, or 405 and an Allow. */
static int
find_route(struct http_request *r)
{
	const struct http *h = r->conn->http;
	const char *allow = NULL;

	for (size_t i = 0; i < h->route_count; i++) {
		const struct http_route *route = &h->routes[i];

		if (!path_fits(route, r->head.path))
			continue;
		if (method_fits(route, r->head.method)) {
			r->route = route;
			return 0;
		}
		allow = strcmp(route->method, "GET") == 0 ? "GET, HEAD" :
		    route->method;
	}
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

static bool
has_body(const struct http_request *r)
{
	return r->head.chunked || r->head.length > 0;
}

/* What the head says of its body; before a byte of it was read. */
static bool
refuse_body(struct http_request *r)
{
	const struct http *h = r->conn->http;
	const struct http_route *route = r->route;

	if (route->most == 0 && has_body(r)) {
		http_refuse(r, 400, "no body is expected here");
	} else if (route->most > 0 && !r->head.chunked &&
	    http_header(r, "Content-Length").n == 0) {
		http_refuse(r, 411, "Content-Length is missing");
	} else if (route->type != NULL &&
	    !text_same_nocase(r->head.type, span_of(route->type))) {
		http_refuse(r, 415, "Content-Type must be %s, not \"%.*s\"",
		    route->type, SPAN_ARGS(text_cut(r->head.type, 80)));
	} else if (r->head.length > route->most) {
		http_refuse(r, 413, "a body may have %zu bytes, not %llu",
		    route->most, (unsigned long long)r->head.length);
	} else if (h->memory + r->head.length > h->spec->memory) {
		http_retry(r, 5);
		http_refuse(r, 503, "too many bodies are under way; "
		    "come back in some seconds");
	}
	return r->answered;
}

static void
request_run(struct http_request *r)
{
	const struct http *h = r->conn->http;

	r->whole = true;
	move(r->conn, STEP_WAIT, 0);
	r->begun = true;
	r->route->run(h->arg, r);
}

static void
request_begin(struct http_request *r)
{
	const struct http *h = r->conn->http;

	note(h, HTTP_REQUEST);
	if (refuse_route(r) || refuse_body(r))
		return;
	if (r->route->head != NULL) {
		r->begun = true;
		r->route->head(h->arg, r);
	}
	if (r->answered)
		return;
	if (!has_body(r)) {
		request_run(r);
		return;
	}
	buf_init(&r->body, r->route->most);
	http_chunks_init(&r->chunks);
	r->conn->step = STEP_BODY;	/* the deadline stays */
	if (r->head.expects)
		http_link_put(r->conn->link,
		    SPAN("HTTP/1.1 100 Continue\r\n\r\n"), SPAN_NONE);
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

/* --- a body -------------------------------------------------------------------- */

static void
hand_on(struct http_request *r, struct span data)
{
	struct http *h = r->conn->http;

	if (data.n == 0 || r->answered)
		return;
	if (r->got + data.n > r->route->most) {
		http_refuse(r, 413, "a body may have %zu bytes",
		    r->route->most);
		return;
	}
	if (h->memory + data.n > h->spec->memory) {
		http_retry(r, 5);
		http_refuse(r, 503, "too many bodies are under way; "
		    "come back in some seconds");
		return;
	}
	r->got += data.n;
	h->memory += data.n;
	if (r->route->body == NULL)
		buf_put(&r->body, data.at, data.n);
	else
		r->route->body(h->arg, r, data);
}

/* Uses up some of s; false: it isn't chunked as it should be. */
static bool
take_chunks(struct http_request *r, struct span *s)
{
	struct span data;

	while (s->n > 0 && !r->answered && !http_chunks_done(&r->chunks)) {
		if (!http_chunks_next(&r->chunks, s, &data))
			return false;
		hand_on(r, data);
	}
	return true;
}

static void
take_length(struct http_request *r, struct span *s)
{
	uint64_t left = r->head.length - r->got;
	struct span data = { .at = s->at,
	    .n = left < s->n ? (size_t)left : s->n };

	s->at += data.n;
	s->n -= data.n;
	hand_on(r, data);
}

static void
take_body(struct http_conn *c, struct evbuffer *in)
{
	struct http_request *r = c->request;
	struct evbuffer_iovec v;
	struct span s;
	size_t had;

	if (evbuffer_peek(in, -1, NULL, &v, 1) < 1)
		return;
	s = (struct span){ .at = v.iov_base, .n = v.iov_len };
	had = s.n;
	if (!r->head.chunked)
		take_length(r, &s);
	else if (!take_chunks(r, &s))
		http_refuse(r, 400, "the body is not chunked as RFC 9112 "
		    "section 7.1 has it");
	evbuffer_drain(in, had - s.n);
	if (r->answered)
		return;
	if (r->head.chunked ? http_chunks_done(&r->chunks) :
	    r->got == r->head.length)
		request_run(r);
}

/* --- what links tell -------------------------------------------------------- */

/* One step after the other, as long as each gets on. What a client sends
 * ahead while its request is being answered stays where it is. */
static void
on_bytes(void *arg, struct evbuffer *in)
{
	struct http_conn *c = arg;
	enum step step;
	size_t n;

	if (c->step == STEP_LINGER)
		evbuffer_drain(in, evbuffer_get_length(in));
	do {
		step = c->step;
		n = evbuffer_get_length(in);
		if (n > 0 && step == STEP_HEAD)
			take_head(c, in);
		else if (n > 0 && step == STEP_BODY)
			take_body(c, in);
	} while (c->step != step || evbuffer_get_length(in) != n);
	if (n > 0 && (step == STEP_WAIT || step == STEP_SENT))
		http_link_hold(c->link, true);
}

static void
on_written(void *arg)
{
	struct http_conn *c = arg;
	bool whole;

	if (c->step != STEP_SENT)
		return;
	http_link_hold(c->link, false);
	whole = c->request->whole;
	if (c->half || (c->request->close && whole)) {
		conn_end(c);
	} else if (!c->request->close) {
		request_end(c->request);
		move(c, STEP_HEAD, c->http->spec->idle);
		on_bytes(c, http_link_input(c->link));
	} else {
		request_end(c->request);
		http_link_shut(c->link);
		move(c, STEP_LINGER, LINGER_TIME);
		on_bytes(c, http_link_input(c->link));
	}
}

static void
on_ready(void *arg)
{
	struct http_conn *c = arg;
	struct http *h = c->http;

	door_settled(h->door);
	if (h->ctx != NULL)
		note(h, HTTP_HANDSHAKE);
	move(c, STEP_HEAD, h->spec->idle);
	if (h->spec->open != NULL)
		h->spec->open(h->arg, c);
}

/* A plain client that closed its sending half still wants its answer. */
static void
on_end(void *arg)
{
	struct http_conn *c = arg;

	if (c->step == STEP_SENT && !c->half && c->http->ctx == NULL)
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
	move(c, STEP_SETTLE, SETTLE_TIME);
	TAILQ_INSERT_TAIL(&h->conns, c, entry);
	h->count++;
	note(h, HTTP_OPENED);
	c->link = http_link_new(h->base, g->fd, h->ctx, &link_calls, c);
	if (h->ctx == NULL)
		on_ready(c);
}

/* --- clocks -------------------------------------------------------------------- */

static void
on_late(struct http_conn *c)
{
	bool midway = c->request != NULL &&
	    (c->step == STEP_HEAD || c->step == STEP_BODY);

	if (midway)
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

/* --- the server ---------------------------------------------------------------- */

struct http *
http_new(struct event_base *base, const struct http_spec *spec,
    const struct http_route *routes, size_t count, void *arg)
{
	struct http *h = mem_new(sizeof(*h));
	const struct timeval second = { .tv_sec = 1 };

	h->base = base;
	h->spec = spec;
	h->routes = routes;
	h->route_count = count;
	h->arg = arg;
	buf_init(&h->head, 2 * LIMIT_HEADERS);
	TAILQ_INIT(&h->conns);
	h->sweep = event_new(base, -1, EV_PERSIST, on_sweep, h);
	h->reap = event_new(base, -1, 0, on_reap, h);
	must(h->sweep != NULL && h->reap != NULL);
	event_add(h->sweep, &second);
	return h;
}

void
http_listen(struct http *h, int fd, SSL_CTX *ctx)
{
	must(h->door == NULL);
	h->ctx = ctx;
	h->door = door_new(h->base, fd, h->spec->connections, on_come, h);
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	while (!TAILQ_EMPTY(&h->conns))
		conn_end(TAILQ_FIRST(&h->conns));
	door_free(h->door);
	event_free(h->sweep);
	event_free(h->reap);
	buf_clear(&h->head);
	free(h);
}

size_t
http_memory(const struct http *h)
{
	return h->memory;
}

size_t
http_connections(const struct http *h)
{
	return h->count;
}

/* --- what handlers do ----------------------------------------------------------- */

void
http_set(struct http_request *r, const char *name, const char *value)
{
	http_reply_field(&r->extra, name, value);
}

void
http_retry(struct http_request *r, uint32_t seconds)
{
	buf_printf(&r->extra, "Retry-After: %u\r\n", seconds);
}

void
http_answer(struct http_request *r, int status, const char *type,
    struct span body)
{
	bool bare = span_is(r->head.method, SPAN("HEAD")) || status == 304;
	struct buf *head = &r->conn->http->head;

	must(!r->answered && !r->extra.bad);
	r->answered = true;
	r->close = !r->head.keep || !r->whole;
	buf_reset(head);
	http_reply_head(head, &(struct http_reply){
		.status = status, .type = type, .length = body.n,
		.close = r->close, .old = r->head.old,
		.extra = buf_look(&r->extra),
	});
	move(r->conn, STEP_SENT, SEND_TIME);
	http_link_put(r->conn->link, buf_look(head), bare ? SPAN_NONE : body);
}

static const char *
complain_plainly(int status, const char *why, struct buf *body)
{
	buf_printf(body, "%d %s: %s\n", status, http_reply_phrase(status),
	    why);
	return "text/plain; charset=utf-8";
}

void
http_refuse(struct http_request *r, int status, const char *fmt, ...)
{
	const struct http *h = r->conn->http;
	char why[WHY_MAX];
	struct buf body;
	const char *type;
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	note(h, HTTP_REFUSED);
	buf_init(&body, COMPLAINT_MAX);
	type = h->spec->complain == NULL ?
	    complain_plainly(status, why, &body) :
	    h->spec->complain(h->arg, r, status, why, &body);
	http_answer(r, status, type, buf_look(&body));
	buf_clear(&body);
}

bool
http_answered(const struct http_request *r)
{
	return r->answered;
}

struct span
http_method(const struct http_request *r)
{
	return r->head.method;
}

struct span
http_path(const struct http_request *r)
{
	return r->head.path;
}

struct span
http_query(const struct http_request *r)
{
	return r->head.query;
}

struct span
http_header(const struct http_request *r, const char *name)
{
	return http_head_get(&r->head, name);
}

struct span
http_host(const struct http_request *r)
{
	return r->head.host;
}

struct span
http_body(const struct http_request *r)
{
	return buf_look(&r->body);
}

struct http_conn *
http_conn_of(const struct http_request *r)
{
	return r->conn;
}

void
http_keep(struct http_request *r, void *mine)
{
	r->mine = mine;
}

void *
http_kept(const struct http_request *r)
{
	return r->mine;
}

const char *
http_conn_address(const struct http_conn *c)
{
	return c->address;
}

uint64_t
http_conn_who(const struct http_conn *c)
{
	return c->who;
}

SSL *
http_conn_ssl(const struct http_conn *c)
{
	return http_link_ssl(c->link);
}

void
http_conn_keep(struct http_conn *c, void *mine)
{
	c->mine = mine;
}

void *
http_conn_kept(const struct http_conn *c)
{
	return c->mine;
}

void
http_conn_drop(struct http_conn *c)
{
	c->dropped = true;
	event_active(c->http->reap, EV_TIMEOUT, 0);
}
