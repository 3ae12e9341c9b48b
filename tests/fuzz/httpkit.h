/*
 * For fuzz targets that ask a server of hub/http.h: a request made of an
 * input, over loopback, and what came back.
 */
#ifndef ZQ_TESTS_FUZZ_HTTPKIT_H
#define ZQ_TESTS_FUZZ_HTTPKIT_H

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contrib/base/buf.h"
#include "contrib/base/err.h"

#define HTTPKIT_QUIET 3		/* turns without news: it has answered */

static struct sockaddr_in httpkit_address;

/* A listening socket, for a server to take. */
static inline int
httpkit_listen(void)
{
	socklen_t n = sizeof(httpkit_address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	httpkit_address = (struct sockaddr_in){ .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	must(bind(fd, (struct sockaddr *)&httpkit_address, n) == 0 &&
	    listen(fd, 8) == 0 &&
	    getsockname(fd, (struct sockaddr *)&httpkit_address, &n) == 0);
	return fd;
}

/* -1: out of ports, which is no finding. */
static inline int
httpkit_connect(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&httpkit_address,
	    sizeof(httpkit_address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Lines of a head with their ends, an empty line, and the body as it is; its
 * length is said, unless the head says it. */
static inline void
httpkit_make(struct buf *out, struct span head, struct span body, bool has)
{
	for (size_t i = 0; i < head.n; i++) {
		if (head.at[i] == '\n')
			buf_byte(out, '\r');
		buf_byte(out, head.at[i]);
	}
	buf_text(out, "\r\n");
	if (has && memmem(head.at, head.n, "Content-Length", 14) == NULL &&
	    memmem(head.at, head.n, "Transfer-", 9) == NULL)
		buf_printf(out, "Content-Length: %zu\r\n", body.n);
	buf_text(out, "\r\n");
	buf_span(out, body);
	must(!out->bad);
}

/* At the first empty line; false: there is none, so all is head. */
static inline bool
httpkit_split(struct span s, struct span *head, struct span *body)
{
	const char *gap = s.n > 0 ? memmem(s.at, s.n, "\n\n", 2) : NULL;

	*head = s;
	*body = SPAN_NONE;
	if (gap == NULL)
		return false;
	head->n = (size_t)(gap - s.at);
	*body = (struct span){ gap + 2, s.n - head->n - 2 };
	return true;
}

/* Serves until nothing more comes. */
static inline void
httpkit_turn(struct event_base *base, int client, struct buf *got)
{
	char bytes[16384];

	for (int quiet = 0; quiet < HTTPKIT_QUIET; quiet++) {
		ssize_t n;

		event_base_loop(base, EVLOOP_NONBLOCK);
		while ((n = recv(client, bytes, sizeof(bytes),
		    MSG_DONTWAIT)) > 0) {
			buf_put(got, bytes, (size_t)n);
			quiet = 0;
		}
	}
}

/* The status of the first answer; what may stand in its head does. */
static inline int
httpkit_status(struct span got, struct span *head)
{
	const char *end = memmem(got.at, got.n, "\r\n\r\n", 4);
	int status = 0;

	must(end != NULL && got.n > 9 && memcmp(got.at, "HTTP/1.1 ", 9) == 0);
	*head = got;
	head->n = (size_t)(end + 2 - got.at);
	must(sscanf(got.at + 9, "%d", &status) == 1);
	must(status == 100 || (status >= 200 && status < 600));
	for (size_t i = 0; i < head->n; i++)
		must((unsigned char)head->at[i] >= ' ' ||
		    head->at[i] == '\r' || head->at[i] == '\n');
	return status;
}

#endif
