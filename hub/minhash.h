/*
 * Min-hash of a text: which short runs of words it has, as 64 numbers. Two of
 * them tell how much two texts have in common, within some per cent.
 *
 * Words with a digit are left out: they are dates, counters, and the address
 * that an error page repeats.
 */
#ifndef ZQ_HUB_MINHASH_H
#define ZQ_HUB_MINHASH_H

#include <stdint.h>

#include "contrib/base/span.h"

#define MINHASH_SLOTS 64
#define MINHASH_RUN 3		/* words; a Han character is one */

struct minhash {
	uint32_t slot[MINHASH_SLOTS];	/* 0: no run fell into it */
	uint32_t words;
};

/* Of valid UTF-8 in lower case. */
void minhash_make(struct minhash *s, struct span text);
/* Per cent; two without words are the same. */
unsigned minhash_alike(const struct minhash *a, const struct minhash *b);

#endif
