/* See spool.h. The key is the number, big-endian, so order is order. */
#include "agent/spool.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define ROW_MAX (LIMIT_CHANGE + 4096)	/* a change and its row's frame */
#define ITEM_KEY 16

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

/* Moves the change at `from` to `to`, which is not after it. */
static void
move_row(struct store_txn *t, uint64_t from, uint64_t to)
{
	struct buf row;
	struct change c;
	uint8_t key[8];

	if (from == to || !spool_get(t, from, &c))
		return;
	c.seq = to;
	buf_init(&row, ROW_MAX);
	change_write(&row, &c);
	must(!row.bad);
	db_put(t->db, STORE_SPOOL, seq_key(key, to), buf_look(&row));
	buf_clear(&row);
}

/* The unsent changes again, without those that a newer one replaces. */
static void
coalesce(struct store_txn *t)
{
	size_t n;
	struct last *list = newest(t, &n);
	uint64_t to = t->meta.sent + 1, old = t->meta.next;
	uint8_t key[8];
	struct change c;

	for (uint64_t seq = to; seq < old; seq++)
		if (spool_get(t, seq, &c) && is_newest(list, n, &c))
			move_row(t, seq, to++);
	for (uint64_t seq = to; seq < old; seq++)
		db_del(t->db, STORE_SPOOL, seq_key(key, seq));
	t->meta.next = to;
	free(list);
}

/* After rows were moved or dropped: what is there, counted. */
static void
recount(struct store_txn *t)
{
	struct store_meta *m = &t->meta;

	m->bytes = m->waiting = 0;
	for (uint64_t seq = m->first; seq < m->next; seq++) {
		size_t n = row_bytes(t, seq);

		m->bytes += n;
		if (seq > m->confirmed)
			m->waiting += n;
	}
}

bool
spool_make_room(struct store_txn *t)
{
	uint64_t limit = store_limit(t->store), enough = limit - limit / 8;

	while (t->meta.first <= t->meta.confirmed && t->meta.bytes > enough)
		drop_first(t);
	if (t->meta.bytes <= enough)
		return true;
	coalesce(t);
	recount(t);
	if (t->meta.bytes <= enough)
		return true;
	t->meta.needs_snapshot = true;
	return false;
}

uint64_t
spool_waiting(const struct store_meta *m)
{
	return m->next - 1 - m->confirmed;
}
