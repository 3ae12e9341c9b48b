/*
 * Who links to a site that is going to close gets letters ahead; and is told
 * when it does not close after all.
 */
#include "tests/unit/hub/tellingkit.h"

#define S1_HOME "https://s1.gov.cn/"
#define OFF_LETTER "links:\n"						\
	"off https://s1.gov.cn/ -> \n"					\
	"off https://s1.gov.cn/a.html -> \n"

/* Site 1 has two pages; site 2 links to both, site 3 to its home page. */
static void
two_referrers(void)
{
	kit_site(&k, 4);
	PAGE(1, S1_HOME, S1_HOME "a.html");
	PAGE(1, S1_HOME "a.html", S1_HOME);
	PAGE(2, "https://s2.gov.cn/", "https://s2.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/p1.html", S1_HOME, S1_HOME "a.html");
	PAGE(2, "https://s2.gov.cn/p2.html", "http://s1.gov.cn/a.html");
	PAGE(3, "https://s3.gov.cn/q.html", S1_HOME);
}

/* Where a letter says that the home page's readers turn to. */
static void
ck_told_home(uint32_t site, uint64_t after, const char *see)
{
	char line[200];

	snprintf(line, sizeof(line), "announced %s -> %s\n", S1_HOME, see);
	ck_assert_has(told(site, after), line);
}

START_TEST(announced)
{
	two_referrers();
	settle();
	close_site(1, "https://s2.gov.cn/", 30 * DAY);
	work(1000);
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "announced https://s1.gov.cn/ -> https://s2.gov.cn/\n"
	    "  https://s2.gov.cn/p1.html:10\n"
	    "announced http://s1.gov.cn/a.html -> \n"
	    "  https://s2.gov.cn/p2.html:10\n"
	    "announced https://s1.gov.cn/a.html -> \n"
	    "  https://s2.gov.cn/p1.html:20\n");
	ck_assert_str_eq(told(3, 0), "links:\n"
	    "announced https://s1.gov.cn/ -> https://s2.gov.cn/\n"
	    "  https://s3.gov.cn/q.html:10\n");
	ck_assert_uint_eq((told(1, 0), letters), 0);
	ck_assert_str_eq(stands(referral_closing(1), 2), "told");
	ck_assert_uint_eq(referral(referral_closing(1), 2).r.pages, 2);
	/* said once more it is no news */
	close_site(1, "https://s2.gov.cn/", 30 * DAY);
	work(1000);
	ck_assert_uint_eq((told(2, 0), letters), 1);
	same_again();
}
END_TEST

/* By an operator, for the site; and what its time and its successor are is
 * told again when they are others. */
START_TEST(said_otherwise)
{
	two_referrers();
	kit_act(&k, "{\"do\":\"notice-announce\",\"site\":1,\"kind\":\"closing\","
	    "\"from\":%lld,\"see\":\"https://s2.gov.cn/\",\"reason\":\"r\","
	    "\"actor\":\"wang\"}", (long long)(k.now + 40 * DAY));
	work(1000);
	ck_told_home(3, 0, "https://s2.gov.cn/");
	kit_act(&k, "{\"do\":\"notice-announce\",\"site\":1,\"kind\":\"closing\","
	    "\"from\":%lld,\"see\":\"\",\"reason\":\"r\",\"actor\":\"wang\"}",
	    (long long)(k.now + 40 * DAY));
	work(1000);
	ck_told_home(3, 1, "");
	kit_act(&k, "{\"do\":\"notice-announce\",\"site\":1,\"kind\":\"closing\","
	    "\"from\":%lld,\"see\":\"\",\"reason\":\"r\",\"actor\":\"wang\"}",
	    (long long)(k.now + 50 * DAY));
	work(1000);
	ck_told_home(3, 2, "");
	same_again();
}
END_TEST

