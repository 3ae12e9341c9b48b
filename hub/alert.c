/*
 * Alerts: names, rows, lists; see alert.h.
 */
#include "hub/alert.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "hub/table.h"
#include "protocol/wire.h"

/* --- names ------------------------------------------------------------------ */

static const char *const severities[ALERT_SEVERITIES] = {
	[ALERT_INFO] = "info",
	[ALERT_WARNING] = "warning",
	[ALERT_CRITICAL] = "critical",
	[ALERT_DANGER] = "danger",
};

static const char *const events[ALERT_EVENTS] = {
	[ALERT_FIRING] = "firing",
	[ALERT_MORE] = "more",
	[ALERT_RAISED] = "raised",
	[ALERT_REMINDER] = "reminder",
	[ALERT_RESOLVED] = "resolved",
	[ALERT_TEST] = "test",
};

const char *
alert_severity_name(enum alert_severity s)
{
	must(s < ALERT_SEVERITIES);
	return severities[s];
}

const char *
alert_severity_word(enum alert_severity s)
{
	static const char *const words[ALERT_SEVERITIES] = {
		[ALERT_INFO] = N_("info"),
		[ALERT_WARNING] = N_("warning"),
		[ALERT_CRITICAL] = N_("critical"),
		[ALERT_DANGER] = N_("danger"),
	};

	must(s < ALERT_SEVERITIES);
	return _(words[s]);
}

bool
alert_severity_parse(enum alert_severity *s, struct span name)
{
	for (int i = 0; i < ALERT_SEVERITIES; i++) {
		if (!span_is(name, span_of(severities[i])))
			continue;
		*s = (enum alert_severity)i;
		return true;
	}
	return false;
}

const char *
alert_event_name(enum alert_event e)
{
	must(e < ALERT_EVENTS);
	return events[e];
}

bool
alert_event_parse(enum alert_event *e, struct span name)
{
	for (int i = 0; i < ALERT_EVENTS; i++) {
		if (!span_is(name, span_of(events[i])))
			continue;
		*e = (enum alert_event)i;
		return true;
	}
	return false;
}

/* --- rows ------------------------------------------------------------------- */

static void
put_time(struct buf *b, int64_t ms)
{
	write_u64(b, (uint64_t)ms);
}

static int64_t
get_time(struct reader *r)
{
	return (int64_t)read_u64(r);
}

void
alert_member_write(struct buf *b, const struct alert_member *m)
{
	write_span(b, m->subject);
	write_u32(b, m->site);
	put_time(b, m->since);
	put_time(b, m->ended);
	write_span(b, m->detail);
	put_time(b, m->seen);
}

void
alert_told_write(struct buf *b, const struct alert_told *r)
{
	write_span(b, r->receiver);
	write_u8(b, r->level);
	write_u32(b, r->members);
	write_u32(b, r->reminders);
	put_time(b, r->at);
	write_u8(b, r->over);
}

void
alert_write(struct buf *row, const struct alert *a)
{
	write_span(row, a->rule);
	write_span(row, a->class);
	write_span(row, a->group);
	write_u8(row, (uint8_t)a->severity);
	write_u8(row, a->level);
	put_time(row, a->at);
	put_time(row, a->ended);
	put_time(row, a->acked);
	put_time(row, a->ack_until);
	write_span(row, a->ack_by);
	write_span(row, a->ack_reason);
	write_u64(row, a->notices);
	write_u32(row, a->count);
	write_u32(row, a->active);
	write_u32(row, a->receivers);
	write_span(row, a->members);
	write_span(row, a->told);
}

void
alert_read(struct alert *a, uint32_t number, struct span row)
{
	struct reader r = reader_of(row);

	*a = (struct alert){ .number = number };
	a->rule = read_span(&r);
	a->class = read_span(&r);
	a->group = read_span(&r);
	a->severity = (enum alert_severity)read_u8(&r);
	a->level = read_u8(&r);
	a->at = get_time(&r);
	a->ended = get_time(&r);
	a->acked = get_time(&r);
	a->ack_until = get_time(&r);
	a->ack_by = read_span(&r);
	a->ack_reason = read_span(&r);
	a->notices = read_u64(&r);
	a->count = read_u32(&r);
	a->active = read_u32(&r);
	a->receivers = read_u32(&r);
	a->members = read_span(&r);
	a->told = read_span(&r);
	if (!reader_done(&r) || a->severity >= ALERT_SEVERITIES)
		fatal("view: alert %u is damaged: run zqhub rebuild", number);
}

