/*
 * Links: what becomes of a target, when it moves, too; and much of it, and
 * what is strange. What is asked of them is in test_links_asked.c; who links
 * where is held against a model in tests/model.
 */
#include "tests/unit/hub/linkskit.h"

#include "hub/move.h"
#include "protocol/statement.h"

/* --- states --------------------------------------------------------------- */

START_TEST(what_becomes_of_it)
{
	link_to(TARGET, 12, "总结");
	publish(1, "http://s1.gov.cn/");
	ck_assert_int_eq(state_of(TARGET), TARGET_UNKNOWN);
	ck_assert_uint_eq(broken(0), 0);
	cover(2, "http://s2.gov.cn/a/", STATEMENT_WHOLE);
	ck_assert_int_eq(state_of(TARGET), TARGET_NEVER);
	ck_assert_uint_eq(broken(0), 1);
	ck_assert_str_eq(last_url, TARGET);
	publish(2, "https://s2.gov.cn/a/1.html");
	ck_assert_int_eq(state_of(TARGET), TARGET_HERE);
	ck_assert_uint_eq(broken(0), 0);
	withdraw(2, "https://s2.gov.cn/a/1.html", "http://s2.gov.cn/b.html");
	ck_assert_int_eq(state_of(TARGET), TARGET_WITHDRAWN);
	ck_assert_str_eq(last_now, "http://s2.gov.cn/b.html");
	ck_assert_uint_eq(broken(1), 1);
	ck_assert_uint_eq(broken(3), 0);
	cover(2, "http://s2.gov.cn/a/", STATEMENT_GONE);
	ck_assert_int_eq(state_of(TARGET), TARGET_WITHDRAWN);
}
END_TEST

/* What a source doesn't cover, or a program answers, is not known. */
START_TEST(no_false_alarm)
{
	link_to("http://s2.gov.cn/a/x.html?p=1", 1, "");
	link_to("http://s2.gov.cn/other/x.html", 2, "");
	link_to("http://s2.gov.cn/a/search", 3, "");
	link_to("http://www.example.com/a/x.html", 4, "");
	link_to("http://s2.gov.cn:8080/a/x.html", 5, "");
	publish(1, "http://s1.gov.cn/");
	cover(2, "http://s2.gov.cn/a/", STATEMENT_WHOLE);
	ck_assert_uint_eq(broken(0), 0);
	ck_assert_int_eq(state_of("http://www.example.com/a/x.html"),
	    TARGET_OUTSIDE);
}
END_TEST

/* A source that is taken out of the settings withdraws what it had. */
START_TEST(uncovered_withdrawal)
{
	link_to("http://s2.gov.cn/old/1.html", 1, "");
	publish(1, "http://s1.gov.cn/");
	publish(2, "http://s2.gov.cn/old/1.html");
	cover(2, "http://s2.gov.cn/a/", STATEMENT_WHOLE);
	withdraw(2, "http://s2.gov.cn/old/1.html", "");
	ck_assert_int_eq(state_of("http://s2.gov.cn/old/1.html"),
	    TARGET_UNKNOWN);
	ck_assert_uint_eq(broken(0), 0);
}
END_TEST

START_TEST(a_domain_goes)
{
	link_to(TARGET, 1, "");
	publish(1, "http://s1.gov.cn/");
	publish(2, TARGET);
	withdraw(2, TARGET, "");
	ck_assert_uint_eq(broken(0), 1);
	/* Of a retired site it stays withdrawn, by that word … */
	kit_act(&k, "{\"do\":\"retire\",\"site\":2,\"actor\":\"t\","
	    "\"reason\":\"merged\"}");
	ck_assert_uint_eq(broken(0), 1);
	ck_assert_int_eq(state_of(TARGET), TARGET_WITHDRAWN);
	/* … until the domain is another's, who hasn't said anything. */
	kit_act(&k, "{\"do\":\"domain-add\",\"site\":3,\"domain\":"
	    "\"s2.gov.cn\",\"actor\":\"t\",\"reason\":\"\"}");
	ck_assert_uint_eq(broken(0), 0);
	ck_assert_int_eq(state_of(TARGET), TARGET_UNKNOWN);
}
END_TEST

