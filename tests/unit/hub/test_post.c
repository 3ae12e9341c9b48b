/*
 * Posting lists: what is gathered, merged, divided and walked is what a
 * plain set would say; blocks hold what was packed into them.
 */
#include "tests/unit/hub/storekit.h"

#include "contrib/base/db.h"
#include "hub/block.h"
#include "hub/post.h"
#include "hub/term.h"
#include "hub/walk.h"

#define ITEMS 200000		/* three shelves and a bit */
#define TERMS 5

static const struct db_table table = { .name = "post" };
static char dir[64];
static struct db *db;
static struct post post;
static uint64_t dice = 88172645463325252u;

static uint64_t
roll(uint64_t of)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (dice >> 8) % of;
}

static uint32_t stamp_of[ITEMS + 1];
static uint8_t terms_of[ITEMS + 1];	/* a bit for each term */

static void
setup(void)
{
	memset(terms_of, 0, sizeof(terms_of));
	snprintf(dir, sizeof(dir), "/tmp/zq-post-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	db = db_open(dir, DB_WRITE | DB_NOSYNC | DB_CREATE, &table, 1,
	    KIT_MOST);
	ck_assert_ptr_nonnull(db);
	post_init(&post);
}

static void
teardown(void)
{
	post_clear(&post);
	db_close(db);
	kit_wipe(dir);
}

static void
flush(void)
{
	struct db_txn *t = db_begin(db, true);

	post_flush(&post, t, 0);
	ck_assert_int_eq(db_commit(t), DB_OK);
}

/* --- blocks ---------------------------------------------------------------------------- */

START_TEST(packs_and_unpacks)
{
	uint64_t key[BLOCK_KEYS], stamp = UINT32_MAX;
	uint8_t bytes[BLOCK_KEYS * BLOCK_NEXT_MOST];
	size_t n = 0, used, i = 0, cost = 0;
	struct block b;
	bool more;

	while (n < 120) {
		stamp -= roll(UINT64_C(1) << roll(26));
		key[n] = stamp << 16 | (n == 0 || key[n - 1] >> 16 != stamp ?
		    roll(65536) : 0);
		if (n > 0 && key[n] >= key[n - 1])
			continue;
		cost += block_cost(n > 0 ? key[n - 1] : 0, key[n]);
		n++;
	}
	used = block_write(bytes, key, n);
	ck_assert_uint_eq(used, cost);
	more = block_open(&b, (struct span){ (char *)bytes, used });
	for (; more; more = block_next(&b))
		ck_assert_uint_eq(b.key, key[i++]);
	ck_assert_uint_eq(i, n);
}
END_TEST

START_TEST(survives_what_is_no_block)
{
	char junk[64];
	struct block b;

	for (int round = 0; round < 20000; round++) {
		size_t n = roll(sizeof(junk)), steps = 0;

		for (size_t i = 0; i < n; i++)
			junk[i] = (char)roll(256);
		if (!block_open(&b, (struct span){ junk, n }))
			continue;
		while (block_next(&b))
			ck_assert_uint_lt(++steps, sizeof(junk));
	}
}
END_TEST

/* --- lists ------------------------------------------------------------------------------ */

static uint64_t
term(unsigned i)
{
	return term_of(TERM_PAIR, 100 + i);
}

static void
put_item(uint32_t item, uint32_t stamp, uint8_t terms)
{
	for (unsigned i = 0; i < TERMS; i++) {
		if ((terms_of[item] & 1u << i) != 0)
			post_drop(&post, term(i), stamp_of[item], item);
		if ((terms & 1u << i) != 0)
			post_put(&post, term(i), stamp, item);
	}
	stamp_of[item] = stamp;
	terms_of[item] = terms;
}

/* The naive answer: the newest at or before *key that has all terms. */
static bool
newest(uint8_t terms, uint64_t *key)
{
	uint64_t best = 0;
	bool found = false;

	for (uint32_t i = 1; i <= ITEMS; i++) {
		uint64_t is = walk_key(stamp_of[i], i);

		if ((terms_of[i] & terms) == terms && is <= *key &&
		    (!found || is > best)) {
			best = is;
			found = true;
		}
	}
	*key = best;
	return found;
}

static int
newest_first(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, 8);
	memcpy(&y, b, 8);
	return (x < y) - (x > y);
}

static void
check_walk(uint8_t terms, uint64_t from, uint64_t oldest)
{
	static uint64_t want[ITEMS];
	uint64_t list[TERMS], key = 0;
	int64_t steps = INT64_MAX;
	size_t n = 0, lists = 0;
	struct db_txn *t;
	struct walk *w;

	for (uint32_t i = 1; i <= ITEMS; i++) {
		uint64_t is = walk_key(stamp_of[i], i);

		if ((terms_of[i] & terms) == terms && is <= from &&
		    is >= oldest)
			want[n++] = is;
	}
	qsort(want, n, sizeof(*want), newest_first);
	for (unsigned i = 0; i < TERMS; i++)
		if ((terms & 1u << i) != 0)
			list[lists++] = term(i);
	t = db_begin(db, false);
	w = walk_new(t, 0, list, lists, ITEMS, from, oldest, &steps);
	for (size_t i = 0; i < n; i++) {
		ck_assert(walk_next(w, &key));
		ck_assert_uint_eq(key, want[i]);
	}
	ck_assert(!walk_next(w, &key));
	walk_free(w);
	db_abort(t);
}

