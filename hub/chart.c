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
    const struct move *now, int64_t at)
{
	uint64_t last = chart_version(g->txn);
	bool did = before != NULL && move_counts(before);
	bool does = move_counts(now);
	uint8_t move[4];
	struct key k;

	if (did == does && (!does || !is_other(before, now)))
		return;
	k = key_u64(at > 0 && (uint64_t)at > last ? (uint64_t)at : last + 1);
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

/* The moves that changed after a version, in order. */
struct changes {
	uint32_t move[CHART_CHANGES];
	size_t n;
};

/* False: it is none of ours, or too long ago. */
static bool
read_changes(struct changes *k, struct db_txn *t, uint64_t after)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_MAP);
	struct key first = key_u64(after);
	struct span key = key_look(&first), row;
	bool known = db_get(t, TABLE_MAP, key, &row);
	bool more = known && db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    db_cursor_get(c, MDB_NEXT, &key, &row);

	k->n = 0;
	for (; more && k->n < CHART_CHANGES; k->n++) {
		if (row.n != 4)
			fatal("view: the map of moves is damaged: run zqhub "
			    "rebuild");
		k->move[k->n] = wire_get_u32((const uint8_t *)row.at);
		more = db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	db_cursor_close(c);
	return known && !more;
}

/* A move that changed more than once is told once, where it did so last. */
static bool
is_newest(const struct changes *k, size_t i)
{
	for (size_t n = i + 1; n < k->n; n++)
		if (k->move[n] == k->move[i])
			return false;
	return true;
}

bool
chart_write(struct db_txn *t, uint64_t after, int64_t now, struct buf *xml)
{
	struct changes k;
	bool whole = after == 0 || !read_changes(&k, t, after);
	struct move m;

	movemap_begin(xml, &(struct movemap){ .version = chart_version(t),
	    .since = whole ? 0 : after, .now = now });
	if (whole)
		move_each(t, 1, put_counted, xml);
	for (size_t i = 0; !whole && i < k.n; i++)
		if (is_newest(&k, i) && move_get(t, k.move[i], &m))
			put(xml, &m);
	movemap_end(xml);
	return !xml->bad && xml->n <= LIMIT_MAP;
}
