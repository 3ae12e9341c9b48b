/*
 * What vanishes here and appears there is one item: by its bytes, by a move
 * that was announced, however it went, and told as one change.
 */
#include "tests/unit/agent/renamedkit.h"

START_TEST(test_file)
{
	uint64_t before;

	put("a.html", "<title>one</title>");
	put("b.html", "<title>two</title>");
	start_with_moves();
	wait_told("a.html=/a.html b.html=/b.html ");
	wait_state("fine");
	before = head();
	move("a.html", "c.html");
	wait_told("b.html=/b.html c.html=/c.html ");
	wait_state("fine");
	ck_changes(before, "updated www:c.html<www:a.html\n");
	stop();
}
END_TEST

/* A hub of before hears what it has always heard. */
START_TEST(test_old_hub)
{
	uint64_t before;
	struct buf got;

	put("a.html", "<title>one</title>");
	put("b.html", "<title>two</title>");
	start();
	wait_told("a.html=/a.html b.html=/b.html ");
	wait_state("fine");
	before = head();
	move("a.html", "c.html");
	wait_told("b.html=/b.html c.html=/c.html ");
	wait_state("fine");
	buf_init(&got, 65536);
	say_changes(before, &got);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&got), "created www:c.html\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&got), "deleted www:a.html\n"));
	ck_assert_ptr_null(strchr(buf_cstr(&got), '<'));
	buf_clear(&got);
	stop();
}
END_TEST

/* A column, of more than the gate lets pass: all of it, and nothing waits. */
START_TEST(test_column)
{
	uint64_t before;
	json_t *o;

	put_dir("news");
	put_many_in(at("news"), 300);
	start_with_moves();
	wait_items(300);
	wait_state("fine");
	before = head();
	move("news", "xinwen");
	WAIT_FOR(head() >= before + 300);
	wait_state("fine");
	turn_loop(4000);		/* no scan finds anything */
	wait_state("fine");
	ck_assert_uint_eq(head(), before + 300);
	ck_assert_uint_eq(items(), 300);
	o = source_dir.status(source);
	ck_assert_int_eq(json_integer_value(json_object_get(o, "held")), 0);
	json_decref(o);
	kit_is_whole(store);
	stop();
}
END_TEST

/* … also while nobody looked. */
START_TEST(test_away)
{
	uint64_t before;

	put_dir("news");
	put_many_in(at("news"), 120);
	start_with_moves();
	wait_items(120);
	wait_state("fine");
	stop();
	move("news", "xinwen");
	start();
	before = head();
	WAIT_FOR(head() >= before + 120);
	wait_state("fine");
	ck_assert_uint_eq(head(), before + 120);
	ck_assert_uint_eq(items(), 120);
	kit_is_whole(store);
	stop();
}
END_TEST

/* A copy first: two items, and the one that goes says where it is. */
START_TEST(test_copy)
{
	uint64_t before;

	put("a.html", "<title>one</title>");
	put("b.html", "<title>two</title>");
	start_with_moves();
	wait_told("a.html=/a.html b.html=/b.html ");
	wait_state("fine");
	before = head();
	put("c.html", "<title>one</title>");
	wait_told("a.html=/a.html b.html=/b.html c.html=/c.html ");
	ck_assert_int_eq(unlink(at("a.html")), 0);
	wait_told("b.html=/b.html c.html=/c.html ");
	wait_state("fine");
	ck_changes(before, "created www:c.html\n"
	    "deleted www:a.html " SITE "/c.html\n");
	stop();
}
END_TEST

/* Files of nothing are all alike; and of two that are alike the name says
 * which is which. */
START_TEST(test_alike)
{
	uint64_t before;
	struct buf got;

	put_dir("x");
	put("x/one.html", "<p>to come</p>");
	put("x/two.html", "<p>to come</p>");
	put("empty.html", "");
	start_with_moves();
	wait_told("empty.html=/empty.html x/one.html=/x/one.html "
	    "x/two.html=/x/two.html ");
	wait_state("fine");
	before = head();
	move("x", "y");
	move("empty.html", "void.html");
	wait_told("void.html=/void.html y/one.html=/y/one.html "
	    "y/two.html=/y/two.html ");
	wait_state("fine");
	buf_init(&got, 65536);
	say_changes(before, &got);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&got),
	    "updated www:y/one.html<www:x/one.html\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&got),
	    "updated www:y/two.html<www:x/two.html\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&got),
	    "created www:void.html\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&got),
	    "deleted www:empty.html\n"));
	buf_clear(&got);
	stop();
}
END_TEST

/* The same pages lie twice, for phones, say, or behind a link: each goes with
 * its own. */
