/*
 * Walking posting lists; see walk.h.
 */
#include "hub/walk.h"

#include <stdlib.h>

#include "contrib/base/mem.h"
#include "hub/block.h"
#include "hub/post.h"
#include "hub/term.h"
#include "protocol/wire.h"

#define NEAR 3	/* blocks stepped over before searching */

struct stream {		/* one list of one shelf */
	struct db_cursor *cursor;
	uint64_t list;
	struct block block;
	uint64_t low;		/* of the block */
	bool in_block;
	bool alone;		/* its first block is all there is */
};

struct shelf {
	struct stream *stream;	/* NULL until it is looked at */
	uint64_t bound;		/* nothing newer than this is left on it */
	bool exact;		/* … and this is the next; else it may be */
};

struct walk {
	struct db_txn *txn;
	size_t table;
	uint64_t *term;
	size_t terms;
	struct shelf *shelf;
	size_t shelves;		/* those that have something left */
	size_t all;
	uint64_t *number;	/* of a shelf, by its index */
	uint64_t oldest;
	int64_t *steps;
};

/* --- one list ---------------------------------------------------------------------- */

static bool
enter(struct stream *s, struct span key, struct span bytes, int64_t *steps)
{
	*steps -= WALK_BLOCK;
	s->in_block = post_low(key, s->list, &s->low) &&
	    block_open(&s->block, bytes);
	return s->in_block;
}

/* To the block that `posting` belongs into, or the next one there is. It is
 * often near: stepping there is cheaper than a search from the root. */
static bool
seek_block(struct stream *s, uint64_t posting, int64_t *steps)
{
	uint8_t at[POST_KEY];
	struct span key, bytes;

	for (int near = 0; s->in_block && near < NEAR; near++) {
		s->in_block = false;
		if (!db_cursor_get(s->cursor, MDB_NEXT, &key, &bytes) ||
		    !enter(s, key, bytes, steps))
			return false;
		if (posting >= s->low)
			return true;
	}
	key = post_key(at, s->list, posting);
	s->in_block = false;
	return db_cursor_get(s->cursor, MDB_SET_RANGE, &key, &bytes) &&
	    enter(s, key, bytes, steps);
}

/* To the newest posting that is not newer than `posting`. */
static bool
seek(struct stream *s, uint64_t posting, int64_t *steps)
{
	if ((!s->in_block || posting < s->low) &&
	    !seek_block(s, posting, steps))
		return false;
	while (s->block.key > posting) {
		--*steps;
		if (!block_next(&s->block) &&
		    !seek_block(s, posting, steps))
			return false;
	}
	return true;
}

/* --- one shelf ---------------------------------------------------------------------- */

static void
close_shelf(struct walk *w, struct shelf *f)
{
	for (size_t i = 0; f->stream != NULL && i < w->terms; i++)
		db_cursor_close(f->stream[i].cursor);
	free(f->stream);
	f->stream = NULL;
}

static int
shorter_first(const void *a, const void *b)
{
	const struct stream *x = a, *y = b;

	return (int)y->alone - (int)x->alone;
}

/* Lists that are short (one block) lead. */
static bool
open_shelf(struct walk *w, struct shelf *f, uint64_t number)
{
	bool all = true;

	f->stream = mem_new(w->terms * sizeof(*f->stream));
	for (size_t i = 0; i < w->terms; i++)
		f->stream[i] = (struct stream){
			.cursor = db_cursor_open(w->txn, w->table),
			.list = post_list(number, w->term[i]),
		};
	for (size_t i = 0; all && i < w->terms; i++) {
		all = seek(&f->stream[i], BLOCK_KEY_MASK, w->steps);
		f->stream[i].alone = f->stream[i].low == 0;
	}
	qsort(f->stream, w->terms, sizeof(*f->stream), shorter_first);
	return all;
}

/* The newest posting at or before *posting that all lists have. */
static bool
agree(struct walk *w, struct shelf *f, uint64_t *posting)
{
	size_t agreed = 0, i = 0;

	while (agreed < w->terms) {
		struct stream *s = &f->stream[i];

		if (*w->steps < 0 || !seek(s, *posting, w->steps))
			return false;
		if (s->block.key < *posting) {
			*posting = s->block.key;
			agreed = 0;
		}
		agreed++;
		i = i + 1 < w->terms ? i + 1 : 0;
	}
	return true;
}

/* The posting on shelf `number` that a sort key bounds; false: none. */
static bool
posting_at(uint64_t key, uint64_t number, uint64_t *posting)
{
	uint64_t shelf = (key & UINT32_MAX) >> POST_SHELF;

	*posting = key >> 32 << 16;
	if (shelf == number)
		*posting |= key & 0xffff;
	else if (shelf > number)
		*posting |= 0xffff;
	else if (*posting == 0)
		return false;
	else
		*posting -= 1;
	return true;
}