START_TEST(called_off)
{
	two_referrers();
	close_site(1, "https://s2.gov.cn/", 30 * DAY);
	work(1000);
	/* who was not told needs no such word; and who was told, though its
	 * link is gone */
	PAGE(3, "https://s3.gov.cn/q.html", "https://s2.gov.cn/");
	PAGE(4, "https://s4.gov.cn/q.html", S1_HOME);
	PAGE(2, "https://s2.gov.cn/p2.html", "https://s2.gov.cn/");
	close_site(1, "", 0);
	work(1000);
	ck_assert_str_eq(told(2, 1), OFF_LETTER);
	ck_assert_str_eq(told(3, 1), "links:\n"
	    "off https://s1.gov.cn/ -> \n");
	ck_assert_uint_eq((told(4, 0), letters), 0);
	ck_assert_str_eq(stands(referral_closing(1), 2), "off");
	ck_assert_str_eq(stands(referral_closing(1), 3), "off");
	/* and it closes after all */
	later(DAY);
	close_site(1, "https://s2.gov.cn/", 60 * DAY);
	work(1000);
	ck_told_home(2, 2, "https://s2.gov.cn/");
	ck_told_home(4, 0, "https://s2.gov.cn/");
	ck_assert_str_eq(stands(referral_closing(2), 2), "told");
	same_again();
}
END_TEST

/* Before anybody was told nobody has to be told that it isn't so. */
START_TEST(called_off_at_once)
{
	two_referrers();
	close_site(1, "https://s2.gov.cn/", 30 * DAY);
	close_site(1, "", 0);
	work(1000);
	ck_assert_uint_eq((told(2, 0), letters), 0);
	same_again();
}
END_TEST

/* In steps of a page; and the same if a step is the last before a stop. */
START_TEST(in_steps)
{
	uint64_t before;

	PAGE(1, S1_HOME "a.html", S1_HOME);
	PAGE(1, S1_HOME "b.html", S1_HOME);
	PAGE(2, "https://s2.gov.cn/1.html", S1_HOME "a.html");
	PAGE(2, "https://s2.gov.cn/2.html", S1_HOME "b.html");
	PAGE(2, "https://s2.gov.cn/3.html", S1_HOME "c.html");
	PAGE(3, "https://s3.gov.cn/1.html", S1_HOME "a.html");
	close_site(1, "https://s2.gov.cn/", 30 * DAY);
	kit_act(&k, "{\"do\":\"tell\",\"most\":1}");
	same_again();
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "announced https://s1.gov.cn/a.html -> \n"
	    "  https://s2.gov.cn/1.html:10\n");
	ck_assert_uint_gt(work(1), 3);
	told(2, 0);
	ck_assert_uint_eq(named, 3);
	before = letters;
	ck_assert_uint_eq(referral(referral_closing(1), 2).r.pages, 3);
	told(3, 0);
	ck_assert_uint_eq(named, 1);
	close_site(1, "", 0);
	work(1);
	told(2, before);
	ck_assert_has(buf_cstr(&text), "off https://s1.gov.cn/a.html -> \n");
	ck_assert_has(buf_cstr(&text), "off https://s1.gov.cn/b.html -> \n");
	ck_assert_has(buf_cstr(&text), "off https://s1.gov.cn/c.html -> \n");
	ck_assert_str_eq(stands(referral_closing(1), 2), "off");
	ck_assert_str_eq(stands(referral_closing(1), 3), "off");
	same_again();
}
END_TEST

/* What moves until then has a letter that says where to; what is gone, one
 * that says so. Nobody is told less by a closing. */
START_TEST(what_others_tell)
{
	two_referrers();
	PAGE(1, S1_HOME "gone.html", S1_HOME);
	PAGE(2, "https://s2.gov.cn/p3.html", S1_HOME "gone.html");
	gone(1, S1_HOME "gone.html", "");
	say(1, S1_HOME "a.html", "https://s1.gov.cn/b.html", "address",
	    k.now + 10 * DAY, 0);
	settle();
	told(2, 0);
	ck_assert_uint_eq(letters, 2);
	close_site(1, "https://s2.gov.cn/", 30 * DAY);
	settle();
	ck_assert_str_eq(told(2, 2), "links:\n"
	    "announced https://s1.gov.cn/ -> https://s2.gov.cn/\n"
	    "  https://s2.gov.cn/p1.html:10\n");
	/* nor when it is called off */
	close_site(1, "", 0);
	settle();
	ck_assert_str_eq(told(2, 3), "links:\n"
	    "off https://s1.gov.cn/ -> \n");
	same_again();
}
END_TEST

