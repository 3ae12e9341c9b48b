/*
 * Rows of moves, and finding them; see move.h.
 */
#include "hub/move.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/table.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/sha.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

#define DAY_MS INT64_C(86400000)

enum flag { FLAG_OPERATED = 1, FLAG_NEEDS = 2, FLAG_AGREED = 4,
	FLAG_BAD = 8 };

/* --- the row ---------------------------------------------------------------- */

static uint8_t
flags_of(const struct move *m)
{
	return (uint8_t)((m->operated ? FLAG_OPERATED : 0) |
	    (m->needs ? FLAG_NEEDS : 0) | (m->agreed ? FLAG_AGREED : 0) |
	    (m->bad ? FLAG_BAD : 0));
}

void
move_write(struct buf *row, const struct move *m)
{
	write_u32(row, m->site);
	write_u32(row, m->other);
	write_u8(row, (uint8_t)m->state);
	write_u8(row, m->scope);
	write_u8(row, flags_of(m));
	write_u64(row, (uint64_t)m->announced);
	write_u64(row, (uint64_t)m->from);
	write_u64(row, (uint64_t)m->until);
	write_u64(row, (uint64_t)m->changed);
	write_u64(row, (uint64_t)m->settle);
	write_u64(row, (uint64_t)m->checked);
	write_u64(row, (uint64_t)m->verified);
	write_u64(row, m->place);
	write_u32(row, m->rival);
	write_varint(row, m->sites);
	write_varint(row, m->pages);
	write_varint(row, m->looked);
	write_varint(row, m->wrong);
	write_span(row, m->old);
	write_span(row, m->new);
	write_span(row, m->reason);
	write_span(row, m->by);
	write_span(row, m->why);
}

static void
read_flags(struct move *m, uint8_t flags)
{
	m->operated = flags & FLAG_OPERATED;
	m->needs = flags & FLAG_NEEDS;
	m->agreed = flags & FLAG_AGREED;
	m->bad = flags & FLAG_BAD;
}

static void
read_times(struct move *m, struct reader *r)
{
	m->announced = (int64_t)read_u64(r);
	m->from = (int64_t)read_u64(r);
	m->until = (int64_t)read_u64(r);
	m->changed = (int64_t)read_u64(r);
	m->settle = (int64_t)read_u64(r);
	m->checked = (int64_t)read_u64(r);
	m->verified = (int64_t)read_u64(r);
}

void
move_read(struct move *m, uint32_t number, struct span row)
{
	struct reader r = reader_of(row);

	*m = (struct move){ .number = number };
	m->site = read_u32(&r);
	m->other = read_u32(&r);
	m->state = (enum move_state)read_u8(&r);
	m->scope = read_u8(&r);
	read_flags(m, read_u8(&r));
	read_times(m, &r);
	m->place = read_u64(&r);
	m->rival = read_u32(&r);
	m->sites = read_varint(&r);
	m->pages = read_varint(&r);
	m->looked = read_varint(&r);
	m->wrong = read_varint(&r);
	m->old = read_span(&r);
	m->new = read_span(&r);
	m->reason = read_span(&r);
	m->by = read_span(&r);
	m->why = read_span(&r);
	if (!reader_done(&r) || m->state >= MOVE_STATES)
		fatal("view: the row of move %u is damaged: run zqhub "
		    "rebuild", number);
}

/* --- the tables --------------------------------------------------------------- */

bool
move_get(struct db_txn *t, uint32_t number, struct move *m)
{
	struct key k = key_u32(number);
	struct span row;

	if (!db_get(t, TABLE_MOVE, key_look(&k), &row))
		return false;
	move_read(m, number, row);
	return true;
}

/* An address is known by its place, what is below one by its beginning, spelled
 * likewise; its scheme is no matter in either. */
static struct key
key_of_old(struct span old, bool below, uint64_t number)
{
	uint8_t kind = below, digest[32];
	struct buf place;
	struct sha s;

	buf_init(&place, LIMIT_URL);
	if (below || !url_place(&place, old))
		url_place_spell(&place, url_bare(old));
	sha_begin(&s);
	sha_add(&s, &kind, 1);
	sha_add(&s, place.at, place.n);
	sha_end(&s, digest);
	buf_clear(&place);
	return key_digest_u64(digest, number);
}

static bool
is_below(const struct move *m)
{
	return m->scope != REWRITE_ADDRESS;
}

static void
put_when(struct db_txn *t, enum table table, int64_t when, uint32_t number,
    bool there)
{
	struct key k = key_u64_u32((uint64_t)when, number);

	if (when == CLOCK_NONE)
		return;
	if (there)
		db_put(t, table, key_look(&k), SPAN_NONE);
	else
		db_del(t, table, key_look(&k));
}

static void
put_due(struct db_txn *t, const struct move *m, bool there)
{
	put_when(t, TABLE_DUE, move_when_due(m), m->number, there);
	put_when(t, TABLE_SETTLE, m->settle, m->number, there);
}

void
move_put(struct db_txn *t, const struct move *m, struct buf *row)
{
	struct key k = key_u32(m->number);
	struct key old = key_of_old(m->old, is_below(m), m->number);
	struct move was, now;

	buf_reset(row);
	move_write(row, m);
	must(!row->bad);
	move_read(&now, m->number, buf_look(row));
	if (move_get(t, m->number, &was))
		put_due(t, &was, false);
	else
		db_put(t, TABLE_MOVE_OLD, key_look(&old), SPAN_NONE);
	db_put(t, TABLE_MOVE, key_look(&k), buf_look(row));
	put_due(t, &now, true);
}

uint32_t
move_last(struct db_txn *t)
{
	return table_last(t, TABLE_MOVE);
}

