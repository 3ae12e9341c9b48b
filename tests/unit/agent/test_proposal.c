/*
 * Moves that a source has seen: what pages have in common is found, what is
 * no move isn't proposed, and a person's word on it holds.
 */
#include "tests/unit/agent/sourcekit.h"

#include <jansson.h>

#include "agent/moves.h"
#include "agent/moves_ask.h"
#include "agent/paths.h"
#include "agent/proposal.h"
#include "protocol/letter.h"
#include "protocol/wire.h"

static void
set_up_store(void)
{
	set_up();
	store = kit_open(64u << 20);
}

static void
tear_down_store(void)
{
	store_close(store);
	tear_down();
}

static bool
note_move(void *arg, const struct moved *m)
{
	buf_printf(arg, "%c %.*s %.*s %llu;", m->state == MOVES_SAID ? 'S' :
	    m->state == MOVES_PROPOSED ? 'P' : 'R', SPAN_ARGS(m->old),
	    SPAN_ARGS(m->new), (unsigned long long)m->items);
	return true;
}

static int
in_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All, in the order of their words. */
static void
moves(struct buf *out)
{
	struct store_txn *t = store_look(store);
	struct paths list = { .count = 0 };
	struct buf all;
	char *rest, *one;

	buf_init(&all, 1u << 20);
	moves_each(t, note_move, &all);
	store_end(t);
	one = all.n > 0 ? strtok_r(all.at, ";", &rest) : NULL;
	for (; one != NULL; one = strtok_r(NULL, ";", &rest))
		paths_add(&list, one);
	if (list.count > 0)
		qsort(list.at, list.count, sizeof(*list.at), in_order);
	buf_reset(out);
	for (size_t i = 0; i < list.count; i++)
		buf_printf(out, "%s\n", list.at[i]);
	paths_clear(&list);
	buf_clear(&all);
}

static void
ck_moves(const char *want)
{
	struct buf got;

	buf_init(&got, 1u << 20);
	moves(&got);
	ck_assert_str_eq(buf_cstr(&got), want);
	buf_clear(&got);
}

/* "from to from to …", below https://www.a.cn unless they say. */
static void
propose(const char *const *list, bool announce)
{
	struct paths p = { .count = 0 };
	const struct proposal_ask ask = { .source = SPAN("www"),
		.moved = &p, .announce = announce };
	size_t made;

	for (; *list != NULL; list++) {
		char url[256];

		snprintf(url, sizeof(url), "%s%s",
		    **list == '/' ? SITE : "", *list);
		paths_add(&p, url);
	}
	ck_assert(proposal_make(store, &ask, &made));
	paths_clear(&p);
}

#define PROPOSE(...) propose((const char *const[]){ __VA_ARGS__, NULL }, false)

START_TEST(test_prefix)
{
	PROPOSE("/a/1.html", "/b/1.html", "/a/x/2.html", "/b/x/2.html",
	    "/a/", "/b/");
	ck_moves("P " SITE "/a/ " SITE "/b/ 3\n");
}
END_TEST

/* Read between two renamings: they were never meant to be where they were
 * seen. */
START_TEST(test_journey)
{
	PROPOSE("/html/1.html", "/html.new/1.html",
	    "/html/2.html", "/html.new/2.html",
	    "/html/3.html", "/html.new/3.html",
	    "/html.new/2.html", "/html/2.html",
	    "/html.new/3.html", "/html/3.html",
	    "/html.new/1.html", "/html/1.html");
	ck_moves("");
	PROPOSE("/a/1.html", "/b/1.html", "/a/2.html", "/b/2.html",
	    "/b/2.html", "/c/2.html", "/b/1.html", "/c/1.html",
	    "/a/3.html", "/b/3.html", "/b/3.html", "/c/3.html");
	ck_moves("P " SITE "/a/ " SITE "/c/ 3\n");
}
END_TEST

/* What went on from there before others came is another page. */
START_TEST(test_others_after)
{
	PROPOSE("/b/1.html", "/c/1.html", "/a/1.html", "/b/1.html");
	(void)kit_tell(store, "b/1.html", 1);
	ck_moves("P " SITE "/a/1.html " SITE "/b/1.html 1\n"
	    "P " SITE "/b/1.html " SITE "/c/1.html 1\n");
}
END_TEST

#define COLUMNS 80

