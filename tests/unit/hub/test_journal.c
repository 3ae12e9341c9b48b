/*
 * The journal: order is judged, entries are chained, groups are whole or not
 * at all; over both backends.
 */
#include "tests/unit/hub/storekit.h"

#include "protocol/sha.h"
#include "protocol/wire.h"

static const struct journal_ops *const backends[] = {
	&journal_lmdb, &journal_mem,
};

static struct kit k;

static void
begin(int i, uint64_t seed)
{
	journal_mem_seed(seed);
	kit_open(&k, backends[i]);
}

/* n changes with titles "a", "b" …, from `letter`. */
static struct journal_verdict
post(uint64_t incarnation, uint64_t first, size_t n, char letter)
{
	struct change c[64];
	char title[64][2];

	ck_assert_uint_le(n, 64);
	for (size_t i = 0; i < n; i++) {
		title[i][0] = (char)(letter + (char)i);
		title[i][1] = '\0';
		c[i] = kit_change(CHANGE_CREATED, "http://s1.gov.cn/",
		    title[i]);
	}
	return kit_post(&k, 1, incarnation, first, c, n);
}

START_TEST(takes_in_order)
{
	struct journal_verdict v;

	begin(_i, 0);
	v = post(7, 1, 3, 'a');
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
	ck_assert_uint_eq(v.taken, 3);
	ck_assert_uint_eq(v.expected, 4);
	ck_assert_uint_eq(v.fresh, 3);
	v = post(7, 4, 2, 'd');
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
	ck_assert_uint_eq(v.taken, 5);
	ck_assert_uint_eq(v.position.place, 5);
	ck_assert_uint_eq(journal_last(k.journal), 5);
	kit_close(&k);
}
END_TEST

START_TEST(knows_what_came)
{
	struct journal_verdict v;

	begin(_i, 0);
	post(7, 1, 3, 'a');
	v = post(7, 1, 3, 'a');
	ck_assert_int_eq(v.verdict, VERDICT_KNOWN);
	ck_assert_uint_eq(v.taken, 3);
	ck_assert_uint_eq(v.fresh, 0);
	v = post(7, 2, 4, 'b');
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
	ck_assert_uint_eq(v.fresh, 2);
	ck_assert_uint_eq(v.taken, 5);
	ck_assert_uint_eq(journal_last(k.journal), 5);
	kit_close(&k);
}
END_TEST

START_TEST(refuses_holes)
{
	struct journal_verdict v;

	begin(_i, 0);
	v = post(7, 2, 1, 'a');
	ck_assert_int_eq(v.verdict, VERDICT_EARLY);
	ck_assert_uint_eq(v.expected, 1);
	post(7, 1, 2, 'a');
	v = post(7, 4, 1, 'x');
	ck_assert_int_eq(v.verdict, VERDICT_EARLY);
	ck_assert_uint_eq(v.expected, 3);
	v = post(7, 0, 1, 'x');
	ck_assert_int_eq(v.verdict, VERDICT_EARLY);
	v = post(7, UINT64_MAX, 2, 'x');
	ck_assert_int_eq(v.verdict, VERDICT_EARLY);
	ck_assert_uint_eq(journal_last(k.journal), 2);
	kit_close(&k);
}
END_TEST

START_TEST(notices_forks)
{
	struct journal_verdict v;

	begin(_i, 0);
	post(7, 1, 3, 'a');
	v = post(7, 3, 1, 'x');
	ck_assert_int_eq(v.verdict, VERDICT_FORKED);
	ck_assert_uint_eq(v.taken, 3);
	v = post(7, 2, 3, 'x');
	ck_assert_int_eq(v.verdict, VERDICT_FORKED);
	ck_assert_uint_eq(journal_last(k.journal), 3);
	kit_close(&k);
}
END_TEST