START_TEST(two_at_one_place)
{
	link_to("http://s2.gov.cn/c/", 1, "");
	publish(1, "http://s1.gov.cn/");
	publish(2, "http://s2.gov.cn/c/");
	publish(2, "https://s2.gov.cn/c/index.html");
	withdraw(2, "https://s2.gov.cn/c/index.html", "");
	ck_assert_int_eq(state_of("http://s2.gov.cn/c/"), TARGET_HERE);
	withdraw(2, "http://s2.gov.cn/c/", "");
	ck_assert_int_eq(state_of("http://s2.gov.cn/c/"), TARGET_WITHDRAWN);
}
END_TEST

#define DIR "http://s2.gov.cn/jy/"

/* Of this address alone, and not of what servers answer alike. */
static enum target_state
state_of_page(const char *url)
{
	struct target_verdict v;
	struct target row;
	struct target_key key;
	struct buf room, now;
	struct db_txn *t;

	look_through();
	t = view_read(k.view);
	buf_init(&room, LIMIT_URL + 16);
	buf_init(&now, LIMIT_URL);
	ck_assert(target_key(&key, span_of(url)));
	ck_assert(target_get(t, &key, &row, &room));
	target_judge(t, NULL, span_of(url), INT64_MAX, &v, &now);
	ck_assert_int_eq(row.state, v.state);
	ck_assert_int_eq(row.broken, v.broken);
	snprintf(last_now, sizeof(last_now), "%s", buf_cstr(&now));
	buf_clear(&room);
	buf_clear(&now);
	db_abort(t);
	return v.state;
}

/* From .htm to .html: the site tells the same address, and another file. */
START_TEST(a_rebuild)
{
	link_to(DIR, 1, "");
	publish(1, "http://s1.gov.cn/1.html");
	link_to(DIR "index.htm", 1, "");
	link_to(DIR "index.html", 2, "");
	link_to(DIR "default.htm", 3, "");
	publish(1, "http://s1.gov.cn/2.html");
	cover(2, "http://s2.gov.cn/", STATEMENT_WHOLE);
	tell_as(CHANGE_CREATED, 2, "www:jy/index.htm", DIR);
	ck_assert_uint_eq(broken(0), 2);
	ck_assert_int_eq(state_of_page(DIR), TARGET_HERE);
	ck_assert_int_eq(state_of_page(DIR "index.htm"), TARGET_HERE);
	ck_assert_int_eq(state_of_page(DIR "default.htm"), TARGET_NEVER);
	tell_as(CHANGE_DELETED, 2, "www:jy/index.htm", DIR);
	tell_as(CHANGE_CREATED, 2, "www:jy/index.html", DIR);
	ck_assert_int_eq(state_of_page(DIR), TARGET_HERE);
	ck_assert_int_eq(state_of_page(DIR "index.html"), TARGET_HERE);
	ck_assert_int_eq(state_of_page(DIR "index.htm"), TARGET_WITHDRAWN);
	ck_assert_str_eq(last_now, DIR);
	ck_assert_uint_eq(broken(0), 2);
	tell_as(CHANGE_DELETED, 2, "www:jy/index.html", DIR);
	ck_assert_uint_eq(broken(0), 3);	/* and the directory: unknown */
	ck_assert_int_eq(state_of_page(DIR "index.htm"), TARGET_WITHDRAWN);
	ck_assert_str_eq(last_now, "");
}
END_TEST

/* The same, when the agent says that it is the same item. */
START_TEST(a_rename_in_place)
{
	struct change c = kit_change(CHANGE_UPDATED, DIR, "page");

	link_to(DIR "index.htm", 1, "");
	publish(1, "http://s1.gov.cn/1.html");
	cover(2, "http://s2.gov.cn/", STATEMENT_WHOLE);
	tell_as(CHANGE_CREATED, 2, "www:jy/index.htm", DIR);
	ck_assert_uint_eq(broken(0), 0);
	c.id = SPAN("www:jy/index.html");
	c.word[WORD_FORMER] = SPAN("www:jy/index.htm");
	kit_say(&k, 2, &c);
	ck_assert_uint_eq(broken(0), 1);
	ck_assert_int_eq(state_of_page(DIR "index.htm"), TARGET_WITHDRAWN);
	ck_assert_str_eq(last_now, DIR);
}
END_TEST

/* Where index.html lies, no server of files answers for INDEX.HTML; and the
 * two are two targets, whichever is linked to first. */