/* Each column has another name, and in one of them a page is left. */
START_TEST(test_many_prefixes)
{
	static char url[COLUMNS * 6][32];
	const char *list[COLUMNS * 6 + 1];
	struct buf want;
	size_t n = 0;

	(void)kit_tell(store, "n10/left.html", 1);
	for (int i = 10; i < 10 + COLUMNS; i++)
		for (int k = 0; k < 6; k++, n++) {
			snprintf(url[n], sizeof(url[n]), "/%s%d/%d.html",
			    k % 2 == 0 ? "n" : "x", i, k / 2);
			list[n] = url[n];
		}
	list[n] = NULL;
	propose(list, false);
	buf_init(&want, 1u << 16);
	for (int k = 0; k < 3; k++)
		buf_printf(&want, "P " SITE "/n10/%d.html " SITE
		    "/x10/%d.html 1\n", k, k);
	for (int i = 11; i < 10 + COLUMNS; i++)
		buf_printf(&want, "P " SITE "/n%d/ " SITE "/x%d/ 3\n", i, i);
	ck_moves(buf_cstr(&want));
	buf_clear(&want);
}
END_TEST

/* The new one is below the old one's parent: no prefix of all. */
START_TEST(test_down)
{
	PROPOSE("/news/1.html", "/archive/news/1.html",
	    "/news/2.html", "/archive/news/2.html",
	    "/news/2020/3.html", "/archive/news/2020/3.html",
	    "/docs/1.html", "/archive/docs/1.html");
	ck_moves("P " SITE "/docs/1.html " SITE "/archive/docs/1.html 1\n"
	    "P " SITE "/news/ " SITE "/archive/news/ 3\n");
}
END_TEST

START_TEST(test_domain)
{
	PROPOSE("http://old.cn/1.html", "https://new.cn/1.html",
	    "http://old.cn/x/2.html", "https://new.cn/x/2.html",
	    "http://old.cn/", "https://new.cn/");
	ck_moves("P http://old.cn/ https://new.cn/ 3\n");
}
END_TEST

/* Something is still there: not all of it moved. */
START_TEST(test_left)
{
	ck_assert_int_eq(kit_tell(store, "a/rest.html", 1), COMPARE_CREATED);
	PROPOSE("/a/1.html", "/b/1.html", "/a/2.html", "/b/2.html",
	    "/a/x/1.html", "/b/x/1.html", "/a/x/2.html", "/b/x/2.html",
	    "/a/x/3.html", "/b/x/3.html");
	ck_moves("P " SITE "/a/1.html " SITE "/b/1.html 1\n"
	    "P " SITE "/a/2.html " SITE "/b/2.html 1\n"
	    "P " SITE "/a/x/ " SITE "/b/x/ 3\n");
}
END_TEST

/* Another page stands there; the same place; said before. */
START_TEST(test_none)
{
	ck_assert_int_eq(kit_tell(store, "a.html", 1), COMPARE_CREATED);
	PROPOSE("/a.html", "/b.html", "http://a.cn/x/index.html",
	    "https://a.cn/x/");
	ck_moves("");
	PROPOSE("/c.html", "/d.html");
	PROPOSE("/c.html", "/d.html");
	ck_moves("P " SITE "/c.html " SITE "/d.html 1\n");
}
END_TEST

static json_t *
decide(const char *word, const char *which)
{
	json_t *answer, *ask = json_pack("{s:s, s:s, s:s}", "word", word,
	    "old", which, "by", "wang");
	struct buf why;

	buf_init(&why, 65536);
	answer = moves_decide(store, ask, 480, &why);
	json_decref(ask);
	buf_clear(&why);
	return answer;
}

START_TEST(test_word)
{
	struct store_txn *t;
	struct change c;

	PROPOSE("/c.html", "/d.html", "/e.html", "/f.html", "/x/1", "/y/1",
	    "/x/2", "/y/2", "/x/3", "/y/3");
	json_decref(decide("announce", SITE "/x/"));
	json_decref(decide("refuse", SITE "/e.html"));
	ck_moves("P " SITE "/c.html " SITE "/d.html 1\n"
	    "R " SITE "/e.html " SITE "/f.html 0\n"
	    "S " SITE "/x/ " SITE "/y/ 0\n");
	t = store_look(store);
	ck_assert(spool_get(t, 1, &c) && c.kind == CHANGE_MOVE);
	ck_assert(span_is(c.word[WORD_SCOPE], SPAN("prefix")));
	ck_assert(span_is(c.word[WORD_BY], SPAN("wang")));
	store_end(t);
	ck_assert_ptr_null(decide("announce", SITE "/e.html"));
	PROPOSE("/e.html", "/f.html", "/x/4", "/y/4");
	ck_moves("P " SITE "/c.html " SITE "/d.html 1\n"
	    "R " SITE "/e.html " SITE "/f.html 0\n"
	    "S " SITE "/x/ " SITE "/y/ 0\n");
	json_decref(decide("refuse", ""));
	ck_moves("R " SITE "/c.html " SITE "/d.html 0\n"
	    "R " SITE "/e.html " SITE "/f.html 0\n"
	    "S " SITE "/x/ " SITE "/y/ 0\n");
}
END_TEST