/* Only the last LIMIT_RECENT hashes are there to compare with. */
START_TEST(remembers_the_last_few)
{
	struct journal_verdict v;

	begin(_i, 0);
	post(7, 1, LIMIT_RECENT + 2, 'a');
	v = post(7, 1, 2, 'x');
	ck_assert_int_eq(v.verdict, VERDICT_KNOWN);
	v = post(7, 3, 1, 'x');
	ck_assert_int_eq(v.verdict, VERDICT_FORKED);
	kit_close(&k);
}
END_TEST

START_TEST(begins_anew_with_a_spool)
{
	struct journal_verdict v;

	begin(_i, 0);
	post(7, 1, 3, 'a');
	v = post(8, 2, 1, 'x');
	ck_assert_int_eq(v.verdict, VERDICT_EARLY);
	ck_assert_uint_eq(v.expected, 1);
	ck_assert_uint_eq(v.taken, 0);
	v = post(8, 1, 2, 'x');
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
	ck_assert_uint_eq(v.taken, 2);
	ck_assert_uint_eq(v.position.before, 7);
	v = post(7, 4, 1, 'd');
	ck_assert_int_eq(v.verdict, VERDICT_FORKED);

	/* An old copy is known as one, however long ago it was. */
	for (uint64_t other = 9; other < 9 + POSITION_OLDER; other++)
		ck_assert_int_eq(post(other, 1, 1, 'x').verdict,
		    VERDICT_TAKEN);
	ck_assert_int_eq(post(7, 1, 1, 'a').verdict, VERDICT_FORKED);
	kit_close(&k);
}
END_TEST

START_TEST(beats_are_heard)
{
	struct journal_verdict v;
	struct position p;

	begin(_i, 0);
	post(7, 1, 2, 'a');
	k.now += 5000;
	v = post(7, 3, 0, 'a');
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
	ck_assert_uint_eq(v.taken, 2);
	ck_assert_int_eq(v.position.heard, k.now);
	ck_assert(journal_position(k.journal, 1, &p));
	ck_assert_uint_eq(p.last, 2);
	v = post(9, 1, 0, 'a');
	ck_assert_uint_eq(v.taken, 0);
	ck_assert_uint_eq(v.expected, 1);
	ck_assert(journal_position(k.journal, 1, &p));
	ck_assert_uint_eq(p.incarnation, 7);
	ck_assert(!journal_position(k.journal, 2, &p));
	kit_close(&k);
}
END_TEST

/* The pulse has the others. */
START_TEST(beats_are_written_now_and_then)
{
	struct position p;
	int64_t first;

	begin(_i, 0);
	post(7, 1, 2, 'a');
	first = k.now;
	k.now += JOURNAL_HEARD - 1;
	post(7, 3, 0, 'a');
	ck_assert(journal_position(k.journal, 1, &p));
	ck_assert_int_eq(p.heard, first);
	k.now++;
	post(7, 3, 0, 'a');
	ck_assert(journal_position(k.journal, 1, &p));
	ck_assert_int_eq(p.heard, first + JOURNAL_HEARD);
	k.now -= 3 * JOURNAL_HEARD;	/* the hub's clock was put back */
	post(7, 3, 0, 'a');
	ck_assert(journal_position(k.journal, 1, &p));
	ck_assert_int_eq(p.heard, k.now);
	k.now += 5;
	post(7, 3, 1, 'b');		/* that is no beat */
	ck_assert(journal_position(k.journal, 1, &p));
	ck_assert_int_eq(p.heard, k.now);
	ck_assert_uint_eq(p.last, 3);
	kit_close(&k);
}
END_TEST

/* What else a beat says is news. */
START_TEST(beats_with_news_are_written)
{
	static const struct journal_batch says[] = {
		{ .head = 9 }, { .agent = { "a/2", 3 } }, { .instance = 5 },
		{ .features = { "x y", 3 } }, { .held = 4 },
		{ .trouble = { "disk", 4 } }, { .instance = 0 },
	};
	struct journal_verdict v;
	struct position p;
	struct journal_batch b;

	begin(_i, 0);
	post(7, 1, 2, 'a');
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		k.now += 5;
		b = says[i];
		b.site = 1;
		b.incarnation = 7;
		b.first = 3;
		b.now = k.now;
		journal_begin(k.journal);
		journal_take(k.journal, &b, k.now, &v);
		ck_assert_int_eq(journal_commit(k.journal), DB_OK);
		ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
		ck_assert(journal_position(k.journal, 1, &p));
		ck_assert_msg(p.heard == k.now, "%zu", i);
	}
	kit_close(&k);
}
END_TEST

