/*
 * What vanishes here and appears there, when a move of it was announced: that
 * says which is which, however it went.
 */
#include "tests/unit/agent/renamedkit.h"

struct announcing {
	const char *old, *new;
	int64_t when;
};

static bool
announce_work(struct store_txn *t, void *arg)
{
	const struct announcing *a = arg;
	const struct moved m = { .state = MOVES_SAID, .scope = SPAN("prefix"),
	    .old = span_of(a->old), .new = span_of(a->new),
	    .from = CLOCK_NONE, .until = CLOCK_NONE, .when = a->when };

	return moves_put(t, &m);
}

static void
announce(const char *from, const char *to, int64_t when)
{
	struct announcing a = { from, to, when };

	ck_assert_int_eq(store_do(store, announce_work, &a), STORE_DONE);
}

/* Each page changed, too: the announced move says which is which. */
START_TEST(test_announced)
{
	uint64_t before;
	struct buf got;

	put_dir("news");
	put("news/1.html", "<title>one</title>");
	put("news/2.html", "<title>two</title>");
	put("index.html", "<title>home</title>");
	start_with_moves();
	wait_items(3);
	wait_state("fine");
	announce(SITE "/news/", SITE "/xinwen/", clock_wall());
	before = head();
	put_dir("other");
	put("other/1.html", "<title>one, elsewhere</title>");
	put("other/2.html", "<title>two, elsewhere</title>");
	kit_remove_tree(at("news"));
	move("other", "xinwen");
	wait_told("index.html=/ xinwen/1.html=/xinwen/1.html "
	    "xinwen/2.html=/xinwen/2.html ");
	wait_state("fine");
	buf_init(&got, 65536);
	say_changes(before, &got);
	ck_assert_msg(strstr(buf_cstr(&got),
	    "updated www:xinwen/1.html<www:news/1.html\n") != NULL, "%s",
	    buf_cstr(&got));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&got),
	    "updated www:xinwen/2.html<www:news/2.html\n"));
	buf_clear(&got);
	kit_is_whole(store);
	stop();
}
END_TEST

/* Of pages that are alike the move says which is which. */
START_TEST(test_alike_announced)
{
	uint64_t before;
	struct buf got;

	put_dir("news");
	put_dir("news/sub");
	put("news/a.html", "<title>alike</title>");
	put("news/b.html", "<title>alike</title>");
	put("news/sub/a.html", "<title>alike</title>");
	put("index.html", "<title>home</title>");
	start_with_moves();
	wait_items(4);
	wait_state("fine");
	announce(SITE "/news/", SITE "/xinwen/", clock_wall());
	before = head();
	move("news", "xinwen");
	wait_told("index.html=/ xinwen/a.html=/xinwen/a.html "
	    "xinwen/b.html=/xinwen/b.html "
	    "xinwen/sub/a.html=/xinwen/sub/a.html ");
	wait_state("fine");
	buf_init(&got, 65536);
	say_changes(before, &got);
	ck_assert_msg(strstr(buf_cstr(&got),
	    "updated www:xinwen/a.html<www:news/a.html\n") != NULL &&
	    strstr(buf_cstr(&got),
	    "updated www:xinwen/b.html<www:news/b.html\n") != NULL &&
	    strstr(buf_cstr(&got),
	    "updated www:xinwen/sub/a.html<www:news/sub/a.html\n") != NULL,
	    "%s", buf_cstr(&got));
	buf_clear(&got);
	kit_is_whole(store);
	stop();
}
END_TEST

/* All of it was elsewhere for a while, and nobody looked. */
START_TEST(test_announced_twice)
{
	int64_t now = clock_wall();
	uint64_t before;
	struct buf got;

	put_dir("news");
	put("news/1.html", "<title>one</title>");
	put("news/2.html", "<title>two</title>");
	put("index.html", "<title>home</title>");
	start_with_moves();
	wait_items(3);
	wait_state("fine");
	announce(SITE "/news/", SITE "/xw/", now - 2000);
	announce(SITE "/xw/", SITE "/xinwen/", now - 1000);
	before = head();
	put_dir("other");
	put("other/1.html", "<title>one, elsewhere</title>");
	put("other/2.html", "<title>two, elsewhere</title>");
	kit_remove_tree(at("news"));
	move("other", "xinwen");
	wait_told("index.html=/ xinwen/1.html=/xinwen/1.html "
	    "xinwen/2.html=/xinwen/2.html ");
	wait_state("fine");
	buf_init(&got, 65536);
	say_changes(before, &got);
	ck_assert_msg(strstr(buf_cstr(&got),
	    "updated www:xinwen/1.html<www:news/1.html\n") != NULL, "%s",
	    buf_cstr(&got));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&got),
	    "updated www:xinwen/2.html<www:news/2.html\n"));
	buf_clear(&got);
	kit_is_whole(store);
	stop();
}
END_TEST