/* --- a source that sees it ---------------------------------------------------- */

static bool
can_moves(struct store_txn *t, void *arg)
{
	(void)arg;
	store_put(t, "hub features", SPAN("changes moves"));
	return true;
}

static void
wait_moves(const char *want)
{
	int64_t start_at = clock_mono();
	struct buf got;

	buf_init(&got, 1u << 20);
	for (moves(&got); strcmp(buf_cstr(&got), want) != 0; moves(&got)) {
		ck_assert_msg(clock_mono() - start_at < PATIENCE,
		    "moves: %s\nexpected: %s", buf_cstr(&got), want);
		turn_loop(20);
	}
	buf_clear(&got);
}

static void
show_columns(void)
{
	put_dir("news");
	put_dir("docs");
	put_many_in(at("news"), 20);
	put_many_in(at("docs"), 2);
	put("docs/0.html", "<title>d</title>");
	start();
	ck_assert_int_eq(store_do(store, can_moves, NULL), STORE_DONE);
	wait_items(23);
	wait_state("fine");
}

static void
rename_column(void)
{
	show_columns();
	ck_assert_int_eq(rename(at("news"), at("xinwen")), 0);
}

START_TEST(test_ask)
{
	rename_column();
	wait_moves("P " SITE "/news/ " SITE "/xinwen/ 20\n");
	wait_state("fine");
	ck_assert_uint_eq(head(), 23 + 20);
	stop();
}
END_TEST

/* There and back: nothing is to be announced. */
START_TEST(test_back)
{
	rename_column();
	wait_moves("P " SITE "/news/ " SITE "/xinwen/ 20\n");
	wait_state("fine");
	ck_assert_int_eq(rename(at("xinwen"), at("news")), 0);
	wait_moves("");
	wait_state("fine");
	turn_loop(500);
	ck_moves("");
	stop();
}
END_TEST

/* The same pages are there again (a link to the new place, say): nothing is to
 * lead away from them. A note for those who come there does no harm. */
START_TEST(test_a_copy_is_back)
{
	rename_column();
	wait_moves("P " SITE "/news/ " SITE "/xinwen/ 20\n");
	wait_state("fine");
	put_dir("news");
	put("news/7.html", "<title>moved to xinwen</title>");
	wait_items(24);
	wait_state("fine");
	ck_moves("P " SITE "/news/ " SITE "/xinwen/ 20\n");
	put_many_in(at("news"), 20);
	wait_moves("");
	stop();
}
END_TEST

START_TEST(test_announce)
{
	static char announce[] = "announce";
	struct store_txn *t;
	struct change c;

	set.moves = announce;
	rename_column();
	wait_moves("S " SITE "/news/ " SITE "/xinwen/ 20\n");
	ck_assert_uint_eq(head(), 23 + 20 + 1);
	t = store_look(store);
	ck_assert(spool_get(t, head(), &c) && c.kind == CHANGE_MOVE);
	ck_assert(span_is(c.word[WORD_BY], SPAN("zqagentd")));
	store_end(t);
	stop();
}
END_TEST

/* There and back: nothing leads away any more, nor does anything lead there. */
static void
goes_and_comes_back(const char *here, const char *there, const char *move)
{
	struct store_txn *t;
	struct change c;
	uint64_t before;

	wait_state("fine");
	ck_assert_int_eq(rename(at(here), at(there)), 0);
	wait_moves(move);
	wait_state("fine");
	before = head();
	ck_assert_int_eq(rename(at(there), at(here)), 0);
	wait_moves("");
	wait_state("fine");
	turn_loop(500);
	ck_moves("");
	ck_assert_uint_gt(head(), before + 1);
	t = store_look(store);
	ck_assert(spool_get(t, head(), &c) && c.kind == CHANGE_MOVE);
	ck_assert_uint_eq(c.word[WORD_SUCCESSOR].n, 0);
	store_end(t);
}

START_TEST(test_announce_back)
{
	static char announce[] = "announce";

	set.moves = announce;
	put("a.html", "<title>a page of its own</title>");
	start();
	ck_assert_int_eq(store_do(store, can_moves, NULL), STORE_DONE);
	wait_items(1);
	goes_and_comes_back("a.html", "b.html",
	    "S " SITE "/a.html " SITE "/b.html 1\n");
	stop();
}
END_TEST

