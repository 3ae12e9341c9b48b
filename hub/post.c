/*
 * Gathering, sorting and merging postings; see post.h.
 */
#include "hub/post.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/wire.h"

#define GONE UINT64_C(1)
/* A block left behind by a list that grows: full, but for the few bytes more
 * that its first posting takes now that it is one. */
#define BLOCK_FULL (BLOCK_MOST - 16)
#define ROOM_FIRST 4096

void
post_init(struct post *p)
{
	*p = (struct post){ .n = 0 };
}

void
post_clear(struct post *p)
{
	free(p->at);
	free(p->spare);
	free(p->keys);
	post_init(p);
}

void
post_reset(struct post *p)
{
	p->n = 0;
}

static void
gather(struct post *p, uint64_t term, uint64_t posting, uint32_t item,
    uint64_t gone)
{
	if (p->n == p->room) {
		p->room = p->room != 0 ? p->room * 2 : ROOM_FIRST;
		p->at = mem_grow(p->at, p->room, sizeof(*p->at));
	}
	p->at[p->n++] = (struct post_record){
		.list = post_list(item >> POST_SHELF, term),
		.change = (~posting & BLOCK_KEY_MASK) << 16 | gone,
	};
}

void
post_put(struct post *p, uint64_t term, uint32_t stamp, uint32_t item)
{
	gather(p, term, post_posting(stamp, item), item, 0);
}

void
post_drop(struct post *p, uint64_t term, uint32_t stamp, uint32_t item)
{
	gather(p, term, post_posting(stamp, item), item, GONE);
}

struct span
post_key(uint8_t key[POST_KEY], uint64_t list, uint64_t posting)
{
	uint64_t inverse = ~posting & BLOCK_KEY_MASK;

	wire_put_u64(key, list);
	wire_put_u32(key + 8, (uint32_t)(inverse >> 16));
	key[12] = (uint8_t)(inverse >> 8);
	key[13] = (uint8_t)inverse;
	return (struct span){ .at = (const char *)key, .n = POST_KEY };
}

bool
post_low(struct span key, uint64_t list, uint64_t *low)
{
	const uint8_t *at = (const uint8_t *)key.at;

	if (key.n != POST_KEY || wire_get_u64(at) != list)
		return false;
	*low = ~((uint64_t)wire_get_u32(at + 8) << 16 |
	    (uint64_t)at[12] << 8 | at[13]) & BLOCK_KEY_MASK;
	return true;
}

/* --- sorting -------------------------------------------------------------------- */

/*
 * By list, then newest first; what was gathered first stays first among
 * equals. Byte by byte from the last: six of the posting, eight of the list.
 * Most bytes of a list's number are the same in all records, and cost
 * nothing.
 */
#define DIGITS 14

static unsigned
digit(const struct post_record *r, unsigned d)
{
	return d < 6 ? r->change >> (16 + 8 * d) & 0xff :
	    r->list >> (8 * (d - 6)) & 0xff;
}

static void
count(const struct post *p, size_t (*counts)[256])
{
	for (size_t i = 0; i < p->n; i++)
		for (unsigned d = 0; d < DIGITS; d++)
			counts[d][digit(&p->at[i], d)]++;
}

static void
deal(struct post *p, unsigned d, const size_t *counts)
{
	struct post_record *swap = p->at;
	size_t to[256], sum = 0;

	for (unsigned v = 0; v < 256; v++) {
		to[v] = sum;
		sum += counts[v];
	}
	for (size_t i = 0; i < p->n; i++)
		p->spare[to[digit(&p->at[i], d)]++] = p->at[i];
	p->at = p->spare;
	p->spare = swap;
}

static void
sort(struct post *p)
{
	size_t counts[DIGITS][256] = { { 0 } };

	if (p->spare_room != p->room) {
		p->spare = mem_grow(p->spare, p->room, sizeof(*p->spare));
		p->spare_room = p->room;
	}
	count(p, counts);
	for (unsigned d = 0; d < DIGITS; d++)
		if (counts[d][digit(&p->at[0], d)] != p->n)
			deal(p, d, counts[d]);
}

/* --- merging -------------------------------------------------------------------- */

struct merge {
	struct post *post;
	struct db_cursor *cursor;
	uint64_t list;
	const struct post_record *at, *end;	/* of this list, not done */

	uint64_t low;		/* of the block in hand */
	bool found;		/* it is in the table */
	bool grows;		/* and is only added to at its newest end */
	size_t n;		/* post->keys */
};

static uint64_t
posting(const struct post_record *r)
{
	return ~(r->change >> 16) & BLOCK_KEY_MASK;
}

