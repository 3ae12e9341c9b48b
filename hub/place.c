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
key_of(struct key *k, struct span url, struct span page)
{
	uint8_t digest[32];
	struct buf place;
	bool good;

	buf_init(&place, LIMIT_URL);
	good = url_place_page_of(&place, url, page) && !place.bad;
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
	p->vague = read_varint(&r);
	p->item = read_u32(&r);
	if (!reader_done(&r))
		fatal("view: the row of a place is damaged: run zqhub "
		    "rebuild");
}

static bool
get(struct db_txn *t, struct span url, struct span page, struct place *p)
{
	struct span row;
	struct key k;

	if (!key_of(&k, url, page) ||
	    !db_get(t, TABLE_PLACE, key_look(&k), &row))
		return false;
	read(row, p);
	return true;
}

bool
place_get(struct db_txn *t, struct span url, struct place *p)
{
	return get(t, url, SPAN_NONE, p);
}

bool
place_get_page(struct db_txn *t, struct span url, struct place *p)
{
	struct span page = url_place_index(url);

	return page.n > 0 && get(t, url, page, p);
}

/* What stands behind the last slash or colon. */
static struct span
last_name(struct span id)
{
	size_t at = id.n;

	while (at > 0 && id.at[at - 1] != '/' && id.at[at - 1] != ':')
		at--;
	return (struct span){ .at = id.at + at, .n = id.n - at };
}

struct span
place_page(struct span url, struct span id)
{
	struct span page = url_place_index(url);

	if (page.n == 0 && id.n > 0)
		page = last_name(id);
	return url_place_is_index(page) ? page : SPAN_NONE;
}

static void
count(struct group *g, const struct place_turn *t, struct span page, int by)
{
	struct span row = SPAN_NONE;
	struct place p = { .here = 0 };
	struct buf now;
	struct key k;

	if (!key_of(&k, t->url, page))
		return;
	if (db_get(g->txn, TABLE_PLACE, key_look(&k), &row))
		read(row, &p);
	must(by > 0 || p.here > 0);
	p.here += (uint64_t)by;
	if (t->page.n == 0)
		p.vague += (uint64_t)by;
	if (by > 0)
		p.item = t->item;
	buf_init(&now, 24);
	write_varint(&now, p.here);
	write_varint(&now, p.vague);
	write_u32(&now, p.item);
	graph_put(g->graph, TABLE_PLACE, key_look(&k), row, buf_look(&now));
	buf_clear(&now);
}

void
place_count(struct group *g, const struct place_turn *t, int by)
{
	count(g, t, SPAN_NONE, by);
	if (t->page.n > 0)
		count(g, t, t->page, by);
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
	same = url_place_page_of(&one, a, SPAN_NONE) &&
	    url_place_page_of(&other, b, SPAN_NONE) &&
	    span_is(buf_look(&one), buf_look(&other));
	buf_clear(&one);
	buf_clear(&other);
	return same;
}