START_TEST(test_mirror)
{
	uint64_t before;
	struct buf got;

	put_dir("news");
	put_dir("m");
	put_dir("m/news");
	for (int i = 0; i < 12; i++) {
		char path[32], text[64];

		snprintf(path, sizeof(path), "m/news/%d.html", i);
		snprintf(text, sizeof(text), "<title>page %d</title>", i);
		put(path, text);
		put(path + 2, text);
	}
	start_with_moves();
	wait_items(24);
	wait_state("fine");
	before = head();
	move("m/news", "m/xinwen");
	move("news", "xinwen");
	WAIT_FOR(head() >= before + 24);
	wait_state("fine");
	buf_init(&got, 65536);
	say_changes(before, &got);
	for (int i = 0; i < 12; i++) {
		char line[96];

		snprintf(line, sizeof(line),
		    "updated www:m/xinwen/%d.html<www:m/news/%d.html\n", i, i);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&got), line));
		snprintf(line, sizeof(line),
		    "updated www:xinwen/%d.html<www:news/%d.html\n", i, i);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&got), line));
	}
	buf_clear(&got);
	stop();
}
END_TEST

/* An address is one item, whichever file is behind it and whatever its bytes:
 * also an empty one's. */
START_TEST(test_same_address)
{
	uint64_t before;
	struct buf got;

	put_dir("x");
	put("x/index.htm", "<title>one</title>");
	put("x/.new", "<title>two</title>");
	put_dir("y");
	put("y/index.htm", "");
	start_with_moves();
	wait_told("x/index.htm=/x/ y/index.htm=/y/ ");
	wait_state("fine");
	before = head();
	stop();
	ck_assert_int_eq(unlink(at("x/index.htm")), 0);
	move("x/.new", "x/index.html");
	move("y/index.htm", "y/index.html");
	start();
	wait_told("x/index.html=/x/ y/index.html=/y/ ");
	wait_state("fine");
	buf_init(&got, 65536);
	say_changes(before, &got);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&got),
	    "updated www:x/index.html<www:x/index.htm\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&got),
	    "updated www:y/index.html<www:y/index.htm\n"));
	buf_clear(&got);
	ck_assert_uint_eq(head(), before + 2);
	stop();
}
END_TEST

struct words {
	const char *title;	/* NULL: it is withdrawn */
	const char *url;
};

static bool
say(struct store_txn *t, void *arg)
{
	const struct words *w = arg;
	struct change c;

	change_init(&c);
	c.kind = w->title != NULL ? CHANGE_CREATED : CHANGE_DELETED;
	c.url = span_of(w->url);
	c.word[WORD_TITLE] = span_of(w->title);
	return compare_said(t, &c) != COMPARE_UNFIT;
}

/* What a person said goes with the file. */
START_TEST(test_said)
{
	struct words title = { "in a person's words", SITE "/a.html" };
	struct words withdrawn = { NULL, SITE "/b.html" };
	struct store_txn *t;
	struct change c;
	uint64_t before;

	put("a.html", "<title>one</title>");
	put("b.html", "<title>two</title>");
	put("c.html", "<title>three</title>");
	start_with_moves();
	wait_items(3);
	wait_state("fine");
	ck_assert_int_eq(store_do(store, say, &title), STORE_DONE);
	ck_assert_int_eq(store_do(store, say, &withdrawn), STORE_DONE);
	before = head();
	move("a.html", "d.html");
	move("b.html", "e.html");
	wait_told("c.html=/c.html d.html=/d.html ");
	wait_state("fine");
	stays_told("c.html=/c.html d.html=/d.html ", 1000);
	ck_changes(before, "updated www:d.html<www:a.html\n");
	t = store_look(store);
	ck_assert(spool_get(t, before + 1, &c));
	ck_assert(span_is(c.word[WORD_TITLE], SPAN("in a person's words")));
	store_end(t);
	stop();
}
END_TEST

/* The word was of an address whose file had another one by then: that file is
 * nothing that a person withdrew. */
START_TEST(test_said_after)
{
	struct words withdrawn = { NULL, SITE "/b.html" };
	uint64_t before;

	put("b.html", "<title>two</title>");
	put("c.html", "<title>three</title>");
	start_with_moves();
	wait_items(2);
	wait_state("fine");
	before = head();
	move("b.html", "e.html");
	usleep(50000);
	ck_assert_int_eq(store_do(store, say, &withdrawn), STORE_DONE);
	wait_told("c.html=/c.html e.html=/e.html ");
	ck_changes(before, "deleted www:b.html\ncreated www:e.html\n");
	stop();
}
END_TEST

/* What a person withdrew stays so, and what comes to its place is what it was. */
START_TEST(test_over_what_was_withdrawn)
{
	struct words withdrawn = { NULL, SITE "/b.html" };
	uint64_t before;

	put("a.html", "<title>one</title>");
	put("b.html", "<title>two</title>");
	start_with_moves();
	wait_items(2);
	wait_state("fine");
	ck_assert_int_eq(store_do(store, say, &withdrawn), STORE_DONE);
	before = head();
	move("a.html", "b.html");
	wait_told("b.html=/b.html ");
	ck_changes(before, "updated www:b.html<www:a.html\n");
	stop();
}
END_TEST

