/*
 * The ledger: rows and lists; see ledger.h.
 */
#include "hub/ledger.h"

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "hub/table.h"
#include "protocol/wire.h"

/* --- names ------------------------------------------------------------------ */

static const char *const states[DELIVERY_STATES] = {
	[DELIVERY_INTENDED] = N_("intended"),
	[DELIVERY_TRYING] = N_("trying"),
	[DELIVERY_SENT] = N_("sent"),
	[DELIVERY_CONFIRMED] = N_("confirmed"),
	[DELIVERY_FAILED] = N_("failed"),
};

const char *
ledger_state_name(enum delivery_state s)
{
	must(s < DELIVERY_STATES);
	return states[s];
}

bool
ledger_state_parse(enum delivery_state *s, struct span name)
{
	for (int i = 0; i < DELIVERY_STATES; i++) {
		if (!span_is(name, span_of(states[i])))
			continue;
		*s = (enum delivery_state)i;
		return true;
	}
	return false;
}

bool
ledger_is_done(enum delivery_state s)
{
	return s >= DELIVERY_SENT;
}

/* --- rows ------------------------------------------------------------------- */

static void
read_row(struct delivery *d, uint64_t number, struct span row)
{
	struct reader r = reader_of(row);

	*d = (struct delivery){ .number = number };
	d->alert = read_u32(&r);
	d->notice = read_u64(&r);
	d->receiver = read_span(&r);
	d->state = (enum delivery_state)read_u8(&r);
	d->tries = read_u32(&r);
	d->intended = (int64_t)read_u64(&r);
	d->at = (int64_t)read_u64(&r);
	d->error = read_span(&r);
	if (!reader_done(&r) || d->state >= DELIVERY_STATES)
		fatal("view: delivery %llu is damaged: run zqhub rebuild",
		    (unsigned long long)number);
}

bool
ledger_get(struct db_txn *t, uint64_t number, struct delivery *d)
{
	struct key k = key_u64(number);
	struct span row;

	if (!db_get(t, TABLE_DELIVERY, key_look(&k), &row))
		return false;
	read_row(d, number, row);
	return true;
}

void
ledger_put(struct db_txn *t, const struct delivery *d, struct buf *row)
{
	struct key k = key_u64(d->number);
	struct key of = key_u32_u64(d->alert, d->number);

	buf_reset(row);
	write_u32(row, d->alert);
	write_u64(row, d->notice);
	write_span(row, d->receiver);
	write_u8(row, (uint8_t)d->state);
	write_u32(row, d->tries);
	write_u64(row, (uint64_t)d->intended);
	write_u64(row, (uint64_t)d->at);
	write_span(row, d->error);
	must(!row->bad);
	db_put(t, TABLE_DELIVERY, key_look(&k), buf_look(row));
	db_put(t, TABLE_DELIVERY_OF, key_look(&of), SPAN_NONE);
	if (ledger_is_done(d->state))
		db_del(t, TABLE_DELIVERY_DUE, key_look(&k));
	else
		db_put(t, TABLE_DELIVERY_DUE, key_look(&k), SPAN_NONE);
}

uint64_t
ledger_last(struct db_txn *t)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_DELIVERY);
	struct span key, row;
	uint64_t last = 0;

	if (db_cursor_get(c, MDB_LAST, &key, &row))
		last = wire_get_u64((const uint8_t *)key.at);
	db_cursor_close(c);
	return last;
}

/* --- notices ---------------------------------------------------------------- */

bool
ledger_notice(struct db_txn *t, uint32_t alert, uint64_t number,
    struct ledger_notice *n)
{
	struct key k = key_u32_u64(alert, number);
	struct reader r;
	struct span row;

	if (!db_get(t, TABLE_ALERT_NOTICE, key_look(&k), &row))
		return false;
	r = reader_of(row);
	n->event = (enum alert_event)read_u8(&r);
	n->at = (int64_t)read_u64(&r);
	n->text = read_span(&r);
	if (!reader_done(&r) || n->event >= ALERT_EVENTS)
		fatal("view: a notice of alert %u is damaged: run zqhub "
		    "rebuild", alert);
	return true;
}

void
ledger_put_notice(struct db_txn *t, uint32_t alert, uint64_t number,
    const struct ledger_notice *n, struct buf *row)
{
	struct key k = key_u32_u64(alert, number);

	buf_reset(row);
	write_u8(row, (uint8_t)n->event);
	write_u64(row, (uint64_t)n->at);
	write_span(row, n->text);
	must(!row->bad);
	db_put(t, TABLE_ALERT_NOTICE, key_look(&k), buf_look(row));
}

/* --- lists ------------------------------------------------------------------ */

void
ledger_each_due(struct db_txn *t, uint64_t from, ledger_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_DELIVERY_DUE);
	struct key k = key_u64(from);
	struct span key = key_look(&k), none;
	MDB_cursor_op op = MDB_SET_RANGE;
	struct delivery d;

	for (; db_cursor_get(c, op, &key, &none); op = MDB_NEXT) {
		if (ledger_get(t, wire_get_u64((const uint8_t *)key.at),
		    &d) && !each(arg, &d))
			break;
	}
	db_cursor_close(c);
}

void
ledger_each(struct db_txn *t, uint64_t before, ledger_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_DELIVERY);
	struct key k = key_u64(before);
	struct span key = key_look(&k), row;
	MDB_cursor_op op = MDB_LAST;
	struct delivery d;

	if (before != 0 && db_cursor_get(c, MDB_SET_RANGE, &key, &row))
		op = MDB_PREV;
	for (; db_cursor_get(c, op, &key, &row); op = MDB_PREV) {
		read_row(&d, wire_get_u64((const uint8_t *)key.at), row);
		if (!each(arg, &d))
			break;
	}
	db_cursor_close(c);
}

void
ledger_each_of(struct db_txn *t, uint32_t alert, ledger_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_DELIVERY_OF);
	struct key k = key_u32_u64(alert, 0);
	struct span key = key_look(&k), none;
	MDB_cursor_op op = MDB_SET_RANGE;
	struct delivery d;

	for (; db_cursor_get(c, op, &key, &none) && key_heads(&k, 4, key);
	    op = MDB_NEXT) {
		if (ledger_get(t, wire_get_u64((const uint8_t *)key.at + 4),
		    &d) && !each(arg, &d))
			break;
	}
	db_cursor_close(c);
}

/* The first row of a table that belongs to the alert; false: none. */
static bool
first_of(struct db_txn *t, enum table table, uint32_t alert, uint64_t *n)
{
	struct db_cursor *c = db_cursor_open(t, table);
	struct key k = key_u32_u64(alert, 0);
	struct span key = key_look(&k), row;
	bool found = db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key_heads(&k, 4, key);

	if (found)
		*n = wire_get_u64((const uint8_t *)key.at + 4);
	db_cursor_close(c);
	return found;
}

void
ledger_forget(struct db_txn *t, uint32_t alert)
{
	struct key k, of;
	uint64_t n;

	while (first_of(t, TABLE_DELIVERY_OF, alert, &n)) {
		k = key_u64(n);
		of = key_u32_u64(alert, n);
		db_del(t, TABLE_DELIVERY, key_look(&k));
		db_del(t, TABLE_DELIVERY_DUE, key_look(&k));
		db_del(t, TABLE_DELIVERY_OF, key_look(&of));
	}
	while (first_of(t, TABLE_ALERT_NOTICE, alert, &n)) {
		k = key_u32_u64(alert, n);
		db_del(t, TABLE_ALERT_NOTICE, key_look(&k));
	}
}
