#include "hub/http_link.h"

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

struct http_link {
	struct bufferevent *bev;
	SSL *ssl;		/* the bufferevent's; NULL: plain */
	bool open;		/* the handshake is done */
	bool held;
	bool shut;
	const struct http_link_calls *calls;
	void *arg;
};

#define PRIORITIES 3
#define SETTLING 2		/* the lowest */
#define SETTLE_STEPS 8		/* of handshakes in a row: 8 ms or so */

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct http_link *l = arg;

	l->calls->bytes(l->arg, bufferevent_get_input(bev));
}

static void
on_write(struct bufferevent *bev, void *arg)
{
	struct http_link *l = arg;

	(void)bev;
	if (l->open)
		l->calls->written(l->arg);
}

/* A browser that was given http:// for a TLS port learns what to do. */
static void
answer_plain_http(struct http_link *l)
{
	static const char text[] =
	    "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n"
	    "This port speaks TLS: the address must begin with https://\n";
	unsigned long e;

	while ((e = bufferevent_get_openssl_error(l->bev)) != 0)
		if (ERR_GET_REASON(e) == SSL_R_HTTP_REQUEST &&
		    send(bufferevent_getfd(l->bev), text, sizeof(text) - 1,
		    MSG_NOSIGNAL) < 0)
			return;
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct http_link *l = arg;

	(void)bev;
	if (what & BEV_EVENT_CONNECTED) {
		l->open = true;
		l->calls->ready(l->arg);
		return;
	}
	if (l->ssl != NULL && !l->open)
		answer_plain_http(l);
	ERR_clear_error();
	l->calls->end(l->arg);
}

static struct bufferevent *
make_tls(struct event_base *base, int fd, SSL_CTX *ctx, SSL **ssl)
{
	struct bufferevent *bev;

	*ssl = SSL_new(ctx);
	must(*ssl != NULL);
	bev = bufferevent_openssl_socket_new(base, fd, *ssl,
	    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	must(bev != NULL);
	/* An end without close_notify is an end, not an attack: lengths are
	 * in the heads. */
	bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	/* Once the handshake is done libevent sets its events up anew, with
	 * the priority that all have. */
	if (event_base_get_npriorities(base) == PRIORITIES)
		bufferevent_priority_set(bev, SETTLING);
	return bev;
}

void
http_link_loop(struct event_config *c)
{
	must(event_config_set_max_dispatch_interval(c, NULL, SETTLE_STEPS,
	    SETTLING) == 0);
}

void
http_link_loop_made(struct event_base *base)
{
	must(event_base_priority_init(base, PRIORITIES) == 0);
}

struct http_link *
http_link_new(struct event_base *base, int fd, SSL_CTX *ctx,
    const struct http_link_calls *calls, void *arg)
{
	struct http_link *l = mem_new(sizeof(*l));

	l->calls = calls;
	l->arg = arg;
	l->open = ctx == NULL;
	l->bev = ctx != NULL ? make_tls(base, fd, ctx, &l->ssl) :
	    bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	must(l->bev != NULL);
	bufferevent_setcb(l->bev, on_read, on_write, on_event, l);
	bufferevent_enable(l->bev, EV_READ | EV_WRITE);
	return l;
}

void
http_link_free(struct http_link *l)
{
	if (l == NULL)
		return;
	http_link_shut(l);
	bufferevent_free(l->bev);
	free(l);
}

void
http_link_put(struct http_link *l, struct span head, struct span body)
{
	struct evbuffer *out = bufferevent_get_output(l->bev);

	/* One piece, so that a small answer is one record and one segment. */
	evbuffer_expand(out, head.n + body.n);
	evbuffer_add(out, head.at, head.n);
	if (body.n > 0)
		evbuffer_add(out, body.at, body.n);
}

size_t
http_link_pending(const struct http_link *l)
{
	return evbuffer_get_length(bufferevent_get_output(l->bev));
}

struct evbuffer *
http_link_input(struct http_link *l)
{
	return bufferevent_get_input(l->bev);
}

void
http_link_hold(struct http_link *l, bool hold)
{
	if (l->held == hold)
		return;
	l->held = hold;
	if (hold)
		bufferevent_disable(l->bev, EV_READ);
	else
		bufferevent_enable(l->bev, EV_READ);
}

SSL *
http_link_ssl(const struct http_link *l)
{
	return l->ssl;
}

void
http_link_shut(struct http_link *l)
{
	if (l->shut)
		return;
	l->shut = true;
	if (l->ssl != NULL && l->open) {
		SSL_shutdown(l->ssl);
		ERR_clear_error();
	}
	shutdown(bufferevent_getfd(l->bev), SHUT_WR);
}
