/*
 * Full jitter: wait a random time between nothing and a bound that doubles.
 * What the other side asked for ("come back after") is a floor.
 */
#ifndef ZQ_BASE_BACKOFF_H
#define ZQ_BASE_BACKOFF_H

#include <stdint.h>

struct backoff {
	uint32_t first;		/* ms, the first bound */
	uint32_t most;		/* ms, the last bound */
	uint32_t now;		/* 0 after a success */
};

void backoff_init(struct backoff *b, uint32_t first, uint32_t most);
void backoff_reset(struct backoff *b);		/* it worked */
uint32_t backoff_next(struct backoff *b, uint32_t floor);	/* ms to wait */

/* Uniform in 0 … below-1; seeded from the system, or by the simulator. */
uint32_t backoff_random(uint32_t below);
void backoff_seed(uint64_t seed);

#endif