START_TEST(a_lost_group_never_was)
{
	enum db_result r = DB_OK;
	uint64_t place = 0;
	int failed = 0;

	begin(1, 20261121 + (uint64_t)_i);
	for (int i = 0; i < 200; i++) {
		journal_begin(k.journal);
		place = journal_act(k.journal, SPAN("{}"), i);
		r = journal_commit(k.journal);
		failed += r != DB_OK;
		ck_assert_uint_eq(journal_last(k.journal),
		    (uint64_t)(i + 1 - failed));
		if (r == DB_OK)
			ck_assert_uint_eq(place, journal_last(k.journal));
	}
	ck_assert_int_gt(failed, 0);
	ck_assert_uint_eq(journal_verify(k.journal), 0);
	kit_close(&k);
}
END_TEST

/* --- the chain --------------------------------------------------------------------- */

struct copy {
	struct entry e[8];
	struct buf body[8];
	size_t n;
};

static bool
copy(void *arg, const struct entry *e)
{
	struct copy *c = arg;

	c->e[c->n] = *e;
	buf_init(&c->body[c->n], LIMIT_CHANGE);
	buf_span(&c->body[c->n], e->body);
	c->e[c->n].body = buf_look(&c->body[c->n]);
	c->n++;
	return true;
}

static void
copy_clear(struct copy *c)
{
	for (size_t i = 0; i < c->n; i++)
		buf_clear(&c->body[i]);
}

/* By hand: what journal.h says a chain is. */
static void
chain_by_hand(uint8_t out[32], const uint8_t before[32],
    const struct entry *e)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_put(&b, before, 32);
	for (int i = 7; i >= 0; i--)
		buf_byte(&b, (char)(e->place >> (8 * i)));
	for (int i = 7; i >= 0; i--)
		buf_byte(&b, (char)((uint64_t)e->at >> (8 * i)));
	for (int i = 3; i >= 0; i--)
		buf_byte(&b, (char)(e->site >> (8 * i)));
	for (int i = 7; i >= 0; i--)
		buf_byte(&b, (char)(e->incarnation >> (8 * i)));
	for (int i = 7; i >= 0; i--)
		buf_byte(&b, (char)(e->seq >> (8 * i)));
	buf_span(&b, e->body);
	sha_of(out, buf_look(&b));
	buf_clear(&b);
}

START_TEST(chains_its_entries)
{
	uint8_t expected[32] = { 0 }, head[32];
	struct copy c = { .n = 0 };

	begin(_i, 0);
	post(7, 1, 3, 'a');
	kit_act(&k, "{\"do\":\"start\"}");
	ck_assert_uint_eq(journal_read(k.journal, 1, 8, copy, &c), 5);
	ck_assert_uint_eq(c.n, 4);
	for (size_t i = 0; i < c.n; i++) {
		ck_assert_uint_eq(c.e[i].place, i + 1);
		chain_by_hand(expected, expected, &c.e[i]);
		ck_assert_mem_eq(expected, c.e[i].chain, 32);
	}
	ck_assert(journal_head(k.journal, head));
	ck_assert_mem_eq(expected, head, 32);
	ck_assert_uint_eq(journal_verify(k.journal), 0);
	copy_clear(&c);
	kit_close(&k);
}
END_TEST

