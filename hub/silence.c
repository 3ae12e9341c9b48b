/*
 * Silences: rows and lists; see silence.h. There are few, and those that
 * hold are found by looking at all from the newest on.
 */
#include "hub/silence.h"

#include "contrib/base/err.h"
#include "hub/table.h"
#include "protocol/wire.h"

static void
read_row(struct silence *s, uint32_t number, struct span row)
{
	struct reader r = reader_of(row);

	*s = (struct silence){ .number = number };
	s->rule = read_span(&r);
	s->site = read_u32(&r);
	s->from = (int64_t)read_u64(&r);
	s->until = (int64_t)read_u64(&r);
	s->by = read_span(&r);
	s->reason = read_span(&r);
	s->lifted = read_u8(&r) != 0;
	if (!reader_done(&r))
		fatal("view: silence %u is damaged: run zqhub rebuild",
		    number);
}

bool
silence_get(struct db_txn *t, uint32_t number, struct silence *s)
{
	struct key k = key_u32(number);
	struct span row;

	if (!db_get(t, TABLE_SILENCE, key_look(&k), &row))
		return false;
	read_row(s, number, row);
	return true;
}

void
silence_put(struct db_txn *t, const struct silence *s, struct buf *row)
{
	struct key k = key_u32(s->number);

	buf_reset(row);
	write_span(row, s->rule);
	write_u32(row, s->site);
	write_u64(row, (uint64_t)s->from);
	write_u64(row, (uint64_t)s->until);
	write_span(row, s->by);
	write_span(row, s->reason);
	write_u8(row, s->lifted);
	must(!row->bad);
	db_put(t, TABLE_SILENCE, key_look(&k), buf_look(row));
}

uint32_t
silence_last(struct db_txn *t)
{
	return table_last(t, TABLE_SILENCE);
}

void
silence_each(struct db_txn *t, int64_t now, bool all, silence_fn *each,
    void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_SILENCE);
	MDB_cursor_op op = MDB_LAST;
	struct span key, row;
	struct silence s;

	for (; db_cursor_get(c, op, &key, &row); op = MDB_PREV) {
		read_row(&s, wire_get_u32((const uint8_t *)key.at), row);
		if ((all || now < s.until) && !each(arg, &s))
			break;
	}
	db_cursor_close(c);
}

struct cover {
	struct span rule;
	uint32_t site;
	bool found;
};

static bool
cover(void *arg, const struct silence *s)
{
	struct cover *c = arg;

	c->found = (s->rule.n == 0 || span_is(s->rule, c->rule)) &&
	    (s->site == 0 || s->site == c->site);
	return !c->found;
}

bool
silence_covers(struct db_txn *t, struct span rule, uint32_t site,
    int64_t now)
{
	struct cover c = { .rule = rule, .site = site };

	silence_each(t, now, false, cover, &c);
	return c.found;
}
