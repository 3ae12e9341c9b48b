/*
 * A journal in memory, for tests. With a seed it behaves worse than reality:
 * commits fail (full, or to be done again), rows come twice, come late, and
 * come in smaller helpings than were asked for. What never happens is what
 * journal.h rules out: a row that is missing or out of order.
 */
#include "hub/journal_backend.h"

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/journal.h"

#include <stdlib.h>

struct row {
	char *at;
	size_t n;
};

struct rows {
	struct row *row;
	size_t n, room;
};

struct backend {
	struct rows entry, position;	/* committed; [place - 1], [site] */
	struct rows new_entry, new_position;
	size_t visible;			/* entries that a reader gets to see */
	uint64_t dice;			/* 0: polite */
	bool in_group;
};

static uint64_t seed_of_next;

void
journal_mem_seed(uint64_t seed)
{
	seed_of_next = seed;
}

/* xorshift64; is it one of `of` times? */
static bool
happens(struct backend *b, unsigned of)
{
	if (b->dice == 0)
		return false;
	b->dice ^= b->dice << 13;
	b->dice ^= b->dice >> 7;
	b->dice ^= b->dice << 17;
	return b->dice % of == 0;
}

static void
rows_set(struct rows *r, size_t at, struct span value)
{
	while (r->room <= at) {
		size_t room = r->room != 0 ? r->room * 2 : 16;

		r->row = mem_grow(r->row, room, sizeof(*r->row));
		memset(r->row + r->room, 0,
		    (room - r->room) * sizeof(*r->row));
		r->room = room;
	}
	free(r->row[at].at);
	r->row[at] = (struct row){
		.at = mem_copy(value.at, value.n), .n = value.n };
	if (at >= r->n)
		r->n = at + 1;
}

static bool
rows_get(const struct rows *r, size_t at, struct span *value)
{
	if (at >= r->n || r->row[at].at == NULL)
		return false;
	*value = (struct span){ .at = r->row[at].at, .n = r->row[at].n };
	return true;
}

static void
rows_clear(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->row[i].at);
	free(r->row);
	*r = (struct rows){ .n = 0 };
}

static void *
mem_open(const char *dir, bool write, uint64_t most, struct buf *why)
{
	struct backend *b = mem_new(sizeof(*b));

	(void)dir, (void)write, (void)most, (void)why;
	b->dice = seed_of_next;
	return b;
}

static void
mem_close(void *backend)
{
	struct backend *b = backend;

	must(!b->in_group);
	rows_clear(&b->entry);
	rows_clear(&b->position);
	free(b);
}

static void
mem_begin(void *backend)
{
	struct backend *b = backend;

	must(!b->in_group);
	b->in_group = true;
}

static void
mem_append(void *backend, uint64_t place, struct span row)
{
	struct backend *b = backend;

	must(b->in_group && place == b->entry.n + b->new_entry.n + 1);
	rows_set(&b->new_entry, b->new_entry.n, row);
}

static void
mem_put(void *backend, uint32_t site, struct span position)
{
	struct backend *b = backend;

	must(b->in_group);
	rows_set(&b->new_position, site, position);
}

static void
keep(struct backend *b)
{
	struct span s;

	for (size_t i = 0; i < b->new_entry.n; i++)
		if (rows_get(&b->new_entry, i, &s))
			rows_set(&b->entry, b->entry.n, s);
	for (size_t i = 0; i < b->new_position.n; i++)
		if (rows_get(&b->new_position, i, &s))
			rows_set(&b->position, i, s);
}

static enum db_result
mem_commit(void *backend)
{
	struct backend *b = backend;
	enum db_result result = DB_OK;

	must(b->in_group);
	if (happens(b, 8))
		result = happens(b, 2) ? DB_FULL : DB_AGAIN;
	else
		keep(b);
	rows_clear(&b->new_entry);
	rows_clear(&b->new_position);
	b->in_group = false;
	return result;
}

static bool
mem_get(void *backend, uint32_t site, struct buf *position)
{
	struct backend *b = backend;
	struct span s;

	if (!rows_get(&b->new_position, site, &s) &&
	    !rows_get(&b->position, site, &s))
		return false;
	buf_span(position, s);
	return true;
}

static uint64_t
mem_last(void *backend, struct buf *row)
{
	struct backend *b = backend;
	struct span s;

	if (row != NULL && (
	    (b->new_entry.n > 0 &&
	    rows_get(&b->new_entry, b->new_entry.n - 1, &s)) ||
	    (b->entry.n > 0 && rows_get(&b->entry, b->entry.n - 1, &s))))
		buf_span(row, s);
	return b->entry.n + b->new_entry.n;
}

/* A reader of a nasty journal sees some of what is new, later the rest. */
static void
reveal(struct backend *b)
{
	size_t hidden = b->entry.n - b->visible;

	b->visible += happens(b, 3) ? hidden / 2 : hidden;
}

static void
mem_each(void *backend, uint64_t from, size_t most, journal_row_fn *fn,
    void *arg)
{
	struct backend *b = backend;
	uint64_t place = from;
	struct span s;

	must(!b->in_group && from > 0);
	reveal(b);
	if (happens(b, 3))
		place = from > 3 ? from - 3 : 1;
	while (place <= b->visible && most > 0 &&
	    rows_get(&b->entry, place - 1, &s)) {
		if (!fn(arg, place, s))
			return;
		if (happens(b, 16) && fn(arg, place, s) == false)
			return;
		most -= place >= from;
		place++;
		if (place > from && happens(b, 16))
			return;
	}
}

static uint64_t
mem_bytes(void *backend)
{
	struct backend *b = backend;
	uint64_t n = 0;

	for (size_t i = 0; i < b->entry.n; i++)
		n += b->entry.row[i].n;
	return n;
}

const struct journal_ops journal_mem = {
	.name = "mem",
	.open = mem_open,
	.close = mem_close,
	.begin = mem_begin,
	.append = mem_append,
	.put = mem_put,
	.commit = mem_commit,
	.get = mem_get,
	.last = mem_last,
	.each = mem_each,
	.bytes = mem_bytes,
};
