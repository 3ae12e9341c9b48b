#include "hub/http.h"

#include <stdarg.h>
#include <stdio.h>

#include "contrib/base/err.h"
#include "hub/http_reply.h"
#include "hub/http_route.h"
#include "hub/http_state.h"
#include "protocol/limits.h"

#define SEND_TIME 120000	/* ms for an answer to leave */
#define WHY_MAX 1024
#define COMPLAINT_MAX 8192
#define STREAM_MAX (1u << 20)	/* bytes that a client hasn't taken yet */

void
http_set(struct http_request *r, const char *name, const char *value)
{
	http_reply_field(&r->extra, name, value);
}

void
http_retry(struct http_request *r, uint32_t seconds)
{
	r->retry = seconds;
	buf_printf(&r->extra, "Retry-After: %u\r\n", seconds);
}

uint32_t
http_retried(const struct http_request *r)
{
	return r->retry;
}

int64_t
http_waited(const struct http_request *r)
{
	return r->lined;
}

size_t
http_expected(const struct http_request *r)
{
	return r->head.chunked ? r->route->most : (size_t)r->head.length;
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
	http_state_move(r->conn, HTTP_STEP_SENT, SEND_TIME);
	http_link_put(r->conn->link, buf_look(head), bare ? SPAN_NONE : body);
}

void
http_stream(struct http_request *r, const char *type)
{
	struct buf *head = &r->conn->http->head;

	must(!r->answered && !r->extra.bad);
	r->answered = true;
	r->close = true;
	buf_reset(head);
	http_reply_head(head, &(struct http_reply){
		.status = 200, .type = type, .endless = true, .close = true,
		.old = r->head.old, .extra = buf_look(&r->extra),
	});
	http_state_move(r->conn, HTTP_STEP_STREAM, 0);
	http_link_put(r->conn->link, buf_look(head), SPAN_NONE);
}

bool
http_push(struct http_request *r, struct span bytes)
{
	must(r->conn->step == HTTP_STEP_STREAM);
	if (http_link_pending(r->conn->link) + bytes.n > STREAM_MAX)
		return false;
	http_link_put(r->conn->link, bytes, SPAN_NONE);
	return true;
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
	if (h->spec->event != NULL)
		h->spec->event(h->arg, HTTP_REFUSED);
	buf_init(&body, COMPLAINT_MAX);
	type = h->spec->complain == NULL ?
	    complain_plainly(status, why, &body) :
	    h->spec->complain(h->arg, r, status, why, &body);
	http_answer(r, status, type, buf_look(&body));
	buf_clear(&body);
}

void
http_last(struct http_request *r)
{
	r->head.keep = false;
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
