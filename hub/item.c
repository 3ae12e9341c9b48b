/*
 * Rows of items, and finding them; see item.h.
 */
#include "hub/item.h"

#include <string.h>

#include "contrib/base/err.h"
#include "protocol/sha.h"
#include "protocol/url.h"
#include "protocol/wire.h"

enum flag { FLAG_WITHDRAWN = 1, FLAG_AHEAD = 2 };

bool
item_get(struct db_txn *t, uint32_t number, struct item *i)
{
	struct key k = key_u32(number);
	struct span row, hash;
	struct reader r;
	uint8_t flags;

	if (!db_get(t, TABLE_ITEM, key_look(&k), &row))
		return false;
	r = reader_of(row);
	i->number = number;
	i->site = read_u32(&r);
	flags = read_u8(&r);
	i->withdrawn = flags & FLAG_WITHDRAWN;
	i->ahead = flags & FLAG_AHEAD;
	i->date = (int64_t)read_u64(&r);
	i->created = (int64_t)read_u64(&r);
	i->updated = (int64_t)read_u64(&r);
	i->place = read_u64(&r);
	i->changes = read_varint(&r);
	hash = read_bytes(&r, sizeof(i->hash));
	if (r.bad)
		fatal("view: the row of item %u is damaged: run zqhub rebuild",
		    number);
	memcpy(i->hash, hash.at, sizeof(i->hash));
	i->said = (struct span){ .at = (const char *)r.at,
	    .n = reader_left(&r) };
	return true;
}

void
item_write(struct buf *row, const struct item *i)
{
	write_u32(row, i->site);
	write_u8(row, (uint8_t)((i->withdrawn ? FLAG_WITHDRAWN : 0) |
	    (i->ahead ? FLAG_AHEAD : 0)));
	write_u64(row, (uint64_t)i->date);
	write_u64(row, (uint64_t)i->created);
	write_u64(row, (uint64_t)i->updated);
	write_u64(row, i->place);
	write_varint(row, i->changes);
	buf_put(row, i->hash, sizeof(i->hash));
	buf_span(row, i->said);
}

void
item_name(uint8_t name[TABLE_DIGEST], uint32_t site, struct span id)
{
	uint8_t head[4], hash[32];
	struct sha s;

	wire_put_u32(head, site);
	sha_begin(&s);
	sha_add(&s, head, sizeof(head));
	sha_add(&s, id.at, id.n);
	sha_end(&s, hash);
	memcpy(name, hash, TABLE_DIGEST);
}

static bool
find(struct db_txn *t, enum table table, const uint8_t digest[TABLE_DIGEST],
    uint32_t *number)
{
	struct key k = key_digest(digest);
	struct span row;

	if (!db_get(t, table, key_look(&k), &row))
		return false;
	*number = wire_get_u32((const uint8_t *)row.at);
	return true;
}

bool
item_by_name(struct db_txn *t, const uint8_t name[TABLE_DIGEST],
    uint32_t *number)
{
	return find(t, TABLE_NAME, name, number);
}

bool
item_by_url(struct db_txn *t, struct span url, uint32_t *number)
{
	uint8_t key[URL_KEY];

	url_key(key, url);
	return find(t, TABLE_URL, key, number);
}