START_TEST(an_index_page_by_its_case)
{
	link_to(DIR "INDEX.HTML", 1, "");
	link_to(DIR "index.html", 2, "");
	publish(1, "http://s1.gov.cn/1.html");
	tell_as(CHANGE_CREATED, 2, "www:jy/index.html", DIR);
	ck_assert_uint_eq(broken(0), 0);
	cover(2, "http://s2.gov.cn/", STATEMENT_WHOLE);
	ck_assert_int_eq(state_of_page(DIR "index.html"), TARGET_HERE);
	ck_assert_int_eq(state_of_page(DIR "INDEX.HTML"), TARGET_NEVER);
	ck_assert_uint_eq(broken(0), 1);
	tell_as(CHANGE_CREATED, 2, "www:jy/INDEX.HTML", DIR "INDEX.HTML");
	ck_assert_uint_eq(broken(0), 0);
}
END_TEST

/* Three pages of one directory are told as three items. */
START_TEST(index_pages)
{
	link_to(DIR, 1, "");
	link_to(DIR "index.htm", 1, "");
	link_to(DIR "index.php", 2, "");
	publish(1, "http://s1.gov.cn/1.html");
	tell_as(CHANGE_CREATED, 2, "www:jy/index.html", DIR);
	tell_as(CHANGE_CREATED, 2, "www:jy/index.htm", DIR "index.htm");
	ck_assert_uint_eq(broken(0), 0);
	tell_as(CHANGE_DELETED, 2, "www:jy/index.htm", DIR "index.htm");
	/* Nobody says that all of it was told. */
	ck_assert_int_eq(state_of_page(DIR "index.htm"), TARGET_HERE);
	cover(2, "http://s2.gov.cn/", STATEMENT_WHOLE);
	ck_assert_int_eq(state_of_page(DIR "index.htm"), TARGET_WITHDRAWN);
	ck_assert_int_eq(state_of_page(DIR "index.php"), TARGET_HERE);
	ck_assert_uint_eq(broken(0), 1);
	/* What doesn't say which page it is may be any. */
	publish(2, DIR);
	ck_assert_uint_eq(broken(0), 0);
}
END_TEST

/* Successors are followed, but not to nothing, and not in a circle. */
START_TEST(successors)
{
	link_to("http://s2.gov.cn/1", 1, "");
	link_to("http://s2.gov.cn/2", 2, "");
	link_to("http://s2.gov.cn/3", 3, "");
	publish(1, "http://s1.gov.cn/");
	publish(2, "http://s2.gov.cn/1");
	publish(2, "http://s2.gov.cn/2");
	publish(2, "http://s2.gov.cn/3");
	withdraw(2, "http://s2.gov.cn/1", "http://s2.gov.cn/2");
	withdraw(2, "http://s2.gov.cn/2", "http://s2.gov.cn/3");
	ck_assert_int_eq(state_of("http://s2.gov.cn/1"), TARGET_WITHDRAWN);
	ck_assert_str_eq(last_now, "http://s2.gov.cn/3");
	withdraw(2, "http://s2.gov.cn/3", "http://s2.gov.cn/1");
	ck_assert_int_eq(state_of("http://s2.gov.cn/1"), TARGET_WITHDRAWN);
	ck_assert_str_eq(last_now, "");
	ck_assert_int_eq(state_of("http://s2.gov.cn/3"), TARGET_WITHDRAWN);
	ck_assert_str_eq(last_now, "");
}
END_TEST

/* --- moves ---------------------------------------------------------------- */

