/*
 * A small HTTP/1.1 server with a ceiling on everything, for the edge (TLS,
 * strangers) and the web part (plain, readers).
 *
 * Why not evhttp: in libevent 2.1 it reads a body whole before anybody is
 * asked, takes two Content-Length or a NUL in a header, lets a byte a second
 * hold a connection for ever, has no bound on a chunk's first line, and ends
 * the process (event_errx) in states that a peer can bring about. Here a
 * request can be refused at its head, a body is handed on as it comes, and
 * the reader of heads (http_head.h) is a function that a fuzzer can call.
 * http_serve.h starts a server; this is what its handlers work with.
 *
 * The life of a request: `head` when its head is there, `body` for each piece
 * of its body (which may have to wait for room first, see room.h), `run` when
 * it is whole; one http_answer() at any of these or later; `end` exactly
 * once, when the answer has left or the client has (http_answered() tells
 * which). After `end` the request is gone. An answer
 * given before the body is whole ends the connection behind it.
 */
#ifndef ZQ_HUB_HTTP_H
#define ZQ_HUB_HTTP_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/http_route.h"

struct http;		/* a server; see http_serve.h */
struct http_conn;	/* a client's connection */

enum http_event {
	HTTP_OPENED, HTTP_CLOSED, HTTP_HANDSHAKE, HTTP_HANDSHAKE_FAILED,
	HTTP_REQUEST, HTTP_REFUSED, HTTP_TURNED_AWAY,
};

/* The words of a refusal: writes a body, returns its media type. */
typedef const char *http_complain_fn(void *arg, struct http_request *r,
    int status, const char *why, struct buf *body);
typedef void http_event_fn(void *arg, enum http_event e);
typedef void http_conn_fn(void *arg, struct http_conn *c);

struct http_spec {
	size_t connections;	/* at a time; see door.h for who gets them */
	uint64_t trusted;	/* share_who() of a server in front; 0 */
	size_t memory;		/* bytes of bodies under way, all together */
	size_t large;		/* of that for large ones (room.h) */
	size_t line;		/* requests in line for that */
	int64_t request;	/* ms for one whole request to arrive */
	int64_t idle;		/* ms between requests */
	http_complain_fn *complain;	/* NULL: plain text */
	http_event_fn *event;		/* for counters; may be NULL */
	http_conn_fn *open, *close;	/* after the handshake; may be NULL */
};

/* --- a request, until its end -------------------------------------------- */

struct span http_method(const struct http_request *r);
struct span http_path(const struct http_request *r);	/* as it came */
struct span http_query(const struct http_request *r);	/* http_query.h */
/* A header's value; n is 0 if there is none. The name in any case. */
struct span http_header(const struct http_request *r, const char *name);
struct span http_host(const struct http_request *r);	/* may be empty */
struct span http_body(const struct http_request *r);	/* in run and later */
struct http_conn *http_conn_of(const struct http_request *r);
void http_keep(struct http_request *r, void *mine);	/* the handler's own */
void *http_kept(const struct http_request *r);

/* A header of the answer; control characters in the value become '?'. */
void http_set(struct http_request *r, const char *name, const char *value);
void http_retry(struct http_request *r, uint32_t seconds);
uint32_t http_retried(const struct http_request *r);	/* 0: it was not */
/* Bytes that its body has or, if it doesn't say, may have. */
size_t http_expected(const struct http_request *r);
int64_t http_waited(const struct http_request *r);	/* ms, for room */
/* The body is copied, and not sent when HEAD was asked or for a 304. */
void http_answer(struct http_request *r, int status, const char *type,
    struct span body);
/* An error in the server's words (complain). */
void http_refuse(struct http_request *r, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Its answer will be the last on this connection. */
void http_last(struct http_request *r);
bool http_answered(const struct http_request *r);
/* An answer without an end: the head leaves, then what is pushed, until the
 * client goes or is dropped. False: it takes too little of it, so drop it. */
void http_stream(struct http_request *r, const char *type);
bool http_push(struct http_request *r, struct span bytes);

/* --- a connection -------------------------------------------------------- */

const char *http_conn_address(const struct http_conn *c); /* 192.0.2.7:51824 */
uint64_t http_conn_who(const struct http_conn *c);	/* share_who() */
SSL *http_conn_ssl(const struct http_conn *c);	/* NULL: plain */
void http_conn_keep(struct http_conn *c, void *mine);
void *http_conn_kept(const struct http_conn *c);
void http_conn_drop(struct http_conn *c);	/* soon; never inside a call */

#endif
