/* See hashes.h. */
#include "agent/hashes.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"

void
hashes_add(struct hashes *h, const uint8_t hash[RECONCILE_HASH])
{
	if (h->count == h->room) {
		h->room = h->room > 0 ? h->room * 2 : 256;
		h->at = mem_grow(h->at, h->room, sizeof(*h->at));
	}
	memcpy(h->at[h->count++], hash, RECONCILE_HASH);
}

static int
order(const void *a, const void *b)
{
	return memcmp(a, b, RECONCILE_HASH);
}

void
hashes_sort(struct hashes *h)
{
	if (h->count > 0)
		qsort(h->at, h->count, sizeof(*h->at), order);
}

bool
hashes_has(const struct hashes *h, const uint8_t hash[RECONCILE_HASH])
{
	return h->count > 0 && bsearch(hash, h->at, h->count,
	    sizeof(*h->at), order) != NULL;
}

/* The first that is in the bucket or past it. */
static size_t
find(const struct hashes *h, unsigned bucket)
{
	size_t low = 0, high = h->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->at[middle][0] < bucket)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const uint8_t *
hashes_bucket(const struct hashes *h, unsigned bucket, size_t *count)
{
	size_t from = find(h, bucket);

	*count = find(h, bucket + 1) - from;
	return *count > 0 ? h->at[from] : NULL;
}

void
hashes_clear(struct hashes *h)
{
	free(h->at);
	*h = (struct hashes){ NULL, 0, 0 };
}

struct gather {
	struct hashes *h;
	const bool *wanted;
};

static bool
take(void *arg, const struct known *k)
{
	struct gather *g = arg;
	uint8_t hash[32];

	if (known_hash(hash, k) && g->wanted[hash[0]])
		hashes_add(g->h, hash);
	return true;
}

bool
hashes_gather(struct hashes *h, struct store_txn *t, struct known_mark *mark,
    const bool wanted[DIGEST_BUCKETS])
{
	struct gather g = { .h = h, .wanted = wanted };

	return known_walk(t, mark, HASHES_TURN, take, &g);
}
