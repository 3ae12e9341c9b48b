/*
 * A sketch of a text: which short runs of words it has, as 64 numbers. Two
 * sketches tell how much two texts have in common, within some per cent.
 *
 * Words with a digit are left out: they are dates, counters, and the address
 * that an error page repeats.
 */
#ifndef ZQ_HUB_SKETCH_H
#define ZQ_HUB_SKETCH_H

#include <stdint.h>

#include "contrib/base/span.h"

#define SKETCH_SLOTS 64
#define SKETCH_RUN 3		/* words; a Han character is one */

struct sketch {
	uint32_t slot[SKETCH_SLOTS];	/* 0: no run fell into it */
	uint32_t words;
};

/* Of valid UTF-8 in lower case. */
void sketch_make(struct sketch *s, struct span text);
/* Per cent; two without words are the same. */
unsigned sketch_alike(const struct sketch *a, const struct sketch *b);

#endif
