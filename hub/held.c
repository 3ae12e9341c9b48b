/*
 * Rows of what is held; see held.h.
 */
#include "hub/held.h"

#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/stats.h"
#include "contrib/base/text.h"
#include "hub/counters.h"
#include "hub/held_letter.h"
#include "hub/item.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define DISMISSED 0x80		/* with the kind, in a row */
#define DISMISSED_ROW SPAN("d")	/* among a site's: not listed */

bool
held_get(struct db_txn *t, uint64_t place, struct held_row *h)
{
	struct key k = key_u64(place);
	struct span row, name;
	struct reader r;
	uint8_t kind;

	if (!db_get(t, TABLE_HELD, key_look(&k), &row))
		return false;
	r = reader_of(row);
	h->site = read_u32(&r);
	kind = read_u8(&r);
	h->kind = (enum held_kind)(kind & ~DISMISSED);
	h->dismissed = (kind & DISMISSED) != 0;
	name = read_bytes(&r, TABLE_DIGEST);
	if (r.bad)
		fatal("view: a row of what is held is damaged: run zqhub "
		    "rebuild");
	memcpy(h->name, name.at, TABLE_DIGEST);
	h->why = (struct span){ .at = (const char *)r.at,
	    .n = reader_left(&r) };
	return true;
}

static bool
is_waiting(const struct held_row *h)
{
	return h->kind != HELD_KEPT && h->kind != HELD_REFUSED &&
	    !h->dismissed;
}

static bool
is_for_later(const struct held_row *h)
{
	return h->kind == HELD_GATE || h->kind == HELD_SILENCED ||
	    h->kind == HELD_FOREIGN;
}

static enum table
table_of(enum held_kind kind)
{
	switch (kind) {
	case HELD_GATE:
		return TABLE_GATE;
	case HELD_SILENCED:
		return TABLE_SILENCED;
	default:
		must(kind == HELD_FOREIGN);
		return TABLE_FOREIGN;
	}
}

static void
write_row(struct group *g, uint64_t place, const struct held_row *h)
{
	static const char *const words[] = { [HELD_WAITS] = "held",
		[HELD_KEPT] = "kept", [HELD_GATE] = "gate",
		[HELD_REFUSED] = "refused", [HELD_SILENCED] = "silenced",
		[HELD_FOREIGN] = "foreign" };
	struct key k = key_u64(place);

	buf_reset(&g->row);
	write_u32(&g->row, h->site);
	write_u8(&g->row, (uint8_t)(h->kind | (h->dismissed ? DISMISSED :
	    0)));
	buf_put(&g->row, h->name, TABLE_DIGEST);
	buf_span(&g->row, h->why);
	db_put(g->txn, TABLE_HELD, key_look(&k), buf_look(&g->row));
	group_record(g, h->dismissed ? "dismissed" : words[h->kind],
	    buf_look(&g->row));
}

void
held_name(uint8_t name[TABLE_DIGEST], uint32_t site, const struct change *c)
{
	struct buf id;

	if (c->kind != CHANGE_MOVE && c->kind != CHANGE_COVER &&
	    c->kind != CHANGE_REPLY && c->kind != CHANGE_NOTICE) {
		item_name(name, site, item_id(c));
		return;
	}
	buf_init(&id, LIMIT_URL + LIMIT_TEXT + 64);
	buf_printf(&id, "%s ", change_kind_name(c->kind));
	buf_span(&id, c->url);
	if (c->kind == CHANGE_NOTICE && c->word[WORD_SERVICE].n > 0 &&
	    !span_is(c->word[WORD_SCOPE], SPAN("resolved"))) {
		buf_byte(&id, ' ');
		buf_span(&id, c->word[WORD_SERVICE]);
	}
	item_name(name, site, buf_look(&id));
	buf_clear(&id);
}

/* Adds to the counts, or takes off. */
static void
count(struct group *g, const struct held_row *h, int by)
{
	struct stand *s;

	if (is_waiting(h))
		g->meta.held += (uint64_t)by;
	if (h->site == 0)
		return;
	s = group_stand(g, h->site);
	if (is_waiting(h))
		s->held += (uint64_t)by;
	if (h->kind == HELD_GATE)
		s->gated += (uint64_t)by;
	if (h->kind == HELD_REFUSED && !h->dismissed)
		s->refused += (uint64_t)by;
}

