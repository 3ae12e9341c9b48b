/*
 * One rule for an address that moves and is asked with a query: what the web
 * servers' maps do (protocol/rewrite_rule.h) is what is judged, counted and
 * told.
 */
#include "tests/unit/hub/tellingkit.h"

#define OLD "http://s1.gov.cn/old/a.html"
#define NEW "http://s1.gov.cn/new/b.html"

static struct target
target(const char *url)
{
	struct target t = { .state = TARGET_STATES };
	struct target_key key;
	struct db_txn *txn;
	struct buf room;

	kit_show(&k, 100);
	buf_init(&room, LIMIT_URL);
	ck_assert(target_key(&key, span_of(url)));
	txn = view_read(k.view);
	(void)target_get(txn, &key, &t, &room);
	db_abort(txn);
	buf_clear(&room);
	t.url = SPAN_NONE;
	return t;
}

static struct link_count
count(enum rewrite_scope scope, const char *url)
{
	int64_t steps = LINKS_STEPS;
	struct link_count n;
	struct db_txn *txn;

	kit_show(&k, 100);
	txn = view_read(k.view);
	links_count(txn, scope, span_of(url), 0, &n, &steps);
	db_abort(txn);
	ck_assert(n.exact);
	return n;
}

static void
move_address(const char *old, const char *new)
{
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":1,\"scope\":"
	    "\"address\",\"old\":\"%s\",\"new\":\"%s\",\"actor\":\"li\"}",
	    old, new);
}

/* A prefix moves, and one address below it elsewhere; of this two with a
 * query. */
START_TEST(told_as_the_maps_answer)
{
	PAGE(1, OLD, "https://s1.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/1", OLD "?utm=1", "https://s1.gov.cn/old/"
	    "a.html?utm=2", OLD, OLD "l", "http://s1.gov.cn/old?p=1");
	move_address("http://s1.gov.cn/old/a.html?utm=2",
	    "http://s1.gov.cn/two");
	move_address(OLD, NEW);
	say(1, "http://s1.gov.cn/old/", "http://s1.gov.cn/o/", "prefix", 0, 0);
	PAGE(1, NEW, "https://s1.gov.cn/x");
	settle();
	ck_assert_has(told(2, 0), "effective https://s1.gov.cn/old/a.html?"
	    "utm=2 -> https://s1.gov.cn/two\n  https://s2.gov.cn/1:20\n");
	ck_assert_has(told(2, 0), "effective " OLD "?utm=1 -> " NEW "?utm=1\n"
	    "  https://s2.gov.cn/1:10\n");
	ck_assert_has(told(2, 0), "effective " OLD " -> " NEW "\n");
	ck_assert_has(told(2, 0), "effective http://s1.gov.cn/old?p=1 -> "
	    "http://s1.gov.cn/o/?p=1\n");
	ck_assert_has(told(2, 0), "http://s1.gov.cn/o/a.htmll\n");
	ck_assert_ptr_null(strstr(told(2, 0), "/o/a.html\n"));
	ck_assert_ptr_null(strstr(told(2, 0), "/o/a.html?"));
	ck_assert_int_eq(target(OLD "?utm=1").state, TARGET_MOVED);
	same_again();
}
END_TEST

/* Links that come later, and those that go; what waits is counted by whom. */
START_TEST(judged_and_mended)
{
	PAGE(1, OLD, "https://s1.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/1", OLD "?utm=1");
	PAGE(3, "https://s3.gov.cn/1", OLD);
	ck_assert_uint_eq(count(REWRITE_ADDRESS, OLD).pages, 1);
	ck_assert_uint_eq(count(REWRITE_QUERIED, OLD).pages, 2);
	ck_assert_uint_eq(count(REWRITE_QUERIED, OLD).sites, 2);
	ck_assert_uint_eq(count(REWRITE_QUERIED, OLD "?utm=1").pages, 1);
	move_address(OLD, NEW);
	settle();
	ck_assert_int_eq(target(OLD "?utm=1").state, TARGET_MOVED);
	ck_assert_uint_eq(referral(1, 2).r.pages, 1);
	PAGE(2, "https://s2.gov.cn/1", NEW "?utm=1");
	settle();
	ck_assert_str_eq(stands(1, 2), "fixed");
	ck_assert_str_eq(stands(1, 3), "told");
	PAGE(3, "https://s3.gov.cn/2", OLD "?from=weixin");
	settle();
	ck_assert_has(told(3, 1), OLD "?from=weixin -> " NEW "?from=weixin");
	same_again();
}
END_TEST

