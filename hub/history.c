/*
 * Rows of states, and the act that they come of; see history.h.
 */
#include "hub/history.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/wire.h"

#define DAY_MS INT64_C(86400000)
#define ROW_MAX 64

/* --- the row ------------------------------------------------------------- */

static void
write_row(struct buf *row, const struct history *h)
{
	write_u64(row, (uint64_t)h->since);
	write_u8(row, (uint8_t)h->state);
	write_u8(row, (uint8_t)h->cause);
	write_u8(row, (uint8_t)h->inside);
	write_u8(row, (uint8_t)h->outside);
	write_u8(row, h->flapping);
}

static void
read_row(struct history *h, struct span key, struct span row)
{
	struct reader r = reader_of(row);

	*h = (struct history){
		.at = (int64_t)wire_get_u64((const uint8_t *)key.at + 4) };
	h->since = (int64_t)read_u64(&r);
	h->state = (enum monitor_state)read_u8(&r);
	h->cause = (enum monitor_cause)read_u8(&r);
	h->inside = (enum monitor_inside)read_u8(&r);
	h->outside = (enum monitor_outside)read_u8(&r);
	h->flapping = read_u8(&r) != 0;
	if (!reader_done(&r) || h->state >= MONITOR_STATES ||
	    h->cause >= MONITOR_CAUSES)
		fatal("view: a row of states is damaged: run zqhub rebuild");
}

/* --- reading ------------------------------------------------------------- */

void
history_each(struct db_txn *t, uint32_t site, int64_t before,
    history_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_STATE);
	struct key k = key_u32_u64(site, before == CLOCK_NONE ?
	    UINT64_MAX : (uint64_t)before);
	struct span key = key_look(&k), row;
	struct history h;
	bool more;

	more = db_cursor_before(c, &key, &row);
	while (more && key_heads(&k, 4, key)) {
		read_row(&h, key, row);
		more = each(arg, &h) &&
		    db_cursor_get(c, MDB_PREV, &key, &row);
	}
	db_cursor_close(c);
}

static bool
take_one(void *arg, const struct history *h)
{
	*(struct history *)arg = *h;
	return false;
}

bool
history_last(struct db_txn *t, uint32_t site, struct history *h)
{
	h->at = CLOCK_NONE;
	history_each(t, site, CLOCK_NONE, take_one, h);
	return h->at != CLOCK_NONE;
}

/* --- the act ------------------------------------------------------------- */

static bool
number(const json_t *row, size_t i, json_int_t most, json_int_t *n)
{
	const json_t *o = json_array_get(row, i);

	*n = json_integer_value(o);
	return json_is_integer(o) && *n >= 0 && *n <= most;
}

static struct span
word(const json_t *row, size_t i)
{
	return span_of(json_string_value(json_array_get(row, i)));
}

static bool
read_one(const json_t *row, uint32_t *site, struct history *h)
{
	json_int_t n, at, since, inside, outside;

	if (!number(row, 0, UINT32_MAX, &n) ||
	    !monitor_state_parse(&h->state, word(row, 1)) ||
	    !number(row, 2, INT64_MAX, &at) ||
	    !number(row, 3, INT64_MAX, &since) ||
	    !monitor_cause_parse(&h->cause, word(row, 4)) ||
	    !number(row, 5, MONITOR_INSIDES - 1, &inside) ||
	    !number(row, 6, MONITOR_OUTSIDES - 1, &outside))
		return false;
	*site = (uint32_t)n;
	h->at = at;
	h->since = since;
	h->inside = (enum monitor_inside)inside;
	h->outside = (enum monitor_outside)outside;
	h->flapping = json_is_true(json_array_get(row, 7));
	return true;
}

/* So many, at most, for each that is put: a site's rows don't pile up. */
#define FORGET 4

static void
forget(struct db_txn *t, uint32_t site, int64_t before)
{
	struct key k = key_u32_u64(site, 0), old[FORGET];
	struct db_cursor *c = db_cursor_open(t, TABLE_STATE);
	struct span key = key_look(&k), row;
	bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);
	size_t n = 0;

	while (more && n < FORGET && key_heads(&k, 4, key)) {
		int64_t at = (int64_t)wire_get_u64(
		    (const uint8_t *)key.at + 4);

		if (at >= before)
			break;
		old[n++] = key_u32_u64(site, (uint64_t)at);
		more = db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	db_cursor_close(c);
	while (n > 0)
		db_del(t, TABLE_STATE, key_look(&old[--n]));
}

/* Before there was this site (of the hub itself: the first one)? Then it is
 * this clock that is wrong. */
static bool
is_behind(struct db_txn *t, uint32_t site, int64_t at)
{
	struct site s;

	return !site_get(t, site != 0 ? site : 1, &s) || at < s.added;
}

/* Those of a clock that was so far ahead would be the last ones until then, and
 * all that comes after would be dated behind them. */
static void
forget_ahead(struct db_txn *t, uint32_t site, int64_t at)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_STATE);
	struct key k = key_u32_u64(site, (uint64_t)at + HISTORY_AHEAD);
	struct span key = key_look(&k), row;

	while (db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key_heads(&k, 4, key) && !is_behind(t, site, at)) {
		db_cursor_del(c);
		key = key_look(&k);
	}
	db_cursor_close(c);
}

/* Two states in one millisecond: the later one a millisecond later. */
static void
put(struct group *g, uint32_t site, const struct history *h)
{
	struct key k = key_u32_u64(site, (uint64_t)h->at);
	struct history last;

	forget_ahead(g->txn, site, h->at);
	if (history_last(g->txn, site, &last) && last.at >= h->at)
		k = key_u32_u64(site, (uint64_t)last.at + 1);
	buf_reset(&g->row);
	write_row(&g->row, h);
	db_put(g->txn, TABLE_STATE, key_look(&k), buf_look(&g->row));
	forget(g->txn, site, h->at - HISTORY_DAYS * DAY_MS);
	g->work++;
}

const char *
history_act(struct group *g, const struct entry *e, const json_t *o)
{
	const json_t *rows = json_object_get(o, "rows"), *row;
	struct history h = { .at = 0 };
	uint32_t site;
	size_t i;

	(void)e;
	if (json_array_size(rows) == 0 ||
	    json_array_size(rows) > HISTORY_ROWS)
		return "rows are missing, or too many";
	json_array_foreach(rows, i, row)
		if (!read_one(row, &site, &h))
			return "a row of states is [site, state, at, since, "
			    "cause, inside, outside, flapping]";
	json_array_foreach(rows, i, row)
		if (read_one(row, &site, &h))
			put(g, site, &h);
	return NULL;
}
