/*
 * Who links to what is gone gets letters, not too often; and what sites say
 * to the letters that they got.
 */
#include "tests/unit/hub/tellingkit.h"

#include "hub/outbox.h"
#include "hub/stand.h"

/* --- what is gone --------------------------------------------------------------------- */

START_TEST(gone_with_referrers)
{
	three_pages();
	settle();
	ck_assert_uint_eq((told(2, 0), letters), 0);
	gone(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/b.html");
	PAGE(1, "https://s1.gov.cn/b.html", "https://s1.gov.cn/x");
	settle();
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "withdrawn http://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/b.html\n"
	    "  https://s2.gov.cn/p2.html:10\n"
	    "  https://s2.gov.cn/p1.html:10\n");
	ck_assert_str_eq(told(1, 0), "referred:\n"
	    "withdrawn http://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/b.html (2)\n");
	ck_assert_str_eq(stands(0, 2), "told");
	/* It is back. */
	PAGE(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/x");
	settle();
	ck_assert_str_eq(stands(0, 2), "fixed");
	ck_assert_str_eq(told(2, 1), "links:\n"
	    "fixed http://s1.gov.cn/old/a.html -> \n");
	same_again();
}
END_TEST

static uint64_t
letters_of(uint32_t site)
{
	struct db_txn *t = view_read(k.view);
	struct stand s;

	stand_read(t, site, &s);
	db_abort(t);
	return s.letters;
}

/* The site has been away, and a thousand of its changes are held: a letter for
 * each waits. That doesn't keep it from being told of what it links to. */
START_TEST(never_crowded_out)
{
	char url[64];

	three_pages();
	for (int i = 0; i < OUTBOX_BUSY + 10; i++) {
		snprintf(url, sizeof(url), "https://%s.gov.cn/not-its-own/%d",
		    i % 2 > 0 ? "s3" : "other", i);
		page(2, url, NULL, 0);
	}
	settle();
	ck_assert_uint_eq(letters_of(2), OUTBOX_BUSY);
	gone(1, "https://s1.gov.cn/old/a.html", "");
	settle();
	ck_assert_has(told(2, OUTBOX_BUSY), "withdrawn "
	    "http://s1.gov.cn/old/a.html -> \n");
	same_again();
}
END_TEST

/* Then its column moves, and it doesn't: nothing else is said of it, until it
 * turns up there. */
START_TEST(gone_before_it_moved)
{
	three_pages();
	PAGE(1, "https://s1.gov.cn/b.html", "https://s1.gov.cn/x");
	gone(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/b.html");
	settle();
	ck_assert_has(told(2, 0), "withdrawn http://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/b.html\n");
	later(60000);
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now, 0);
	later(TELL_OWED_AGAIN);
	settle();
	ck_assert_ptr_null(strstr(told(2, 1), "/old/a.html"));
	ck_assert_str_eq(stands(0, 2), "told");
	PAGE(1, "https://s1.gov.cn/new/a.html", "https://s1.gov.cn/x");
	later(TELL_OWED_AGAIN);
	settle();
	ck_assert_has(told(2, 1), "effective http://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/new/a.html\n");
	ck_assert_str_eq(stands(1, 2), "told");
	same_again();
}
END_TEST

/* First it is removed, then somebody says what took its place: that counts,
 * whatever id it had, and what was said of it before stays. */
START_TEST(successor_said_later)
{
	struct change c;

	three_pages();
	PAGE(1, "https://s1.gov.cn/b.html", "https://s1.gov.cn/x");
	gone(1, "https://s1.gov.cn/old/a.html", "");
	settle();
	ck_assert_has(told(2, 0), "withdrawn http://s1.gov.cn/old/a.html -> "
	    "\n");
	gone(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/b.html");
	later(TELL_OWED_AGAIN);
	settle();
	ck_assert_has(told(2, 1), "withdrawn http://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/b.html\n");
	c = kit_change(CHANGE_CREATED, "https://s1.gov.cn/id.html", "t");
	c.id = SPAN("9");
	kit_say(&k, 1, &c);
	PAGE(2, "https://s2.gov.cn/p9.html", "https://s1.gov.cn/id.html");
	c = kit_change(CHANGE_DELETED, "https://s1.gov.cn/id.html", "");
	c.id = SPAN("9");
	c.word[WORD_REASON] = SPAN("file removed");
	kit_say(&k, 1, &c);
	settle();
	gone(1, "https://s1.gov.cn/id.html", "https://s1.gov.cn/b.html");
	later(TELL_OWED_AGAIN);
	settle();
	ck_assert_has(told(2, 3), "withdrawn https://s1.gov.cn/id.html -> "
	    "https://s1.gov.cn/b.html\n");
	same_again();
}
END_TEST

/* Closing a site is where most links die: each that leads there is told when
 * that is announced, and when it is done; and of the home page where to turn
 * to. */
START_TEST(retired)
{
	uint64_t before;

	PAGE(1, "https://s1.gov.cn/", "https://s1.gov.cn/x");
	PAGE(1, "https://s1.gov.cn/a.html", "https://s1.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/", "https://s2.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/p1.html", "https://s1.gov.cn/",
	    "https://s1.gov.cn/a.html", "https://s1.gov.cn/never.html");
	close_site(1, "https://s2.gov.cn/", 30 * DAY);
	settle();
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "announced https://s1.gov.cn/ -> https://s2.gov.cn/\n"
	    "  https://s2.gov.cn/p1.html:10\n"
	    "announced https://s1.gov.cn/a.html -> \n"
	    "  https://s2.gov.cn/p1.html:20\n"
	    "announced https://s1.gov.cn/never.html -> \n"
	    "  https://s2.gov.cn/p1.html:30\n");
	before = letters;
	later(30 * DAY);
	settle();
	ck_assert_uint_eq((told(2, before), letters), 0);
	kit_act(&k, "{\"do\":\"retire\",\"site\":1,\"actor\":\"wang\","
	    "\"reason\":\"merged\"}");
	kit_act(&k, "{\"do\":\"clear\",\"site\":1,\"actor\":\"wang\","
	    "\"reason\":\"merged\"}");
	settle();
	ck_assert_str_eq(told(2, before), "links:\n"
	    "withdrawn https://s1.gov.cn/ -> https://s2.gov.cn/\n"
	    "  https://s2.gov.cn/p1.html:10\n"
	    "withdrawn https://s1.gov.cn/a.html -> \n"
	    "  https://s2.gov.cn/p1.html:20\n");
	ck_assert_uint_eq((told(1, 0), letters), 0);
	same_again();
}
END_TEST

/* A column leads to where nothing is yet; one page of it goes elsewhere, so
 * nothing is awaited at its place there: who links to that is told so, and
 * told when it is there after all. */
START_TEST(no_longer_awaited)
{
	PAGE(1, "https://s1.gov.cn/new/a.html", "https://s1.gov.cn/x");
	PAGE(1, "https://s1.gov.cn/b.html", "https://s1.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/p.html", "https://s1.gov.cn/new/a.html");
	gone(1, "https://s1.gov.cn/new/a.html", "");
	settle();
	ck_assert_str_eq(stands(0, 2), "told");
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now, 0);
	work(1000);		/* it is awaited: well again, to be told */
	later(1000);
	say(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/b.html",
	    "address", k.now, 0);
	settle();
	PAGE(1, "https://s1.gov.cn/new/a.html", "https://s1.gov.cn/x");
	settle();
	settle();
	ck_assert_str_eq(stands(0, 2), "fixed");
	same_again();
}
END_TEST

