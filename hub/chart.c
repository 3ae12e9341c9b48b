/*
 * Versions of the map; see chart.h. TABLE_MAP has a row per version: which
 * move it was that changed.
 */
#include "hub/chart.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/table.h"
#include "protocol/limits.h"
#include "protocol/movemap.h"
#include "protocol/wire.h"

uint64_t
chart_version(struct db_txn *t)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_MAP);
	struct span key, row;
	uint64_t version = 0;

	if (db_cursor_get(c, MDB_LAST, &key, &row) && key.n == 8)
		version = wire_get_u64((const uint8_t *)key.at);
	db_cursor_close(c);
	return version;
}

static bool
is_other(const struct move *a, const struct move *b)
{
	return a->scope != b->scope || a->from != b->from ||
	    a->until != b->until || !span_is(a->old, b->old) ||
	    !span_is(a->new, b->new);
}

void
chart_move(struct group *g, const struct move *before,
    const struct move *now)
{
	bool did = before != NULL && move_counts(before);
	bool does = move_counts(now);
	uint8_t move[4];
	struct key k;

	if (did == does && (!does || !is_other(before, now)))
		return;
	k = key_u64(chart_version(g->txn) + 1);
	wire_put_u32(move, now->number);
	db_append(g->txn, TABLE_MAP, key_look(&k), (struct span){
	    .at = (const char *)move, .n = sizeof(move) });
}

/* --- the document --------------------------------------------------------- */

static void
put(struct buf *xml, const struct move *m)
{
	struct movemap_rule r = { .site = m->site,
		.gone = !move_counts(m) };

	move_rule(m, &r.rule);
	movemap_put(xml, &r);
}

static bool
put_counted(void *arg, const struct move *m)
{
	if (move_counts(m))
		put(arg, m);
	return true;
}

/* A move that changed more than once is told once, where it did so last. */
static bool
is_newest(struct db_txn *t, uint64_t version, uint64_t last, uint32_t move)
{
	struct span row;

	for (uint64_t v = version + 1; v <= last; v++) {
		struct key k = key_u64(v);

		if (db_get(t, TABLE_MAP, key_look(&k), &row) && row.n == 4 &&
		    wire_get_u32((const uint8_t *)row.at) == move)
			return false;
	}
	return true;
}

static void
put_change(struct db_txn *t, uint64_t version, uint64_t last,
    struct buf *xml)
{
	struct key k = key_u64(version);
	struct span row;
	struct move m;
	uint32_t number;

	if (!db_get(t, TABLE_MAP, key_look(&k), &row) || row.n != 4)
		fatal("view: the map of moves lacks version %llu: run zqhub "
		    "rebuild", (unsigned long long)version);
	number = wire_get_u32((const uint8_t *)row.at);
	if (is_newest(t, version, last, number) && move_get(t, number, &m))
		put(xml, &m);
}

bool
chart_write(struct db_txn *t, uint64_t after, int64_t now, struct buf *xml)
{
	uint64_t last = chart_version(t);
	bool whole = after == 0 || after > last ||
	    last - after > CHART_CHANGES;

	movemap_begin(xml, &(struct movemap){ .version = last,
	    .since = whole ? 0 : after, .now = now });
	if (whole)
		move_each(t, 1, put_counted, xml);
	for (uint64_t v = after + 1; !whole && v <= last; v++)
		put_change(t, v, last, xml);
	movemap_end(xml);
	return !xml->bad && xml->n <= LIMIT_MAP;
}
