/*
 * Packing and unpacking postings; see block.h.
 */
#include "hub/block.h"

bool
block_open(struct block *b, struct span bytes)
{
	const uint8_t *at = (const uint8_t *)bytes.at;

	if (bytes.n < BLOCK_FIRST)
		return false;
	b->key = 0;
	for (size_t i = 0; i < BLOCK_FIRST; i++)
		b->key = b->key << 8 | at[i];
	b->at = at + BLOCK_FIRST;
	b->end = at + bytes.n;
	return true;
}

size_t
block_cost(uint64_t before, uint64_t key)
{
	uint64_t older = (before >> 16) - (key >> 16);
	size_t n = BLOCK_NEXT_LEAST;

	if (before == 0)
		return BLOCK_FIRST;
	for (; older >= 0x80; older >>= 7)
		n++;
	return n;
}

static uint8_t *
put_first(uint8_t *out, uint64_t key)
{
	for (int i = BLOCK_FIRST - 1; i >= 0; i--, key >>= 8)
		out[i] = (uint8_t)key;
	return out + BLOCK_FIRST;
}

static uint8_t *
put_next(uint8_t *out, uint64_t before, uint64_t key)
{
	uint64_t older = (before >> 16) - (key >> 16);

	for (; older >= 0x80; older >>= 7)
		*out++ = (uint8_t)(older | 0x80);
	*out++ = (uint8_t)older;
	*out++ = (uint8_t)(key >> 8);
	*out++ = (uint8_t)key;
	return out;
}

size_t
block_write(uint8_t *out, const uint64_t *key, size_t n)
{
	uint8_t *at = out;

	if (n == 0)
		return 0;
	at = put_first(at, key[0]);
	for (size_t i = 1; i < n; i++)
		at = put_next(at, key[i - 1], key[i]);
	return (size_t)(at - out);
}
