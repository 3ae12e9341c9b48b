/*
 * Rows of passes; see tell_pass.h.
 *
 * In TABLE_TELL: 'M', move: struct tell_pass; 'W', move, site, count: one link
 * that was gathered, so that the table's order groups them by site.
 */
#include "hub/tell_pass.h"

#include <string.h>

#include "contrib/base/err.h"
#include "hub/table.h"
#include "hub/tell_hits.h"
#include "protocol/wire.h"

struct tell_key {
	uint8_t at[13];
	size_t n;
};

static struct tell_key
pass_key(uint32_t move)
{
	struct tell_key k = { .at = { 'M' }, .n = 5 };

	wire_put_u32(k.at + 1, move);
	return k;
}

static struct tell_key
link_key(uint32_t move, uint32_t site, uint32_t n)
{
	struct tell_key k = { .at = { 'W' }, .n = 13 };

	wire_put_u32(k.at + 1, move);
	wire_put_u32(k.at + 5, site);
	wire_put_u32(k.at + 9, n);
	return k;
}

static struct span
look(const struct tell_key *k)
{
	return (struct span){ .at = (const char *)k->at, .n = k->n };
}

void
tell_pass_put(struct group *g, const struct tell_pass *p)
{
	struct tell_key k = pass_key(p->move);

	buf_reset(&g->row);
	write_u8(&g->row, (uint8_t)p->phase);
	write_u32(&g->row, p->number);
	write_u32(&g->row, p->links);
	write_u32(&g->row, p->site);
	write_u64(&g->row, p->sites);
	write_u64(&g->row, p->pages);
	write_span(&g->row, (struct span){ .at = (const char *)p->at.at,
	    .n = p->at.n });
	db_put(g->txn, TABLE_TELL, look(&k), buf_look(&g->row));
}

static void
read_pass(struct tell_pass *p, struct span key, struct span row)
{
	struct reader r = reader_of(row);
	struct span at;

	*p = (struct tell_pass){ .phase = (enum tell_phase)read_u8(&r) };
	p->number = read_u32(&r);
	p->links = read_u32(&r);
	p->site = read_u32(&r);
	p->sites = read_u64(&r);
	p->pages = read_u64(&r);
	at = read_span(&r);
	if (!reader_done(&r) || key.n != 5 || at.n > TARGET_KEY)
		fatal("view: a letter to be written is damaged: run zqhub "
		    "rebuild");
	p->move = wire_get_u32((const uint8_t *)key.at + 1);
	memcpy(p->at.at, at.at != NULL ? at.at : "", at.n);
	p->at.n = at.n;
}

bool
tell_pass_first(struct db_txn *t, struct tell_pass *p)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_TELL);
	struct span key = SPAN("M"), row;
	bool found = db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key.n > 0 && key.at[0] == 'M';

	if (found && p != NULL)
		read_pass(p, key, row);
	db_cursor_close(c);
	return found;
}

bool
tell_pass_coming(struct db_txn *t, uint32_t move, struct tell_pass *p)
{
	struct tell_key k = pass_key(move);
	struct span row;

	if (!db_get(t, TABLE_TELL, look(&k), &row))
		return false;
	read_pass(p, look(&k), row);
	return p->phase == TELL_CLEAR;
}

void
tell_pass_drop(struct group *g, const struct tell_pass *p)
{
	struct tell_key k = pass_key(p->move);

	db_del(g->txn, TABLE_TELL, look(&k));
}

uint64_t
tell_pass_take(struct group *g, uint32_t move, uint64_t most, struct buf *rows)
{
	struct db_cursor *c = db_cursor_open(g->txn, TABLE_TELL);
	struct tell_key first = link_key(move, 0, 0), from = first;
	struct span key = look(&first), row;
	size_t heads = 5;
	uint64_t n = 0;

	while (n < most && db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key.n == first.n && memcmp(key.at, from.at, heads) == 0) {
		memcpy(from.at, key.at, first.n);
		heads = 9;	/* of this site only */
		buf_span(rows, row);
		db_cursor_del(c);
		key = look(&first);
		n++;
	}
	db_cursor_close(c);
	return n;
}

void
tell_pass_put_links(struct group *g, struct tell_pass *p, struct span rows)
{
	struct tell_hit h;

	while (tell_hits_next(&rows, &h)) {
		struct tell_key k = link_key(p->move, h.site, p->links++);

		buf_reset(&g->row);
		tell_hits_write(&g->row, &h);
		db_put(g->txn, TABLE_TELL, look(&k), buf_look(&g->row));
	}
}
