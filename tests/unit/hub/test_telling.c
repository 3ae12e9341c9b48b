/*
 * Who links to what was moved gets letters: all of them, once, in as many
 * letters as it takes; and what is mended is done with. Of what is gone, see
 * test_telling_gone.c.
 */
#include "tests/unit/hub/tellingkit.h"

/* --- moves ----------------------------------------------------------------------------- */

START_TEST(a_move_is_told)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "announced http://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/new/a.html\n"
	    "  https://s2.gov.cn/p2.html:10\n"
	    "  https://s2.gov.cn/p1.html:10\n"
	    "announced https://s1.gov.cn/old/b.html -> "
	    "https://s1.gov.cn/new/b.html\n"
	    "  https://s2.gov.cn/p1.html:20\n");
	ck_assert_str_eq(told(3, 0), "");
	ck_assert_str_eq(told(1, 0), "referred:\nannounced "
	    "https://s1.gov.cn/old/ -> https://s1.gov.cn/new/ (2)\n");
	ck_assert_str_eq(stands(1, 2), "told");
	ck_assert_uint_eq(referral(1, 2).r.pages, 2);
	work(1000);
	ck_assert_uint_eq((told(2, 0), letters), 1);	/* once */
	same_again();
}
END_TEST

/* When it takes effect, those that still link there are told again; those
 * that don't are done. */
START_TEST(taking_effect)
{
	three_pages();
	PAGE(3, "https://s3.gov.cn/q.html", "https://s1.gov.cn/old/a.html");
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	PAGE(3, "https://s3.gov.cn/q.html", "https://s1.gov.cn/new/a.html");
	later(DAY);
	tick();
	work(1000);
	ck_assert_has(told(2, 1), "links:\neffective http://s1.gov.cn/old/"
	    "a.html -> https://s1.gov.cn/new/a.html\n  https://s2.gov.cn/p2");
	ck_assert_str_eq(told(3, 1), "links:\nfixed https://s1.gov.cn/old/ "
	    "-> https://s1.gov.cn/new/\n");
	ck_assert_str_eq(stands(1, 3), "fixed");
	ck_assert_str_eq(stands(1, 2), "told");
	settle();		/* each of its targets has turned: no news */
	ck_assert_uint_eq((told(2, 0), letters), 2);
	/* Mended at last: the pages say so. */
	PAGE(2, "https://s2.gov.cn/p1.html", "https://s1.gov.cn/new/a.html");
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	PAGE(2, "https://s2.gov.cn/p2.html", "https://s1.gov.cn/new/a.html");
	settle();
	ck_assert_str_eq(stands(1, 2), "fixed");
	ck_assert_has(told(2, 2), "fixed https://s1.gov.cn/old/ -> "
	    "https://s1.gov.cn/new/\n");
	/* And a new page with the old link begins anew. */
	PAGE(2, "https://s2.gov.cn/p3.html", "https://s1.gov.cn/old/b.html");
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	ck_assert_has(told(2, 0), "effective https://s1.gov.cn/old/b.html -> "
	    "https://s1.gov.cn/new/b.html\n  https://s2.gov.cn/p3.html:10\n");
	same_again();
}
END_TEST

START_TEST(called_off)
{
	struct change c = kit_change(CHANGE_MOVE, "https://s1.gov.cn/old/",
	    "");

	three_pages();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	kit_say(&k, 1, &c);
	work(1000);
	ck_assert_str_eq(told(2, 1), "links:\noff https://s1.gov.cn/old/ -> "
	    "https://s1.gov.cn/new/\n");
	ck_assert_str_eq(stands(1, 2), "off");
	/* Whose it was knew how far it reached. */
	ck_assert_str_eq(told(1, 1), "referred:\noff https://s1.gov.cn/old/ "
	    "-> https://s1.gov.cn/new/ (2)\n");
	/* One that nobody had been told of yet is told to nobody. */
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	kit_say(&k, 1, &c);
	work(1000);
	ck_assert_uint_eq((told(2, 2), letters), 0);
	ck_assert_uint_eq((told(1, 2), letters), 0);
	same_again();
}
END_TEST

/* Whoever announced it isn't there when an operator decides otherwise. */
START_TEST(called_off_by_the_operator)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	kit_act(&k, "{\"do\":\"move-withdraw\",\"move\":1,"
	    "\"actor\":\"li\",\"reason\":\"not yet\"}");
	work(1000);
	ck_assert_has(told(1, 0), "move 1 is withdrawn by li: "
	    "https://s1.gov.cn/old/ does not move to "
	    "https://s1.gov.cn/new/: not yet\n"
	    "off:\noff https://s1.gov.cn/old/ -> https://s1.gov.cn/new/\n");
	ck_assert_has(told(2, 1), "links:\noff https://s1.gov.cn/old/");
	ck_assert_ptr_null(strstr(told(2, 1), "not yet"));
	same_again();
}
END_TEST

/* Whoever loses hears of it, unless it was their own word. */
START_TEST(decided_for_another)
{
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    k.now + DAY, 0);
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":1,\"scope\":"
	    "\"prefix\",\"old\":\"https://s1.gov.cn/old/\",\"new\":"
	    "\"https://s1.gov.cn/new/\",\"actor\":\"li\"}");
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/other/", "prefix",
	    0, 0);
	ck_assert_str_eq(state(3), "contested");
	kit_act(&k, "{\"do\":\"move-agree\",\"move\":3,"
	    "\"actor\":\"li\"}");
	ck_assert_str_eq(state(2), "withdrawn");
	say(1, "https://s1.gov.cn/old/", "", "prefix", 0, 0);
	ck_assert_str_eq(state(3), "withdrawn");
	ck_assert_str_eq(told(1, 0), "");
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":1,\"scope\":"
	    "\"prefix\",\"old\":\"https://s1.gov.cn/a/\",\"new\":"
	    "\"https://s1.gov.cn/c/\",\"actor\":\"li\"}");
	ck_assert_str_eq(state(1), "withdrawn");
	ck_assert_str_eq(told(1, 0), "move 1 is withdrawn by li: "
	    "https://s1.gov.cn/a/ does not move to https://s1.gov.cn/b/: "
	    "announced otherwise: move 4\n"
	    "off:\noff https://s1.gov.cn/a/ -> https://s1.gov.cn/b/\n");
}
END_TEST

