/*
 * Rows of what is held; see held.h.
 */
#include "hub/held.h"

#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/item.h"
#include "hub/outbox.h"
#include "protocol/wire.h"

bool
held_get(struct db_txn *t, uint64_t place, struct held_row *h)
{
	struct key k = key_u64(place);
	struct span row, name;
	struct reader r;

	if (!db_get(t, TABLE_HELD, key_look(&k), &row))
		return false;
	r = reader_of(row);
	h->site = read_u32(&r);
	h->kept = read_u8(&r) != 0;
	name = read_bytes(&r, TABLE_DIGEST);
	if (r.bad)
		fatal("view: a row of what is held is damaged: run zqhub "
		    "rebuild");
	memcpy(h->name, name.at, TABLE_DIGEST);
	h->why = (struct span){ .at = (const char *)r.at,
	    .n = reader_left(&r) };
	return true;
}

static void
put(struct group *g, uint64_t place, const struct held_row *h)
{
	struct key k = key_u64(place), by_site = key_u32_u64(h->site, place);

	buf_reset(&g->row);
	write_u32(&g->row, h->site);
	write_u8(&g->row, h->kept);
	buf_put(&g->row, h->name, TABLE_DIGEST);
	buf_span(&g->row, h->why);
	db_put(g->txn, TABLE_HELD, key_look(&k), buf_look(&g->row));
	db_put(g->txn, TABLE_HELD_SITE, key_look(&by_site), SPAN_NONE);
	group_record(g, h->kept ? "kept" : "held", buf_look(&g->row));
}

static void
tell(struct group *g, const struct entry *e, const struct change *c,
    struct span why)
{
	struct letter l = {
		.when = e->at,
		.kind = SPAN("held"),
		.about = c != NULL ? c->url : SPAN_NONE,
	};
	struct buf text;

	buf_init(&text, HELD_WHY_MAX + 64);
	buf_printf(&text, "change %llu is held: %.*s",
	    (unsigned long long)e->seq, SPAN_ARGS(why));
	l.text = buf_look(&text);
	outbox_put(g, e->site, &l);
	buf_clear(&text);
}

void
held_put(struct group *g, const struct entry *e, const struct change *c,
    struct span why)
{
	struct held_row h = { .site = e->site,
	    .why = text_cut(why, HELD_WHY_MAX) };
	struct key k;

	if (c != NULL)
		item_name(h.name, e->site, item_id(c));
	put(g, e->place, &h);
	g->meta.held++;
	if (e->site == 0)
		return;
	if (c != NULL) {
		k = key_digest_u64(h.name, e->place);
		db_put(g->txn, TABLE_HELD_NAME, key_look(&k), SPAN_NONE);
	}
	group_stand(g, e->site)->held++;
	tell(g, e, c, h.why);
}

void
held_keep(struct group *g, const struct entry *e, const struct change *c,
    struct span why)
{
	struct held_row h = { .site = e->site, .kept = true,
	    .why = text_cut(why, HELD_WHY_MAX) };

	item_name(h.name, e->site, item_id(c));
	put(g, e->place, &h);
}

static void
settle_one(struct group *g, uint32_t site, uint64_t place)
{
	struct key k = key_u64(place), by_site = key_u32_u64(site, place);

	db_del(g->txn, TABLE_HELD, key_look(&k));
	db_del(g->txn, TABLE_HELD_SITE, key_look(&by_site));
	group_stand(g, site)->held--;
	g->meta.held--;
	group_record(g, "settled", key_look(&k));
}

void
held_settle(struct group *g, uint32_t site, const uint8_t name[TABLE_DIGEST])
{
	struct db_cursor *c = db_cursor_open(g->txn, TABLE_HELD_NAME);
	struct key k = key_digest_u64(name, 0);
	struct span key = key_look(&k), row;

	while (db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key_heads(&k, TABLE_DIGEST, key)) {
		settle_one(g, site, wire_get_u64((const uint8_t *)key.at +
		    TABLE_DIGEST));
		db_cursor_del(c);
		key = key_look(&k);
	}
	db_cursor_close(c);
}


/* --- dismissing ----------------------------------------------------------- */

static void
take_out(struct group *g, const struct held_row *h, uint64_t place)
{
	struct key k = key_u64(place), by_site = key_u32_u64(h->site, place);
	struct key by_name = key_digest_u64(h->name, place);

	db_del(g->txn, TABLE_HELD, key_look(&k));
	db_del(g->txn, TABLE_HELD_SITE, key_look(&by_site));
	db_del(g->txn, TABLE_HELD_NAME, key_look(&by_name));
	if (!h->kept) {
		g->meta.held--;
		if (h->site != 0)
			group_stand(g, h->site)->held--;
	}
	group_record(g, "dismissed", key_look(&k));
}

bool
held_dismiss(struct group *g, uint32_t site, uint64_t place)
{
	struct held_row h;

	if (!held_get(g->txn, place, &h) || h.site != site)
		return false;
	take_out(g, &h, place);
	return true;
}

/* The first listed of a site. */
static bool
first_of(struct db_txn *t, uint32_t site, uint64_t *place)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_HELD_SITE);
	struct key first = key_u32_u64(site, 0);
	struct span key = key_look(&first), row;
	bool found = db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key_heads(&first, 4, key);

	if (found)
		*place = wire_get_u64((const uint8_t *)key.at + 4);
	db_cursor_close(c);
	return found;
}

void
held_dismiss_all(struct group *g, uint32_t site)
{
	uint64_t place;

	while (first_of(g->txn, site, &place))
		must(held_dismiss(g, site, place));
}

uint64_t
held_count(struct db_txn *t, uint32_t site, uint64_t most)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_HELD_SITE);
	struct key first = key_u32_u64(site, 0);
	struct span key = key_look(&first), row;
	bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);
	uint64_t n = 0;

	for (; more && n < most && key_heads(&first, 4, key); n++)
		more = db_cursor_get(c, MDB_NEXT, &key, &row);
	db_cursor_close(c);
	return n;
}