/* Makes the shelf's bound exact; false: nothing is left on it. */
static bool
advance(struct walk *w, struct shelf *f, uint64_t number)
{
	uint64_t posting;

	if (f->stream == NULL && !open_shelf(w, f, number))
		return false;
	if (!posting_at(f->bound, number, &posting) ||
	    !agree(w, f, &posting))
		return false;
	f->bound = walk_key((uint32_t)(posting >> 16),
	    (uint32_t)(number << POST_SHELF | (posting & 0xffff)));
	f->exact = true;
	return f->bound >= w->oldest;
}

/* --- all of them --------------------------------------------------------------------- */

struct walk *
walk_new(struct db_txn *t, size_t table, const uint64_t *term, size_t terms,
    uint64_t last, uint64_t newest, uint64_t oldest, int64_t *steps)
{
	struct walk *w = mem_new(sizeof(*w));

	w->txn = t;
	w->table = table;
	w->term = mem_copy(term, terms * sizeof(*term));
	w->terms = terms;
	w->all = (size_t)(last >> POST_SHELF) + 1;
	w->shelves = terms > 0 ? w->all : 0;
	w->shelf = mem_new(w->all * sizeof(*w->shelf));
	w->number = mem_new(w->all * sizeof(*w->number));
	for (size_t i = 0; i < w->all; i++) {
		w->shelf[i].bound = newest;
		w->number[i] = i;
	}
	w->oldest = oldest;
	w->steps = steps;
	return w;
}

void
walk_free(struct walk *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->all; i++)
		close_shelf(w, &w->shelf[i]);
	free(w->shelf);
	free(w->number);
	free(w->term);
	free(w);
}

/* The one that may have the newest. */
static size_t
newest(const struct walk *w)
{
	size_t best = 0;

	for (size_t i = 1; i < w->shelves; i++)
		if (w->shelf[i].bound > w->shelf[best].bound ||
		    (w->shelf[i].bound == w->shelf[best].bound &&
		    !w->shelf[i].exact && w->shelf[best].exact))
			best = i;
	return best;
}

/* Nothing is left on it: the last one takes its place. */
static void
leave(struct walk *w, size_t i)
{
	close_shelf(w, &w->shelf[i]);
	w->shelves--;
	w->shelf[i] = w->shelf[w->shelves];
	w->number[i] = w->number[w->shelves];
	w->shelf[w->shelves].stream = NULL;
}

bool
walk_next(struct walk *w, uint64_t *key)
{
	while (w->shelves > 0 && *w->steps >= 0) {
		size_t i = newest(w);
		struct shelf *f = &w->shelf[i];

		if (f->exact) {
			*key = f->bound;
			f->exact = false;
			if (f->bound == 0)
				leave(w, i);
			else
				f->bound--;
			return true;
		}
		if (!advance(w, f, w->number[i]))
			leave(w, i);
	}
	return false;
}

uint64_t
walk_left(const struct walk *w)
{
	uint64_t left = 0;

	for (size_t i = 0; i < w->shelves; i++)
		if (w->shelf[i].bound > left)
			left = w->shelf[i].bound;
	return left;
}

/* --- a range of terms ------------------------------------------------------------------ */

struct gather {
	uint64_t *key;
	size_t n, most;
	int64_t *steps;
};

static bool
add_block(struct gather *g, uint64_t shelf, struct span bytes)
{
	struct block b;
	bool more = block_open(&b, bytes);

	*g->steps -= WALK_BLOCK;
	for (; more; more = block_next(&b)) {
		if (g->n == g->most || --*g->steps < 0)
			return false;
		g->key[g->n++] = walk_key((uint32_t)(b.key >> 16),
		    (uint32_t)(shelf << POST_SHELF | (b.key & 0xffff)));
	}
	return true;
}

static bool
add_shelf(struct gather *g, struct db_cursor *c, uint64_t shelf,
    uint64_t from, uint64_t to)
{
	uint8_t at[POST_KEY];
	struct span key = post_key(at, post_list(shelf, from),
	    BLOCK_KEY_MASK), bytes;
	bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &bytes);

	while (more && key.n == POST_KEY &&
	    wire_get_u64((const uint8_t *)key.at) <= post_list(shelf, to)) {
		if (!add_block(g, shelf, bytes))
			return false;
		more = db_cursor_get(c, MDB_NEXT, &key, &bytes);
	}
	return true;
}

static int
newest_first(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x < y) - (x > y);
}

size_t
walk_merge(uint64_t *key, size_t n)
{
	size_t kept = 0;

	qsort(key, n, sizeof(*key), newest_first);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || key[i] != key[kept - 1])
			key[kept++] = key[i];
	return kept;
}

bool
walk_range(struct db_txn *t, size_t table, uint64_t from, uint64_t to,
    uint64_t last, uint64_t *keys, size_t *n, int64_t *steps)
{
	struct gather g = { .key = keys, .most = *n, .steps = steps };
	struct db_cursor *c = db_cursor_open(t, table);
	uint64_t shelves = (last >> POST_SHELF) + 1;
	bool all = true;

	for (uint64_t s = 0; all && s < shelves; s++)
		all = add_shelf(&g, c, s, from, to);
	db_cursor_close(c);
	*n = walk_merge(keys, g.n);
	return all;
}