START_TEST(moved)
{
	link_to("http://s2.gov.cn/a/1.html", 1, "");
	link_to("http://s2.gov.cn/a/2.html", 2, "");
	publish(1, "http://s1.gov.cn/");
	publish(2, "http://s2.gov.cn/a/1.html");
	publish(2, "http://s2.gov.cn/new/1.html");
	cover(2, "http://s2.gov.cn/", STATEMENT_WHOLE);
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":2,\"scope\":"
	    "\"prefix\",\"old\":\"http://s2.gov.cn/a/\",\"new\":"
	    "\"http://s2.gov.cn/new/\",\"actor\":\"t\",\"reason\":\"r\"}");
	k.now += 60000;
	kit_act(&k, "{\"do\":\"tick\",\"actor\":\"hub\",\"reason\":\"\"}");
	clock_set(k.now, 0);
	ck_assert_int_eq(state_of("http://s2.gov.cn/a/1.html"),
	    TARGET_MOVED);
	ck_assert_str_eq(last_now, "http://s2.gov.cn/new/1.html");
	ck_assert(!last.broken);
	ck_assert_uint_ne(last.move, 0);
	/* It has moved to where nothing is: not yet, and then not at all. */
	ck_assert_int_eq(state_of("http://s2.gov.cn/a/2.html"),
	    TARGET_MOVED);
	ck_assert(!last.broken);
	ck_assert_uint_eq(broken(1), 0);
	k.now += MOVE_GRACE;
	kit_act(&k, "{\"do\":\"tick\",\"actor\":\"hub\",\"reason\":\"\"}");
	ck_assert_int_eq(state_of("http://s2.gov.cn/a/2.html"),
	    TARGET_NEVER);
	ck_assert(last.broken);
	ck_assert_uint_eq(broken(1), 1);
	publish(2, "http://s2.gov.cn/new/2.html");
	ck_assert_uint_eq(broken(1), 0);
}
END_TEST

/* The whole of a column goes at an instant, and its owner pushes it some
 * minutes later; a referrer that is quick links to the new place already. */
START_TEST(settling)
{
	link_to("http://s2.gov.cn/a/1.html", 1, "");
	publish(1, "http://s1.gov.cn/");
	link_to("http://s2.gov.cn/new/1.html", 1, "");
	publish(3, "http://s3.gov.cn/");
	publish(2, "http://s2.gov.cn/a/1.html");
	cover(2, "http://s2.gov.cn/", STATEMENT_WHOLE);
	ck_assert_uint_eq(broken(3), 1);
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":2,\"scope\":"
	    "\"prefix\",\"old\":\"http://s2.gov.cn/a/\",\"new\":"
	    "\"http://s2.gov.cn/new/\",\"actor\":\"t\",\"reason\":\"r\"}");
	ck_assert_uint_eq(broken(0), 0);
	withdraw(2, "http://s2.gov.cn/a/1.html", "");
	ck_assert_uint_eq(broken(0), 0);
	/* Seen not to work: then at once. */
	kit_act(&k, "{\"do\":\"move-looked\",\"move\":1,\"looked\":10,"
	    "\"wrong\":10,\"why\":\"404\"}");
	ck_assert_uint_eq(broken(1), 1);
	ck_assert_uint_eq(broken(3), 1);
}
END_TEST

START_TEST(clock_put_back)
{
	link_to("http://s2.gov.cn/a/1.html", 1, "");
	publish(1, "http://s1.gov.cn/");
	cover(2, "http://s2.gov.cn/", STATEMENT_WHOLE);
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":2,\"scope\":"
	    "\"prefix\",\"old\":\"http://s2.gov.cn/a/\",\"new\":"
	    "\"http://s2.gov.cn/new/\",\"actor\":\"t\",\"reason\":\"r\"}");
	ck_assert_uint_eq(broken(1), 0);
	k.now -= MOVE_GRACE;
	kit_act(&k, "{\"do\":\"tick\",\"actor\":\"hub\",\"reason\":\"\"}");
	ck_assert_uint_eq(broken(1), 0);
	k.now -= 1;
	kit_act(&k, "{\"do\":\"tick\",\"actor\":\"hub\",\"reason\":\"\"}");
	ck_assert_uint_eq(broken(1), 1);
}
END_TEST

/* --- much, and strange ---------------------------------------------------- */

