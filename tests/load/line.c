/* See line.h. */
#include "tests/load/line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certs/peer.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"

#define REQUEST_MAX (2u * LIMIT_BODY)
#define HEAD_MAX 16384

static void connect_now(struct line *l);

/* --- sessions ------------------------------------------------------------- */

static int
on_session(SSL *ssl, SSL_SESSION *session)
{
	struct line_owner *o = SSL_get_app_data(ssl);

	SSL_SESSION_free(o->session);
	o->session = session;	/* ours from now on */
	return 1;
}

SSL_CTX *
line_context(const char *ca_path)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	must(ctx != NULL && peer_client(ctx, NULL));
	if (SSL_CTX_load_verify_file(ctx, ca_path) != 1)
		fatal("%s: no CA certificate", ca_path);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT |
	    SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, on_session);
	return ctx;
}

/* --- answers -------------------------------------------------------------- */

static void
wait_for(struct line *l, uint32_t seconds)
{
	struct timeval tv = { .tv_sec = seconds };

	event_add(l->timer, &tv);
}

static void
disconnect(struct line *l)
{
	SSL *ssl;

	event_del(l->timer);
	if (l->bev == NULL)
		return;
	ssl = bufferevent_openssl_get_ssl(l->bev);
	SSL_set_quiet_shutdown(ssl, 1);
	SSL_shutdown(ssl);	/* so that the session stays good */
	bufferevent_free(l->bev);
	l->bev = NULL;
	l->open = l->used = false;
	ERR_clear_error();
}

static void
answer(struct line *l, const struct line_answer *a)
{
	must(l->asking);
	l->asking = false;
	event_del(l->timer);
	buf_clear(&l->request);
	l->done(l->arg, a);
}

static void
fail(struct line *l)
{
	bool again = l->asking && l->used && !l->again &&
	    evbuffer_get_length(bufferevent_get_input(l->bev)) == 0;

	l->owner->end->failed += l->asking;
	disconnect(l);
	if (!l->asking)
		return;
	l->again = true;
	if (again)
		connect_now(l);
	else
		answer(l, &(struct line_answer){ .status = 0 });
}

static size_t
length_of(struct span head)
{
	static const char name[] = "\r\nContent-Length: ";
	const char *at = memmem(head.at, head.n, name, sizeof(name) - 1);
	struct span digits = { .n = 0 };
	uint64_t n = 0;

	if (at == NULL)
		return 0;
	digits.at = at + sizeof(name) - 1;
	while (digits.at[digits.n] >= '0' && digits.at[digits.n] <= '9')
		digits.n++;
	return text_number(digits, 0, LIMIT_ANSWER, &n) ? (size_t)n : 0;
}

/* "HTTP/1.1 200 OK" */
static int
status_of(struct span head)
{
	uint64_t n = 0;

	return head.n > 12 && text_number((struct span){ .at = head.at + 9,
	    .n = 3 }, 100, 599, &n) ? (int)n : 0;
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct line *l = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
	struct line_answer a;
	struct buf copy;
	size_t all;

	if (!l->asking) {
		disconnect(l);	/* nobody asked */
		return;
	}
	if (end.pos < 0)
		return;
	a.head.n = (size_t)end.pos + 4;
	a.head.at = (const char *)evbuffer_pullup(in, (ev_ssize_t)a.head.n);
	all = a.head.n + length_of(a.head);
	if (evbuffer_get_length(in) < all)
		return;
	buf_init(&copy, all);
	buf_put(&copy, evbuffer_pullup(in, (ev_ssize_t)all), all);
	evbuffer_drain(in, all);
	a.head.at = buf_cstr(&copy);
	a.body = (struct span){ .at = a.head.at + a.head.n,
	    .n = all - a.head.n };
	a.status = status_of(a.head);
	l->used = true;
	if (memmem(a.head.at, a.head.n, "Connection: close", 17) != NULL)
		disconnect(l);
	answer(l, &a);
	buf_clear(&copy);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct line *l = arg;
	SSL *ssl = bufferevent_openssl_get_ssl(bev);

	if (!(what & BEV_EVENT_CONNECTED)) {
		fail(l);
		return;
	}
	l->open = true;
	l->owner->end->opened++;
	l->owner->end->resumed += SSL_session_reused(ssl) == 1;
	wait_for(l, l->patience);
	bufferevent_write(bev, l->request.at, l->request.n);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct line *l = arg;

	(void)fd, (void)what;
	if (l->bev == NULL) {
		answer(l, &(struct line_answer){ .status = 0 });
		return;
	}
	l->used = false;	/* it isn't tried again */
	fail(l);
}

/* --- asking --------------------------------------------------------------- */

static SSL *
make_ssl(const struct line_owner *o)
{
	SSL *ssl = SSL_new(o->end->ctx);

	must(ssl != NULL);
	SSL_set_app_data(ssl, (void *)(uintptr_t)o);
	must(o->cert == NULL || (SSL_use_certificate(ssl, o->cert) == 1 &&
	    SSL_use_PrivateKey(ssl, o->key) == 1));
	if (o->session != NULL)
		SSL_set_session(ssl, o->session);
	return ssl;
}

static void
connect_now(struct line *l)
{
	struct line_owner *o = l->owner;
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_port = htons(o->end->port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in from = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(o->address) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0), on = 1;

	if (fd < 0)
		fatal("socket: %s", strerror(errno));
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0)
		fatal("bind: %s", strerror(errno));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 &&
	    errno != EINPROGRESS) {
		close(fd);
		o->end->failed++;
		wait_for(l, 0);
		return;
	}
	l->bev = bufferevent_openssl_socket_new(o->end->base, fd, make_ssl(o),
	    BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
	must(l->bev != NULL);
	bufferevent_openssl_set_allow_dirty_shutdown(l->bev, 1);
	bufferevent_setcb(l->bev, on_read, NULL, on_event, l);
	bufferevent_enable(l->bev, EV_READ | EV_WRITE);
	wait_for(l, LINE_CONNECT);
}

void
line_init(struct line *l, struct line_owner *owner)
{
	*l = (struct line){ .owner = owner };
	l->timer = evtimer_new(owner->end->base, on_timer, l);
	must(l->timer != NULL);
}

void
line_ask(struct line *l, struct span request, uint32_t patience,
    line_done_fn *done, void *arg)
{
	must(!l->asking);
	l->asking = true;
	l->again = false;
	l->patience = patience;
	l->done = done;
	l->arg = arg;
	buf_init(&l->request, REQUEST_MAX);
	buf_span(&l->request, request);
	must(!l->request.bad);
	if (l->bev == NULL) {
		connect_now(l);
		return;
	}
	bufferevent_write(l->bev, l->request.at, l->request.n);
	wait_for(l, patience);
}

void
line_cut(struct line *l)
{
	disconnect(l);
	l->asking = false;
	buf_clear(&l->request);
}

void
line_clear(struct line *l)
{
	line_cut(l);
	event_free(l->timer);
}
