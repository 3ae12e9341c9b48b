/*
 * One move after another: who links to what the first one moved is told where
 * it is after the second; and what changed places with something else.
 */
#include "tests/unit/hub/tellingkit.h"

#define S1 "https://s1.gov.cn"
#define S2 "https://s2.gov.cn"

/* Two columns, and pages that link to them. */
static void
two_columns(void)
{
	PAGE(1, S1 "/a/x.html", S1 "/z");
	PAGE(1, S1 "/a/y.html", S1 "/z");
	PAGE(2, S2 "/p1.html", S1 "/a/x.html", S1 "/a/y.html");
	PAGE(2, S2 "/p2.html", S1 "/a/x.html");
	PAGE(3, "https://s3.gov.cn/q.html", S1 "/a/y.html");
}

/* By nobody but the telling of the first move. */
static uint64_t
letters_to(uint32_t site)
{
	(void)told(site, 0);
	return letters;
}

/* --- what comes late ------------------------------------------------------ */

/* An address moved long ago, to what is no more. A column moves to around it,
 * and for a while nothing is said of who links there; then a page is there. */
START_TEST(onto_what_moved_long_ago)
{
	PAGE(1, S1 "/e/p.html", S1 "/z");
	PAGE(1, S1 "/d/p.html", S1 "/z");
	gone(1, S1 "/e/p.html", "");
	settle();
	later(HOUR);
	say(1, S1 "/e/p.html", S1 "/f/p.html", "address", k.now, 0);
	settle();
	later(HOUR);
	tick();
	say(1, S1 "/d/", S1 "/e/", "prefix", k.now, 0);
	PAGE(2, S2 "/p1.html", S1 "/e/p.html");
	settle();
	ck_assert_str_eq(told(2, 0), "");
	PAGE(1, S1 "/e/p.html", S1 "/z");
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	ck_assert_has(told(2, 0), S1 "/e/p.html -> " S1 "/f/p.html\n  " S2
	    "/p1.html:10\n");
}
END_TEST

/* The same of one page of a column that moved long ago: that the site was told
 * of the column then doesn't count. */
START_TEST(among_what_moved_long_ago)
{
	PAGE(1, S1 "/c/e/p.html", S1 "/z");
	PAGE(1, S1 "/c/e/q.html", S1 "/z");
	PAGE(1, S1 "/d/e/p.html", S1 "/z");
	PAGE(2, S2 "/p1.html", S1 "/c/e/q.html");
	gone(1, S1 "/c/e/p.html", "");
	later(HOUR);
	say(1, S1 "/c/e/", S1 "/c/f/", "prefix", k.now, 0);
	PAGE(1, S1 "/c/f/q.html", S1 "/z");
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	later(HOUR);
	tick();
	settle();
	say(1, S1 "/d/", S1 "/c/", "prefix", k.now, 0);
	PAGE(2, S2 "/p2.html", S1 "/c/e/p.html");
	settle();
	ck_assert_uint_eq(letters_to(2), 1);
	PAGE(1, S1 "/c/f/p.html", S1 "/z");
	settle();
	ck_assert_str_eq(told(2, 1), "links:\neffective " S1
	    "/c/e/p.html -> " S1 "/c/f/p.html\n  " S2 "/p2.html:10\n");
	same_again();
}
END_TEST

/* --- chains --------------------------------------------------------------- */

START_TEST(a_chain)
{
	two_columns();
	say(1, S1 "/a/x.html", S1 "/b/x.html", "address", k.now, 0);
	settle();
	ck_assert_str_eq(told(2, 0), "links:\neffective " S1 "/a/x.html -> "
	    S1 "/b/x.html\n  " S2 "/p2.html:10\n  " S2 "/p1.html:10\n");
	say(1, S1 "/b/x.html", S1 "/c/x.html", "address", k.now + HOUR, 0);
	settle();
	ck_assert_uint_eq(letters_to(2), 1);	/* until then it is b */
	later(HOUR);
	tick();
	settle();
	ck_assert_str_eq(told(2, 1), "links:\neffective " S1 "/a/x.html -> "
	    S1 "/c/x.html\n  " S2 "/p2.html:10\n  " S2 "/p1.html:10\n");
	ck_assert_str_eq(stands(1, 2), "told");
	ck_assert_str_eq(stands(2, 2), "");	/* one matter, not two */
	settle();
	ck_assert_uint_eq(letters_to(2), 2);
	/* Whoever follows the first letter is told of the second move. */
	PAGE(2, S2 "/p1.html", S1 "/c/x.html", S1 "/a/y.html");
	PAGE(2, S2 "/p2.html", S1 "/b/x.html");
	settle();
	ck_assert_has(told(2, 2), "effective " S1 "/b/x.html -> " S1
	    "/c/x.html\n  " S2 "/p2.html:10\n");
	ck_assert_str_eq(stands(1, 2), "fixed");
	ck_assert_str_eq(stands(2, 2), "told");
	PAGE(2, S2 "/p2.html", S1 "/c/x.html");
	settle();
	ck_assert_str_eq(stands(2, 2), "fixed");
	same_again();
}
END_TEST