/* A host is the site's of the longest domain: told of once, by that. */
START_TEST(several_domains)
{
	kit_act(&k, "{\"do\":\"domain-add\",\"site\":1,\"domain\":"
	    "\"a.s1.gov.cn\",\"actor\":\"li\",\"reason\":\"\"}");
	kit_act(&k, "{\"do\":\"domain-add\",\"site\":3,\"domain\":"
	    "\"b.s1.gov.cn\",\"actor\":\"li\",\"reason\":\"\"}");
	PAGE(2, "https://s2.gov.cn/1.html", "https://www.a.s1.gov.cn/",
	    "https://b.s1.gov.cn/", "https://c.s1.gov.cn/");
	close_site(1, "https://s3.gov.cn/", 30 * DAY);
	work(1);
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "announced https://c.s1.gov.cn/ -> https://s3.gov.cn/\n"
	    "  https://s2.gov.cn/1.html:30\n"
	    "links:\n"
	    "announced https://www.a.s1.gov.cn/ -> https://s3.gov.cn/\n"
	    "  https://s2.gov.cn/1.html:10\n");
	same_again();
}
END_TEST

/* A successor that is gone itself is none. */
START_TEST(successor_gone)
{
	two_referrers();
	gone(2, "https://s2.gov.cn/", "");
	close_site(1, "https://s2.gov.cn/", 30 * DAY);
	work(1000);
	ck_told_home(3, 0, "");
	same_again();
}
END_TEST

/* Retired before anybody was told: then it is told as that alone. */
START_TEST(retired_at_once)
{
	two_referrers();
	settle();
	close_site(1, "https://s2.gov.cn/", 30 * DAY);
	kit_act(&k, "{\"do\":\"retire\",\"site\":1,\"actor\":\"wang\","
	    "\"reason\":\"merged\"}");
	kit_act(&k, "{\"do\":\"clear\",\"site\":1,\"actor\":\"wang\","
	    "\"reason\":\"merged\"}");
	settle();
	ck_assert_str_eq(told(3, 0), "links:\n"
	    "withdrawn https://s1.gov.cn/ -> https://s2.gov.cn/\n"
	    "  https://s3.gov.cn/q.html:10\n");
	/* its notice ended after that takes nothing back */
	kit_act(&k, "{\"do\":\"notice-end\",\"notice\":1,\"actor\":\"wang\","
	    "\"reason\":\"r\"}");
	settle();
	ck_assert_uint_eq((told(3, 0), letters), 1);
	same_again();
}
END_TEST

START_TEST(replied_to)
{
	struct change c = kit_change(CHANGE_REPLY, S1_HOME "a.html", "");

	two_referrers();
	close_site(1, "https://s2.gov.cn/", 30 * DAY);
	work(1000);
	c.word[WORD_SCOPE] = SPAN("will-fix");
	c.word[WORD_BY] = SPAN("li");
	c.word[WORD_LETTER] = SPAN("1");
	kit_say(&k, 2, &c);
	ck_assert_str_eq(held(2), "");
	ck_assert_str_eq(stands(referral_closing(1), 2), "will fix");
	ck_assert_str_eq(stands(referral_closing(1), 3), "told");
	kit_say(&k, 4, &c);
	ck_assert_has(held(4), "told you of no link");
	same_again();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("telling_closing");
	TCase *c = tcase_create("closing");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, tellingkit_open, tellingkit_close);
	tcase_add_test(c, announced);
	tcase_add_test(c, said_otherwise);
	tcase_add_test(c, called_off);
	tcase_add_test(c, called_off_at_once);
	tcase_add_test(c, in_steps);
	tcase_add_test(c, what_others_tell);
	tcase_add_test(c, several_domains);
	tcase_add_test(c, successor_gone);
	tcase_add_test(c, retired_at_once);
	tcase_add_test(c, replied_to);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
