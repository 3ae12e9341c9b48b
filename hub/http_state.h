/*
 * What a server, a connection and a request are made of. Only http.c (what
 * handlers may do) and http_serve.c (what happens by itself) look inside.
 */
#ifndef ZQ_HUB_HTTP_STATE_H
#define ZQ_HUB_HTTP_STATE_H

#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "hub/door.h"
#include "hub/http_chunks.h"
#include "hub/http_head.h"
#include "hub/http_link.h"
#include "hub/room.h"

struct http_route;
struct http_spec;

enum http_step {
	HTTP_STEP_SETTLE,	/* the TLS handshake */
	HTTP_STEP_HEAD,	/* between requests, or in a head */
	HTTP_STEP_LINE,	/* until there is room for its body */
	HTTP_STEP_BODY,
	HTTP_STEP_WAIT,	/* a handler has it */
	HTTP_STEP_SENT,	/* the answer is leaving */
	HTTP_STEP_STREAM,	/* … and has no end */
	HTTP_STEP_LINGER,	/* refused; reads and forgets */
};

struct http_request {
	struct http_conn *conn;
	const struct http_route *route;	/* NULL until one was found */
	struct buf bytes;		/* of the head */
	size_t scanned;
	struct http_head head;		/* spans into bytes */
	struct http_chunks chunks;
	uint64_t got;			/* bytes of the body */
	struct room_seat seat;
	int64_t lined;			/* ms, mono, when it began to wait for
					 * room; then how long that took */
	uint32_t retry;			/* s, told to the client; 0: not */
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
	enum http_step step;
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
	struct event *enter;	/* there is room for whoever is in line */
	TAILQ_HEAD(conns, http_conn) conns;
	size_t count;
	size_t memory;
	struct room room;
	struct buf head;	/* of the answer being made */
};

/* The next step, and how long (ms) it may take; 0: as long as it likes. */
static inline void
http_state_move(struct http_conn *c, enum http_step step, int64_t time)
{
	c->step = step;
	c->deadline = time > 0 ? clock_mono() + time : INT64_MAX;
}

#endif