static void
put(struct group *g, uint64_t place, const struct held_row *h)
{
	struct key by_site = key_u32_u64(h->site, place);

	write_row(g, place, h);
	db_put(g->txn, TABLE_HELD_SITE, key_look(&by_site),
	    h->dismissed ? DISMISSED_ROW : SPAN_NONE);
	count(g, h, 1);
	stats_add(COUNTER_HELD_CHANGES, 1);
}

/* What an item's next word settles. */
static void
put_name(struct group *g, uint64_t place, const struct held_row *h)
{
	struct key k = key_digest_u64(h->name, place);

	db_put(g->txn, TABLE_HELD_NAME, key_look(&k), SPAN_NONE);
}

/* Out of all lists; `what` is for the record. */
static void
take_out(struct group *g, const struct held_row *h, uint64_t place,
    const char *what)
{
	struct key k = key_u64(place), by_site = key_u32_u64(h->site, place);
	struct key by_name = key_digest_u64(h->name, place);

	db_del(g->txn, TABLE_HELD, key_look(&k));
	db_del(g->txn, TABLE_HELD_SITE, key_look(&by_site));
	db_del(g->txn, TABLE_HELD_NAME, key_look(&by_name));
	if (is_for_later(h))
		db_del(g->txn, table_of(h->kind), key_look(&by_site));
	count(g, h, -1);
	group_record(g, what, key_look(&k));
}

static void
forget(struct group *g, uint32_t site, uint64_t place)
{
	struct held_row h;

	must(held_get(g->txn, place, &h) && h.site == site);
	take_out(g, &h, place, "forgotten");
}

static bool
is_of_item(const struct change *c)
{
	return c != NULL && (c->kind == CHANGE_CREATED ||
	    c->kind == CHANGE_UPDATED || c->kind == CHANGE_DELETED);
}

/* The last place in an index whose keys end in one: before this key, and with
 * the same first `head` bytes. */
static bool
last_before(struct db_txn *t, enum table index, const struct key *k,
    size_t head, uint64_t *place)
{
	struct db_cursor *c = db_cursor_open(t, index);
	struct span key = key_look(k), row;
	bool found = db_cursor_before(c, &key, &row) &&
	    key_heads(k, head, key);

	if (found)
		*place = wire_get_u64((const uint8_t *)key.at + head);
	db_cursor_close(c);
	return found;
}

/* Is what this site has had held last, before this place, held for the very
 * same reason? */
static bool
is_one_more(struct db_txn *t, uint32_t site, uint64_t place, struct span why)
{
	struct key own = key_u32_u64(site, place);
	struct held_row before;
	uint64_t last;

	return last_before(t, TABLE_HELD_SITE, &own, 4, &last) &&
	    held_get(t, last, &before) && !before.dismissed &&
	    span_is(before.why, why);
}

static void
tell(struct group *g, const struct entry *e, const struct change *c,
    struct span why)
{
	bool more = is_of_item(c) && is_one_more(g->txn, e->site, e->place,
	    why);

	held_letter_put(g, e, c, more ? group_stand(g, e->site)->held : 0,
	    why);
}

void
held_keep(struct group *g, const struct entry *e, const struct change *c,
    struct span why)
{
	struct held_row h = { .site = e->site, .kind = HELD_KEPT,
	    .why = text_cut(why, HELD_WHY_MAX) };

	held_name(h.name, e->site, c);
	put(g, e->place, &h);
}

/* --- settling ------------------------------------------------------------- */

static bool
last_of_name(struct db_txn *t, const uint8_t name[TABLE_DIGEST],
    uint64_t before, uint64_t *place)
{
	struct key last = key_digest_u64(name, before);

	return last_before(t, TABLE_HELD_NAME, &last, TABLE_DIGEST, place);
}

bool
held_item(struct db_txn *t, const uint8_t name[TABLE_DIGEST],
    struct held_row *h)
{
	uint64_t place;

	return last_of_name(t, name, UINT64_MAX, &place) && held_get(t, place, h);
}

/* Did it say the very same when it was dismissed? If that has no row with what
 * it said, then what was wrong with it has to do. */
static bool
is_dismissed(struct group *g, const struct held_row *h,
    const struct change *c, uint64_t *before_it)
{
	uint8_t before[32], now[32];
	struct held_row was;
	struct change said;

	if (!last_of_name(g->txn, h->name, UINT64_MAX, before_it) ||
	    !held_get(g->txn, *before_it, &was) || !was.dismissed ||
	    was.kind != h->kind || !span_is(was.why, h->why))
		return false;
	if (!is_for_later(&was))
		return true;
	if (!change_glance(&said, held_later_look(g->txn, was.kind, was.site,
	    *before_it)))
		return false;
	change_item_hash(&said, before);
	change_item_hash(c, now);
	return memcmp(before, now, sizeof(now)) == 0;
}