/* Whatever is asked, there is one answer: its going is known under all. */
START_TEST(to_one_with_a_query)
{
	PAGE(1, OLD, "https://s1.gov.cn/x");
	PAGE(1, "http://s1.gov.cn/show?id=9", "https://s1.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/1", OLD "?utm=1", OLD "?utm=2");
	move_address(OLD, "http://s1.gov.cn/show?id=9");
	settle();
	ck_assert_has(told(2, 0), OLD "?utm=1 -> http://s1.gov.cn/show?id=9\n");
	later(DAY);
	tick();			/* nothing is awaited any more */
	settle();
	ck_assert(!target(OLD "?utm=2").broken);
	gone(1, "http://s1.gov.cn/show?id=9", "");
	settle();
	ck_assert(target(OLD "?utm=1").broken);
	ck_assert(target(OLD "?utm=2").broken);
	ck_assert_int_eq(target(OLD "?utm=2").state, TARGET_WITHDRAWN);
	same_again();
}
END_TEST

/* Each link as it is spelled: https stays, and of a page that a program makes
 * nobody knows. */
START_TEST(as_spelled)
{
	struct change c = kit_change(CHANGE_COVER, "http://s1.gov.cn/", "");

	c.word[WORD_SCOPE] = SPAN("whole");
	c.word[WORD_EXCLUDE] = SPAN("*.php");
	c.word[WORD_INDEX] = SPAN("index.html");
	kit_say(&k, 1, &c);
	PAGE(1, OLD, "https://s3.gov.cn/x");
	PAGE(1, "http://s1.gov.cn/dir/", "https://s3.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/1", OLD, "https://s1.gov.cn/old/a.html",
	    "http://s1.gov.cn/dir/", "http://s1.gov.cn/dir/index.php");
	gone(1, "http://s1.gov.cn/dir/", "");
	gone(1, OLD, NEW);
	PAGE(1, NEW, "https://s3.gov.cn/x");
	settle();
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "withdrawn http://s1.gov.cn/dir/ -> \n  https://s2.gov.cn/1:30\n"
	    "withdrawn " OLD " -> " NEW "\n  https://s2.gov.cn/1:10\n"
	    "withdrawn https://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/new/b.html\n  https://s2.gov.cn/1:20\n");
	same_again();
}
END_TEST

/* A program that answers for a home page has addresses of its own. */
START_TEST(home_page)
{
	PAGE(1, "http://s1.gov.cn/", "https://s3.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/1", "http://s1.gov.cn/index.php?id=1");
	PAGE(2, "https://s2.gov.cn/2", "http://s1.gov.cn/?id=2");
	ck_assert_uint_eq(count(REWRITE_QUERIED, "http://s1.gov.cn/").pages,
	    1);
	ck_assert_uint_eq(count(REWRITE_PREFIX, "http://s1.gov.cn/").pages,
	    2);
	move_address("http://s1.gov.cn/", "http://s1.gov.cn/home");
	settle();
	ck_assert_str_eq(told(2, 0), "links:\neffective http://s1.gov.cn/?id=2"
	    " -> http://s1.gov.cn/home?id=2\n  https://s2.gov.cn/2:10\n");
	ck_assert_int_ne(target("http://s1.gov.cn/index.php?id=1").state,
	    TARGET_MOVED);
	same_again();
}
END_TEST

/* What never was at its old address nor is at the new one did not move, once
 * it is awaited there no more. */