START_TEST(test_announce_column_back)
{
	static char announce[] = "announce";

	set.moves = announce;
	show_columns();
	goes_and_comes_back("news", "xinwen",
	    "S " SITE "/news/ " SITE "/xinwen/ 20\n");
	goes_and_comes_back("news", "docs/news",
	    "S " SITE "/news/ " SITE "/docs/news/ 20\n");
	stop();
}
END_TEST

START_TEST(test_off)
{
	static char off[] = "off";

	set.moves = off;
	rename_column();
	WAIT_FOR(head() >= 23 + 20);
	turn_loop(2500);
	ck_moves("");
	stop();
}
END_TEST

/* A copy, and then the old ones go: more than the gate lets pass. What has
 * the same bytes elsewhere is proposed; said, it is no loss any more. */
START_TEST(test_copied)
{
	put_dir("news");
	put_dir("xinwen");
	put_many_in(at("news"), 80);
	put("index.html", "<title>home</title>");
	start();
	ck_assert_int_eq(store_do(store, can_moves, NULL), STORE_DONE);
	wait_items(81);
	put_many_in(at("xinwen"), 80);
	wait_items(161);
	wait_state("fine");
	ck_moves("");
	kit_remove_tree(at("news"));
	wait_state("held");
	wait_moves("P " SITE "/news/ " SITE "/xinwen/ 80\n");
	json_decref(decide("announce", ""));
	source_dir.rescan(source);
	wait_items(81);
	wait_state("fine");
	kit_is_whole(store);
	stop();
}
END_TEST

/* The source has another address: a domain that moved. */
START_TEST(test_address)
{
	static char other[] = "https://new.test.gov.cn/";

	put_many(5);
	put("index.html", "<title>home</title>");
	start();
	ck_assert_int_eq(store_do(store, can_moves, NULL), STORE_DONE);
	wait_items(6);
	wait_state("fine");
	stop();
	set.url = other;
	start();
	wait_moves("P " SITE "/ https://new.test.gov.cn/ 6\n");
	stop();
}
END_TEST

/* As the hub writes of what was told where it takes nothing from this site. */
static bool
not_ours(struct store_txn *t, void *arg)
{
	const struct letter l = { .number = t->meta.letters + 1,
	    .when = clock_wall(), .kind = SPAN("held"),
	    .about = span_of(arg), .text = SPAN("change 1 is held: "
	    "www.tset.gov.cn is not a domain of this site; it has "
	    "www.test.gov.cn") };
	uint8_t key[8];
	struct buf row;

	wire_put_u64(key, l.number);
	buf_init(&row, 4096);
	letter_write(&row, &l);
	db_put(t->db, STORE_LETTER, (struct span){ (const char *)key, 8 },
	    buf_look(&row));
	buf_clear(&row);
	t->meta.letters = l.number;
	return true;
}

/* Mistyped, and corrected: nothing has moved away from somebody else's. */
START_TEST(test_corrected)
{
	static char mistyped[] = "http://www.tset.gov.cn/";
	static char about[] = "http://www.tset.gov.cn/001.txt";

	set.url = mistyped;
	put_many(5);
	put("index.html", "<title>home</title>");
	start();
	ck_assert_int_eq(store_do(store, can_moves, NULL), STORE_DONE);
	ck_assert_int_eq(store_do(store, not_ours, about), STORE_DONE);
	wait_items(6);
	wait_state("fine");
	stop();
	set.url = address;
	start();
	wait_state("fine");
	ck_assert_uint_eq(head(), 6 + 6);
	turn_loop(500);
	ck_moves("");
	ck_assert_int_eq(rename(at("001.txt"), at("one.txt")), 0);
	wait_moves("P " SITE "/001.txt " SITE "/one.txt 1\n");
	stop();
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("proposal"), *seen = tcase_create("seen");
	Suite *s = suite_create("agent/proposal");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up_store, tear_down_store);
	tcase_add_test(t, test_prefix);
	tcase_add_test(t, test_journey);
	tcase_add_test(t, test_others_after);
	tcase_add_test(t, test_many_prefixes);
	tcase_add_test(t, test_down);
	tcase_add_test(t, test_domain);
	tcase_add_test(t, test_left);
	tcase_add_test(t, test_none);
	tcase_add_test(t, test_word);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(seen, set_up, tear_down);
	tcase_add_test(seen, test_ask);
	tcase_add_test(seen, test_back);
	tcase_add_test(seen, test_a_copy_is_back);
	tcase_add_test(seen, test_announce);
	tcase_add_test(seen, test_announce_back);
	tcase_add_test(seen, test_announce_column_back);
	tcase_add_test(seen, test_off);
	tcase_add_test(seen, test_copied);
	tcase_add_test(seen, test_address);
	tcase_add_test(seen, test_corrected);
	tcase_set_timeout(seen, 60);
	suite_add_tcase(s, seen);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
