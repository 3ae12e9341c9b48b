/*
 * A directory below the root is published anew by changing names: what is in
 * it stays what it was, nothing waits for a person, and nothing has moved.
 */
#include "tests/unit/agent/renamedkit.h"

#include "contrib/base/text.h"

#define PAGES 120
#define CHANGED 3		/* of them, by each swap */

/* All pages, of which the first are other ones. */
static void
make_next(const char *dir, const char *word)
{
	char path[64];

	put_dir(dir);
	put_many_in(at(dir), PAGES);
	for (int i = 0; i < CHANGED; i++) {
		snprintf(path, sizeof(path), "%s/%03d.txt", dir, i);
		put(path, word);
	}
}

static void
begin(void)
{
	put("a.html", "<title>a</title>");
	put_dir("html");
	put_many_in(at("html"), PAGES);
	start_with_moves();
	wait_items(PAGES + 1);
	wait_state("fine");
	WAIT_FOR(source_dir.is_settled(source));
}

static uint64_t
proposals(void)
{
	struct store_txn *t = store_look(store);
	uint64_t n = moves_count(t);

	store_end(t);
	return n;
}

static int
count_lines(struct span text, const char *with, const char *without)
{
	const char *at = text.at;
	int n = 0;

	while (at < text.at + text.n) {
		const char *end = memchr(at, '\n',
		    (size_t)(text.at + text.n - at));
		size_t length = (size_t)(end - at);

		n += memmem(at, length, with, strlen(with)) != NULL &&
		    (without == NULL || memmem(at, length, without,
		    strlen(without)) == NULL);
		at = end + 1;
	}
	return n;
}

/* After `before` no page of html/ was made or withdrawn, and there is nothing
 * else than was at first. */
static void
ck_same(uint64_t before)
{
	struct store_txn *t;
	struct known k;
	struct buf got;

	wait_items(PAGES + 1);
	wait_state("fine");
	turn_loop(1500);		/* looks are done; moves are proposed */
	ck_assert_uint_eq(items(), PAGES + 1);
	ck_assert_str_eq(state(), "fine");
	ck_assert_uint_eq(proposals(), 0);
	buf_init(&got, 4u << 20);
	say_changes(before, &got);
	ck_assert_int_eq(count_lines(buf_look(&got), "created www:html/",
	    NULL), 0);
	ck_assert_int_eq(count_lines(buf_look(&got), "deleted www:html/",
	    NULL), 0);
	t = store_look(store);
	ck_assert(known_get(t, SPAN("www"), SPAN("html/000.txt"), &k));
	ck_assert_uint_eq(k.stat.size, 3);
	store_end(t);
	buf_clear(&got);
	kit_is_whole(store);
}

/* Wherever the item of an address went since, it is there again: at the end
 * each is called what it was called at first. */
static void
ck_identity(uint64_t before, const char *path)
{
	struct store_txn *t = store_look(store);
	char was[128], now[128];
	struct change c;

	snprintf(was, sizeof(was), "www:%s", path);
	snprintf(now, sizeof(now), "%s", was);
	for (uint64_t n = before + 1; spool_get(t, n, &c); n++) {
		if (c.word[WORD_FORMER].n > 0 &&
		    span_is(c.word[WORD_FORMER], span_of(now)))
			snprintf(now, sizeof(now), "%.*s", SPAN_ARGS(c.id));
		else if (c.kind == CHANGE_DELETED)
			ck_assert(!span_is(c.id, span_of(now)));
	}
	store_end(t);
	ck_assert_str_eq(now, was);
}

/* What was withdrawn says where that is now. */
static void
ck_successors(uint64_t before)
{
	struct store_txn *t = store_look(store);
	struct change c;

	for (uint64_t n = before + 1; spool_get(t, n, &c); n++)
		if (c.kind == CHANGE_DELETED) {
			ck_assert_ptr_nonnull(memmem(c.word[WORD_SUCCESSOR].at,
			    c.word[WORD_SUCCESSOR].n, "/html/", 6));
			ck_assert(span_is(text_last_name(c.url),
			    text_last_name(c.word[WORD_SUCCESSOR])));
		}
	store_end(t);
}