static void
cover(uint32_t site, const char *prefix)
{
	struct change c = kit_change(CHANGE_COVER, prefix, "");

	c.word[WORD_SCOPE] = SPAN("whole");
	kit_say(&k, site, &c);
}

/* Pages move into a column that isn't there yet, to which somebody links
 * already: that is not well by being announced, only by being there. Who links
 * there is told of that, and who doesn't any more is done. */
START_TEST(not_there_yet)
{
	cover(1, "https://s1.gov.cn/");
	PAGE(1, "https://s1.gov.cn/a.html", "https://s3.gov.cn/");
	PAGE(2, "https://s2.gov.cn/p.html", "https://s1.gov.cn/col/a.html");
	PAGE(3, "https://s3.gov.cn/p.html", "https://s1.gov.cn/col/a.html");
	settle();
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "never https://s1.gov.cn/col/a.html -> \n"
	    "  https://s2.gov.cn/p.html:10\n");
	ck_assert_has(told(1, 0), "never https://s1.gov.cn/col/a.html ->  "
	    "(2)\n");
	say(1, "https://s1.gov.cn/a.html", "https://s1.gov.cn/col/a.html",
	    "address", k.now, 0);
	settle();
	ck_assert_uint_eq((told(2, 1), letters), 0);
	ck_assert_uint_eq((told(1, 1), letters), 0);
	ck_assert_str_eq(stands(0, 2), "told");
	PAGE(3, "https://s3.gov.cn/p.html", "https://s1.gov.cn/a.html");
	settle();
	ck_assert_has(told(3, 1), "fixed https://s1.gov.cn/col/a.html");
	PAGE(1, "https://s1.gov.cn/col/a.html", "https://s1.gov.cn/x");
	settle();
	ck_assert_str_eq(told(2, 1), "links:\n"
	    "fixed https://s1.gov.cn/col/a.html -> \n");
	same_again();
}
END_TEST

