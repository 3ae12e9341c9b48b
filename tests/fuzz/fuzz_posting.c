/*
 * Posting lists against a plain table: the input puts and drops postings and
 * flushes; then every list is walked. What is no block is read as one, too.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/db.h"
#include "contrib/base/err.h"
#include "hub/block.h"
#include "hub/post.h"
#include "hub/walk.h"

#define TERMS 3
#define ITEMS 128		/* spread over four shelves */
#define MOST (UINT64_C(1) << 30)

static const struct db_table table = { .name = "post" };
static char dir[64];
static struct db *db;
static struct post post;
static uint32_t stamp_of[ITEMS];	/* of what is there */
static uint8_t terms_of[ITEMS];

static void
clean_up(void)
{
	char command[128];

	post_clear(&post);
	db_close(db);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command) != 0)
		fatal("cannot remove %s", dir);
}

static void
open_db(void)
{
	if (db != NULL)
		return;
	snprintf(dir, sizeof(dir), "/tmp/zq-fuzz-XXXXXX");
	must(mkdtemp(dir) != NULL);
	db = db_open(dir, DB_WRITE | DB_NOSYNC | DB_CREATE, &table, 1, MOST);
	must(db != NULL);
	post_init(&post);
	atexit(clean_up);
}

static uint32_t
number(uint32_t i)
{
	return i * (4 * 65536 / ITEMS) + 1;
}

static uint64_t
term(unsigned i)
{
	return UINT64_C(1) << 42 | i;
}

static void
flush(bool empty)
{
	struct db_txn *t = db_begin(db, true);

	if (empty)
		db_empty(t, 0);
	post_flush(&post, t, 0);
	must(db_commit(t) == DB_OK);
}

static void
set(uint32_t i, uint32_t stamp, uint8_t terms)
{
	for (unsigned n = 0; n < TERMS; n++) {
		if (terms_of[i] & 1u << n)
			post_drop(&post, term(n), stamp_of[i], number(i));
		if (terms & 1u << n)
			post_put(&post, term(n), stamp, number(i));
	}
	stamp_of[i] = stamp;
	terms_of[i] = terms;
}

/* The newest one before `below` that has all terms. */
static bool
newest(uint8_t terms, uint64_t below, uint64_t *key)
{
	bool found = false;

	for (uint32_t i = 0; i < ITEMS; i++) {
		uint64_t is = walk_key(stamp_of[i], number(i));

		if ((terms_of[i] & terms) == terms && is < below &&
		    (!found || is > *key)) {
			*key = is;
			found = true;
		}
	}
	return found;
}

static void
check(uint8_t terms)
{
	struct db_txn *t = db_begin(db, false);
	uint64_t list[TERMS], key, want = 0, below = UINT64_MAX;
	int64_t steps = INT64_MAX;
	size_t n = 0;
	struct walk *w;

	for (unsigned i = 0; i < TERMS; i++)
		if (terms & 1u << i)
			list[n++] = term(i);
	w = walk_new(t, 0, list, n, number(ITEMS), WALK_NEWEST, 0, &steps);
	for (; newest(terms, below, &want); below = want)
		must(walk_next(w, &key) && key == want);
	must(!walk_next(w, &key));
	walk_free(w);
	db_abort(t);
}

static void
read_junk(const uint8_t *at, size_t n)
{
	struct block b;
	size_t steps = 0;

	if (block_open(&b, (struct span){ (const char *)at, n }))
		while (block_next(&b))
			must(++steps <= n);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	open_db();
	read_junk(at, n);
	memset(terms_of, 0, sizeof(terms_of));
	flush(true);
	for (; n >= 4; at += 4, n -= 4) {
		uint32_t i = at[0] % ITEMS;

		if ((at[1] & 0x70) == 0x70)
			flush(false);
		set(i, (uint32_t)at[2] << (at[1] & 0xf) | at[3],
		    at[3] & 7);
	}
	flush(false);
	for (uint8_t terms = 1; terms < 1 << TERMS; terms++)
		check(terms);
	return 0;
}