static void
ck_identities(uint64_t before)
{
	char path[64];

	for (int i = 0; i < PAGES; i++) {
		snprintf(path, sizeof(path), "html/%03d.txt", i);
		ck_identity(before, path);
	}
}

/* Both names at once; the old files go when they have been told. */
START_TEST(test_at_once)
{
	uint64_t before;

	begin();
	make_next(".new", "two");
	before = head();
	move("html", "html.old");
	move(".new", "html");
	wait_items(2 * PAGES + 1);
	kit_remove_tree(at("html.old"));
	turn_loop(300);
	ck_same(before);
	ck_identities(before);
	stop();
}
END_TEST

/* With time between, in which the old files are what has moved. */
START_TEST(test_slowly)
{
	uint64_t before;

	begin();
	make_next(".new", "two");
	before = head();
	move("html", "html.old");
	WAIT_FOR(head() >= before + PAGES);
	WAIT_FOR(proposals() == 1);
	turn_loop(1000);
	ck_assert_uint_eq(proposals(), 1);
	move(".new", "html");
	wait_items(2 * PAGES + 1);
	WAIT_FOR(proposals() == 0);
	turn_loop(1000);
	ck_assert_uint_eq(proposals(), 0);
	kit_remove_tree(at("html.old"));
	turn_loop(300);
	ck_same(before);
	ck_identities(before);
	stop();
}
END_TEST

/* The new files were told, too, long before. */
static void
swap_told(int between)
{
	uint64_t before;

	begin();
	make_next("html.new", "two");
	wait_items(2 * PAGES + 1);
	stop();				/* it was not just now */
	start_with_moves();
	wait_state("fine");
	WAIT_FOR(source_dir.is_settled(source));
	before = head();
	move("html", "html.old");
	turn_loop(between);
	move("html.new", "html");
	turn_loop(3000);
	ck_assert_str_eq(state(), "fine");
	kit_remove_tree(at("html.old"));
	turn_loop(300);
	ck_same(before);
	ck_identities(before);
	stop();
}

START_TEST(test_told_at_once)
{
	swap_told(0);
}
END_TEST

START_TEST(test_told_slowly)
{
	swap_told(3000);
}
END_TEST

/* The new files are read while the old ones are away: for a moment it is they
 * that have moved. */
START_TEST(test_seen_between)
{
	uint64_t before;

	begin();
	make_next("html.new", "two");
	before = head();
	move("html", "html.old");
	WAIT_FOR(head() >= before + PAGES / 2);
	move("html.new", "html");
	wait_items(2 * PAGES + 1);
	turn_loop(3000);
	ck_assert_uint_eq(proposals(), 0);
	kit_remove_tree(at("html.old"));
	turn_loop(300);
	ck_same(before);
	stop();
}
END_TEST

/* The new files were taken for the old ones, and the old ones are seen later:
 * these are copies then, though they lie where the last old ones were. */
START_TEST(test_copies_later)
{
	uint64_t before;

	begin();
	for (int i = 0; i < 2; i++) {
		make_next(".new", i == 0 ? "one" : "two");
		before = head();
		move("html", i == 0 ? "html.old" : ".old");
		WAIT_FOR(i == 1 || head() >= before + PAGES);
		move(".new", i == 0 ? "html" : "html.new");
		WAIT_FOR(head() >= before + PAGES);
		if (i == 1) {
			move(".old", "html.old");
			wait_items(2 * PAGES + 1);
			turn_loop(500);
			move("html.new", "html");
		}
		turn_loop(1500);
		kit_remove_tree(at("html.old"));
		turn_loop(300);
		ck_same(before);
		ck_identities(before);
	}
	stop();
}
END_TEST

/* What was there before and has no page in its place is a loss as ever. */
START_TEST(test_loss)
{
	begin();
	put_dir(".new");
	put_many_in(at(".new"), 20);
	move("html", "html.old");
	move(".new", "html");
	wait_items(PAGES + 1 + 20);
	wait_state("fine");
	kit_remove_tree(at("html.old"));
	wait_state("held");
	turn_loop(4000);
	wait_state("held");
	ck_assert_uint_eq(items(), PAGES + 1 + 20);
	stop();
}
END_TEST

