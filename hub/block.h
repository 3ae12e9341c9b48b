/*
 * A block: a piece of a posting list, newest first, packed.
 *
 * A posting is 48 bits: a stamp (32 bits; minutes or seconds, whatever the
 * list is ordered by) and the item's place on its shelf (16 bits, see
 * post.h). The first stands whole, big-endian; each later one as how much
 * older its stamp is (varint) and the 16 bits. Four bytes is usual.
 */
#ifndef ZQ_HUB_BLOCK_H
#define ZQ_HUB_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"

#define BLOCK_FIRST 6		/* bytes of the first posting */
#define BLOCK_NEXT_MOST 7	/* … and of each later one, at most */
#define BLOCK_NEXT_LEAST 3
#define BLOCK_MOST 1000		/* bytes; four fit into a page of LMDB's */
#define BLOCK_KEYS (1 + (BLOCK_MOST - BLOCK_FIRST) / BLOCK_NEXT_LEAST)
#define BLOCK_KEY_MASK ((UINT64_C(1) << 48) - 1)

struct block {		/* being read */
	const uint8_t *at, *end;
	uint64_t key;	/* of the posting it stands at */
};

/* At the first posting; false if there is none. */
bool block_open(struct block *b, struct span bytes);

/* To the next, older one; false at the end, or at bytes that are no block. */
static inline bool
block_next(struct block *b)
{
	uint64_t older = 0;
	unsigned shift = 0;

	while (b->at < b->end && (*b->at & 0x80) != 0 && shift < 28) {
		older |= (uint64_t)(*b->at++ & 0x7f) << shift;
		shift += 7;
	}
	if (b->end - b->at < 3)
		return false;
	older |= (uint64_t)*b->at << shift;
	b->key = ((b->key >> 16) - older) << 16 |
	    (uint64_t)b->at[1] << 8 | b->at[2];
	b->key &= BLOCK_KEY_MASK;
	b->at += 3;
	return true;
}

/* Bytes that the posting takes after `before` (0: it is the first). */
size_t block_cost(uint64_t before, uint64_t key);

/* Packs n keys, newest first; out has room for what block_cost() adds up
 * to. How many bytes it took. */
size_t block_write(uint8_t *out, const uint64_t *key, size_t n);

#endif
