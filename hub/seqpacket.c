#include "hub/seqpacket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#define HEAD 9			/* kind, and its number in big-endian */
#define TURN 64			/* packets, and others have theirs */

struct seqpacket {
	int fd;
	struct event *readable;
	seqpacket_fn *got;
	void *arg;
	char packet[HEAD + SEQPACKET_BODY_MAX];
};

void
seqpacket_pair(int pair[2])
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
	struct seqpacket *s = arg;
	ssize_t n;

	(void)what;
	for (int i = 0; i < TURN; i++) {
		n = recv(fd, s->packet, sizeof(s->packet), MSG_TRUNC);
		if (n <= 0)
			return;
		if (n >= HEAD && (size_t)n <= sizeof(s->packet))
			s->got(s->arg, (uint8_t)s->packet[0],
			    read_number(s->packet + 1), (struct span){
			    .at = s->packet + HEAD, .n = (size_t)n - HEAD });
	}
}

struct seqpacket *
seqpacket_new(struct event_base *base, int fd, seqpacket_fn *got, void *arg)
{
	struct seqpacket *s = mem_new(sizeof(*s));

	s->fd = fd;
	s->got = got;
	s->arg = arg;
	s->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable,
	    s);
	must(s->readable != NULL);
	event_add(s->readable, NULL);
	return s;
}

void
seqpacket_free(struct seqpacket *s)
{
	if (s == NULL)
		return;
	event_free(s->readable);
	close(s->fd);
	free(s);
}

bool
seqpacket_send(struct seqpacket *s, uint8_t kind, uint64_t number,
    struct span body)
{
	uint8_t head[HEAD] = { kind };
	struct iovec part[2] = { { .iov_base = head, .iov_len = HEAD },
	    { .iov_base = (void *)(uintptr_t)body.at, .iov_len = body.n } };
	struct msghdr m = { .msg_iov = part, .msg_iovlen = 2 };

	if (body.n > SEQPACKET_BODY_MAX)
		return false;
	for (int i = 0; i < 8; i++)
		head[8 - i] = (uint8_t)(number >> (8 * i));
	return sendmsg(s->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    (ssize_t)(HEAD + body.n);
}
