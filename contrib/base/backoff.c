/*
 * Full jitter, and the randomness behind it.
 *
 * The generator is splitmix64: far more than enough for spreading waits, and
 * never for a secret (those come from RAND_bytes). It is seeded from the
 * system by each process for itself, so that two parts forked from one
 * parent don't wait in step; a seed given by hand stays.
 */
#include "contrib/base/backoff.h"

#include "contrib/base/clock.h"

#include <stdbool.h>
#include <sys/random.h>
#include <unistd.h>

static struct {
	uint64_t state;
	pid_t owner;
	bool by_hand;
} generator;

void
backoff_seed(uint64_t seed)
{
	generator.state = seed;
	generator.by_hand = true;
}

static void
seed_from_system(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)clock_wall() << 20 ^ (uint64_t)getpid();
	generator.state = seed;
	generator.owner = getpid();
}

static uint64_t
next(void)
{
	uint64_t z;

	if (!generator.by_hand && generator.owner != getpid())
		seed_from_system();
	z = generator.state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* The high half of a 32×32 product; the few low products that would make
 * some numbers likelier than others are thrown again. */
uint32_t
backoff_random(uint32_t below)
{
	uint32_t unfair = below != 0 ? (uint32_t)-below % below : 0;
	uint64_t product;

	do
		product = (next() >> 32) * below;
	while ((uint32_t)product < unfair);
	return (uint32_t)(product >> 32);
}

void
backoff_init(struct backoff *b, uint32_t first, uint32_t most)
{
	*b = (struct backoff){ .first = first, .most = most };
}

void
backoff_reset(struct backoff *b)
{
	b->now = 0;
}

uint32_t
backoff_next(struct backoff *b, uint32_t floor)
{
	uint32_t wait;

	if (b->now == 0)
		b->now = b->first;
	else
		b->now = b->now > b->most / 2 ? b->most : b->now * 2;
	if (b->now > b->most)
		b->now = b->most;
	wait = backoff_random(b->now < UINT32_MAX ? b->now + 1 : b->now);
	/* The floor is no place to meet: spread beyond it, too. */
	if (floor != 0)
		wait = wait < UINT32_MAX - floor ? floor + wait : UINT32_MAX;
	return wait;
}