static void
check_all(void)
{
	for (uint8_t terms = 1; terms < 1 << TERMS; terms++)
		check_walk(terms, WALK_NEWEST, 0);
	for (int i = 0; i < 20; i++)
		check_walk((uint8_t)(1 + roll((1 << TERMS) - 1)),
		    walk_key((uint32_t)roll(5000), (uint32_t)roll(ITEMS)),
		    walk_key((uint32_t)roll(2500), 0));
}

START_TEST(walks_what_was_put)
{
	for (int round = 0; round < 6; round++) {
		for (int i = 0; i < 6000; i++)
			put_item(1 + (uint32_t)roll(ITEMS),
			    (uint32_t)roll(5000), (uint8_t)(roll(1 << TERMS) &
			    roll(1 << TERMS)));
		flush();
	}
	check_all();
	for (uint32_t i = 1; i <= ITEMS; i++)
		if (roll(8) != 0)
			put_item(i, 0, 0);
	flush();
	check_all();
	for (uint32_t i = 1; i <= ITEMS; i++)
		put_item(i, 0, 0);
	flush();
	struct db_txn *t = db_begin(db, false);
	ck_assert_uint_eq(db_count(t, 0), 0);
	db_abort(t);
}
END_TEST

/* Live traffic: always newer than all there is. Blocks must end up full. */
START_TEST(grows_at_its_end)
{
	size_t bytes = 0, blocks = 0;
	struct span key, row;
	struct db_cursor *c;
	struct db_txn *t;

	for (uint32_t i = 1; i <= 20000; i++) {
		put_item(i, i / 2, 1);
		if (i % 50 == 0)
			flush();
	}
	check_walk(1, WALK_NEWEST, 0);
	t = db_begin(db, false);
	c = db_cursor_open(t, 0);
	for (bool more = db_cursor_get(c, MDB_FIRST, &key, &row); more;
	    more = db_cursor_get(c, MDB_NEXT, &key, &row)) {
		ck_assert_uint_le(row.n, BLOCK_MOST);
		bytes += row.n;
		blocks++;
	}
	db_cursor_close(c);
	db_abort(t);
	ck_assert_uint_gt(bytes, blocks * BLOCK_MOST * 8 / 10);
}
END_TEST

START_TEST(the_last_word_counts)
{
	uint64_t key = WALK_NEWEST;

	post_put(&post, term(0), 10, 5);
	post_drop(&post, term(0), 10, 5);
	post_put(&post, term(0), 11, 6);
	post_drop(&post, term(0), 11, 6);
	post_put(&post, term(0), 11, 6);
	post_drop(&post, term(0), 12, 7);
	flush();
	stamp_of[6] = 11;
	terms_of[6] = 1;
	ck_assert(newest(1, &key));
	ck_assert_uint_eq(key, walk_key(11, 6));
	check_walk(1, WALK_NEWEST, 0);
	put_item(6, 0, 0);
	flush();
	check_walk(1, WALK_NEWEST, 0);
}
END_TEST

START_TEST(spends_no_more_than_it_may)
{
	uint64_t list[1] = { term(0) }, key, n = 0;
	int64_t steps = 300;
	struct db_txn *t;
	struct walk *w;

	for (uint32_t i = 1; i <= 5000; i++)
		put_item(i, i, 1);
	flush();
	t = db_begin(db, false);
	w = walk_new(t, 0, list, 1, ITEMS, WALK_NEWEST, 0, &steps);
	while (walk_next(w, &key))
		n++;
	ck_assert_int_lt(steps, 0);
	ck_assert_uint_gt(n, 0);
	ck_assert_uint_lt(n, 400);
	ck_assert_uint_eq(walk_left(w), walk_key(5000 - (uint32_t)n,
	    5000 - (uint32_t)n) + 0);
	walk_free(w);
	db_abort(t);
}
END_TEST

START_TEST(gathers_a_range)
{
	static uint64_t keys[ITEMS];
	int64_t steps = INT64_MAX;
	size_t n = ITEMS;
	struct db_txn *t;

	put_item(1, 7, 0x03);
	put_item(2, 9, 0x02);
	put_item(3, 8, 0x10);
	put_item(70000, 9, 0x06);
	flush();
	t = db_begin(db, false);
	ck_assert(walk_range(t, 0, term(0), term(2), ITEMS, keys, &n,
	    &steps));
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(keys[0], walk_key(9, 70000));
	ck_assert_uint_eq(keys[1], walk_key(9, 2));
	ck_assert_uint_eq(keys[2], walk_key(7, 1));
	n = 2;
	ck_assert(!walk_range(t, 0, term(0), term(2), ITEMS, keys, &n,
	    &steps));
	db_abort(t);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("post");
	TCase *c = tcase_create("lists");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 300);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, packs_and_unpacks);
	tcase_add_test(c, survives_what_is_no_block);
	tcase_add_test(c, walks_what_was_put);
	tcase_add_test(c, grows_at_its_end);
	tcase_add_test(c, the_last_word_counts);
	tcase_add_test(c, spends_no_more_than_it_may);
	tcase_add_test(c, gathers_a_range);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