/* … and when it never comes, the word that it was never there stands. */
START_TEST(never_there_after_all)
{
	cover(1, "https://s1.gov.cn/");
	PAGE(1, "https://s1.gov.cn/a.html", "https://s3.gov.cn/");
	PAGE(2, "https://s2.gov.cn/p.html", "https://s1.gov.cn/col/a.html");
	settle();
	say(1, "https://s1.gov.cn/a.html", "https://s1.gov.cn/col/a.html",
	    "address", k.now, 0);
	settle();
	later(MOVE_GRACE + 1);
	tick();
	settle();
	ck_assert_ptr_null(strstr(told(2, 0), "fixed"));
	ck_assert_str_eq(stands(0, 2), "told");
	same_again();
}
END_TEST

/* Whose page is long gone learns that somebody links to it anew, once in a
 * while; and not that a link has gone. */
START_TEST(linked_to_anew)
{
	PAGE(1, "https://s1.gov.cn/x.html", "https://s1.gov.cn/");
	PAGE(2, "https://s2.gov.cn/p.html", "https://s1.gov.cn/x.html");
	gone(1, "https://s1.gov.cn/x.html", "");
	settle();
	told(1, 0);
	ck_assert_uint_eq(letters, 1);
	PAGE(3, "https://s3.gov.cn/p.html", "https://s1.gov.cn/x.html");
	settle();
	told(1, 0);
	ck_assert_uint_eq(letters, 1);
	later(TELL_OWED_AGAIN);
	PAGE(2, "https://s2.gov.cn/p.html", "https://s1.gov.cn/");
	settle();
	told(1, 0);
	ck_assert_uint_eq(letters, 1);
	PAGE(3, "https://s3.gov.cn/q.html", "https://s1.gov.cn/x.html",
	    "https://s2.gov.cn/");
	settle();
	ck_assert_str_eq(told(1, 1), "referred:\n"
	    "withdrawn https://s1.gov.cn/x.html ->  (2)\n");
	PAGE(3, "https://s3.gov.cn/r.html", "https://s1.gov.cn/x.html",
	    "https://s1.gov.cn/");
	settle();
	told(1, 0);
	ck_assert_uint_eq(letters, 2);
	same_again();
}
END_TEST

