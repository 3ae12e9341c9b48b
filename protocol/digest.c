/*
 * The digest of a site's items: sums modulo 2^128, so that adding and
 * removing in any order comes to the same; see digest.h.
 */
#include "protocol/digest.h"

#include "protocol/sha.h"
#include "protocol/wire.h"

void
digest_init(struct digest *d)
{
	*d = (struct digest){ .items = 0 };
}

void
digest_item_hash(uint8_t out[32], struct span id,
    const uint8_t change_hash[32])
{
	struct sha s;

	sha_begin(&s);
	sha_add(&s, id.at, id.n);
	sha_add(&s, "", 1);
	sha_add(&s, change_hash, 32);
	sha_end(&s, out);
}

void
digest_add(struct digest *d, const uint8_t item_hash[32])
{
	uint64_t low = wire_get_u64(item_hash + 24);
	uint64_t *sum = &d->bucket[item_hash[0]].low;

	*sum += low;
	d->bucket[item_hash[0]].high += wire_get_u64(item_hash + 16) +
	    (*sum < low);
	d->items++;
}

void
digest_remove(struct digest *d, const uint8_t item_hash[32])
{
	uint64_t low = wire_get_u64(item_hash + 24);
	uint64_t *sum = &d->bucket[item_hash[0]].low;

	d->bucket[item_hash[0]].high -= wire_get_u64(item_hash + 16) +
	    (*sum < low);
	*sum -= low;
	d->items--;
}

bool
digest_is(const struct digest *a, const struct digest *b)
{
	bool same = a->items == b->items;

	for (size_t i = 0; same && i < DIGEST_BUCKETS; i++)
		same = a->bucket[i].high == b->bucket[i].high &&
		    a->bucket[i].low == b->bucket[i].low;
	return same;
}

void
digest_sum(const struct digest *d, uint8_t out[32])
{
	uint8_t row[DIGEST_ROW];

	digest_write(d, row);
	sha_of(out, (struct span){ .at = (const char *)row, .n = sizeof(row) });
}

void
digest_write(const struct digest *d, uint8_t out[DIGEST_ROW])
{
	for (size_t i = 0; i < DIGEST_BUCKETS; i++) {
		wire_put_u64(out + i * 16, d->bucket[i].high);
		wire_put_u64(out + i * 16 + 8, d->bucket[i].low);
	}
	wire_put_u64(out + DIGEST_BUCKETS * 16, d->items);
}

void
digest_read(struct digest *d, const uint8_t in[DIGEST_ROW])
{
	for (size_t i = 0; i < DIGEST_BUCKETS; i++) {
		d->bucket[i].high = wire_get_u64(in + i * 16);
		d->bucket[i].low = wire_get_u64(in + i * 16 + 8);
	}
	d->items = wire_get_u64(in + DIGEST_BUCKETS * 16);
}
