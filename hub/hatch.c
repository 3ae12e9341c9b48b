#include "hub/hatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#define HEAD 9			/* kind, and its number in big-endian */
#define TURN 64			/* packets, and others have theirs */

struct hatch {
	int fd;
	struct event *readable;
	hatch_fn *got;
	void *arg;
	char packet[HEAD + HATCH_BODY];
};

void
hatch_pair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0, pair) != 0)
		fatal("no socket between parts: %s", strerror(errno));
}

static uint64_t
read_number(const char *at)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | (uint8_t)at[i];
	return n;
}

/* What is longer than a packet may be was cut by the kernel, and is none. */
static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct hatch *h = arg;
	ssize_t n;

	(void)what;
	for (int i = 0; i < TURN; i++) {
		n = recv(fd, h->packet, sizeof(h->packet), MSG_TRUNC);
		if (n <= 0)
			return;
		if (n >= HEAD && (size_t)n <= sizeof(h->packet))
			h->got(h->arg, (uint8_t)h->packet[0],
			    read_number(h->packet + 1), (struct span){
			    .at = h->packet + HEAD, .n = (size_t)n - HEAD });
	}
}

struct hatch *
hatch_new(struct event_base *base, int fd, hatch_fn *got, void *arg)
{
	struct hatch *h = mem_new(sizeof(*h));

	h->fd = fd;
	h->got = got;
	h->arg = arg;
	h->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable,
	    h);
	must(h->readable != NULL);
	event_add(h->readable, NULL);
	return h;
}

void
hatch_free(struct hatch *h)
{
	if (h == NULL)
		return;
	event_free(h->readable);
	close(h->fd);
	free(h);
}

bool
hatch_send(struct hatch *h, uint8_t kind, uint64_t number, struct span body)
{
	uint8_t head[HEAD] = { kind };
	struct iovec part[2] = { { .iov_base = head, .iov_len = HEAD },
	    { .iov_base = (void *)(uintptr_t)body.at, .iov_len = body.n } };
	struct msghdr m = { .msg_iov = part, .msg_iovlen = 2 };

	if (body.n > HATCH_BODY)
		return false;
	for (int i = 0; i < 8; i++)
		head[8 - i] = (uint8_t)(number >> (8 * i));
	return sendmsg(h->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    (ssize_t)(HEAD + body.n);
}