START_TEST(never_right)
{
	struct change c = kit_change(CHANGE_COVER, "http://s1.gov.cn/", "");

	c.word[WORD_SCOPE] = SPAN("whole");
	kit_say(&k, 1, &c);
	PAGE(1, OLD, "https://s3.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/1", OLD, "http://s1.gov.cn/old/z.html");
	settle();
	ck_assert_str_eq(told(2, 0), "links:\nnever http://s1.gov.cn/old/"
	    "z.html -> \n  https://s2.gov.cn/1:20\n");
	say(1, "http://s1.gov.cn/old/", "http://s1.gov.cn/new/", "prefix", 0,
	    0);
	PAGE(1, "http://s1.gov.cn/new/a.html", "https://s3.gov.cn/x");
	later(DAY);
	tick();
	settle();
	ck_assert_int_eq(target("http://s1.gov.cn/old/z.html").state,
	    TARGET_NEVER);
	ck_assert_str_eq(told(2, 1), "links:\neffective " OLD " -> "
	    "http://s1.gov.cn/new/a.html\n  https://s2.gov.cn/1:10\n");
	PAGE(1, "http://s1.gov.cn/new/z.html", "https://s3.gov.cn/x");
	settle();
	ck_assert_int_eq(target("http://s1.gov.cn/old/z.html").state,
	    TARGET_MOVED);
	ck_assert_has(told(2, 2), "effective http://s1.gov.cn/old/z.html -> "
	    "http://s1.gov.cn/new/z.html\n");
	same_again();
}
END_TEST

/* "附件(1).doc", in two spellings: one page, and one link to it. */
START_TEST(escaped)
{
	struct change c = kit_change(CHANGE_COVER, "http://s1.gov.cn/", "");

	c.word[WORD_SCOPE] = SPAN("whole");
	kit_say(&k, 1, &c);
	PAGE(1, "http://s1.gov.cn/a(1).doc", "https://s3.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/1", "http://s1.gov.cn/a%281%29.doc",
	    "http://s1.gov.cn/a%20b.doc", "http://s1.gov.cn/a%282).doc",
	    "http://s1.gov.cn/c%2Cd/index.html");
	ck_assert_int_eq(target("http://s1.gov.cn/a%281%29.doc").state,
	    TARGET_HERE);
	ck_assert_int_eq(target("http://s1.gov.cn/a(1).doc").state,
	    TARGET_HERE);
	ck_assert_int_eq(target("http://s1.gov.cn/a%20b.doc").state,
	    TARGET_NEVER);
	ck_assert_int_eq(target("http://s1.gov.cn/a(2).doc").state,
	    TARGET_NEVER);
	ck_assert_uint_eq(count(REWRITE_ADDRESS,
	    "http://s1.gov.cn/a(1%29.doc").pages, 1);
	ck_assert_uint_eq(count(REWRITE_PREFIX,
	    "http://s1.gov.cn/c%2Cd/").pages, 1);
	ck_assert_uint_eq(count(REWRITE_PREFIX,
	    "http://s1.gov.cn/c,d/").pages, 1);
	PAGE(1, "http://s1.gov.cn/c,d/index.html", "https://s3.gov.cn/x");
	ck_assert_int_eq(target("http://s1.gov.cn/c,d/index.html").state,
	    TARGET_HERE);
	gone(1, "http://s1.gov.cn/a(1).doc", "");
	ck_assert_int_eq(target("http://s1.gov.cn/a%281%29.doc").state,
	    TARGET_WITHDRAWN);
	same_again();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("telling_query");
	TCase *tests = tcase_create("telling_query");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, tellingkit_open, tellingkit_close);
	tcase_add_test(tests, told_as_the_maps_answer);
	tcase_add_test(tests, judged_and_mended);
	tcase_add_test(tests, to_one_with_a_query);
	tcase_add_test(tests, as_spelled);
	tcase_add_test(tests, home_page);
	tcase_add_test(tests, never_right);
	tcase_add_test(tests, escaped);
	suite_add_tcase(s, tests);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
