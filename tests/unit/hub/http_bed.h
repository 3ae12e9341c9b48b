/*
 * A bed for servers: a loop, a loopback port, and clients whose bytes move
 * while the loop turns, all in one thread.
 */
#ifndef ZQ_TESTS_HTTP_BED_H
#define ZQ_TESTS_HTTP_BED_H

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contrib/base/buf.h"

#define BED_TURNS 400		/* of 5 ms: what takes longer has failed */

static inline int
bed_listen(uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(fd, 100), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static inline void
bed_turn(struct event_base *base)
{
	event_base_loop(base, EVLOOP_NONBLOCK);
	usleep(5000);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

struct bed_client {
	struct event_base *base;
	int fd;
	SSL *ssl;		/* NULL: plain */
	struct buf got;
	bool ended;
};

static inline void
bed_connect(struct bed_client *c, struct event_base *base, uint16_t port,
    SSL_CTX *ctx)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	*c = (struct bed_client){ .base = base };
	buf_init(&c->got, 8u << 20);
	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(c->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	if (ctx == NULL)
		return;
	c->ssl = SSL_new(ctx);
	SSL_set_fd(c->ssl, c->fd);
	for (int i = 0; i < BED_TURNS && SSL_connect(c->ssl) != 1; i++)
		bed_turn(base);
}

static inline void
bed_leave(struct bed_client *c)
{
	SSL_free(c->ssl);
	close(c->fd);
	buf_clear(&c->got);
}

/* What has come; false if there is nothing now. */
static inline bool
bed_read(struct bed_client *c)
{
	char piece[16384];
	ssize_t n = c->ssl != NULL ? SSL_read(c->ssl, piece, sizeof(piece)) :
	    recv(c->fd, piece, sizeof(piece), 0);

	if (n > 0)
		buf_put(&c->got, piece, (size_t)n);
	else if (c->ssl != NULL ? SSL_get_error(c->ssl, (int)n) !=
	    SSL_ERROR_WANT_READ : n == 0 || errno != EAGAIN)
		c->ended = true;
	return n > 0;
}

static inline void
bed_say(struct bed_client *c, const void *at, size_t n)
{
	const char *p = at;

	for (int i = 0; n > 0 && i < BED_TURNS; i++) {
		ssize_t k = c->ssl != NULL ? SSL_write(c->ssl, p, (int)n) :
		    send(c->fd, p, n, MSG_NOSIGNAL);

		if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
		bed_turn(c->base);
	}
}

/* Until `what` has come; false if it doesn't. */
static inline bool
bed_until(struct bed_client *c, const char *what)
{
	for (int i = 0; i < BED_TURNS; i++) {
		while (bed_read(c))
			;
		if (strstr(buf_cstr(&c->got), what) != NULL)
			return true;
		if (c->ended)
			return false;
		bed_turn(c->base);
	}
	return false;
}

static inline bool
bed_until_end(struct bed_client *c)
{
	for (int i = 0; i < BED_TURNS && !c->ended; i++) {
		while (bed_read(c))
			;
		bed_turn(c->base);
	}
	return c->ended;
}

/* One exchange on a new plain connection that the server closes. */
static inline const char *
bed_talk(struct bed_client *c, struct event_base *base, uint16_t port,
    const char *text, size_t n)
{
	bed_connect(c, base, port, NULL);
	bed_say(c, text, n);
	ck_assert(bed_until_end(c));
	return buf_cstr(&c->got);
}

#endif
