/*
 * The framing between a daemon's parts: bytes that a part which was taken over
 * writes into its socket, in pieces. Frames are handed out as they stand there,
 * whole, up to the first that is too long or too short; then the channel ends,
 * once. What is sent back arrives as it was. And messages with descriptors:
 * who receives has just those that were expected, and no other stays open.
 *
 * The first byte is the size of the pieces, the second the descriptors that
 * are sent (low) and expected (high); the bytes follow.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contrib/base/channel.h"
#include "contrib/base/err.h"
#include "contrib/base/fd_pass.h"

#define INPUT 65536
#define MOST 1024		/* bytes of a frame's body */
#define HEAD (4 + 1 + 8)
#define QUIET 3

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static struct event_base *base;
static struct span rest;	/* what is yet to be handed out */
static unsigned ends;

/* --- frames ------------------------------------------------------------------------ */

static uint64_t
number(const char *at, size_t n)
{
	uint64_t all = 0;

	while (n-- > 0)
		all = all << 8 | (uint8_t)*at++;
	return all;
}

/* The next one of the bytes that were written; false: none is whole. */
static bool
next(struct frame *f)
{
	uint64_t length;

	if (rest.n < 4)
		return false;
	length = number(rest.at, 4);
	if (length < HEAD - 4 || length > MOST + HEAD - 4 ||
	    rest.n - 4 < length)
		return false;
	f->kind = (uint8_t)rest.at[4];
	f->number = number(rest.at + 5, 8);
	f->body = (struct span){ rest.at + HEAD, (size_t)length + 4 - HEAD };
	rest.at += 4 + length;
	rest.n -= 4 + (size_t)length;
	return true;
}

static void
on_frame(void *arg, struct channel *c, const struct frame *f)
{
	struct frame was;

	(void)arg;
	must(ends == 0 && next(&was));
	must(was.kind == f->kind && was.number == f->number &&
	    span_is(was.body, f->body));
	channel_send(c, f->kind, f->number, f->body);
}

static void
on_end(void *arg, struct channel *c)
{
	(void)arg, (void)c;
	ends++;
}

/* What came back, of what was sent. */
static size_t
turn(int fd, struct span sent, size_t back)
{
	char bytes[4096];
	ssize_t n;

	for (int i = 0; i < QUIET; i++) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		while ((n = recv(fd, bytes, sizeof(bytes),
		    MSG_DONTWAIT)) > 0) {
			must(back + (size_t)n <= sent.n && memcmp(bytes,
			    sent.at + back, (size_t)n) == 0);
			back += (size_t)n;
			i = 0;
		}
	}
	return back;
}

static void
judge_frames(struct span s, size_t piece)
{
	struct channel *c;
	struct frame f;
	size_t back = 0;
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	rest = s;
	ends = 0;
	c = channel_new(base, pair[0], MOST, on_frame, on_end, NULL);
	for (size_t at = 0; at < s.n && ends == 0; at += piece) {
		if (send(pair[1], s.at + at, s.n - at < piece ? s.n - at :
		    piece, MSG_NOSIGNAL) < 0)
			break;
		back = turn(pair[1], s, back);
	}
	must(!next(&f));		/* none was left out */
	shutdown(pair[1], SHUT_WR);
	back = turn(pair[1], s, back);
	must(ends == 1 && channel_pending(c) + back ==
	    (size_t)(rest.at - s.at));
	channel_free(c);
	close(pair[1]);
}

/* --- descriptors --------------------------------------------------------------------- */

static void
judge_descriptors(size_t sent, size_t wanted)
{
	int out[FD_PASS_MOST], in[FD_PASS_MOST], pair[2], before, after;
	char byte;

	must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	before = dup(0);
	must(before >= 0);
	close(before);
	for (size_t i = 0; i < sent; i++)
		out[i] = pair[i % 2];
	must(fd_pass_send(pair[0], SPAN("x"), out, sent, 0) == 1);
	must(fd_pass_receive(pair[1], &byte, 1, in, wanted) == 1);
	for (size_t i = 0; i < wanted; i++) {
		must((in[i] >= 0) == (sent == wanted));
		must(in[i] < 0 || (fcntl(in[i], F_GETFD) & FD_CLOEXEC) != 0);
		if (in[i] >= 0)
			close(in[i]);
	}
	after = dup(0);			/* the lowest that is free */
	must(after == before);
	close(after);
	close(pair[0]);
	close(pair[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	if (n < 2 || n > INPUT)
		return 0;
	if (base == NULL)
		base = event_base_new();
	judge_frames((struct span){ (const char *)at + 2, n - 2 },
	    at[0] < 128 ? (size_t)at[0] + 1 : n);
	judge_descriptors(1 + at[1] % FD_PASS_MOST,
	    1 + (at[1] >> 4) % FD_PASS_MOST);
	return 0;
}