static bool
add_former(void *arg, struct span url)
{
	buf_printf(arg, "%.*s ", SPAN_ARGS(url));
	return true;
}

static void
ck_former(const char *url, const char *want)
{
	struct store_txn *t = store_look(store);
	struct buf got;

	buf_init(&got, 1u << 20);
	moves_former(t, span_of(url), add_former, &got);
	ck_assert_str_eq(buf_cstr(&got), want);
	buf_clear(&got);
	store_end(t);
}

/* Only what moved here before that moved on. */
START_TEST(test_former)
{
	store = kit_open(4u << 20);
	announce(SITE "/a/", SITE "/b/", 1000);
	announce(SITE "/b/", SITE "/c/", 2000);
	announce(SITE "/c/", SITE "/d/", 2000);
	announce(SITE "/x/", SITE "/b/", 3000);
	ck_former(SITE "/b/1", SITE "/a/1 " SITE "/x/1 ");
	ck_former(SITE "/c/1", SITE "/b/1 " SITE "/a/1 ");
	ck_former(SITE "/d/1", SITE "/c/1 ");
	/* Nor what went elsewhere by a move of its own. */
	announce(SITE "/a/deep/", SITE "/z/", 1000);
	ck_former(SITE "/b/deep/1", SITE "/x/deep/1 ");
	ck_former(SITE "/z/1", SITE "/a/deep/1 ");
	/* A swap leads no further. */
	announce(SITE "/p/", SITE "/q/", 5000);
	announce(SITE "/q/", SITE "/p/", 5000);
	ck_former(SITE "/p/1", SITE "/q/1 ");
	store_close(store);
}
END_TEST

/* What went elsewhere, as announced, is no loss. */
START_TEST(test_announced_gone)
{
	uint64_t before;
	struct buf got;

	put_dir("news");
	put_many_in(at("news"), 200);
	put("index.html", "<title>home</title>");
	start_with_moves();
	wait_items(201);
	wait_state("fine");
	announce(SITE "/news/", SITE "/xinwen/", clock_wall());
	before = head();
	kit_remove_tree(at("news"));
	wait_items(1);
	wait_state("fine");
	buf_init(&got, 1u << 20);
	say_changes(before, &got);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&got),
	    "deleted www:news/007.txt " SITE "/xinwen/007.txt\n"));
	buf_clear(&got);
	stop();
}
END_TEST

/* What is to move next month is not gone today; nor is all of it when nothing
 * is left: that root isn't mounted. */
START_TEST(test_announced_and_missing)
{
	put_dir("news");
	put_many_in(at("news"), 200);
	put("index.html", "<title>home</title>");
	start_with_moves();
	wait_items(201);
	wait_state("fine");
	announce(SITE "/news/", SITE "/xinwen/",
	    clock_wall() + INT64_C(30) * 86400000);
	kit_remove_tree(at("news"));
	wait_state("held");
	ck_assert_uint_eq(items(), 201);
	announce(SITE "/", "https://www.new.gov.cn/", clock_wall());
	ck_assert_int_eq(unlink(at("index.html")), 0);
	source_dir.rescan(source);
	turn_loop(2000);
	ck_assert_str_eq(state(), "held");
	ck_assert_uint_eq(items(), 201);
	stop();
}
END_TEST

/* … and what is taken away before has no successor that nobody can see yet;
 * nor has what moved already one that is where that will move to. */
START_TEST(test_gone_before)
{
	int64_t month = INT64_C(30) * 86400000;
	uint64_t before;

	put_dir("news");
	put("news/1.html", "<title>one</title>");
	put_dir("docs");
	put("docs/1.html", "<title>old</title>");
	put("index.html", "<title>home</title>");
	start_with_moves();
	wait_items(3);
	wait_state("fine");
	announce(SITE "/news/", SITE "/xinwen/", clock_wall() + month);
	announce(SITE "/docs/", SITE "/new/", clock_wall());
	announce(SITE "/", "https://www.new.gov.cn/", clock_wall() + month);
	before = head();
	ck_assert_int_eq(unlink(at("news/1.html")), 0);
	wait_items(2);
	ck_changes(before, "deleted www:news/1.html\n");
	before = head();
	ck_assert_int_eq(unlink(at("docs/1.html")), 0);
	wait_items(1);
	ck_changes(before, "deleted www:docs/1.html " SITE "/new/1.html\n");
	stop();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("renamed_announced");
	TCase *c = tcase_create("announced");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, test_announced);
	tcase_add_test(c, test_alike_announced);
	tcase_add_test(c, test_announced_twice);
	tcase_add_test(c, test_former);
	tcase_add_test(c, test_announced_gone);
	tcase_add_test(c, test_announced_and_missing);
	tcase_add_test(c, test_gone_before);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