/* Nobody is sent to and fro: what came after it is gone, too, or is back. */
START_TEST(successors)
{
	three_pages();
	settle();
	gone(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/old/b.html");
	gone(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/old/a.html");
	settle();
	ck_assert_has(told(2, 0), "old/a.html -> \n");
	ck_assert_has(told(2, 0), "old/b.html -> \n");
	PAGE(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/x");
	PAGE(1, "https://s1.gov.cn/c.html", "https://s1.gov.cn/x");
	say(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/c.html",
	    "address", 0, 0);
	PAGE(2, "https://s2.gov.cn/p9.html", "https://s1.gov.cn/old/a.html");
	settle();
	ck_assert_has(told(2, 1), "withdrawn https://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/c.html\n");
	same_again();
}
END_TEST

/* News ripen: what is well again by then is no news, and what comes meanwhile
 * is told with it. */
START_TEST(not_too_often)
{
	three_pages();
	settle();
	gone(1, "https://s1.gov.cn/old/a.html", "");
	work(1000);
	ck_assert_uint_eq((told(2, 0), letters), 0);
	later(TELL_OWED_PAUSE / 2);
	gone(1, "https://s1.gov.cn/old/b.html", "");
	PAGE(2, "https://s2.gov.cn/p4.html", "https://s1.gov.cn/old/b.html");
	PAGE(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/x");
	work(1000);
	ck_assert_uint_eq((told(2, 0), letters), 0);
	later(TELL_OWED_PAUSE / 2);
	work(1000);
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "withdrawn https://s1.gov.cn/old/b.html -> \n"
	    "  https://s2.gov.cn/p1.html:20\n"
	    "  https://s2.gov.cn/p4.html:10\n");
	ck_assert_str_eq(told(1, 0), "referred:\n"
	    "withdrawn https://s1.gov.cn/old/b.html ->  (2)\n");
	same_again();
}
END_TEST

/* --- what they say to it ------------------------------------------------------------------ */

static void
reply_to(uint64_t letter, uint32_t site, const char *target,
    const char *scope, const char *reason)
{
	struct change c = kit_change(CHANGE_REPLY, target, "");
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, letter);
	c.word[WORD_LETTER] = letter != 0 ? span_of(number) : SPAN_NONE;
	c.word[WORD_SCOPE] = span_of(scope);
	c.word[WORD_REASON] = span_of(reason);
	c.word[WORD_BY] = SPAN("li");
	kit_say(&k, site, &c);
}

static void
reply(uint32_t site, const char *target, const char *scope,
    const char *reason)
{
	reply_to(0, site, target, scope, reason);
}

START_TEST(replies)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	reply(2, "https://s1.gov.cn/old/", "will-fix", "");
	ck_assert_str_eq(stands(1, 2), "will fix");
	reply(2, "http://s1.gov.cn/old/a.html", "refused", "history");
	ck_assert_str_eq(stands(1, 2), "refused");
	ck_assert_str_eq(referral(1, 2).reason, "history");
	ck_assert_str_eq(held(2), "");
	reply(3, "https://s1.gov.cn/old/", "will-fix", "");
	ck_assert_has(held(3), "told you of no link");
	reply(2, "https://s1.gov.cn/old/", "refused", "");
	ck_assert_has(held(2), "reason");
	gone(1, "https://s1.gov.cn/old/a.html", "");
	later(DAY);
	tick();
	work(1000);
	ck_assert_str_eq(stands(1, 2), "refused");
	same_again();
}
END_TEST

/* Of a column whose redirect ends one day. */
START_TEST(replies_to_what_ends)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now, k.now + 30 * DAY);
	settle();
	reply(2, "https://s1.gov.cn/old/b.html", "will-fix", "");
	ck_assert_str_eq(held(2), "");
	ck_assert_str_eq(stands(1, 2), "will fix");
	same_again();
}
END_TEST