/* A part of what was moved moves on: nothing is said of the rest. */
START_TEST(a_part_goes_on)
{
	two_columns();
	say(1, S1 "/a/", S1 "/b/", "prefix", k.now, 0);
	settle();
	ck_assert_uint_eq(letters_to(2), 1);
	say(1, S1 "/b/x.html", S1 "/c.html", "address", k.now, 0);
	settle();
	ck_assert_str_eq(told(2, 1), "links:\neffective " S1 "/a/x.html -> "
	    S1 "/c.html\n  " S2 "/p2.html:10\n  " S2 "/p1.html:10\n");
	ck_assert_uint_eq(letters_to(3), 1);
	/* All of it: also what three moves lead to. */
	say(1, S1 "/b/", S1 "/d/", "prefix", k.now + 1000, 0);
	later(1000);
	tick();
	settle();
	ck_assert_str_eq(told(2, 2), "links:\neffective " S1 "/a/y.html -> "
	    S1 "/d/y.html\n  " S2 "/p1.html:20\n");
	ck_assert_uint_eq(letters_to(3), 2);
	ck_assert_str_eq(stands(1, 2), "told");
	ck_assert_str_eq(stands(1, 3), "told");
	ck_assert_str_eq(stands(3, 2), "");
	same_again();
}
END_TEST

/* All that a site was told a column for is of another move now. */
START_TEST(the_only_one_goes_elsewhere)
{
	PAGE(1, S1 "/a/x.html", S1 "/z");
	PAGE(2, S2 "/p1.html", S1 "/a/x.html");
	say(1, S1 "/a/", S1 "/b/", "prefix", k.now, 0);
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	say(1, S1 "/a/x.html", S1 "/c.html", "address", k.now, 0);
	settle();
	ck_assert_str_eq(stands(2, 2), "told");
	ck_assert_str_eq(stands(1, 2), "fixed");
	same_again();
}
END_TEST

/* The same of what is gone, here as there: nothing is new of the link, but the
 * column's move doesn't wait for it any more. */
START_TEST(the_only_one_is_gone_elsewhere)
{
	PAGE(1, S1 "/a/x.html", S1 "/z");
	PAGE(1, S1 "/c.html", S1 "/z");
	PAGE(2, S2 "/p1.html", S1 "/a/x.html");
	settle();
	gone(1, S1 "/c.html", "");
	gone(1, S1 "/a/x.html", "");
	settle();
	say(1, S1 "/a/", S1 "/b/", "prefix", k.now, 0);
	PAGE(1, S1 "/b/x.html", S1 "/z");
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	gone(1, S1 "/b/x.html", "");
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	say(1, S1 "/a/x.html", S1 "/c.html", "address", k.now, 0);
	settle();
	ck_assert_str_eq(stands(1, 2), "fixed");
	same_again();
}
END_TEST

/* A redirect has ended: the link is dead now, and that is another matter. */
START_TEST(an_end)
{
	PAGE(1, S1 "/a/x.html", S1 "/z");
	PAGE(2, S2 "/p1.html", S1 "/a/x.html");
	say(1, S1 "/a/x.html", S1 "/b.html", "address", k.now, k.now + HOUR);
	gone(1, S1 "/a/x.html", "");
	PAGE(1, S1 "/b.html", S1 "/z");
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	later(2 * HOUR);
	tick();
	settle();
	ck_assert_str_eq(state(1), "closed");
	ck_assert_str_eq(stands(0, 2), "told");
	ck_assert_str_eq(stands(1, 2), "off");
	same_again();
}
END_TEST

/* The second one is taken back: it is where the first one led, after all. */
START_TEST(the_end_is_taken_back)
{
	struct change c = kit_change(CHANGE_MOVE, S1 "/b/x.html", "");

	c.word[WORD_SCOPE] = SPAN("address");
	two_columns();
	say(1, S1 "/a/x.html", S1 "/b/x.html", "address", k.now, 0);
	say(1, S1 "/b/x.html", S1 "/c.html", "address", k.now + 1000, 0);
	later(1000);
	tick();
	settle();
	ck_assert_has(told(2, letters_to(2) - 1), S1 "/a/x.html -> " S1
	    "/c.html\n");
	kit_say(&k, 1, &c);
	ck_assert_str_eq(state(2), "withdrawn");
	settle();
	ck_assert_has(told(2, letters_to(2) - 1), S1 "/a/x.html -> " S1
	    "/b/x.html\n");
	ck_assert_str_eq(stands(1, 2), "told");
	same_again();
}
END_TEST

