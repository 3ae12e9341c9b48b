/*
 * Cursors over bytes: how rows are written and read.
 *
 * Big-endian, explicit widths. A reader never reads past its end: it gives
 * zeros and turns bad, and stays so; a writer that runs out turns bad too.
 * Callers go straight through and look once, at the end. reader_done() is
 * part of reading: leftovers are lies.
 */
#ifndef ZQ_PROTOCOL_WIRE_H
#define ZQ_PROTOCOL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

struct reader {
	const uint8_t *at, *end;
	bool bad;
};

struct reader reader_of(struct span s);
uint8_t read_u8(struct reader *r);
uint16_t read_u16(struct reader *r);
uint32_t read_u32(struct reader *r);
uint64_t read_u64(struct reader *r);
uint64_t read_varint(struct reader *r);		/* LEB128, shortest form only */
struct span read_bytes(struct reader *r, size_t n);
struct span read_span(struct reader *r);	/* varint length, bytes */
size_t reader_left(const struct reader *r);
bool reader_done(const struct reader *r);	/* not bad, nothing left */

/* Writers append to a buf (which has its ceiling and turns bad). */
void write_u8(struct buf *b, uint8_t v);
void write_u16(struct buf *b, uint16_t v);
void write_u32(struct buf *b, uint32_t v);
void write_u64(struct buf *b, uint64_t v);
void write_varint(struct buf *b, uint64_t v);
void write_span(struct buf *b, struct span s);

/* The same, into memory that is known to be large enough (keys). */
void wire_put_u32(uint8_t out[4], uint32_t v);
void wire_put_u64(uint8_t out[8], uint64_t v);
uint32_t wire_get_u32(const uint8_t in[4]);
uint64_t wire_get_u64(const uint8_t in[8]);

#endif
