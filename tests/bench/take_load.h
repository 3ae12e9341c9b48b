/*
 * The load: connections over mutual TLS that post bodies made beforehand,
 * each the next one when the last was answered. One thread, epoll; it does
 * as little as TLS lets it.
 */
#ifndef ZQ_BENCH_TAKE_LOAD_H
#define ZQ_BENCH_TAKE_LOAD_H

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <time.h>

#include "certs/peer.h"
#include "tests/bench/take_hub.h"

#define LOAD_ANSWER 65536

struct load_line {		/* one connection */
	int fd;
	SSL *ssl;
	struct span *request;	/* heads and bodies, in order */
	size_t requests, at;	/* how many; which is under way */
	size_t written;
	char answer[LOAD_ANSWER];
	size_t got;
	double started;
};

struct load {
	int epoll;
	struct load_line *line;
	size_t lines, busy;
	double *time;		/* of each answer, s */
	size_t times;
	size_t refused;
};

static inline double
load_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline void
load_connect(struct load_line *l, const struct take_hub *h,
    const struct take_id *id)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_port = htons(h->port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	char ca[CONFIG_PATH_MAX];
	int on = 1;

	must(peer_client(ctx, NULL));
	config_path(ca, h->dir, CONFIG_CA "/ca.pem");
	must(SSL_CTX_load_verify_file(ctx, ca) == 1 &&
	    SSL_CTX_use_certificate(ctx, id->cert) == 1 &&
	    SSL_CTX_use_PrivateKey(ctx, id->key) == 1);
	l->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(l->fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		fatal("connect: %s", strerror(errno));
	setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	l->ssl = SSL_new(ctx);
	SSL_set_mode(l->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_set_fd(l->ssl, l->fd);
	if (SSL_connect(l->ssl) != 1)
		fatal("TLS: %s", ERR_error_string(ERR_get_error(), NULL));
	fcntl(l->fd, F_SETFL, O_NONBLOCK);
	SSL_CTX_free(ctx);
}

static inline void
load_disconnect(struct load_line *l)
{
	SSL_shutdown(l->ssl);
	SSL_free(l->ssl);
	close(l->fd);
}

static inline void
load_want(struct load *o, struct load_line *l, unsigned events)
{
	struct epoll_event e = { .events = events, .data.ptr = l };

	epoll_ctl(o->epoll, EPOLL_CTL_MOD, l->fd, &e);
}

/* Writes on; true if all of the request has left. */
static inline bool
load_write(struct load_line *l)
{
	const struct span *r = &l->request[l->at];

	while (l->written < r->n) {
		int n = SSL_write(l->ssl, r->at + l->written,
		    (int)(r->n - l->written));

		if (n <= 0) {
			if (SSL_get_error(l->ssl, n) != SSL_ERROR_WANT_WRITE)
				fatal("the hub hung up while it was told");
			return false;
		}
		l->written += (size_t)n;
	}
	return true;
}

/* Is the answer whole? */
static inline bool
load_whole(const struct load_line *l)
{
	const char *body = strstr(l->answer, "\r\n\r\n");
	const char *length = strstr(l->answer, "Content-Length: ");
	struct span s = span_of(length != NULL ? length + 16 : "");

	return body != NULL && length != NULL &&
	    (long long)l->got >= body + 4 - l->answer + take_number(&s);
}

static inline void
load_begin(struct load *o, struct load_line *l)
{
	l->written = l->got = 0;
	l->answer[0] = '\0';
	l->started = load_now();
	if (!load_write(l))
		load_want(o, l, EPOLLIN | EPOLLOUT);
}

static inline void
load_answered(struct load *o, struct load_line *l)
{
	o->time[o->times++] = load_now() - l->started;
	if (strncmp(l->answer, "HTTP/1.1 200", 12) != 0 ||
	    strstr(l->answer, "verdict=\"taken\"") == NULL) {
		if (o->refused++ == 0)
			fprintf(stderr, "not taken: %s\n", l->answer);
	}
	if (++l->at < l->requests)
		load_begin(o, l);
	else
		o->busy--;
}

static inline void
load_read(struct load *o, struct load_line *l)
{
	int n;

	while ((n = SSL_read(l->ssl, l->answer + l->got,
	    (int)(LOAD_ANSWER - 1 - l->got))) > 0) {
		l->got += (size_t)n;
		l->answer[l->got] = '\0';
		if (load_whole(l)) {
			load_answered(o, l);
			return;
		}
	}
	if (SSL_get_error(l->ssl, n) != SSL_ERROR_WANT_READ)
		fatal("the hub hung up before its answer");
}

/* All requests of all lines; seconds it took. */
static inline double
load_run(struct load *o)
{
	struct epoll_event e[256];
	double started = load_now();
	int n;

	o->epoll = epoll_create1(0);
	o->busy = o->lines;
	for (size_t i = 0; i < o->lines; i++) {
		struct epoll_event first = { .events = EPOLLIN,
		    .data.ptr = &o->line[i] };

		epoll_ctl(o->epoll, EPOLL_CTL_ADD, o->line[i].fd, &first);
		load_begin(o, &o->line[i]);
	}
	while (o->busy > 0) {
		if ((n = epoll_wait(o->epoll, e, 256, 60000)) <= 0)
			fatal("no answer for a minute");
		for (int i = 0; i < n; i++) {
			struct load_line *l = e[i].data.ptr;

			if ((e[i].events & EPOLLOUT) && load_write(l))
				load_want(o, l, EPOLLIN);
			if (e[i].events & ~(unsigned)EPOLLOUT)
				load_read(o, l);
		}
	}
	close(o->epoll);
	return load_now() - started;
}

#endif
