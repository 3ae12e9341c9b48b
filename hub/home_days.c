/*
 * Days of a home page: a row of counts for each day, and one of its looks;
 * see home_days.h.
 */
#include "hub/home_days.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/table.h"
#include "protocol/wire.h"

#define DAY (24 * INT64_C(3600) * 1000)
#define BEIJING (8 * INT64_C(3600) * 1000)
#define WEEK 7
#define SAMPLE 11		/* bytes */
#define SAMPLES_MOST 2000	/* of one day that are kept */
#define EXTRA 0x10
#define EXCLUDED 0x20

const uint32_t home_days_step[HOME_DAYS_STEPS - 1] = { 100, 200, 500, 1000,
	2000, 5000, 10000, HOME_LIMIT };

uint64_t
home_days_of(int64_t ms)
{
	return ms + BEIJING > 0 ? (uint64_t)((ms + BEIJING) / DAY) : 0;
}

int64_t
home_days_begin(uint64_t day)
{
	return (int64_t)day * DAY - BEIJING;
}

/* --- counts ------------------------------------------------------------------ */

static void
write_day(struct buf *b, const struct home_day *d)
{
	write_varint(b, d->looks);
	write_varint(b, d->failed);
	write_varint(b, d->excluded);
	write_varint(b, d->unknown);
	write_varint(b, d->extra);
	write_varint(b, d->sum);
	for (size_t i = 0; i < HOME_DAYS_STEPS; i++)
		write_varint(b, d->step[i]);
}

/* Adds the row to d. */
static void
read_day(struct span row, struct home_day *d)
{
	struct reader r = reader_of(row);

	d->looks += (uint32_t)read_varint(&r);
	d->failed += (uint32_t)read_varint(&r);
	d->excluded += (uint32_t)read_varint(&r);
	d->unknown += (uint32_t)read_varint(&r);
	d->extra += (uint32_t)read_varint(&r);
	d->sum += read_varint(&r);
	for (size_t i = 0; i < HOME_DAYS_STEPS; i++)
		d->step[i] += (uint32_t)read_varint(&r);
	if (!reader_done(&r))
		fatal("view: a day of a home page is damaged: run zqhub "
		    "rebuild");
}

static void
count(struct home_day *d, const struct home_sample *s)
{
	size_t step = 0;

	if (s->extra) {
		d->extra++;
	} else if (s->excluded) {
		d->excluded++;
	} else if (s->outcome == HOME_UNKNOWN) {
		d->unknown++;
	} else {
		d->looks++;
		d->failed += !home_is_there(s->outcome);
		if (!home_is_there(s->outcome))
			return;
		while (step + 1 < HOME_DAYS_STEPS &&
		    s->ms >= home_days_step[step])
			step++;
		d->sum += s->ms;
		d->step[step]++;
	}
}

static void
add_to_day(struct group *g, uint32_t site, uint64_t day,
    const struct home_sample *s)
{
	struct key k = key_u32_u64(site, day);
	struct home_day d = { .looks = 0 };
	struct span row;

	if (db_get(g->txn, TABLE_HOME_DAY, key_look(&k), &row))
		read_day(row, &d);
	count(&d, s);
	buf_reset(&g->row);
	write_day(&g->row, &d);
	db_put(g->txn, TABLE_HOME_DAY, key_look(&k), buf_look(&g->row));
}

/* --- looks ------------------------------------------------------------------- */

static void
write_sample(struct buf *b, uint64_t day, const struct home_sample *s)
{
	write_u32(b, (uint32_t)(s->at - home_days_begin(day)));
	write_u8(b, (uint8_t)((unsigned)s->outcome | (s->extra ? EXTRA : 0) |
	    (s->excluded ? EXCLUDED : 0)));
	write_u16(b, s->status);
	write_u32(b, s->ms);
}

static void
read_sample(struct reader *r, uint64_t day, struct home_sample *s)
{
	uint8_t bits;

	s->at = home_days_begin(day) + read_u32(r);
	bits = read_u8(r);
	s->status = read_u16(r);
	s->ms = read_u32(r);
	s->outcome = (enum home_outcome)(bits & 0xf);
	s->extra = (bits & EXTRA) != 0;
	s->excluded = (bits & EXCLUDED) != 0;
	if (r->bad || s->outcome >= HOME_OUTCOMES)
		fatal("view: a look at a home page is damaged: run zqhub "
		    "rebuild");
}