void
move_each(struct db_txn *t, uint32_t from, move_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_MOVE);
	struct key first = key_u32(from);
	struct span key = key_look(&first), row;
	struct move m;
	bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);

	while (more) {
		move_read(&m, wire_get_u32((const uint8_t *)key.at), row);
		more = each(arg, &m) &&
		    db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	db_cursor_close(c);
}

bool
move_ever_of_old(struct db_txn *t, struct span old, bool below,
    uint32_t before, struct move *m)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_MOVE_OLD);
	struct key k = key_of_old(old, below,
	    before > 0 ? before : UINT64_MAX);
	struct span key = key_look(&k), none;
	bool found = false, more;

	more = db_cursor_before(c, &key, &none);
	while (more && !found && key_heads(&k, TABLE_DIGEST, key)) {
		uint64_t number = wire_get_u64((const uint8_t *)key.at +
		    TABLE_DIGEST);

		found = move_get(t, (uint32_t)number, m);
		more = db_cursor_get(c, MDB_PREV, &key, &none);
	}
	db_cursor_close(c);
	return found;
}

bool
move_of_old(struct db_txn *t, struct span old, bool below, uint32_t before,
    struct move *m)
{
	while (move_ever_of_old(t, old, below, before, m)) {
		if (!move_is_over(m->state))
			return true;
		before = m->number;
	}
	return false;
}

static bool
each_of_old(struct db_txn *t, struct span old, bool below, move_fn *each,
    void *arg)
{
	struct move m;
	uint32_t before = 0;

	while (move_of_old(t, old, below, before, &m)) {
		before = m.number;
		if (!each(arg, &m))
			return false;
	}
	return true;
}

void
move_each_outer(struct db_txn *t, struct span url, move_fn *each, void *arg)
{
	size_t host = url.n - url_bare(url).n;
	const char *asked = url.n > 0 ? memchr(url.at, '?', url.n) : NULL;
	struct span path = { url.at, asked == NULL ? url.n :
	    (size_t)(asked - url.at) };
	bool more = each_of_old(t, url, false, each, arg);
	struct buf b;

	if (more && asked != NULL)
		more = each_of_old(t, path, false, each, arg);
	buf_init(&b, LIMIT_URL + 1);
	buf_span(&b, path);
	buf_byte(&b, '/');	/* "/a/" has "/a", too */
	for (size_t i = host; more && i < b.n; i++)
		if (b.at[i] == '/')
			more = each_of_old(t, (struct span){ b.at, i + 1 },
			    true, each, arg);
	buf_clear(&b);
}

/* --- when something is due ------------------------------------------------------ */

int64_t
move_when_due(const struct move *m)
{
	if (m->state == MOVE_ANNOUNCED || m->state == MOVE_CHECKED)
		return m->from;
	return move_is_over(m->state) ? CLOCK_NONE : m->until;
}

static bool
first_when(struct db_txn *t, enum table table, int64_t *when,
    uint32_t *number)
{
	struct db_cursor *c = db_cursor_open(t, table);
	struct span key, none;
	bool found = db_cursor_get(c, MDB_FIRST, &key, &none);

	if (found) {
		*when = (int64_t)wire_get_u64((const uint8_t *)key.at);
		*number = wire_get_u32((const uint8_t *)key.at + 8);
	}
	db_cursor_close(c);
	return found;
}

bool
move_due(struct db_txn *t, int64_t *when, uint32_t *number)
{
	return first_when(t, TABLE_DUE, when, number);
}

bool
move_settling(struct db_txn *t, int64_t *since, uint32_t *number)
{
	return first_when(t, TABLE_SETTLE, since, number);
}

bool
move_is_settled(int64_t since, int64_t grace, int64_t now)
{
	return now - since >= grace || since - now > grace;
}

/* --- as rules --------------------------------------------------------------------- */

bool
move_counts(const struct move *m)
{
	if (m->state == MOVE_ANNOUNCED || m->state == MOVE_CHECKED)
		return m->agreed;
	return move_is_effective(m->state);
}

bool
move_is_agreed(const struct move *m)
{
	return m->agreed && !m->bad && m->state != MOVE_CONTESTED;
}

void
move_rule(const struct move *m, struct rewrite_rule *r)
{
	*r = (struct rewrite_rule){
		.scope = (enum rewrite_scope)m->scope,
		.from = m->old, .to = m->new,
		.at = m->from, .until = m->until, .number = m->number,
	};
}

void
move_put_rule(struct rewrite *set, const struct rewrite_rule *r)
{
	if (rewrite_rule_is_sane(r, NULL))
		rewrite_put(set, r);
}

static bool
add_rule(void *arg, const struct move *m)
{
	struct rewrite_rule r;

	move_rule(m, &r);
	if (move_counts(m))
		move_put_rule(arg, &r);
	return true;
}

void
move_rules(struct db_txn *t, struct rewrite *set)
{
	move_each(t, 0, add_rule, set);
}

void
move_rule_effective(const struct move *m, struct rewrite_rule *r)
{
	move_rule(m, r);
	r->until = CLOCK_NONE;
}

static bool
add_effective(void *arg, const struct move *m)
{
	struct rewrite_rule r;

	move_rule_effective(m, &r);
	if (move_is_effective(m->state))
		move_put_rule(arg, &r);
	return true;
}

void
move_rules_effective(struct db_txn *t, struct rewrite *set)
{
	move_each(t, 0, add_effective, set);
}

bool
move_leads(const struct rewrite *set, struct span url, int64_t at)
{
	return rewrite_url(set, url, at, NULL, NULL) ||
	    rewrite_url(set, url, at + DAY_MS, NULL, NULL);
}
