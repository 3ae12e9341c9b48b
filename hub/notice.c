/*
 * Rows of notices, and finding them; see notice.h. What time makes of them is
 * in notice_time.c.
 */
#include "hub/notice.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "hub/table.h"
#include "protocol/wire.h"

enum flag { FLAG_OPERATED = 1 };

/* --- names --------------------------------------------------------------- */

static const struct {
	const char *name, *word;
} kinds[NOTICE_KINDS] = {
	[NOTICE_NONE] = { "none", "" },
	[NOTICE_OUTAGE] = { "outage", N_("outage") },
	[NOTICE_MAINTENANCE] = { "maintenance", N_("maintenance") },
	[NOTICE_CLOSING] = { "closing", N_("closing") },
};

const char *
notice_kind_name(enum notice_kind k)
{
	must(k < NOTICE_KINDS);
	return kinds[k].name;
}

const char *
notice_kind_word(enum notice_kind k)
{
	must(k > NOTICE_NONE && k < NOTICE_KINDS);
	return _(kinds[k].word);
}

enum notice_kind
notice_kind_named(struct span name)
{
	for (unsigned k = NOTICE_OUTAGE; k < NOTICE_KINDS; k++)
		if (span_is(name, span_of(kinds[k].name)))
			return (enum notice_kind)k;
	return NOTICE_NONE;
}

static const char *const states[NOTICE_STATES] = {
	[0] = "none",
	[NOTICE_OPEN] = "open",
	[NOTICE_OVERRUN] = "overrun",
	[NOTICE_RESOLVED] = "resolved",
	[NOTICE_WITHDRAWN] = "withdrawn",
	[NOTICE_OVER] = "over",
};

const char *
notice_state_name(enum notice_state s)
{
	must((unsigned)s < NOTICE_STATES);
	return states[s];
}

enum notice_state
notice_state_named(struct span name)
{
	for (unsigned s = NOTICE_OPEN; s < NOTICE_STATES; s++)
		if (span_is(name, span_of(states[s])))
			return (enum notice_state)s;
	return (enum notice_state)0;
}

/* --- the row ------------------------------------------------------------- */

void
notice_write(struct buf *row, const struct notice *n)
{
	write_u32(row, n->site);
	write_u8(row, (uint8_t)n->kind);
	write_u8(row, (uint8_t)n->state);
	write_u8(row, n->operated ? FLAG_OPERATED : 0);
	write_u64(row, (uint64_t)n->announced);
	write_u64(row, (uint64_t)n->from);
	write_u64(row, (uint64_t)n->until);
	write_u64(row, (uint64_t)n->changed);
	write_u64(row, (uint64_t)n->ended);
	write_u64(row, n->place);
	write_span(row, n->service);
	write_span(row, n->recurs);
	write_span(row, n->zone);
	write_span(row, n->see);
	write_span(row, n->reason);
	write_span(row, n->by);
	write_span(row, n->end_reason);
	write_span(row, n->end_by);
}

static void
read_words(struct notice *n, struct reader *r)
{
	n->service = read_span(r);
	n->recurs = read_span(r);
	n->zone = read_span(r);
	n->see = read_span(r);
	n->reason = read_span(r);
	n->by = read_span(r);
	n->end_reason = read_span(r);
	n->end_by = read_span(r);
}

void
notice_read(struct notice *n, uint32_t number, struct span row)
{
	struct reader r = reader_of(row);
	uint8_t flags;

	*n = (struct notice){ .number = number };
	n->site = read_u32(&r);
	n->kind = (enum notice_kind)read_u8(&r);
	n->state = (enum notice_state)read_u8(&r);
	flags = read_u8(&r);
	n->operated = (flags & FLAG_OPERATED) != 0;
	n->announced = (int64_t)read_u64(&r);
	n->from = (int64_t)read_u64(&r);
	n->until = (int64_t)read_u64(&r);
	n->changed = (int64_t)read_u64(&r);
	n->ended = (int64_t)read_u64(&r);
	n->place = read_u64(&r);
	read_words(n, &r);
	if (!reader_done(&r) || n->kind >= NOTICE_KINDS ||
	    (unsigned)n->state >= NOTICE_STATES)
		fatal("view: the row of notice %u is damaged: run zqhub "
		    "rebuild", number);
}

/* --- the tables ---------------------------------------------------------- */

bool
notice_get(struct db_txn *t, uint32_t number, struct notice *n)
{
	struct key k = key_u32(number);
	struct span row;

	if (!db_get(t, TABLE_NOTICE, key_look(&k), &row))
		return false;
	notice_read(n, number, row);
	return true;
}

/* What n points to may be in the table: the row is written first. */
void
notice_put(struct db_txn *t, const struct notice *n, struct buf *row)
{
	struct key number = key_u32(n->number);
	struct key of_site = key_u32_u64(n->site, n->number);
	bool open = notice_is_open(n);

	buf_reset(row);
	notice_write(row, n);
	must(!row->bad);
	db_put(t, TABLE_NOTICE, key_look(&number), buf_look(row));
	db_put(t, TABLE_NOTICE_SITE, key_look(&of_site), SPAN_NONE);
	if (open)
		db_put(t, TABLE_NOTICE_OPEN, key_look(&of_site), SPAN_NONE);
	else
		db_del(t, TABLE_NOTICE_OPEN, key_look(&of_site));
}

uint32_t
notice_last(struct db_txn *t)
{
	return table_last(t, TABLE_NOTICE);
}

static void
each_of_all(struct db_txn *t, notice_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_NOTICE);
	struct span key, row;
	struct notice n;
	bool more = db_cursor_get(c, MDB_LAST, &key, &row);

	while (more) {
		notice_read(&n, wire_get_u32((const uint8_t *)key.at), row);
		more = each(arg, &n) &&
		    db_cursor_get(c, MDB_PREV, &key, &row);
	}
	db_cursor_close(c);
}

/* By an index, backwards from this key while its first `head` bytes are the
 * same. */
static void
each_by(struct db_txn *t, enum table index, const struct key *k, size_t head,
    notice_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, index);
	struct span key = key_look(k), none;
	struct notice n;
	bool more = db_cursor_before(c, &key, &none);

	while (more && key_heads(k, head, key)) {
		uint64_t number = wire_get_u64((const uint8_t *)key.at + 4);

		more = (!notice_get(t, (uint32_t)number, &n) ||
		    each(arg, &n)) &&
		    db_cursor_get(c, MDB_PREV, &key, &none);
	}
	db_cursor_close(c);
}

void
notice_each(struct db_txn *t, uint32_t site, notice_fn *each, void *arg)
{
	struct key k = key_u32_u64(site, UINT64_MAX);

	if (site == 0)
		each_of_all(t, each, arg);
	else
		each_by(t, TABLE_NOTICE_SITE, &k, 4, each, arg);
}

void
notice_each_open(struct db_txn *t, uint32_t site, notice_fn *each, void *arg)
{
	struct key k = key_u32_u64(site != 0 ? site : UINT32_MAX,
	    UINT64_MAX);

	each_by(t, TABLE_NOTICE_OPEN, &k, site != 0 ? 4 : 0, each, arg);
}