/* Somebody says of what moved just now that it is gone, and where to look. */
START_TEST(moved_and_then_gone)
{
	struct change c = kit_change(CHANGE_DELETED, S1 "/b/x.html", "");

	two_columns();
	PAGE(1, S1 "/z", S1 "/a/y.html");
	say(1, S1 "/a/", S1 "/b/", "prefix", k.now, 0);
	PAGE(1, S1 "/b/x.html", S1 "/z");
	settle();
	ck_assert_uint_eq(letters_to(2), 1);
	later(1000);
	c.word[WORD_BY] = SPAN("li");
	c.word[WORD_SUCCESSOR] = SPAN(S1 "/z");
	kit_say(&k, 1, &c);
	settle();
	ck_assert_str_eq(told(2, 1), "links:\nwithdrawn " S1 "/a/x.html -> "
	    S1 "/z\n  " S2 "/p2.html:10\n  " S2 "/p1.html:10\n");
	ck_assert_str_eq(stands(0, 2), "told");
	PAGE(1, S1 "/b/x.html", S1 "/z");
	settle();
	ck_assert_has(told(2, 2), "effective " S1 "/a/x.html -> " S1
	    "/b/x.html\n");
	ck_assert_str_eq(stands(0, 2), "off");
	ck_assert_str_eq(stands(1, 2), "told");
	same_again();
}
END_TEST

/* All that a site had is withdrawn with it, whatever had moved there. */
START_TEST(moved_and_then_retired)
{
	two_columns();
	say(1, S1 "/a/", S1 "/b/", "prefix", k.now, 0);
	PAGE(1, S1 "/b/x.html", S1 "/z");
	PAGE(1, S1 "/b/y.html", S1 "/z");
	settle();
	ck_assert_uint_eq(letters_to(2), 1);
	later(HOUR);
	tick();
	kit_act(&k, "{\"do\":\"retire\",\"site\":1,\"actor\":\"wang\","
	    "\"reason\":\"merged\"}");
	kit_act(&k, "{\"do\":\"clear\",\"site\":1,\"most\":500,\"actor\":"
	    "\"hub\",\"reason\":\"\"}");
	settle();
	ck_assert_has(told(2, 1), "withdrawn " S1 "/a/x.html -> \n  " S2
	    "/p2.html:10\n");
	ck_assert_has(told(2, 1), "withdrawn " S1 "/a/y.html -> \n");
	same_again();
}
END_TEST

/* --- two that change places ----------------------------------------------- */

static void
swap(const char *scope, const char *a, const char *b)
{
	int64_t at = k.now + HOUR;

	say(1, a, b, scope, at, 0);
	say(1, b, a, scope, at, 0);
	settle();
	later(HOUR);
	tick();
	settle();
}

/* What is mended means what is there now; what isn't, what was there. */
START_TEST(two_change_places)
{
	uint64_t before;

	two_columns();
	PAGE(2, S2 "/p3.html", S1 "/a/y.html");
	swap("address", S1 "/a/x.html", S1 "/a/y.html");
	ck_assert_uint_eq(letters_to(2), 4);	/* twice, of each move */
	ck_assert_has(told(2, 2), "effective " S1 "/a/x.html -> " S1
	    "/a/y.html\n  " S2 "/p2.html:10\n  " S2 "/p1.html:10\n");
	later(1000);
	PAGE(2, S2 "/p1.html", S1 "/a/y.html", S1 "/a/x.html");
	PAGE(2, S2 "/p3.html", S1 "/a/x.html");
	settle();
	ck_assert_str_eq(stands(1, 2), "told");	/* p2 */
	ck_assert_str_eq(stands(2, 2), "fixed");
	ck_assert_ptr_null(strstr(told(2, 4), "p1.html"));
	ck_assert_ptr_null(strstr(told(2, 4), "p3.html"));
	before = letters_to(2);
	PAGE(2, S2 "/p2.html", S1 "/a/y.html");
	settle();
	ck_assert_str_eq(told(2, before), "links:\nfixed " S1 "/a/x.html -> "
	    S1 "/a/y.html\n");
	ck_assert_str_eq(stands(1, 2), "fixed");
	ck_assert_str_eq(stands(2, 2), "fixed");
	/* So does what is written later; and others have to mend as ever. */
	PAGE(2, S2 "/p4.html", S1 "/a/x.html", S1 "/a/y.html");
	settle();
	ck_assert_ptr_null(strstr(told(2, 0), "p4.html"));
	ck_assert_str_eq(stands(2, 3), "told");
	same_again();
}
END_TEST

