#include "hub/http_body.h"

#include "contrib/base/backoff.h"
#include "contrib/base/text.h"
#include "hub/http.h"
#include "hub/http_route.h"
#include "hub/http_state.h"

#define LINE_TIME 60000		/* ms in line for room: half of what an agent
				 * gives a batch and its answer */
#define LINE_RETRY 10		/* s, and once more as long at random */

bool
http_body_is_expected(const struct http_request *r)
{
	return r->head.chunked || r->head.length > 0;
}

/* What the head says of its body; before a byte of it was read. */
bool
http_body_may_come(struct http_request *r)
{
	const struct http *h = r->conn->http;
	const struct http_route *route = r->route;

	if (route->most == 0 && http_body_is_expected(r)) {
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
	return !r->answered;
}

/* Spread, so that a crowd doesn't come back as one. */
void
http_body_refuse_crowd(struct http_request *r)
{
	http_retry(r, LINE_RETRY + backoff_random(LINE_RETRY));
	http_refuse(r, 503, "many sites are telling what they could not tell "
	    "before; come back when the header says");
}

void
http_body_begin(struct http_request *r)
{
	buf_init(&r->body, r->route->most);
	http_chunks_init(&r->chunks);
	r->conn->step = HTTP_STEP_BODY;
	if (r->head.expects)
		http_link_put(r->conn->link,
		    SPAN("HTTP/1.1 100 Continue\r\n\r\n"), SPAN_NONE);
}

void
http_body_find_room(struct http_request *r)
{
	struct http_conn *c = r->conn;

	switch (room_ask(&c->http->room, &r->seat, http_expected(r))) {
	case ROOM_INSIDE:
		http_body_begin(r);	/* the deadline stays */
		break;
	case ROOM_IN_LINE:
		r->lined = clock_mono();
		http_state_move(c, HTTP_STEP_LINE, LINE_TIME);
		http_link_hold(c->link, true);
		break;
	case ROOM_OUTSIDE:
		http_body_refuse_crowd(r);
	}
}

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

bool
http_body_take(struct http_request *r, struct evbuffer *in)
{
	struct evbuffer_iovec v;
	struct span s;
	size_t had;

	if (evbuffer_peek(in, -1, NULL, &v, 1) < 1)
		return false;
	s = (struct span){ .at = v.iov_base, .n = v.iov_len };
	had = s.n;
	if (!r->head.chunked)
		take_length(r, &s);
	else if (!take_chunks(r, &s))
		http_refuse(r, 400, "the body is not chunked as RFC 9112 "
		    "section 7.1 has it");
	evbuffer_drain(in, had - s.n);
	if (r->answered)
		return false;
	return r->head.chunked ? http_chunks_done(&r->chunks) :
	    r->got == r->head.length;
}
