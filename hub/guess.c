/*
 * Guesses: buckets in a table of fixed size, by a keyed hash of who it is.
 *
 * Two who share a bucket share its tries. With 4,096 of each kind that takes
 * as many guessers, and the key keeps anybody from choosing whom to share
 * with. Only who knows a password comes to be known.
 */
#include "hub/guess.h"

#include <openssl/rand.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/sha.h"

#define BUCKETS 4096
#define KEY 16
#define SLOW_MS 30000		/* until one more try */
#define HERE_MS 300000
#define KNOWN_MS 3000
#define ALL_MS 200

struct bucket {
	int64_t at;	/* ms, mono; when it was last looked at */
	unsigned used;	/* of its tries */
};

/* Who asks for a name: from an address that has failed at it again and again,
 * or from any other. */
enum sort { FRESH, TIRED, SORTS };

struct guesses {
	uint8_t key[KEY];
	struct bucket address[BUCKETS], all;
	struct bucket here[BUCKETS];	/* a name from an address */
	struct bucket name[SORTS][BUCKETS];
	int64_t tried[SORTS][BUCKETS];	/* ms, mono; a name, last */
	uint64_t known[BUCKETS];	/* a name from an address; 0: none */
	struct bucket pair[BUCKETS];	/* … of which this is */
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

/* Not 0. The second may be empty; its length keeps "a" "bc" from "ab" "c". */
static uint64_t
hash_of(const struct guesses *g, struct span one, struct span two)
{
	uint8_t hash[32], n[2] = { (uint8_t)(two.n >> 8), (uint8_t)two.n };
	struct sha s;
	uint64_t h;

	sha_begin(&s);
	sha_add(&s, g->key, KEY);
	sha_add(&s, n, sizeof(n));
	sha_add(&s, one.n > 0 ? one.at : "", one.n);
	sha_add(&s, two.n > 0 ? two.at : "", two.n);
	sha_end(&s, hash);
	memcpy(&h, hash, sizeof(h));
	return h != 0 ? h : 1;
}

static size_t
place_of(const struct guesses *g, struct span who)
{
	return hash_of(g, who, SPAN_NONE) % BUCKETS;
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
seconds(int64_t ms)
{
	return ms > 0 ? (unsigned)((ms - 1) / 1000) + 1 : 0;
}

static unsigned
wait_for(const struct bucket *b, unsigned most, int64_t every, int64_t now)
{
	return b->used < most ? 0 : seconds(b->at + every - now);
}

static unsigned
longer(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

/* From where it has signed in before: what others try is nothing to it. */
static unsigned
try_known(struct bucket *b, int64_t now)
{
	unsigned wait;

	refill(b, KNOWN_MS, now);
	wait = wait_for(b, GUESS_KNOWN, KNOWN_MS, now);
	b->used += wait == 0;
	return wait;
}

/* 1, 2, 4 … seconds after the last one. */
static unsigned
wait_for_name(struct guesses *g, enum sort s, size_t n, int64_t now)
{
	struct bucket *b = &g->name[s][n];
	unsigned over, apart = GUESS_DELAY;

	refill(b, SLOW_MS, now);
	if (b->used < GUESS_NAME)
		return 0;
	over = b->used - GUESS_NAME;
	if (over < 3)
		apart = 1u << over;
	return seconds(g->tried[s][n] + (int64_t)apart * 1000 - now);
}

static enum sort
sort_of(struct guesses *g, uint64_t pair, int64_t now)
{
	struct bucket *b = &g->here[pair % BUCKETS];

	refill(b, HERE_MS, now);
	return b->used < GUESS_HERE ? FRESH : TIRED;
}

/* It is a failure, until it was right. */
static void
count(struct guesses *g, uint64_t pair, enum sort s, size_t n, int64_t now)
{
	struct bucket *here = &g->here[pair % BUCKETS];

	here->used += here->used < GUESS_HERE;
	g->name[s][n].used += g->name[s][n].used < GUESS_NAME + 3;
	g->tried[s][n] = now;
	g->all.used++;
}

unsigned
guesses_try(struct guesses *g, struct span address, struct span name,
    int64_t now)
{
	uint64_t pair = hash_of(g, address, name);
	size_t n = place_of(g, name);
	struct bucket *a = &g->address[place_of(g, address)];
	enum sort s = sort_of(g, pair, now);
	unsigned wait;

	if (g->known[pair % BUCKETS] == pair)
		return try_known(&g->pair[pair % BUCKETS], now);
	refill(a, SLOW_MS, now);
	refill(&g->all, ALL_MS, now);
	wait = longer(wait_for(a, GUESS_ADDRESS, SLOW_MS, now),
	    longer(wait_for_name(g, s, n, now),
	    wait_for(&g->all, GUESS_ALL, ALL_MS, now)));
	if (wait > 0)
		return wait;
	a->used++;
	count(g, pair, s, n, now);
	return 0;
}

/* At which of both it was counted doesn't matter: that it was right makes it
 * known from here. */
void
guesses_right(struct guesses *g, struct span address, struct span name)
{
	uint64_t pair = hash_of(g, address, name);
	struct bucket *a = &g->address[place_of(g, address)];
	struct bucket *n = &g->name[FRESH][place_of(g, name)];

	if (g->known[pair % BUCKETS] != pair) {
		a->used -= a->used > 0;
		n->used -= n->used > 0;
		g->known[pair % BUCKETS] = pair;
	}
	g->here[pair % BUCKETS].used = 0;
	g->pair[pair % BUCKETS].used = 0;
}