static uint64_t
swap_and_wait(int between, int changed)
{
	uint64_t before;
	char path[64];

	begin();
	make_next(".new", "two");
	for (int i = 0; i < changed; i++) {
		snprintf(path, sizeof(path), ".new/%03d.txt", i);
		put(path, path);
	}
	before = head();
	move("html", "html.old");
	turn_loop(between);
	move(".new", "html");
	wait_items(2 * PAGES + 1);
	turn_loop(1500);
	ck_assert_str_eq(state(), "fine");
	stop();			/* what was told just now was not just now */
	start_with_moves();
	wait_state("fine");
	WAIT_FOR(source_dir.is_settled(source));
	return before;
}

/* Days later the old files go, of which most pages have others now: nothing is
 * lost. Each has its page for a successor, by which the hub's gate goes. */
static void
old_copy(int between)
{
	uint64_t before = swap_and_wait(between, 70);
	struct buf got;

	kit_remove_tree(at("html.old"));
	wait_items(PAGES + 1);
	wait_state("fine");
	turn_loop(1500);
	ck_assert_str_eq(state(), "fine");
	ck_assert_uint_eq(proposals(), 0);
	ck_identities(before);
	buf_init(&got, 4u << 20);
	say_changes(before, &got);
	ck_assert_int_eq(count_lines(buf_look(&got), "deleted www:html.old/",
	    NULL), PAGES);
	ck_successors(before);
	buf_clear(&got);
	kit_is_whole(store);
	stop();
}

START_TEST(test_old_copy)
{
	old_copy(0);
}
END_TEST

START_TEST(test_old_copy_slowly)
{
	old_copy(3000);
}
END_TEST

/* The site itself goes, and the old copy stays. */
START_TEST(test_not_the_copy)
{
	(void)swap_and_wait(0, 0);
	kit_remove_tree(at("html"));
	wait_state("held");
	turn_loop(4000);
	wait_state("held");
	ck_assert_uint_eq(items(), 2 * PAGES + 1);
	stop();
}
END_TEST

/* Both go: the copy's pages have nothing that is there instead. */
START_TEST(test_copy_and_site)
{
	(void)swap_and_wait(0, 0);
	kit_remove_tree(at("html"));
	kit_remove_tree(at("html.old"));
	wait_state("held");
	turn_loop(4000);
	wait_state("held");
	ck_assert_uint_eq(items(), 2 * PAGES + 1);
	stop();
}
END_TEST

/* All is gone: how old it is doesn't matter. */
START_TEST(test_all_young)
{
	start_with_moves();
	wait_state("fine");
	turn_loop(500);
	put_dir("html");
	put_many_in(at("html"), PAGES);
	wait_items(PAGES);
	wait_state("fine");
	kit_remove_tree(at("html"));
	wait_state("held");
	turn_loop(4000);
	ck_assert_uint_eq(items(), PAGES);
	stop();
}
END_TEST

/* A note that somebody writes where a column was is no page of it. */
START_TEST(test_note)
{
	uint64_t before;

	begin();
	move("html", "xinwen");
	turn_loop(2000);
	wait_state("fine");
	before = head();
	put_dir("html");
	put("html/000.txt", "moved to xinwen");
	wait_items(PAGES + 2);
	wait_state("fine");
	turn_loop(500);
	ck_changes(before, "created www:html/000.txt\n");
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/swap");
	TCase *t = tcase_create("swap");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_at_once);
	tcase_add_test(t, test_slowly);
	tcase_add_test(t, test_told_at_once);
	tcase_add_test(t, test_told_slowly);
	tcase_add_test(t, test_seen_between);
	tcase_add_test(t, test_copies_later);
	tcase_add_test(t, test_loss);
	tcase_add_test(t, test_old_copy);
	tcase_add_test(t, test_old_copy_slowly);
	tcase_add_test(t, test_not_the_copy);
	tcase_add_test(t, test_copy_and_site);
	tcase_add_test(t, test_all_young);
	tcase_add_test(t, test_note);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
