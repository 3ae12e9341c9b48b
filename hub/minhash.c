/*
 * Min-hashing with one permutation: a run's hash says its slot, and the least
 * hash of a slot stays; see minhash.h.
 */
#include "hub/minhash.h"

#include <stdbool.h>

#include "contrib/base/text.h"

struct words {
	struct span rest;
	uint64_t last[MINHASH_RUN];
};

/* splitmix64's last step: every bit of x counts. */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static bool
is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* Letters of alphabets that make words; Han, Kana and Hangul don't. */
static bool
is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= 0xc0 && c < 0x2000);
}

static bool
is_ideograph(uint32_t c)
{
	return (c >= 0x3040 && c < 0xfb00) || c >= 0x20000;
}

/* The next word's hash; 0: there is none. */
static uint64_t
next_word(struct span *s)
{
	uint64_t hash = 0;
	bool digits = false;

	while (s->n > 0) {
		struct span before = *s;
		uint32_t c = text_next(s);

		if (c == UINT32_MAX)
			continue;
		if (is_letter(c) || is_digit(c)) {
			digits = digits || is_digit(c);
			hash = mix(hash + c + 1);
			continue;
		}
		if (hash != 0 && !digits) {
			*s = before;
			return hash;
		}
		hash = 0;
		digits = false;
		if (is_ideograph(c))
			return mix(c);
	}
	return digits ? 0 : hash;
}

static void
put(struct minhash *s, uint64_t hash)
{
	uint32_t *slot = &s->slot[hash % MINHASH_SLOTS];
	uint32_t value = (uint32_t)(hash >> 32) | 1;

	if (*slot == 0 || value < *slot)
		*slot = value;
}

void
minhash_make(struct minhash *s, struct span text)
{
	uint64_t run[MINHASH_RUN] = { 0 }, word;

	*s = (struct minhash){ .words = 0 };
	while ((word = next_word(&text)) != 0) {
		uint64_t hash = 0;

		for (int i = 0; i < MINHASH_RUN - 1; i++)
			run[i] = run[i + 1];
		run[MINHASH_RUN - 1] = word;
		for (int i = 0; i < MINHASH_RUN; i++)
			hash = mix(hash * 31 + run[i]);
		s->words++;
		put(s, hash);
	}
}

unsigned
minhash_alike(const struct minhash *a, const struct minhash *b)
{
	unsigned same = 0, used = 0;

	for (int i = 0; i < MINHASH_SLOTS; i++) {
		if (a->slot[i] == 0 && b->slot[i] == 0)
			continue;
		used++;
		same += a->slot[i] == b->slot[i];
	}
	return used == 0 ? 100 : same * 100 / used;
}