START_TEST(restores_what_continues)
{
	struct copy c = { .n = 0 };
	struct position p, q;
	struct kit to;

	begin(_i, 0);
	post(7, 1, 3, 'a');
	kit_act(&k, "{\"do\":\"start\"}");
	journal_read(k.journal, 1, 8, copy, &c);
	kit_open(&to, backends[_i]);
	journal_begin(to.journal);
	ck_assert(!journal_restore(to.journal, &c.e[1]));
	ck_assert(journal_restore(to.journal, &c.e[0]));
	c.body[1].at[c.body[1].n - 1] ^= 1;
	ck_assert(!journal_restore(to.journal, &c.e[1]));
	c.body[1].at[c.body[1].n - 1] ^= 1;
	for (size_t i = 1; i < c.n; i++)
		ck_assert(journal_restore(to.journal, &c.e[i]));
	ck_assert_int_eq(journal_commit(to.journal), DB_OK);
	ck_assert_uint_eq(journal_verify(to.journal), 0);
	ck_assert(journal_position(k.journal, 1, &p));
	ck_assert(journal_position(to.journal, 1, &q));
	ck_assert_uint_eq(p.last, q.last);
	ck_assert_uint_eq(p.incarnation, q.incarnation);
	ck_assert_mem_eq(p.recent[3], q.recent[3], 32);
	copy_clear(&c);
	kit_close(&to);
	kit_close(&k);
}
END_TEST

/* Somebody writes over an entry in the file. */
START_TEST(sees_what_was_edited)
{
	static const struct db_table tables[] = { { .name = "entry" } };
	const char key[8] = { 0, 0, 0, 0, 0, 0, 0, 2 };
	struct span row;
	struct db_txn *t;
	struct buf edited;
	struct db *db;

	begin(0, 0);
	post(7, 1, 3, 'a');
	ck_assert_uint_eq(journal_verify(k.journal), 0);
	db = db_open(k.journal_dir, DB_WRITE, tables, 1, KIT_MOST);
	ck_assert_ptr_nonnull(db);
	buf_init(&edited, 65536);
	t = db_begin(db, true);
	ck_assert(db_get(t, 0, (struct span){ key, 8 }, &row));
	buf_span(&edited, row);
	edited.at[edited.n - 1] ^= 1;
	db_put(t, 0, (struct span){ key, 8 }, buf_look(&edited));
	ck_assert_int_eq(db_commit(t), DB_OK);
	db_close(db);
	ck_assert_uint_eq(journal_verify(k.journal), 2);
	buf_clear(&edited);
	kit_close(&k);
}
END_TEST

/* Read only, too: what stood in the part that is missing is SIGBUS, else. */
START_TEST(a_cut_file_is_refused)
{
	char path[200];

	begin(0, 0);
	post(7, 1, 3, 'a');
	journal_close(k.journal);
	snprintf(path, sizeof(path), "%s/data.mdb", k.journal_dir);
	ck_assert_int_eq(truncate(path, 12288), 0);
	for (int write = 0; write < 2; write++) {
		buf_reset(&k.why);
		k.journal = journal_open(&journal_lmdb, k.journal_dir,
		    write == 1, KIT_MOST, &k.why);
		ck_assert_ptr_null(k.journal);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&k.why),
		    "cut off: 12288 bytes"));
		ck_assert_ptr_nonnull(strstr(buf_cstr(&k.why),
		    "zqhub load DUMP"));
	}
	ck_assert_int_eq(unlink(path), 0);
	k.journal = journal_open(&journal_lmdb, k.journal_dir, true,
	    KIT_MOST, &k.why);
	ck_assert_ptr_nonnull(k.journal);
	kit_close(&k);
}
END_TEST

START_TEST(is_there_again)
{
	struct position p;

	begin(0, 0);
	post(7, 1, 3, 'a');
	journal_close(k.journal);
	k.journal = journal_open(&journal_lmdb, k.journal_dir, true,
	    KIT_MOST, &k.why);
	ck_assert_ptr_nonnull(k.journal);
	ck_assert_uint_eq(journal_last(k.journal), 3);
	ck_assert(journal_position(k.journal, 1, &p));
	ck_assert_uint_eq(p.last, 3);
	post(7, 4, 1, 'd');
	ck_assert_uint_eq(journal_verify(k.journal), 0);
	kit_close(&k);
}
END_TEST

