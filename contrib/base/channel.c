/*
 * Frames over a socket pair: u32 length of what follows, u8 kind, u64
 * number, body; big-endian.
 *
 * A frame costs no system call of its own: what is sent within one turn of
 * the loop is gathered and leaves with one writev, and one read brings as
 * many frames as came. A small frame is handed out where it lies; only one
 * that straddles two chunks of the input is made contiguous.
 */
#include "contrib/base/channel.h"

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/util.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LENGTH_BYTES 4
#define HEAD_BYTES (LENGTH_BYTES + 1 + 8)
#define READ_BYTES (256 * 1024)		/* at most, per read */
#define FRAMES_A_TURN 4096		/* then the loop sees to others */

struct channel {
	int fd;
	size_t most;
	struct event *readable;
	struct event *writable;
	struct evbuffer *in;
	struct evbuffer *out;
	channel_frame_fn *on_frame;
	channel_end_fn *on_end;
	void *arg;
	bool ended;		/* nothing moves any more */
	bool told;		/* on_end was called */
	bool inside;		/* a callback is running */
	bool freed;		/* … which has freed us: do it afterwards */
};

static uint64_t
read_number(const uint8_t *p, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | p[i];
	return value;
}

static void
write_number(uint8_t *p, size_t n, uint64_t value)
{
	for (; n > 0; n--, value >>= 8)
		p[n - 1] = (uint8_t)value;
}

static void
destroy(struct channel *c)
{
	event_free(c->readable);
	event_free(c->writable);
	evbuffer_free(c->in);
	evbuffer_free(c->out);
	close(c->fd);
	free(c);
}

static void
stop(struct channel *c)
{
	c->ended = true;
	event_del(c->readable);
	event_del(c->writable);
}

/* Says so once. c may be gone afterwards. */
static void
end(struct channel *c)
{
	stop(c);
	if (!c->told && !c->freed) {
		c->told = true;
		c->inside = true;
		c->on_end(c->arg, c);
		c->inside = false;
	}
	if (c->freed)
		destroy(c);
}

/* True, and the frame (with its whole length), if one is there entirely. */
static bool
next_frame(struct channel *c, struct frame *f, size_t *whole)
{
	uint8_t head[HEAD_BYTES];
	const uint8_t *at;
	uint64_t length;

	if (evbuffer_copyout(c->in, head, HEAD_BYTES) < LENGTH_BYTES)
		return false;
	length = read_number(head, LENGTH_BYTES);
	if (length < HEAD_BYTES - LENGTH_BYTES ||
	    length - (HEAD_BYTES - LENGTH_BYTES) > c->most) {
		c->ended = true;
		return false;
	}
	*whole = LENGTH_BYTES + (size_t)length;
	if (evbuffer_get_length(c->in) < *whole)
		return false;
	at = evbuffer_pullup(c->in, (ev_ssize_t)*whole);
	f->kind = head[LENGTH_BYTES];
	f->number = read_number(head + LENGTH_BYTES + 1, 8);
	f->body = (struct span){ .at = (const char *)at + HEAD_BYTES,
	    .n = *whole - HEAD_BYTES };
	return true;
}

/* Hands out up to `most` of the frames that have come; how many it were. */
static size_t
hand_out(struct channel *c, size_t most)
{
	struct frame f;
	size_t whole, n = 0;

	c->inside = true;
	while (n < most && !c->ended && next_frame(c, &f, &whole)) {
		c->on_frame(c->arg, c, &f);
		if (!c->ended)
			evbuffer_drain(c->in, whole);
		n++;
	}
	c->inside = false;
	return n;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct channel *c = arg;
	int n = 1;

	if (what & EV_READ) {
		n = evbuffer_read(c->in, fd, READ_BYTES);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
	}
	if (hand_out(c, n > 0 ? FRAMES_A_TURN : SIZE_MAX) == FRAMES_A_TURN &&
	    !c->ended)
		event_active(c->readable, EV_TIMEOUT, 0);
	if (c->ended || n <= 0)
		end(c);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct channel *c = arg;
	int n = evbuffer_write(c->out, fd);

	(void)what;
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		end(c);
		return;
	}
	if (evbuffer_get_length(c->out) == 0)
		event_del(c->writable);
}

struct channel *
channel_new(struct event_base *base, int fd, size_t most,
    channel_frame_fn *on_frame, channel_end_fn *on_end, void *arg)
{
	struct channel *c = mem_new(sizeof(*c));

	must(most <= UINT32_MAX - HEAD_BYTES);
	c->fd = fd;
	c->most = most;
	c->on_frame = on_frame;
	c->on_end = on_end;
	c->arg = arg;
	c->in = evbuffer_new();
	c->out = evbuffer_new();
	c->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable,
	    c);
	c->writable = event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable,
	    c);
	if (c->in == NULL || c->out == NULL || c->readable == NULL ||
	    c->writable == NULL)
		fatal("out of memory for a channel");
	evutil_make_socket_nonblocking(fd);
	event_add(c->readable, NULL);
	return c;
}

void
channel_free(struct channel *c)
{
	if (c == NULL)
		return;
	stop(c);
	c->freed = true;
	if (!c->inside)
		destroy(c);
}

void
channel_send(struct channel *c, uint8_t kind, uint64_t number,
    struct span body)
{
	uint8_t head[HEAD_BYTES];

	must(body.n <= c->most);
	if (c->ended)
		return;
	write_number(head, LENGTH_BYTES, HEAD_BYTES - LENGTH_BYTES + body.n);
	head[LENGTH_BYTES] = kind;
	write_number(head + LENGTH_BYTES + 1, 8, number);
	if (evbuffer_get_length(c->out) == 0)
		event_add(c->writable, NULL);
	evbuffer_add(c->out, head, sizeof(head));
	if (body.n != 0)
		evbuffer_add(c->out, body.at, body.n);
}

size_t
channel_pending(const struct channel *c)
{
	return evbuffer_get_length(c->out);
}
