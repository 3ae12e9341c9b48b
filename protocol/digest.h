/*
 * The digest of a site's items: 256 sums over the hashes of what it says it
 * has. Kept as items change, never recomputed by a scan; equal digests at
 * the same sequence number prove that the index holds exactly that (R17).
 *
 * An item's hash is SHA-256(id, 0, change_hash()); it is added to, or taken
 * from, the bucket that its first byte names, as a 128-bit number modulo
 * 2^128 (its last 16 bytes). So order doesn't matter and a removal undoes an
 * addition exactly.
 */
#ifndef ZQ_PROTOCOL_DIGEST_H
#define ZQ_PROTOCOL_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"

#define DIGEST_BUCKETS 256
#define DIGEST_SHORT 16		/* the first bytes of an item's hash are enough
				 * to tell it from others of its site */

struct digest {
	struct { uint64_t high, low; } bucket[DIGEST_BUCKETS];
	uint64_t items;
};

void digest_init(struct digest *d);
void digest_item_hash(uint8_t out[32], struct span id,
    const uint8_t change_hash[32]);
void digest_add(struct digest *d, const uint8_t item_hash[32]);
void digest_remove(struct digest *d, const uint8_t item_hash[32]);
bool digest_is(const struct digest *a, const struct digest *b);

/* SHA-256 over all buckets and the count: one line to compare by eye. */
void digest_sum(const struct digest *d, uint8_t out[32]);

/* 256 × 16 bytes and the count, big-endian. */
#define DIGEST_ROW (DIGEST_BUCKETS * 16 + 8)
void digest_write(const struct digest *d, uint8_t out[DIGEST_ROW]);
void digest_read(struct digest *d, const uint8_t in[DIGEST_ROW]);

#endif
