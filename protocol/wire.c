/*
 * Cursors over bytes. A reader that turns bad stays where its end is, so
 * whoever loops over one comes to an end; see wire.h for what it promises.
 */
#include "protocol/wire.h"

#include <endian.h>
#include <string.h>

struct reader
reader_of(struct span s)
{
	const uint8_t *at = (const uint8_t *)s.at;

	return (struct reader){ .at = at, .end = s.n > 0 ? at + s.n : at };
}

/* The next n bytes, or NULL and bad. n is from outside: compared, never
 * added to a pointer first. */
static const uint8_t *
take(struct reader *r, uint64_t n)
{
	const uint8_t *at = r->at;

	if (r->bad || n > (uint64_t)(r->end - r->at)) {
		r->bad = true;
		r->at = r->end;
		return NULL;
	}
	if (n > 0)
		r->at += n;
	return at;
}

static uint64_t
big_endian(const uint8_t *at, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; at != NULL && i < n; i++)
		v = v << 8 | at[i];
	return v;
}

uint8_t
read_u8(struct reader *r)
{
	return (uint8_t)big_endian(take(r, 1), 1);
}

uint16_t
read_u16(struct reader *r)
{
	return (uint16_t)big_endian(take(r, 2), 2);
}

uint32_t
read_u32(struct reader *r)
{
	return (uint32_t)big_endian(take(r, 4), 4);
}

uint64_t
read_u64(struct reader *r)
{
	return big_endian(take(r, 8), 8);
}

uint64_t
read_varint(struct reader *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = read_u8(r);

		/* Only one bit is left for the tenth byte; a last byte of
		 * zero says that a shorter form was possible. */
		if (r->bad || (shift == 63 && byte > 1) ||
		    (shift > 0 && byte == 0))
			break;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return v;
	}
	r->bad = true;
	r->at = r->end;
	return 0;
}

struct span
read_bytes(struct reader *r, size_t n)
{
	const uint8_t *at = take(r, n);

	return r->bad ? SPAN_NONE :
	    (struct span){ .at = (const char *)at, .n = n };
}

struct span
read_span(struct reader *r)
{
	uint64_t n = read_varint(r);
	const uint8_t *at = take(r, n);

	return r->bad ? SPAN_NONE :
	    (struct span){ .at = (const char *)at, .n = (size_t)n };
}

size_t
reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->at);
}

bool
reader_done(const struct reader *r)
{
	return !r->bad && r->at == r->end;
}

void
write_u8(struct buf *b, uint8_t v)
{
	buf_byte(b, (char)v);
}

void
write_u16(struct buf *b, uint16_t v)
{
	const uint8_t out[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	buf_put(b, out, sizeof(out));
}

void
write_u32(struct buf *b, uint32_t v)
{
	uint8_t out[4];

	wire_put_u32(out, v);
	buf_put(b, out, sizeof(out));
}

void
write_u64(struct buf *b, uint64_t v)
{
	uint8_t out[8];

	wire_put_u64(out, v);
	buf_put(b, out, sizeof(out));
}

void
write_varint(struct buf *b, uint64_t v)
{
	uint8_t out[10];
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		out[n++] = (uint8_t)(v | 0x80);
	out[n++] = (uint8_t)v;
	buf_put(b, out, n);
}

void
write_span(struct buf *b, struct span s)
{
	write_varint(b, s.n);
	buf_span(b, s);
}

void
wire_put_u32(uint8_t out[4], uint32_t v)
{
	v = htobe32(v);
	memcpy(out, &v, sizeof(v));
}

void
wire_put_u64(uint8_t out[8], uint64_t v)
{
	v = htobe64(v);
	memcpy(out, &v, sizeof(v));
}

uint32_t
wire_get_u32(const uint8_t in[4])
{
	uint32_t v;

	memcpy(&v, in, sizeof(v));
	return be32toh(v);
}

uint64_t
wire_get_u64(const uint8_t in[8])
{
	uint64_t v;

	memcpy(&v, in, sizeof(v));
	return be64toh(v);
}