/* Two moves tell of one address: a word is of what its letter told. */
START_TEST(replies_to_a_letter)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now, 0);
	settle();
	say(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/bb.html",
	    "address", k.now, 0);
	settle();
	ck_assert_uint_lt(referral(1, 2).r.last, referral(2, 2).r.last);
	reply_to(referral(1, 2).r.last, 2, "https://s1.gov.cn/old/b.html",
	    "will-fix", "");
	ck_assert_str_eq(stands(1, 2), "will fix");
	ck_assert_str_eq(stands(2, 2), "told");
	reply_to(referral(2, 2).r.last, 2, "https://s1.gov.cn/old/b.html",
	    "refused", "history");
	ck_assert_str_eq(stands(1, 2), "will fix");
	ck_assert_str_eq(stands(2, 2), "refused");
	/* one of which nobody knows any more */
	reply_to(9999, 2, "https://s1.gov.cn/old/b.html", "will-fix", "");
	ck_assert_str_eq(stands(2, 2), "will fix");
	same_again();
}
END_TEST

/* The same is announced once more, when the first is over and its links are
 * still there: that is done with, and a word is of the new one. */
START_TEST(replies_to_what_was_said_twice)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now, k.now + DAY);
	settle();
	later(2 * DAY);
	tick();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now, 0);
	settle();
	reply(2, "https://s1.gov.cn/old/b.html", "will-fix", "");
	ck_assert_str_eq(stands(1, 2), "off");
	ck_assert_str_eq(stands(2, 2), "will fix");
	same_again();
}
END_TEST

/* What was gone has moved, after all: one matter is open, and the word is of
 * that. */
START_TEST(gone_and_then_moved)
{
	three_pages();
	gone(1, "https://s1.gov.cn/old/b.html", "");
	settle();
	ck_assert_str_eq(stands(0, 2), "told");
	PAGE(1, "https://s1.gov.cn/new.html", "https://s1.gov.cn/x");
	say(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/new.html",
	    "address", k.now, 0);
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	ck_assert_str_eq(stands(0, 2), "off");
	reply(2, "https://s1.gov.cn/old/b.html", "will-fix", "");
	ck_assert_str_eq(stands(1, 2), "will fix");
	ck_assert_str_eq(stands(0, 2), "off");
	same_again();
}
END_TEST

/* What has moved is gone from there: who says a word means both. */
START_TEST(moved_and_then_gone)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/new.html",
	    "address", k.now, 0);
	PAGE(1, "https://s1.gov.cn/new.html", "https://s1.gov.cn/x");
	settle();
	later(HOUR);
	tick();
	gone(1, "https://s1.gov.cn/new.html", "");
	settle();
	ck_assert_str_eq(stands(0, 2), "told");
	ck_assert_str_eq(stands(1, 2), "told");
	reply(2, "https://s1.gov.cn/old/b.html", "will-fix", "");
	ck_assert_str_eq(stands(0, 2), "will fix");
	ck_assert_str_eq(stands(1, 2), "will fix");
	same_again();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("telling_gone");
	TCase *c = tcase_create("gone");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, tellingkit_open, tellingkit_close);
	tcase_add_test(c, gone_with_referrers);
	tcase_add_test(c, never_crowded_out);
	tcase_add_test(c, gone_before_it_moved);
	tcase_add_test(c, successor_said_later);
	tcase_add_test(c, retired);
	tcase_add_test(c, no_longer_awaited);
	tcase_add_test(c, not_there_yet);
	tcase_add_test(c, never_there_after_all);
	tcase_add_test(c, linked_to_anew);
	tcase_add_test(c, successors);
	tcase_add_test(c, not_too_often);
	tcase_add_test(c, replies);
	tcase_add_test(c, replies_to_what_ends);
	tcase_add_test(c, replies_to_a_letter);
	tcase_add_test(c, replies_to_what_was_said_twice);
	tcase_add_test(c, gone_and_then_moved);
	tcase_add_test(c, moved_and_then_gone);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