static void
drop_old(struct group *g, uint32_t site, uint64_t day)
{
	struct db_cursor *c = db_cursor_open(g->txn, TABLE_HOME_LOOK);
	struct key first = key_u32_u64(site, 0);
	struct span key = key_look(&first), row;

	while (day > HOME_DAYS_KEPT &&
	    db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key_heads(&first, 4, key) &&
	    wire_get_u64((const uint8_t *)key.at + 4) + HOME_DAYS_KEPT <=
	    day) {
		db_cursor_del(c);
		key = key_look(&first);
	}
	db_cursor_close(c);
}

static void
keep(struct group *g, uint32_t site, uint64_t day,
    const struct home_sample *s)
{
	struct key k = key_u32_u64(site, day);
	struct span row = SPAN_NONE;
	bool begun = db_get(g->txn, TABLE_HOME_LOOK, key_look(&k), &row);

	if (row.n >= SAMPLES_MOST * SAMPLE)
		return;
	buf_reset(&g->row);
	buf_span(&g->row, row);
	write_sample(&g->row, day, s);
	db_put(g->txn, TABLE_HOME_LOOK, key_look(&k), buf_look(&g->row));
	if (!begun)
		drop_old(g, site, day);
}

void
home_days_add(struct group *g, uint32_t site, const struct home_sample *s)
{
	uint64_t day = home_days_of(s->at);

	add_to_day(g, site, day, s);
	keep(g, site, day, s);
}

/* --- asked ------------------------------------------------------------------- */

bool
home_days_sum(struct db_txn *t, uint32_t site, uint64_t from, uint64_t to,
    struct home_day *sum)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_HOME_DAY);
	struct key first = key_u32_u64(site, from);
	struct span key = key_look(&first), row;
	bool any = false, more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);

	*sum = (struct home_day){ .looks = 0 };
	while (more && key_heads(&first, 4, key) &&
	    wire_get_u64((const uint8_t *)key.at + 4) <= to) {
		read_day(row, sum);
		any = true;
		more = db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	db_cursor_close(c);
	return any;
}

bool
home_days_week(struct db_txn *t, uint32_t site, int64_t now,
    struct home_day *sum)
{
	uint64_t day = home_days_of(now);

	return home_days_sum(t, site, day > WEEK - 1 ? day - (WEEK - 1) : 0,
	    day, sum);
}

uint32_t
home_days_planned(struct db_txn *t, uint32_t site, int64_t now,
    int64_t every, uint64_t *since)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_HOME_DAY);
	uint64_t day = home_days_of(now), from;
	struct key first;
	struct span key, row;
	bool any;

	from = day > WEEK - 1 ? day - (WEEK - 1) : 0;
	first = key_u32_u64(site, from);
	key = key_look(&first);
	any = db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key_heads(&first, 4, key);
	*since = any ? wire_get_u64((const uint8_t *)key.at + 4) : day;
	db_cursor_close(c);
	return *since == from || every <= 0 ? 0 :
	    (uint32_t)(WEEK * DAY / every);
}

int
home_days_share(const struct home_day *d)
{
	if (d->looks == 0)
		return -1;
	return (int)(((uint64_t)d->failed * 2000 + d->looks) /
	    ((uint64_t)d->looks * 2));
}

int64_t
home_days_mean(const struct home_day *d)
{
	uint32_t came = d->looks - d->failed;

	return came == 0 ? -1 : (int64_t)(d->sum / came);
}

int64_t
home_days_percentile(const struct home_day *d, unsigned percent)
{
	uint64_t came = d->looks - d->failed, seen = 0;

	if (came == 0)
		return -1;
	for (size_t i = 0; i + 1 < HOME_DAYS_STEPS; i++) {
		seen += d->step[i];
		if (seen * 100 >= came * percent)
			return home_days_step[i];
	}
	return HOME_LIMIT;
}

/* False: it was told to stop. */
static bool
tell_day(struct span row, uint64_t day, int64_t from, int64_t to,
    home_sample_fn *each, void *arg)
{
	struct reader r = reader_of(row);
	struct home_sample s;

	while (reader_left(&r) > 0) {
		read_sample(&r, day, &s);
		if (s.at >= from && s.at <= to && !each(arg, &s))
			return false;
	}
	return true;
}

void
home_days_samples(struct db_txn *t, uint32_t site, int64_t from, int64_t to,
    home_sample_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_HOME_LOOK);
	struct key first = key_u32_u64(site, home_days_of(from));
	struct span key = key_look(&first), row;
	bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);

	while (more && key_heads(&first, 4, key)) {
		uint64_t day = wire_get_u64((const uint8_t *)key.at + 4);

		more = day <= home_days_of(to) &&
		    tell_day(row, day, from, to, each, arg) &&
		    db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	db_cursor_close(c);
}