void
held_put(struct group *g, const struct entry *e, const struct change *c,
    struct span why)
{
	struct held_row h = { .site = e->site,
	    .why = text_cut(why, HELD_WHY_MAX) };
	uint64_t before;

	if (c != NULL && e->site != 0) {
		held_name(h.name, e->site, c);
		h.dismissed = is_dismissed(g, &h, c, &before);
	}
	if (h.dismissed)	/* one row is enough to know it by */
		forget(g, e->site, before);
	put(g, e->place, &h);
	if (e->site == 0)
		return;
	if (c != NULL)
		put_name(g, e->place, &h);
	if (!h.dismissed)
		tell(g, e, c, h.why);
}

void
held_idle(struct group *g, const struct entry *e, const struct change *c,
    struct span why)
{
	struct held_row h = { .site = e->site, .kind = HELD_KEPT,
	    .why = text_cut(why, HELD_WHY_MAX) };

	held_name(h.name, e->site, c);
	put(g, e->place, &h);
	put_name(g, e->place, &h);
	held_letter_idle(g, e, c, h.why);
}

void
held_settle(struct group *g, uint32_t site, const uint8_t name[TABLE_DIGEST],
    uint64_t place)
{
	struct held_row h;
	uint64_t last;

	while (last_of_name(g->txn, name, place, &last)) {
		must(held_get(g->txn, last, &h) && h.site == site);
		take_out(g, &h, last, "settled");
	}
}

/* --- for later ------------------------------------------------------------ */

/* It says what became of another item, too. */
static bool
is_rename(struct group *g, const struct held_row *h, uint64_t place)
{
	struct change c;

	return is_for_later(h) && change_glance(&c, held_later_look(g->txn,
	    h->kind, h->site, place)) && c.word[WORD_FORMER].n > 0;
}

/* The newest word counts, but that the item was another one before is said
 * only once. What is held for another reason stays so. */
static void
replace(struct group *g, const uint8_t name[TABLE_DIGEST])
{
	struct held_row before;
	uint64_t place;

	while (last_of_name(g->txn, name, UINT64_MAX, &place) &&
	    held_get(g->txn, place, &before) &&
	    (is_for_later(&before) || before.kind == HELD_REFUSED) &&
	    !is_rename(g, &before, place))
		take_out(g, &before, place, "settled");
}

void
held_later(struct group *g, const struct entry *e, const struct change *c,
    enum held_kind kind, struct span why)
{
	struct held_row h = { .site = e->site, .kind = kind,
	    .why = text_cut(why, HELD_WHY_MAX) };
	struct key k = key_u32_u64(e->site, e->place);
	uint64_t before;

	held_name(h.name, e->site, c);
	h.dismissed = is_dismissed(g, &h, c, &before);
	if (c->kind != CHANGE_NOTICE)	/* several stand beside each other */
		replace(g, h.name);
	put(g, e->place, &h);
	put_name(g, e->place, &h);
	db_put(g->txn, table_of(kind), key_look(&k), e->body);
	if (kind == HELD_FOREIGN && !h.dismissed)
		tell(g, e, c, h.why);
}

bool
held_withdraw(struct group *g, uint32_t site,
    const uint8_t name[TABLE_DIGEST])
{
	uint64_t place = UINT64_MAX;
	bool any = false;
	struct change c;
	struct held_row h;

	while (last_of_name(g->txn, name, place, &place)) {
		must(held_get(g->txn, place, &h) && h.site == site);
		if (h.kind != HELD_FOREIGN || !change_glance(&c,
		    held_later_look(g->txn, h.kind, site, place)) ||
		    c.kind == CHANGE_DELETED || c.word[WORD_FORMER].n > 0)
			return false;
		any = true;
	}
	if (any)
		held_settle(g, site, name, UINT64_MAX);
	return any;
}

/* The first key of a site, at `from` or later, in a table that is ordered by
 * site and place. */
static bool
first_of(struct db_txn *t, enum table table, uint32_t site, uint64_t from,
    uint64_t *place)
{
	struct db_cursor *c = db_cursor_open(t, table);
	struct key first = key_u32_u64(site, from);
	struct span key = key_look(&first), row;
	bool found = db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key_heads(&first, 4, key);

	if (found)
		*place = wire_get_u64((const uint8_t *)key.at + 4);
	db_cursor_close(c);
	return found;
}

