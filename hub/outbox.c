/*
 * Rows of letters; see outbox.h.
 */
#include "hub/outbox.h"

#include "contrib/base/err.h"
#include "hub/table.h"
#include "protocol/limits.h"

static uint64_t
waiting(const struct stand *s)
{
	return s->letters - s->confirmed;
}

bool
outbox_is_busy(struct group *g, uint32_t site)
{
	return waiting(group_stand(g, site)) >= OUTBOX_BUSY;
}

void
outbox_put(struct group *g, uint32_t site, struct letter *l)
{
	struct stand *s = group_stand(g, site);
	struct key k;

	if (waiting(s) >= OUTBOX_WAITING &&
	    !span_is(l->kind, SPAN(LETTER_TRUST)))
		return;
	l->number = ++s->letters;
	k = key_u32_u64(site, l->number);
	buf_reset(&g->row);
	letter_write(&g->row, l);
	db_put(g->txn, TABLE_LETTER, key_look(&k), buf_look(&g->row));
	group_record(g, "letter", buf_look(&g->row));
}

/* Drops what was confirmed long ago. */
static void
drop(struct group *g, uint32_t site, uint64_t upto)
{
	struct db_cursor *c = db_cursor_open(g->txn, TABLE_LETTER);
	struct key first = key_u32_u64(site, 0), last;
	struct span key = key_look(&first), row;

	last = key_u32_u64(site, upto);
	while (db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key.n == last.n && memcmp(key.at, last.at, last.n) <= 0) {
		db_cursor_del(c);
		key = key_look(&first);
	}
	db_cursor_close(c);
}

void
outbox_confirm(struct group *g, uint32_t site, uint64_t number)
{
	struct stand *s = group_stand(g, site);

	if (number > s->letters)
		number = s->letters;
	if (number <= s->confirmed)
		return;
	s->confirmed = number;
	if (number > OUTBOX_KEPT)
		drop(g, site, number - OUTBOX_KEPT);
}

void
outbox_each(struct db_txn *t, uint32_t site, uint64_t after, size_t most,
    letter_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_LETTER);
	struct key from = key_u32_u64(site, after);
	struct span key = key_look(&from), row;
	bool more = after < UINT64_MAX &&
	    db_cursor_get(c, MDB_SET_RANGE, &key, &row);
	struct letter l;

	if (more && span_is(key, key_look(&from)))
		more = db_cursor_get(c, MDB_NEXT, &key, &row);
	while (more && most-- > 0 && key_heads(&from, 4, key)) {
		if (!letter_read(&l, row))
			fatal("view: a letter is damaged: run zqhub rebuild");
		each(arg, &l);
		more = db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	db_cursor_close(c);
}