/* --- out of another source ----------------------------------------------------- */

static enum root_found there;

static enum root_found
find(void *arg, struct span name, struct span path)
{
	(void)arg;
	ck_assert(span_is(name, SPAN("www")));
	ck_assert(span_is(path, SPAN("a")));
	return there;
}

static bool
is_from_another(struct store_txn *t)
{
	const struct renamed_where w = { .source = SPAN("files"),
		.find = find };
	const struct compare_item i = { .source = SPAN("files"),
		.path = SPAN("b"), .stat = { .size = 10 } };
	struct known former;
	struct change c;

	change_init(&c);
	c.url = SPAN(SITE "/files/b");
	memset(c.hash, 1, sizeof(c.hash));
	if (!renamed_from(t, &w, &i, &c, &former))
		return false;
	ck_assert(span_is(former.path, SPAN("a")));
	known_disown(&former);
	return true;
}

START_TEST(test_sources)
{
	struct store_txn *t;

	store = kit_open(1u << 20);
	ck_assert_int_eq(store_do(store, can_moves, NULL), STORE_DONE);
	ck_assert_int_eq(kit_tell(store, "a", 1), COMPARE_CREATED);
	t = store_look(store);
	there = ROOT_GONE;
	ck_assert(is_from_another(t));
	there = ROOT_FILE;
	ck_assert(!is_from_another(t));
	there = ROOT_HIDDEN;
	ck_assert(!is_from_another(t));
	store_end(t);
	store_close(store);
}
END_TEST

/* --- in a spool that overflows ------------------------------------------------ */

struct renaming {
	const char *from, *to;
};

static bool
rename_row(struct store_txn *t, void *arg)
{
	const struct renaming *r = arg;
	struct compare_item item = { .source = SPAN("www"),
		.path = span_of(r->to), .stat = { .size = 10 } };
	char url[256];
	struct change c;
	struct known former;

	ck_assert(known_get(t, SPAN("www"), span_of(r->from), &former));
	known_own(&former);
	change_init(&c);
	snprintf(url, sizeof(url), SITE "/%s", r->to);
	c.url = span_of(url);
	c.word[WORD_TITLE] = SPAN("title");
	c.has_hash = true;
	memcpy(c.hash, former.hash, sizeof(c.hash));
	ck_assert_int_eq(compare_renamed(t, &item, &former, &c),
	    COMPARE_UPDATED);
	known_disown(&former);
	return true;
}

static bool
make_room(struct store_txn *t, void *arg)
{
	(void)arg;
	return spool_make_room(t);
}

/* What became of the item later doesn't replace that it was renamed: its
 * old id would stay at the hub. */
START_TEST(test_overflow)
{
	struct renaming r = { "a", "b" };
	struct kit_item item = { .path = "b", .padding = 8000 };

	store = kit_open(1u << 20);
	ck_assert_int_eq(kit_tell(store, "a", 1), COMPARE_CREATED);
	ck_assert_int_eq(store_do(store, rename_row, &r), STORE_DONE);
	for (item.version = 2; item.news != COMPARE_NO_ROOM; item.version++)
		(void)store_do(store, kit_tell_work, &item);
	ck_assert_int_eq(store_do(store, make_room, NULL), STORE_DONE);
	ck_changes(0, "created www:a\nupdated www:b<www:a\nupdated www:b\n");
	kit_is_whole(store);
	store_close(store);
}
END_TEST

/* A store of before has no twins: they are put when it is opened. */
static bool
drop_twins(struct store_txn *t, void *arg)
{
	(void)arg;
	db_empty(t->db, STORE_TWIN);
	return true;
}

START_TEST(test_old_store)
{
	uint64_t before;

	put("a.html", "<title>one</title>");
	put("b.html", "<title>two</title>");
	start_with_moves();
	wait_items(2);
	wait_state("fine");
	ck_assert_int_eq(store_do(store, drop_twins, NULL), STORE_DONE);
	known_fill_twins(store);
	before = head();
	move("a.html", "c.html");
	wait_told("b.html=/b.html c.html=/c.html ");
	wait_state("fine");
	ck_changes(before, "updated www:c.html<www:a.html\n");
	stop();
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("renamed");
	Suite *s = suite_create("renamed");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_file);
	tcase_add_test(t, test_old_hub);
	tcase_add_test(t, test_column);
	tcase_add_test(t, test_away);
	tcase_add_test(t, test_copy);
	tcase_add_test(t, test_alike);
	tcase_add_test(t, test_mirror);
	tcase_add_test(t, test_same_address);
	tcase_add_test(t, test_said);
	tcase_add_test(t, test_said_after);
	tcase_add_test(t, test_over_what_was_withdrawn);
	tcase_add_test(t, test_sources);
	tcase_add_test(t, test_overflow);
	tcase_add_test(t, test_old_store);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
