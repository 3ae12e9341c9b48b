/*
 * Rows of hits; see hits.h.
 */
#include "hub/hits.h"

#include <string.h>

#include "contrib/base/err.h"
#include "hub/table.h"
#include "protocol/limits.h"
#include "protocol/sha.h"
#include "protocol/url.h"
#include "protocol/wire.h"

#define COUNT_MOST 1000000000	/* of one row of an act */

static struct key
key_of(struct span url)
{
	uint8_t digest[32];

	sha_of(digest, url);
	return key_digest(digest);
}

static void
read_row(struct hits_row *h, struct span row)
{
	struct reader r = reader_of(row);

	h->url = read_span(&r);
	h->to = read_span(&r);
	h->from = read_span(&r);
	h->count = read_varint(&r);
	h->last = (int64_t)read_u64(&r);
	h->status = (int)read_u32(&r);
	h->never = read_u8(&r) != 0;
	if (!reader_done(&r))
		fatal("view: a row of hits is damaged: run zqhub rebuild");
}

void
hits_each(struct db_txn *t, hits_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_FORMER);
	struct hits_row h;
	struct span key, row;
	bool more = db_cursor_get(c, MDB_FIRST, &key, &row);

	while (more) {
		read_row(&h, row);
		more = each(arg, &h) && db_cursor_get(c, MDB_NEXT, &key,
		    &row);
	}
	db_cursor_close(c);
}

/* --- the act ------------------------------------------------------------------ */

static bool
is_url_or_none(struct span s)
{
	return s.n == 0 || url_is_normal(s);
}

bool
hits_read(struct hits_row *h, const json_t *o)
{
	uint64_t status;

	h->url = act_read_text(o, "url");
	h->to = act_read_text(o, "to");
	h->from = act_read_text(o, "from");
	if (!act_read_number(o, "count", COUNT_MOST, &h->count) ||
	    !act_read_number(o, "status", 999, &status) ||
	    (status != 308 && status != 410 && status != 404))
		return false;
	h->status = (int)status;
	h->never = json_is_true(json_object_get(o, "never"));
	return h->count > 0 && url_is_normal(h->url) &&
	    is_url_or_none(h->to) && is_url_or_none(h->from);
}

struct least {
	struct hits_room room;
	uint64_t count;
	struct key key;
};

bool
hits_room_see(struct hits_room *r, bool never, uint64_t count)
{
	r->nevers += never;
	if (never != r->never || (r->seen++ > 0 && count >= r->count))
		return false;
	r->count = count;
	return true;
}

bool
hits_room_is_full(const struct hits_room *r, size_t rows)
{
	size_t own = r->never ? r->nevers : rows - r->nevers;

	/* One may have changed its kind. */
	return own >= (r->never ? HITS_NEVER_MOST : HITS_MOST) ||
	    (rows >= HITS_ALL && own > 0);
}

static bool
find_least(void *arg, const struct hits_row *h)
{
	struct least *l = arg;

	if (hits_room_see(&l->room, h->never, h->count)) {
		l->key = key_of(h->url);
		l->count = h->count;
	}
	return true;
}

/* A new one has what the least had: it may have been hit as often, before it
 * was noted. */
static uint64_t
make_room(struct group *g, bool never)
{
	struct least l = { .room.never = never };

	hits_each(g->txn, find_least, &l);
	if (!hits_room_is_full(&l.room, db_count(g->txn, TABLE_FORMER)))
		return 0;
	db_del(g->txn, TABLE_FORMER, key_look(&l.key));
	return l.count;
}

static void
put(struct group *g, const struct hits_row *h, int64_t at)
{
	struct key k = key_of(h->url);
	struct span from = h->from, row;
	struct hits_row was;
	uint64_t before;

	if (db_get(g->txn, TABLE_FORMER, key_look(&k), &row)) {
		read_row(&was, row);
		before = was.count;
		from = from.n > 0 ? from : was.from;
	} else {
		before = make_room(g, h->never);
	}
	buf_reset(&g->row);
	write_span(&g->row, h->url);
	write_span(&g->row, h->to);
	write_span(&g->row, from);
	write_varint(&g->row, before + h->count);
	write_u64(&g->row, (uint64_t)at);
	write_u32(&g->row, (uint32_t)h->status);
	write_u8(&g->row, h->never);
	must(!g->row.bad);
	db_put(g->txn, TABLE_FORMER, key_look(&k), buf_look(&g->row));
}

const char *
hits_act(struct group *g, const struct entry *e, const json_t *o)
{
	const json_t *rows = json_object_get(o, "rows");
	struct hits_row h;
	size_t n = json_array_size(rows);

	if (n == 0 || n > HITS_ROWS)
		return "\"rows\" are hits on former domains, 200 at most";
	for (size_t i = 0; i < n; i++)
		if (!hits_read(&h, json_array_get(rows, i)))
			return "a hit has url, to, from, count and status";
	for (size_t i = 0; i < n; i++) {
		(void)hits_read(&h, json_array_get(rows, i));
		put(g, &h, e->at);
	}
	return NULL;
}
