/*
 * A link: one accepted socket as bytes in and bytes out, TLS or not.
 *
 * Handshakes have the lowest of the loop's priorities, if it has any, so that
 * whoever is inside is answered before the next is let in, however many are
 * at the door (http_link_loop() makes such a loop).
 *
 * It ends in an orderly way (a close_notify goes out, so that the session
 * may be resumed) and has no time-outs of its own: its owner looks at clocks.
 */
#ifndef ZQ_HUB_HTTP_LINK_H
#define ZQ_HUB_HTTP_LINK_H

#include <event2/buffer.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdbool.h>

#include "contrib/base/span.h"

/* Input that its owner may leave lying; then it should hold the link. */
#define HTTP_LINK_INPUT 65536

struct http_link;

struct http_link_calls {
	void (*ready)(void *arg);	/* the handshake is done */
	void (*bytes)(void *arg, struct evbuffer *in);
	void (*written)(void *arg);	/* all that was put has left */
	void (*end)(void *arg);		/* the other side is gone */
};

/* Of a loop in the making: three priorities, of which new events get the
 * middle one, and a look at the others after a few of the last. */
void http_link_loop(struct event_config *c);
void http_link_loop_made(struct event_base *base);

/* Takes fd. The link may be freed in any of the calls. Plain links are ready
 * at once, without a call. */
struct http_link *http_link_new(struct event_base *base, int fd,
    SSL_CTX *ctx, const struct http_link_calls *calls, void *arg);
void http_link_free(struct http_link *l);

void http_link_put(struct http_link *l, struct span head, struct span body);
size_t http_link_pending(const struct http_link *l);	/* bytes to leave */
struct evbuffer *http_link_input(struct http_link *l);
/* Reads no more: what comes stays in the kernel, and an end is not seen. (Not
 * by libevent's high-water mark: it reserves that much for each read, and
 * calls again and again for input that stays above it.) */
void http_link_hold(struct http_link *l, bool hold);
SSL *http_link_ssl(const struct http_link *l);
/* Says that nothing more will be written; reading goes on. */
void http_link_shut(struct http_link *l);

#endif
