/*
 * See spool.h. The key is the number, big-endian, so order is order.
 *
 * To make one change of many, the later ones move down to the numbers of those
 * that are dropped, some in each transaction: there may be more than fits into
 * memory. Meanwhile numbers are free, and a row says which (GAP). What a full
 * disk or a crash cut off is ended before anything else is written; until then
 * nobody gets past the gap.
 */
#include "agent/spool.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define ROW_MAX (LIMIT_CHANGE + 4096)	/* a change and its row's frame */
#define ITEM_KEY 16
#define GAP "gap"
#define GAP_FORMAT 1
#define GAP_ROW 32

static struct span
seq_key(uint8_t key[8], uint64_t seq)
{
	wire_put_u64(key, seq);
	return (struct span){ .at = (const char *)key, .n = 8 };
}

static size_t
row_bytes(struct store_txn *t, uint64_t seq)
{
	uint8_t key[8];
	struct span row;

	if (!db_get(t->db, STORE_SPOOL, seq_key(key, seq), &row))
		return 0;
	return row.n;
}

/* The oldest one goes. */
static void
drop_first(struct store_txn *t)
{
	uint8_t key[8];

	t->meta.bytes -= row_bytes(t, t->meta.first);
	db_del(t->db, STORE_SPOOL, seq_key(key, t->meta.first));
	t->meta.first++;
}

/* Confirmed ones go, if that is enough. False: it would not be. */
static bool
has_room(struct store_txn *t, size_t n)
{
	uint64_t limit = store_limit(t->store);

	if (t->beyond)
		return true;
	if (t->meta.waiting + n > limit)
		return false;
	while (t->meta.bytes + n > limit &&
	    t->meta.first <= t->meta.confirmed)
		drop_first(t);
	return t->meta.bytes + n <= limit;
}

/* Writes c where its number says. The row's bytes, 0 if it has no room. */
static size_t
write_row(struct store_txn *t, const struct change *c)
{
	struct buf row;
	uint8_t key[8];
	size_t n = 0;

	buf_init(&row, ROW_MAX);
	change_write(&row, c);
	must(!row.bad);
	if (has_room(t, row.n)) {
		db_put(t->db, STORE_SPOOL, seq_key(key, c->seq),
		    buf_look(&row));
		n = row.n;
	}
	buf_clear(&row);
	return n;
}

bool
spool_put(struct store_txn *t, struct change *c)
{
	size_t n;

	c->seq = t->meta.next;
	n = write_row(t, c);
	if (n == 0)
		return false;
	t->meta.next++;
	t->meta.bytes += n;
	t->meta.waiting += n;
	return true;
}

bool
spool_get(struct store_txn *t, uint64_t seq, struct change *c)
{
	uint8_t key[8];
	struct span row;

	if (!db_get(t->db, STORE_SPOOL, seq_key(key, seq), &row))
		return false;
	if (!change_read(c, row))
		fatal("change %llu in the spool can't be read",
		    (unsigned long long)seq);
	return true;
}

void
spool_sent(struct store_txn *t, uint64_t seq)
{
	must(seq < t->meta.next);
	if (seq > t->meta.sent)
		t->meta.sent = seq;
}

void
spool_confirm(struct store_txn *t, uint64_t seq)
{
	struct store_meta *m = &t->meta;

	if (seq >= m->next)
		seq = m->next - 1;
	while (m->confirmed < seq)
		m->waiting -= row_bytes(t, ++m->confirmed);
	spool_sent(t, m->confirmed);
}

bool
spool_rewind(struct store_txn *t, uint64_t seq)
{
	struct store_meta *m = &t->meta;

	if (seq + 1 < m->first)
		m->needs_snapshot = true;
	while (m->confirmed > seq && m->confirmed >= m->first)
		m->waiting += row_bytes(t, m->confirmed--);
	return m->confirmed <= seq;
}

bool
spool_trim(struct store_txn *t, int64_t now, size_t count)
{
	struct change c;

	for (; count > 0 && t->meta.first <= t->meta.confirmed; count--) {
		if (!spool_get(t, t->meta.first, &c))
			fatal("change %llu is missing from the spool",
			    (unsigned long long)t->meta.first);
		if (c.when > now - SPOOL_KEEP && c.when <= now)
			return false;
		drop_first(t);
	}
	return count == 0;
}

/* --- making one change of many ------------------------------------------ */

