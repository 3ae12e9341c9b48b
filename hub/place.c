/*
 * Rows of places; see place.h.
 */
#include "hub/place.h"

#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "hub/graph.h"
#include "hub/table.h"
#include "protocol/limits.h"
#include "protocol/sha.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

static bool
key_of(struct key *k, struct span url)
{
	uint8_t digest[32];
	struct buf place;
	bool good;

	buf_init(&place, LIMIT_URL);
	good = url_place(&place, url) && !place.bad;
	if (good) {
		sha_of(digest, buf_look(&place));
		*k = key_digest(digest);
	}
	buf_clear(&place);
	return good;
}

static void
read(struct span row, struct place *p)
{
	struct reader r = reader_of(row);

	p->here = read_varint(&r);
	p->item = read_u32(&r);
	if (!reader_done(&r))
		fatal("view: the row of a place is damaged: run zqhub "
		    "rebuild");
}

bool
place_get(struct db_txn *t, struct span url, struct place *p)
{
	struct span row;
	struct key k;

	if (!key_of(&k, url) || !db_get(t, TABLE_PLACE, key_look(&k), &row))
		return false;
	read(row, p);
	return true;
}

void
place_count(struct group *g, struct span url, uint32_t item, int by)
{
	struct span row = SPAN_NONE;
	struct place p = { .here = 0 };
	struct buf now;
	struct key k;

	if (!key_of(&k, url))
		return;
	if (db_get(g->txn, TABLE_PLACE, key_look(&k), &row))
		read(row, &p);
	must(by > 0 || p.here > 0);
	p.here += (uint64_t)by;
	if (by > 0)
		p.item = item;
	buf_init(&now, 16);
	write_varint(&now, p.here);
	write_u32(&now, p.item);
	graph_put(g->graph, TABLE_PLACE, key_look(&k), row, buf_look(&now));
	buf_clear(&now);
}

bool
place_same(struct span a, struct span b)
{
	struct buf one, other;
	bool same;

	if (span_is(a, b))
		return true;
	buf_init(&one, LIMIT_URL);
	buf_init(&other, LIMIT_URL);
	same = url_place(&one, a) && url_place(&other, b) &&
	    span_is(buf_look(&one), buf_look(&other));
	buf_clear(&one);
	buf_clear(&other);
	return same;
}
