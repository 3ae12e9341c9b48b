/*
 * A growing buffer with a ceiling. See buf.h for what it promises.
 */
#include "contrib/base/buf.h"

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ROOM_FIRST 64

void
buf_init(struct buf *b, size_t most)
{
	must(most < SIZE_MAX / 2);
	*b = (struct buf){ .most = most };
}

void
buf_clear(struct buf *b)
{
	free(b->at);
	*b = (struct buf){ .most = b->most };
}

void
buf_reset(struct buf *b)
{
	b->n = 0;
	b->bad = false;
	if (b->at != NULL)
		b->at[0] = '\0';
}

/* Room for n more bytes and the NUL. False, and bad, over the ceiling. */
static bool
reserve(struct buf *b, size_t n)
{
	size_t room = b->room != 0 ? b->room : ROOM_FIRST;

	if (b->bad || n > b->most - b->n) {
		b->bad = true;
		return false;
	}
	if (b->n + n < b->room)
		return true;
	while (room <= b->n + n)
		room *= 2;
	if (room > b->most + 1)
		room = b->most + 1;
	b->at = mem_grow(b->at, room, 1);
	b->room = room;
	return true;
}

void
buf_put(struct buf *b, const void *at, size_t n)
{
	if (n == 0 || !reserve(b, n))
		return;
	memcpy(b->at + b->n, at, n);
	b->n += n;
	b->at[b->n] = '\0';
}

void
buf_byte(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_text(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void
buf_span(struct buf *b, struct span s)
{
	buf_put(b, s.at, s.n);
}

/* First into the room there is; only if it doesn't fit, once more. */
void
buf_printf(struct buf *b, const char *fmt, ...)
{
	size_t room = b->room - b->n;
	va_list ap;
	int n;

	if (b->bad)
		return;
	va_start(ap, fmt);
	n = vsnprintf(room != 0 ? b->at + b->n : NULL, room, fmt, ap);
	va_end(ap);
	must(n >= 0);
	if ((size_t)n < room) {
		b->n += (size_t)n;
		return;
	}
	if (b->at != NULL)
		b->at[b->n] = '\0';
	if (!reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->at + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void
buf_cut(struct buf *b, size_t n)
{
	if (n >= b->n)
		return;
	b->n = n;
	b->at[n] = '\0';
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n == 0 || b->n == 0)
		return;
	if (n > b->n)
		n = b->n;
	memmove(b->at, b->at + n, b->n - n);
	b->n -= n;
	b->at[b->n] = '\0';
}

const char *
buf_cstr(const struct buf *b)
{
	return b->at != NULL ? b->at : "";
}

struct span
buf_look(const struct buf *b)
{
	return (struct span){ .at = b->at, .n = b->n };
}