struct last {		/* the newest unsent change of an item */
	uint8_t item[ITEM_KEY];
	uint64_t seq;
};

static bool
is_state(const struct change *c)
{
	return c->kind == CHANGE_CREATED || c->kind == CHANGE_UPDATED ||
	    c->kind == CHANGE_DELETED;
}

static void
item_key(uint8_t key[ITEM_KEY], const struct change *c)
{
	struct span id = c->id.n > 0 ? c->id : c->url;
	uint8_t hash[SHA256_DIGEST_LENGTH];

	SHA256((const uint8_t *)id.at, id.n, hash);
	memcpy(key, hash, ITEM_KEY);
}

/* By item; of one item the newest first. */
static int
order(const void *a, const void *b)
{
	const struct last *x = a, *y = b;
	int rc = memcmp(x->item, y->item, ITEM_KEY);

	if (rc != 0)
		return rc;
	return x->seq < y->seq ? 1 : x->seq > y->seq ? -1 : 0;
}

static int
same_item(const void *a, const void *b)
{
	return memcmp(((const struct last *)a)->item,
	    ((const struct last *)b)->item, ITEM_KEY);
}

/* A sorted list of every item that has unsent changes; *n of them. */
static struct last *
newest(struct store_txn *t, size_t *n)
{
	uint64_t from = t->meta.sent + 1;
	struct last *list = mem_grow(NULL,
	    (size_t)(t->meta.next - from) + 1, sizeof(*list));
	struct change c;
	size_t all = 0;

	for (uint64_t seq = from; seq < t->meta.next; seq++) {
		if (!spool_get(t, seq, &c) || !is_state(&c))
			continue;
		item_key(list[all].item, &c);
		list[all++].seq = seq;
	}
	qsort(list, all, sizeof(*list), order);
	*n = 0;
	for (size_t i = 0; i < all; i++)
		if (*n == 0 || same_item(&list[i], &list[*n - 1]) != 0)
			list[(*n)++] = list[i];
	return list;
}

static bool
is_newest(const struct last *list, size_t n, const struct change *c)
{
	struct last want = { .seq = 0 };
	const struct last *l;

	/* Of a rename the old id would stay behind. */
	if (!is_state(c) || c->word[WORD_FORMER].n > 0)
		return true;
	item_key(want.item, c);
	l = bsearch(&want, list, n, sizeof(*list), same_item);
	return l != NULL && l->seq == c->seq;
}

/* --- moving down ---------------------------------------------------------- */

struct gap {		/* numbers that are free: to <= n < from */
	uint64_t to, from;
};

struct moving {
	struct gap gap;
	const struct last *list;	/* which to drop; NULL: none */
	size_t n;
	struct gap next;		/* after one transaction more */
};

/* False: there is none. */
static bool
gap_read(struct store_txn *t, struct gap *g)
{
	struct reader r;
	struct span row;

	if (!store_get(t, GAP, &row))
		return false;
	r = reader_of(row);
	if (read_u8(&r) != GAP_FORMAT)
		r.bad = true;
	g->to = read_u64(&r);
	g->from = read_u64(&r);
	if (!reader_done(&r) || g->to <= t->meta.sent || g->from <= g->to ||
	    g->from > t->meta.next)
		fatal("the gap in the spool can't be read: the store is "
		    "damaged, or was made by a newer zqagentd");
	return true;
}

static void
gap_write(struct store_txn *t, const struct gap *g)
{
	struct buf b;

	if (g->to == g->from || g->from == t->meta.next) {
		t->meta.next -= g->from - g->to;
		db_del(t->db, STORE_META, SPAN(GAP));
		return;
	}
	buf_init(&b, GAP_ROW);
	write_u8(&b, GAP_FORMAT);
	write_u64(&b, g->to);
	write_u64(&b, g->from);
	must(!b.bad);
	store_put(t, GAP, buf_look(&b));
	buf_clear(&b);
}

static size_t
drop_row(struct store_txn *t, uint64_t seq)
{
	uint8_t key[8];
	size_t n = row_bytes(t, seq);

	t->meta.bytes -= n;
	t->meta.waiting -= n;
	db_del(t->db, STORE_SPOOL, seq_key(key, seq));
	return n;
}