/* Finds the block that the next change belongs into; its postings. */
static struct span
find(struct merge *m)
{
	uint8_t key[POST_KEY];
	struct span k = post_key(key, m->list, posting(m->at)), bytes;

	m->low = 0;
	m->found = db_cursor_get(m->cursor, MDB_SET_RANGE, &k, &bytes) &&
	    post_low(k, m->list, &m->low);
	return m->found ? bytes : SPAN_NONE;
}

static void
keep(struct merge *m, uint64_t key)
{
	struct post *p = m->post;

	if (m->n == p->keys_room) {
		p->keys_room = p->keys_room != 0 ? p->keys_room * 2 :
		    BLOCK_KEYS;
		p->keys = mem_grow(p->keys, p->keys_room, sizeof(*p->keys));
	}
	p->keys[m->n++] = key;
}

/* The last of the changes to one posting; moves on to the next posting. */
static void
apply_change(struct merge *m)
{
	const struct post_record *r = m->at++;

	while (m->at < m->end && posting(m->at) == posting(r))
		r = m->at++;
	if ((r->change & GONE) == 0)
		keep(m, posting(r));
}

static bool
has_change(const struct merge *m)
{
	return m->at < m->end && posting(m->at) >= m->low;
}

/* Old postings and changes, both newest first, into post->keys. */
static void
weave(struct merge *m, struct span bytes)
{
	struct block b;
	bool more = block_open(&b, bytes);

	m->n = 0;
	m->grows = more;
	while (more && has_change(m) && posting(m->at) > b.key)
		apply_change(m);
	m->grows = more && !has_change(m);
	while (more) {
		while (has_change(m) && posting(m->at) > b.key)
			apply_change(m);
		if (has_change(m) && posting(m->at) == b.key)
			apply_change(m);
		else
			keep(m, b.key);
		more = block_next(&b);
	}
	while (has_change(m))
		apply_change(m);
}

static size_t
bytes_of(const uint64_t *key, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += block_cost(i > 0 ? key[i - 1] : 0, key[i]);
	return bytes;
}

/* How many of n keys go into a block of about `target` bytes. */
static size_t
fill(const uint64_t *key, size_t n, size_t target)
{
	size_t i = 0, bytes = 0;

	do {
		bytes += block_cost(i > 0 ? key[i - 1] : 0, key[i]);
	} while (++i < n && bytes < target && bytes + BLOCK_NEXT_MOST <=
	    BLOCK_MOST);
	return i;
}

static void
store(struct merge *m, const uint64_t *key, size_t n, uint64_t low)
{
	uint8_t at[POST_KEY], bytes[BLOCK_MOST];
	size_t used = block_write(bytes, key, n);

	db_cursor_put(m->cursor, post_key(at, m->list, low),
	    (struct span){ .at = (const char *)bytes, .n = used });
}

/*
 * Too much for one block. A list that grows at its newest end leaves full
 * blocks behind; one that grows anywhere is divided evenly, so that there is
 * room in each part.
 */
static void
divide(struct merge *m, const uint64_t *key, size_t n, size_t bytes)
{
	size_t parts = bytes / (BLOCK_MOST * 3 / 4) + 1;
	size_t target = m->grows ? (bytes - 1) % BLOCK_FULL + 1 :
	    bytes / parts + 1;

	while (n > 0) {
		size_t taken = fill(key, n, target);

		store(m, key, taken, taken < n ? key[taken - 1] : m->low);
		key += taken;
		n -= taken;
		if (m->grows)
			target = BLOCK_FULL + BLOCK_FIRST;
	}
}

static void
merge_block(struct merge *m)
{
	struct span old = find(m);
	size_t bytes;

	weave(m, old);
	bytes = bytes_of(m->post->keys, m->n);
	if (m->n == 0 && m->found)
		db_cursor_del(m->cursor);
	else if (m->n > 0 && bytes <= BLOCK_MOST)
		store(m, m->post->keys, m->n, m->low);
	else if (m->n > 0)
		divide(m, m->post->keys, m->n, bytes);
}

void
post_flush(struct post *p, struct db_txn *t, size_t table)
{
	struct merge m = { .post = p };
	const struct post_record *r, *end;

	if (p->n == 0)
		return;
	sort(p);
	m.cursor = db_cursor_open(t, table);
	end = p->at + p->n;
	for (r = p->at; r < end && !db_failed(t); r = m.end) {
		m.list = r->list;
		m.at = r;
		for (m.end = r; m.end < end && m.end->list == r->list;)
			m.end++;
		while (m.at < m.end && !db_failed(t))
			merge_block(&m);
	}
	db_cursor_close(m.cursor);
	post_reset(p);
}
