/*
 * A line: one connection of a made-up agent, over mutual TLS, that asks one
 * thing at a time.
 *
 * It is opened when it is needed and then kept, as curl keeps it. If the
 * other side ends it while it rests, nobody is told: the next question opens
 * it again. If it ends in the middle of a question before a byte of the
 * answer has come, and had been used before, the question is asked once more
 * over a new connection, as curl does. A session that the server gave is
 * resumed by all lines of an agent.
 */
#ifndef ZQ_LOAD_LINE_H
#define ZQ_LOAD_LINE_H

#include <event2/event.h>
#include <event2/bufferevent.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define LINE_CONNECT 10		/* s to connect, handshake included */

struct line_end {		/* where lines lead to, and from where */
	struct event_base *base;
	SSL_CTX *ctx;
	uint16_t port;
	size_t opened, resumed, failed;	/* connections */
};

struct line_owner {		/* what the lines of an agent have in common */
	struct line_end *end;
	EVP_PKEY *key;
	X509 *cert;
	SSL_SESSION *session;	/* the newest; NULL: none */
	uint32_t address;	/* 127.0.0.x, host order */
};

struct line_answer {
	int status;		/* 0: there was none */
	struct span head, body;
};

typedef void line_done_fn(void *arg, const struct line_answer *a);

struct line {
	struct line_owner *owner;
	struct bufferevent *bev;	/* NULL: not connected */
	struct event *timer;		/* of connecting, or of the answer */
	bool open, used, asking, again;
	uint32_t patience;		/* s for an answer */
	struct buf request;
	line_done_fn *done;
	void *arg;
};

/* A context for lines: remembers sessions with their owners. */
SSL_CTX *line_context(const char *ca_path);
void line_init(struct line *l, struct line_owner *owner);
void line_clear(struct line *l);
/* Copies the request. done is called once, never from within. */
void line_ask(struct line *l, struct span request, uint32_t patience,
    line_done_fn *done, void *arg);
void line_cut(struct line *l);		/* nobody is told */

#endif
