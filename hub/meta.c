/*
 * The view's own row, and its digest; see meta.h.
 */
#include "hub/meta.h"

#include <string.h>

#include "contrib/base/err.h"
#include "hub/table.h"
#include "protocol/sha.h"
#include "protocol/wire.h"

bool
meta_read(struct db_txn *t, struct meta *m)
{
	struct span row, chain, record;
	struct reader r;

	*m = (struct meta){ .place = 0 };
	if (!db_get(t, TABLE_META, SPAN("state"), &row))
		return false;
	r = reader_of(row);
	m->place = read_u64(&r);
	chain = read_bytes(&r, sizeof(m->chain));
	m->numbers = read_u64(&r);
	m->items = read_u64(&r);
	m->withdrawn = read_u64(&r);
	m->held = read_u64(&r);
	m->sum_high = read_u64(&r);
	m->sum_low = read_u64(&r);
	m->runs = read_u64(&r);
	m->graph_sum = read_u64(&r);
	record = read_bytes(&r, sizeof(m->record));
	if (!reader_done(&r))
		fatal("view: its state is damaged: run zqhub rebuild");
	memcpy(m->chain, chain.at, sizeof(m->chain));
	memcpy(m->record, record.at, sizeof(m->record));
	return true;
}

void
meta_write(struct db_txn *t, const struct meta *m, struct buf *row)
{
	buf_reset(row);
	write_u64(row, m->place);
	buf_put(row, m->chain, sizeof(m->chain));
	write_u64(row, m->numbers);
	write_u64(row, m->items);
	write_u64(row, m->withdrawn);
	write_u64(row, m->held);
	write_u64(row, m->sum_high);
	write_u64(row, m->sum_low);
	write_u64(row, m->runs);
	write_u64(row, m->graph_sum);
	buf_put(row, m->record, sizeof(m->record));
	db_put(t, TABLE_META, SPAN("state"), buf_look(row));
}

/* --- its digest -------------------------------------------------------------------- */

static const enum table summed[] = {
	TABLE_SITE, TABLE_STAND, TABLE_TICKET, TABLE_COLUMN,
	TABLE_PROVEN,
};

static void
add(struct sha *s, struct span bytes)
{
	uint8_t n[4];

	wire_put_u32(n, (uint32_t)bytes.n);
	sha_add(s, n, sizeof(n));
	sha_add(s, bytes.at, bytes.n);
}

void
meta_digest(struct db_txn *t, uint8_t out[32])
{
	struct span key, row = SPAN_NONE;
	struct db_cursor *c;
	struct sha s;

	sha_begin(&s);
	if (db_get(t, TABLE_META, SPAN("state"), &row))
		add(&s, row);
	for (size_t i = 0; i < sizeof(summed) / sizeof(summed[0]); i++) {
		bool more;

		c = db_cursor_open(t, summed[i]);
		more = db_cursor_get(c, MDB_FIRST, &key, &row);
		while (more) {
			add(&s, key);
			add(&s, row);
			more = db_cursor_get(c, MDB_NEXT, &key, &row);
		}
		db_cursor_close(c);
	}
	sha_end(&s, out);
}