/* What an agent says is the matter is kept until it says something else; rows
 * of before don't have it. */
START_TEST(keeps_the_trouble)
{
	struct journal_batch b = { .site = 1, .incarnation = 7, .first = 4,
	    .head = 3, .now = KIT_NOW };
	struct position p, old = { 0 }, flagless = { 0 }, cut = { 0 };
	struct journal_verdict v;
	char most[1024];
	struct buf row, words;

	begin(0, 0);
	post(7, 1, 3, 'a');
	memset(most, 'x', sizeof(most));
	b.trouble = (struct span){ most, sizeof(most) };
	b.needs_snapshot = true;
	journal_begin(k.journal);
	journal_take(k.journal, &b, KIT_NOW, &v);
	ck_assert_int_eq(journal_commit(k.journal), DB_OK);
	ck_assert(journal_position(k.journal, 1, &p));
	ck_assert_uint_eq(strlen(p.trouble), POSITION_TROUBLE - 1);
	buf_init(&row, 1u << 16);
	position_write(&row, &p);
	position_read(&old, buf_look(&row));
	ck_assert_str_eq(old.trouble, p.trouble);
	ck_assert(old.needs_snapshot);
	/* That is last, and the words are before it: a row that ends sooner
	 * is one of before. */
	buf_cut(&row, row.n - 1);
	position_read(&flagless, buf_look(&row));
	ck_assert_str_eq(flagless.trouble, p.trouble);
	ck_assert(!flagless.needs_snapshot);
	buf_init(&words, 1024);
	write_span(&words, span_of(p.trouble));
	buf_cut(&row, row.n - words.n);
	buf_clear(&words);
	position_read(&cut, buf_look(&row));
	ck_assert_str_eq(cut.trouble, "");
	ck_assert_uint_eq(cut.last, 3);
	buf_clear(&row);
	b.trouble = SPAN_NONE;
	b.needs_snapshot = false;
	journal_begin(k.journal);
	journal_take(k.journal, &b, KIT_NOW, &v);
	ck_assert_int_eq(journal_commit(k.journal), DB_OK);
	ck_assert(journal_position(k.journal, 1, &p));
	ck_assert_str_eq(p.trouble, "");
	ck_assert(!p.needs_snapshot);
	kit_close(&k);
}
END_TEST

START_TEST(says_why_it_cannot_open)
{
	struct buf why;

	buf_init(&why, 1024);
	ck_assert_ptr_null(journal_open(&journal_lmdb, "/nonexistent/x",
	    false, KIT_MOST, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "/nonexistent/x"));
	buf_clear(&why);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("journal");
	TCase *c = tcase_create("both");
	SRunner *r;
	int failed;

	tcase_add_loop_test(c, takes_in_order, 0, 2);
	tcase_add_loop_test(c, knows_what_came, 0, 2);
	tcase_add_loop_test(c, refuses_holes, 0, 2);
	tcase_add_loop_test(c, notices_forks, 0, 2);
	tcase_add_loop_test(c, remembers_the_last_few, 0, 2);
	tcase_add_loop_test(c, begins_anew_with_a_spool, 0, 2);
	tcase_add_loop_test(c, beats_are_heard, 0, 2);
	tcase_add_loop_test(c, beats_are_written_now_and_then, 0, 2);
	tcase_add_loop_test(c, beats_with_news_are_written, 0, 2);
	tcase_add_loop_test(c, chains_its_entries, 0, 2);
	tcase_add_loop_test(c, restores_what_continues, 0, 2);
	tcase_add_loop_test(c, a_lost_group_never_was, 0, 3);
	tcase_add_test(c, sees_what_was_edited);
	tcase_add_test(c, a_cut_file_is_refused);
	tcase_add_test(c, is_there_again);
	tcase_add_test(c, keeps_the_trouble);
	tcase_add_test(c, says_why_it_cannot_open);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