bool
held_later_next(struct db_txn *t, enum held_kind kind, uint32_t site,
    uint64_t after, uint64_t *place)
{
	return first_of(t, table_of(kind), site, after + 1, place);
}

bool
held_later_of(struct db_txn *t, enum held_kind kind, uint32_t site,
    const uint8_t name[TABLE_DIGEST], uint64_t *place, struct buf *row)
{
	struct held_row h;

	if (!last_of_name(t, name, UINT64_MAX, place) ||
	    !held_get(t, *place, &h) || h.kind != kind || h.site != site ||
	    h.dismissed)
		return false;
	buf_span(row, held_later_look(t, kind, site, *place));
	return true;
}

struct span
held_later_look(struct db_txn *t, enum held_kind kind, uint32_t site,
    uint64_t place)
{
	struct key k = key_u32_u64(site, place);
	struct span row = SPAN_NONE;

	(void)db_get(t, table_of(kind), key_look(&k), &row);
	return row;
}

bool
held_later_take(struct group *g, enum held_kind kind, uint32_t site,
    uint64_t place, struct buf *said)
{
	struct key k = key_u32_u64(site, place);
	struct held_row h;
	struct span row;

	if (!db_get(g->txn, table_of(kind), key_look(&k), &row) ||
	    !held_get(g->txn, place, &h))
		return false;
	buf_reset(said);
	buf_span(said, row);
	take_out(g, &h, place, "taken up");
	return true;
}

void
held_refuse(struct group *g, uint32_t site, uint64_t place, struct span why)
{
	struct key k = key_u32_u64(site, place);
	struct held_row h;

	must(held_get(g->txn, place, &h) && h.kind == HELD_GATE);
	count(g, &h, -1);
	h.kind = HELD_REFUSED;
	h.why = text_cut(why, HELD_WHY_MAX);
	count(g, &h, 1);
	write_row(g, place, &h);
	db_del(g->txn, TABLE_GATE, key_look(&k));
}

/* --- dismissing ----------------------------------------------------------- */

/* Is it of something that has a name, which may be said again? */
static bool
has_name(struct db_txn *t, const struct held_row *h, uint64_t place)
{
	struct key k = key_digest_u64(h->name, place);
	struct span row;

	return db_get(t, TABLE_HELD_NAME, key_look(&k), &row);
}

/* What the gate held is as good as refused. */
static void
hide(struct group *g, const struct held_row *h, uint64_t place)
{
	struct key k = key_u32_u64(h->site, place);
	struct held_row now = *h;
	char why[HELD_WHY_MAX];

	memcpy(why, h->why.at, h->why.n);	/* until the next write */
	now.why.at = why;
	now.dismissed = true;
	count(g, h, -1);
	if (h->kind == HELD_GATE) {
		db_del(g->txn, TABLE_GATE, key_look(&k));
		now.kind = HELD_REFUSED;
	}
	put(g, place, &now);
}

bool
held_dismiss(struct group *g, uint32_t site, uint64_t place)
{
	struct held_row h;

	if (!held_get(g->txn, place, &h) || h.site != site || h.dismissed)
		return false;
	if (has_name(g->txn, &h, place))
		hide(g, &h, place);
	else
		take_out(g, &h, place, "dismissed");
	return true;
}

void
held_forget_silenced(struct group *g, uint32_t site)
{
	uint64_t place;

	while (first_of(g->txn, TABLE_SILENCED, site, 0, &place))
		forget(g, site, place);
}

void
held_forget_some(struct group *g, uint32_t site, uint64_t most)
{
	uint64_t place;

	for (; most > 0 && first_of(g->txn, TABLE_HELD_SITE, site, 0, &place);
	    most--)
		forget(g, site, place);
}

void
held_dismiss_all(struct group *g, uint32_t site)
{
	uint64_t place = 0;

	for (; first_of(g->txn, TABLE_HELD_SITE, site, place, &place); place++)
		(void)held_dismiss(g, site, place);
}

static uint64_t
count_rows(struct db_txn *t, uint32_t site, bool all, uint64_t most)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_HELD_SITE);
	struct key first = key_u32_u64(site, 0);
	struct span key = key_look(&first), row;
	bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);
	uint64_t n = 0;

	while (more && n < most && key_heads(&first, 4, key)) {
		n += all || row.n == 0;
		more = db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	db_cursor_close(c);
	return n;
}

uint64_t
held_count(struct db_txn *t, uint32_t site, uint64_t most)
{
	return count_rows(t, site, false, most);
}

uint64_t
held_rows(struct db_txn *t, uint32_t site)
{
	return count_rows(t, site, true, UINT64_MAX);
}
