/*
 * A fast hash of bytes, 64 bits, the same for ever: for where a list is cut,
 * for maps, and for sums that tell whether two rows are one. Not against
 * somebody who looks for collisions: keys in rows are of SHA-256.
 */
#ifndef ZQ_HUB_HASH64_H
#define ZQ_HUB_HASH64_H

#include <stdint.h>
#include <string.h>

#include "contrib/base/span.h"

#define HASH64_FACTOR UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t
hash64_word(uint64_t h, uint64_t word)
{
	h = (h ^ word) * HASH64_FACTOR;
	return h ^ h >> 32;
}

/* Eight bytes at a time, the first as the lowest. */
static inline uint64_t
hash64(uint64_t seed, struct span s)
{
	const unsigned char *at = (const unsigned char *)s.at;
	uint64_t h = hash64_word(seed, s.n), word;
	size_t n = s.n;

	for (; n >= 8; n -= 8, at += 8) {
		word = (uint64_t)at[0] | (uint64_t)at[1] << 8 |
		    (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 |
		    (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 |
		    (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
		h = hash64_word(h, word);
	}
	for (word = 0; n > 0; n--)
		word = word << 8 | at[n - 1];
	return hash64_word(hash64_word(h, word), HASH64_FACTOR);
}

#endif