/* Another rule moves a part of it: each is told what is true of it. */
START_TEST(longest_wins)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/c.html",
	    "address", k.now + HOUR, 0);
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	ck_assert_has(told(2, 0), "b.html -> https://s1.gov.cn/c.html\n  "
	    "https://s2.gov.cn/p1.html:20\n");
	ck_assert_has(told(2, 0), "a.html -> https://s1.gov.cn/new/a.html\n");
	ck_assert_ptr_null(strstr(told(2, 0), "new/b.html"));
	ck_assert_uint_eq(named, 3);	/* and by one letter only */
	same_again();
}
END_TEST

/* Whatever the purse, and however often the hub is stopped between two acts:
 * the same pages are named, each once. */
START_TEST(in_small_steps)
{
	char url[80], to[80];

	for (int i = 0; i < 60; i++) {
		snprintf(url, sizeof(url), "https://s2.gov.cn/p%d.html", i);
		snprintf(to, sizeof(to), "https://s1.gov.cn/old/%d.html",
		    i % 9);
		PAGE(2, url, to, "https://s1.gov.cn/old/");
		snprintf(url, sizeof(url), "https://s3.gov.cn/p%d.html", i);
		PAGE(3, url, "https://s1.gov.cn/old/index.html");
	}
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(7);
	told(2, 0);
	ck_assert_uint_eq(named, 120);
	ck_assert_uint_gt(letters, 5);
	told(3, 0);
	ck_assert_uint_eq(named, 60);
	ck_assert_uint_eq(referral(1, 2).r.pages, 60);
	ck_assert_str_eq(told(1, 0), "referred:\nannounced "
	    "https://s1.gov.cn/old/ -> https://s1.gov.cn/new/ (120)\n");
	same_again();
}
END_TEST

/* As many letters as it takes, none of them too long. */
START_TEST(many_pages)
{
	char url[400], to[400], pad[301];

	memset(pad, 'x', 300);
	pad[300] = '\0';
	for (int i = 0; i < 400; i++) {
		snprintf(url, sizeof(url), "https://s2.gov.cn/%s%d?a&b", pad,
		    i);
		snprintf(to, sizeof(to), "https://s1.gov.cn/old/%s%d?a&b",
		    pad, i);
		PAGE(2, url, to);
	}
	say(1, "https://s1.gov.cn/", "https://s3.gov.cn/", "domain",
	    k.now + DAY, 0);
	kit_act(&k, "{\"do\":\"move-agree\",\"move\":1,\"actor\":\"wang\","
	    "\"reason\":\"\"}");
	longest = 0;
	work(1000);
	told(2, 0);
	ck_assert_uint_eq(named, 400);
	ck_assert_uint_gt(letters, 8);
	ck_assert_uint_lt(letters, 20);
	ck_assert_uint_le(longest, LIMIT_LETTER);
	ck_assert_uint_gt(longest, 40000);
	same_again();
}
END_TEST

/* A navigation that is on many pages is named once. */
START_TEST(templates)
{
	char url[80];

	for (int i = 0; i < 40; i++) {
		snprintf(url, sizeof(url), "https://s2.gov.cn/p%d.html", i);
		PAGE(2, url, "https://s1.gov.cn/old/a.html",
		    "https://s2.gov.cn/n1", "https://s2.gov.cn/n2");
	}
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	ck_assert_has(told(2, 0), " and 39 more\n");
	ck_assert_uint_eq(named, 40);
	ck_assert_uint_eq(referral(1, 2).r.pages, 40);
	same_again();
}
END_TEST

/* Each page counts once, whatever links it shares; and what comes later was
 * not there then. */
START_TEST(pages_then)
{
	char url[80], to[41][80];
	const char *list[41];

	for (int i = 0; i < 41; i++) {
		snprintf(to[i], sizeof(to[i]), "https://s1.gov.cn/old/n%d",
		    i);
		list[i] = to[i];
	}
	for (int i = 0; i < 40; i++) {
		snprintf(url, sizeof(url), "https://s2.gov.cn/p%d.html", i);
		snprintf(to[40], sizeof(to[40]), "https://s1.gov.cn/old/%d",
		    i);
		page(2, url, list, 41);
	}
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now, 0);
	tick();
	work(1000);
	ck_assert_uint_eq(referral(1, 2).r.pages, 40);
	ck_assert_has(told(1, 0), "https://s1.gov.cn/new/ (40)\n");
	PAGE(2, "https://s2.gov.cn/late.html", "https://s1.gov.cn/old/5");
	work(1000);
	settle();
	ck_assert_uint_eq(referral(1, 2).r.pages, 40);
	same_again();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("telling");
	TCase *c = tcase_create("moves");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, tellingkit_open, tellingkit_close);
	tcase_add_test(c, a_move_is_told);
	tcase_add_test(c, taking_effect);
	tcase_add_test(c, called_off);
	tcase_add_test(c, called_off_by_the_operator);
	tcase_add_test(c, decided_for_another);
	tcase_add_test(c, longest_wins);
	tcase_add_test(c, in_small_steps);
	tcase_add_test(c, many_pages);
	tcase_add_test(c, templates);
	tcase_add_test(c, pages_then);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
