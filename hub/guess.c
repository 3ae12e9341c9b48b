/*
 * Guesses: buckets in a table of fixed size, by a keyed hash of who it is.
 *
 * Two who share a bucket share its tries. With 4,096 of each kind that takes
 * as many guessers, and the key keeps anybody from choosing whom to share
 * with.
 */
#include "hub/guess.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/sha.h"

#define BUCKETS 4096
#define KEY 16
#define SLOW_MS 30000		/* until one more try */
#define ALL_MS 200

struct bucket {
	int64_t at;	/* ms, mono; when it was last looked at */
	unsigned used;	/* of its tries */
};

struct guesses {
	uint8_t key[KEY];
	struct bucket address[BUCKETS], name[BUCKETS], all;
};

struct guesses *
guesses_new(void)
{
	struct guesses *g = mem_new(sizeof(*g));

	must(RAND_bytes(g->key, KEY) == 1);
	return g;
}

void
guesses_free(struct guesses *g)
{
	free(g);
}

static struct bucket *
bucket_of(struct bucket *table, const struct guesses *g, struct span who)
{
	uint8_t hash[32];
	struct sha s;

	sha_begin(&s);
	sha_add(&s, g->key, KEY);
	sha_add(&s, who.n > 0 ? who.at : "", who.n);
	sha_end(&s, hash);
	return &table[((unsigned)hash[0] << 8 | hash[1]) % BUCKETS];
}

static void
refill(struct bucket *b, int64_t every, int64_t now)
{
	int64_t back = (now - b->at) / every;

	if (b->used == 0 || back >= (int64_t)b->used) {
		b->used = 0;
		b->at = now;
	} else {
		b->used -= (unsigned)back;
		b->at += back * every;
	}
}

static unsigned
wait_for(const struct bucket *b, unsigned most, int64_t every, int64_t now)
{
	if (b->used < most)
		return 0;
	return (unsigned)((b->at + every - now) / 1000) + 1;
}

static unsigned
longer(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

unsigned
guesses_try(struct guesses *g, struct span address, struct span name,
    int64_t now)
{
	struct bucket *a = bucket_of(g->address, g, address);
	struct bucket *n = bucket_of(g->name, g, name);
	unsigned wait;

	refill(a, SLOW_MS, now);
	refill(n, SLOW_MS, now);
	refill(&g->all, ALL_MS, now);
	wait = longer(wait_for(a, GUESS_ADDRESS, SLOW_MS, now),
	    longer(wait_for(n, GUESS_NAME, SLOW_MS, now),
	    wait_for(&g->all, GUESS_ALL, ALL_MS, now)));
	if (wait > 0)
		return wait;
	a->used++;
	n->used++;
	g->all.used++;
	return 0;
}

void
guesses_right(struct guesses *g, struct span address, struct span name)
{
	struct bucket *a = bucket_of(g->address, g, address);
	struct bucket *n = bucket_of(g->name, g, name);

	a->used -= a->used > 0;
	n->used = 0;
}