/* What is left of a list, after one more was read. */
static struct span
rest_of(const struct reader *r)
{
	return r->bad ? SPAN_NONE : (struct span){ .at = (const char *)r->at,
	    .n = reader_left(r) };
}

bool
alert_member_next(struct span *members, struct alert_member *m)
{
	struct reader r = reader_of(*members);

	if (members->n == 0)
		return false;
	m->subject = read_span(&r);
	m->site = read_u32(&r);
	m->since = get_time(&r);
	m->ended = get_time(&r);
	m->detail = read_span(&r);
	m->seen = get_time(&r);
	*members = rest_of(&r);
	return !r.bad;
}

bool
alert_told_next(struct span *told, struct alert_told *a)
{
	struct reader r = reader_of(*told);

	if (told->n == 0)
		return false;
	a->receiver = read_span(&r);
	a->level = read_u8(&r);
	a->members = read_u32(&r);
	a->reminders = read_u32(&r);
	a->at = get_time(&r);
	a->over = read_u8(&r) != 0;
	*told = rest_of(&r);
	return !r.bad;
}

/* --- the table -------------------------------------------------------------- */

bool
alert_get(struct db_txn *t, uint32_t number, struct alert *a)
{
	struct key k = key_u32(number);
	struct span row;

	if (!db_get(t, TABLE_ALERT, key_look(&k), &row))
		return false;
	alert_read(a, number, row);
	return true;
}

void
alert_put(struct db_txn *t, const struct alert *a, struct buf *row)
{
	struct key k = key_u32(a->number);
	bool over = alert_is_over(a);

	buf_reset(row);
	alert_write(row, a);
	must(!row->bad);
	db_put(t, TABLE_ALERT, key_look(&k), buf_look(row));
	if (over)
		db_del(t, TABLE_ALERT_OPEN, key_look(&k));
	else
		db_put(t, TABLE_ALERT_OPEN, key_look(&k), SPAN_NONE);
}

void
alert_drop(struct db_txn *t, uint32_t number)
{
	struct key k = key_u32(number);

	db_del(t, TABLE_ALERT, key_look(&k));
	db_del(t, TABLE_ALERT_OPEN, key_look(&k));
}

uint32_t
alert_last(struct db_txn *t)
{
	return table_last(t, TABLE_ALERT);
}

bool
alert_is_over(const struct alert *a)
{
	struct span told = a->told;
	struct alert_told r;

	if (a->ended == CLOCK_NONE)
		return false;
	while (alert_told_next(&told, &r)) {
		if (!r.over)
			return false;
	}
	return true;
}

bool
alert_is_acked(const struct alert *a, int64_t now)
{
	return a->acked != CLOCK_NONE && now < a->ack_until;
}

void
alert_each_open(struct db_txn *t, alert_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_ALERT_OPEN);
	MDB_cursor_op op = MDB_FIRST;
	struct span key, none;
	struct alert a;

	for (; db_cursor_get(c, op, &key, &none); op = MDB_NEXT) {
		if (alert_get(t, wire_get_u32((const uint8_t *)key.at), &a) &&
		    !each(arg, &a))
			break;
	}
	db_cursor_close(c);
}

void
alert_each(struct db_txn *t, uint32_t before, alert_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_ALERT);
	struct key k = key_u32(before);
	struct span key = key_look(&k), row;
	MDB_cursor_op op = MDB_LAST;
	struct alert a;

	if (before != 0 && db_cursor_get(c, MDB_SET_RANGE, &key, &row))
		op = MDB_PREV;
	for (; db_cursor_get(c, op, &key, &row); op = MDB_PREV) {
		alert_read(&a, wire_get_u32((const uint8_t *)key.at), row);
		if (!each(arg, &a))
			break;
	}
	db_cursor_close(c);
}

void
alert_each_oldest(struct db_txn *t, alert_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_ALERT);
	MDB_cursor_op op = MDB_FIRST;
	struct span key, row;
	struct alert a;

	for (; db_cursor_get(c, op, &key, &row); op = MDB_NEXT) {
		alert_read(&a, wire_get_u32((const uint8_t *)key.at), row);
		if (!each(arg, &a))
			break;
	}
	db_cursor_close(c);
}