/* All a page may have, and each of them elsewhere; then none. */
START_TEST(four_thousand)
{
	struct db_txn *t;
	char url[96];

	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < LIMIT_LINKS; i++) {
			snprintf(url, sizeof(url), "http://h%u-%u.example/"
			    "%u", round, i, i);
			link_to(url, LIMIT_LINKS - i, "");
		}
		publish(1, "http://s1.gov.cn/");
	}
	look_through();
	t = view_read(k.view);
	ck_assert_uint_eq(db_count(t, TABLE_TARGET), LIMIT_LINKS);
	ck_assert_uint_eq(db_count(t, TABLE_BETWEEN), LIMIT_LINKS);
	ck_assert_uint_ge(db_count(t, TABLE_RUN), LIMIT_LINKS / 32);
	ck_assert_uint_le(db_count(t, TABLE_RUN), LIMIT_LINKS / 4);
	db_abort(t);
	(void)ask_to("http://h2-17.example/17", 0, 10);
	ck_assert_uint_eq(found, 1);
	ck_assert_uint_eq(last_link.line, LIMIT_LINKS - 17);
	publish(1, "http://s1.gov.cn/");
	look_through();
	t = view_read(k.view);
	ck_assert_uint_eq(db_count(t, TABLE_TARGET), 0);
	ck_assert_uint_eq(db_count(t, TABLE_BETWEEN), 0);
	ck_assert_uint_eq(db_count(t, TABLE_RUN), 0);
	db_abort(t);
}
END_TEST

/* Longer than a key; alike up to the last bytes. */
START_TEST(long_addresses)
{
	char url[3][LIMIT_URL + 1];
	struct target_key a, b;
	size_t n = (size_t)snprintf(url[0], sizeof(url[0]),
	    "http://s2.gov.cn/");

	memset(url[0] + n, 'x', 1500);
	url[0][n + 1500] = '\0';
	memcpy(url[1], url[0], sizeof(url[0]));
	memcpy(url[2], url[0], sizeof(url[0]));
	url[1][n + 1499] = 'y';
	link_to(url[0], 1, "x");
	link_to(url[1], 2, "y");
	publish(1, "http://s1.gov.cn/");
	look_through();
	(void)ask_to(url[0], 0, 10);
	ck_assert_uint_eq(found, 1);
	ck_assert_str_eq(last_text, "x");
	(void)ask_to("http://s2.gov.cn/", 0, 10);
	ck_assert_uint_eq(found, 2);
	ck_assert(target_key(&a, span_of(url[0])));
	ck_assert(target_key(&b, span_of(url[1])));
	ck_assert_uint_eq(a.n, TARGET_KEY);
	ck_assert(memcmp(a.at, b.at, TARGET_KEY) != 0);
	ck_assert(!target_key(&a, SPAN("nothing")));
}
END_TEST

/* The same link a thousand times is one of the target's. */
START_TEST(the_same_again)
{
	struct link_page page;

	for (unsigned i = 0; i < 1000; i++)
		link_to(TARGET, i, "");
	publish(1, "http://s1.gov.cn/");
	look_through();
	page = ask_to(TARGET, 0, 5000);
	ck_assert_uint_ge(found, 1000);
	ck_assert(!page.cut);
	publish(1, "http://s1.gov.cn/");
	look_through();
	(void)ask_to(TARGET, 0, 5000);
	ck_assert_uint_eq(found, 0);
}
END_TEST

/* What the purse doesn't pay for is said. */
START_TEST(the_purse)
{
	int64_t steps = 100;
	struct db_txn *t;
	struct link_count n;
	char url[64];

	for (unsigned i = 0; i < 50; i++) {
		snprintf(url, sizeof(url), "http://s2.gov.cn/%u", i);
		link_to(url, i, "");
	}
	publish(1, "http://s1.gov.cn/");
	look_through();
	t = view_read(k.view);
	links_count(t, REWRITE_DOMAIN, SPAN("http://s2.gov.cn/"), 0, &n,
	    &steps);
	ck_assert(!n.exact);
	ck_assert_uint_lt(n.targets, 50);
	db_abort(t);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("links");
	TCase *c = tcase_create("links");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, linkskit_open, viewkit_close);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, what_becomes_of_it);
	tcase_add_test(c, no_false_alarm);
	tcase_add_test(c, uncovered_withdrawal);
	tcase_add_test(c, a_domain_goes);
	tcase_add_test(c, two_at_one_place);
	tcase_add_test(c, a_rebuild);
	tcase_add_test(c, a_rename_in_place);
	tcase_add_test(c, an_index_page_by_its_case);
	tcase_add_test(c, index_pages);
	tcase_add_test(c, successors);
	tcase_add_test(c, moved);
	tcase_add_test(c, settling);
	tcase_add_test(c, clock_put_back);
	tcase_add_test(c, four_thousand);
	tcase_add_test(c, long_addresses);
	tcase_add_test(c, the_same_again);
	tcase_add_test(c, the_purse);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