/* The change at `from` is at `to` then, which is before it. */
static size_t
move_row(struct store_txn *t, uint64_t from, uint64_t to)
{
	struct buf row;
	struct change c;
	uint8_t key[8];
	size_t n;

	if (!spool_get(t, from, &c))
		return 0;
	c.seq = to;
	buf_init(&row, ROW_MAX);
	change_write(&row, &c);
	must(!row.bad);
	n = row.n;
	db_put(t->db, STORE_SPOOL, seq_key(key, to), buf_look(&row));
	buf_clear(&row);
	t->meta.bytes += n;
	t->meta.waiting += n;
	return n + drop_row(t, from);
}

static bool
stays(struct store_txn *t, const struct moving *m, uint64_t seq)
{
	struct change c;

	return spool_get(t, seq, &c) &&
	    (m->list == NULL || is_newest(m->list, m->n, &c));
}

/* May be called again from the start: the map had to grow. */
static bool
move_some(struct store_txn *t, void *arg)
{
	struct moving *m = arg;
	struct gap g = m->gap;
	size_t bytes = 0;

	for (size_t i = 0; i < SPOOL_SLICE && bytes < SPOOL_SLICE_BYTES &&
	    g.from < t->meta.next; i++, g.from++) {
		if (!stays(t, m, g.from)) {
			bytes += drop_row(t, g.from);
			continue;
		}
		if (g.to < g.from)
			bytes += move_row(t, g.from, g.to);
		g.to++;
	}
	m->next = g;
	gap_write(t, &g);
	return true;
}

/* False: the disk is full, and the gap stays. */
static bool
move_all(struct store *s, struct moving *m)
{
	while (m->gap.from < store_meta(s)->next) {
		if (store_do(s, move_some, m) != STORE_DONE)
			return false;
		m->gap = m->next;
	}
	return true;
}

static void
be_cut_off(struct store *s, bool again)
{
	if (!again)
		log_error("the disk is full, and the spool is being tidied "
		    "up: nothing is lost, it goes on when there is room");
	store_owe(s, spool_settle);
}

bool
spool_settle(struct store *s)
{
	struct moving m = { .list = NULL };
	struct store_txn *t = store_look(s);
	bool any = gap_read(t, &m.gap), again = store_owes(s);

	store_end(t);
	store_owe(s, NULL);	/* it is done here */
	if (!any || move_all(s, &m))
		return true;
	be_cut_off(s, again);
	return false;
}

/* The first unsent one that a newer one replaces. */
static uint64_t
first_old(struct store_txn *t, const struct moving *m)
{
	uint64_t seq = t->meta.sent + 1;

	while (seq < t->meta.next && stays(t, m, seq))
		seq++;
	return seq;
}

/* The unsent changes without those that a newer one replaces. False: the disk
 * is full. */
static bool
coalesce(struct store *s)
{
	struct store_txn *t = store_look(s);
	struct moving m = { .n = 0 };
	struct last *list = newest(t, &m.n);
	uint64_t seq;
	bool done;

	m.list = list;
	seq = first_old(t, &m);
	store_end(t);
	m.gap = (struct gap){ .to = seq, .from = seq };
	done = move_all(s, &m);
	if (!done && m.gap.to < m.gap.from)
		be_cut_off(s, false);
	free(list);
	return done;
}

/* --- making room ---------------------------------------------------------- */

static bool
is_full(const struct store *s, const struct store_meta *m)
{
	return m->bytes > store_limit(s) - store_limit(s) / 8;
}

static bool
has_confirmed(const struct store_meta *m)
{
	return m->first <= m->confirmed;
}

static bool
drop_some(struct store_txn *t, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < SPOOL_SLICE && is_full(t->store, &t->meta) &&
	    has_confirmed(&t->meta); i++)
		drop_first(t);
	return true;
}

static bool
be_behind(struct store_txn *t, void *arg)
{
	(void)arg;
	t->meta.needs_snapshot = true;
	return true;
}

bool
spool_make_room(struct store *s)
{
	if (!spool_settle(s))
		return false;
	while (is_full(s, store_meta(s)) && has_confirmed(store_meta(s)))
		if (store_do(s, drop_some, NULL) != STORE_DONE)
			return false;
	if (is_full(s, store_meta(s)) && !coalesce(s))
		return false;
	if (!is_full(s, store_meta(s)))
		return true;
	(void)store_do(s, be_behind, NULL);
	return false;
}

uint64_t
spool_waiting(const struct store_meta *m)
{
	return m->next - 1 - m->confirmed;
}