START_TEST(two_columns_change_places)
{
	two_columns();
	PAGE(1, S1 "/b/x.html", S1 "/z");
	PAGE(1, S1 "/b/y.html", S1 "/z");
	swap("prefix", S1 "/a/", S1 "/b/");
	ck_assert_uint_eq(letters_to(2), 2);
	PAGE(2, S2 "/p1.html", S1 "/b/x.html", S1 "/b/y.html");
	PAGE(2, S2 "/p2.html", S1 "/b/x.html");
	settle();
	ck_assert_str_eq(told(2, 2), "links:\nfixed " S1 "/a/ -> " S1
	    "/b/\n");
	ck_assert_str_eq(stands(1, 2), "fixed");
	ck_assert_str_eq(stands(2, 2), "");
	same_again();
}
END_TEST

/* What was moved into one of them went along with it. From there it is moved
 * on, and that is taken back. */
START_TEST(into_what_changed_places)
{
	struct change c = kit_change(CHANGE_MOVE, S1 "/b/x.html", "");

	c.word[WORD_SCOPE] = SPAN("address");
	PAGE(1, S1 "/b/x.html", S1 "/z");
	PAGE(1, S1 "/c.html", S1 "/z");
	PAGE(2, S2 "/p1.html", S1 "/old.html");
	say(1, S1 "/old.html", S1 "/a/x.html", "address", k.now, 0);
	later(1000);
	swap("prefix", S1 "/a/", S1 "/b/");
	ck_assert_has(told(2, letters_to(2) - 1), S1 "/old.html -> " S1
	    "/b/x.html\n");
	say(1, S1 "/b/x.html", S1 "/c.html", "address", k.now, 0);
	settle();
	ck_assert_has(told(2, letters_to(2) - 1), S1 "/old.html -> " S1
	    "/c.html\n");
	kit_say(&k, 1, &c);
	settle();
	ck_assert_has(told(2, letters_to(2) - 1), S1 "/old.html -> " S1
	    "/b/x.html\n");
	same_again();
}
END_TEST

/* What came there is gone later: now it counts that this is a dead link. */
START_TEST(what_came_is_gone)
{
	two_columns();
	swap("address", S1 "/a/x.html", S1 "/a/y.html");
	PAGE(2, S2 "/p1.html", S1 "/a/y.html", S1 "/a/x.html");
	PAGE(2, S2 "/p2.html", S1 "/a/y.html");
	settle();
	ck_assert_uint_eq(letters_to(2), 6);
	later(HOUR);
	tick();
	gone(1, S1 "/a/x.html", S1 "/z.html");
	settle();
	ck_assert_has(told(2, 6), "withdrawn " S1 "/a/x.html -> ");
	ck_assert_has(told(2, 6), S2 "/p1.html:20\n");
	ck_assert_str_eq(stands(0, 2), "told");
	PAGE(1, S1 "/a/x.html", S1 "/z");
	settle();
	ck_assert_str_eq(stands(0, 2), "fixed");
	ck_assert_str_eq(stands(1, 2), "fixed");
	same_again();
}
END_TEST

/* An agent that has lost all says all again: nothing was mended by that. */
START_TEST(said_again)
{
	struct change c = kit_change(CHANGE_UPDATED, S2 "/p2.html", "again");
	struct buf rows;

	two_columns();
	swap("address", S1 "/a/x.html", S1 "/a/y.html");
	later(HOUR);
	buf_init(&rows, LIMIT_CHANGE);
	change_link_put(&rows, &(struct link){ .kind = LINK_ANCHOR,
	    .line = 99, .to = SPAN(S1 "/a/x.html") });
	c.links = buf_look(&rows);
	c.modified = k.now - 30 * DAY;
	kit_say(&k, 2, &c);
	PAGE(2, S2 "/p1.html", S1 "/z");
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	ck_assert_str_eq(stands(2, 2), "fixed");
	buf_clear(&rows);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("telling of moves that meet");
	TCase *c = tcase_create("moves");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, tellingkit_open, tellingkit_close);
	tcase_add_test(c, onto_what_moved_long_ago);
	tcase_add_test(c, among_what_moved_long_ago);
	tcase_add_test(c, a_chain);
	tcase_add_test(c, a_part_goes_on);
	tcase_add_test(c, the_only_one_goes_elsewhere);
	tcase_add_test(c, the_only_one_is_gone_elsewhere);
	tcase_add_test(c, an_end);
	tcase_add_test(c, the_end_is_taken_back);
	tcase_add_test(c, moved_and_then_gone);
	tcase_add_test(c, moved_and_then_retired);
	tcase_add_test(c, two_change_places);
	tcase_add_test(c, two_columns_change_places);
	tcase_add_test(c, into_what_changed_places);
	tcase_add_test(c, what_came_is_gone);
	tcase_add_test(c, said_again);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
