/*
 * Moves of a whole domain: both of its ends have to say so, or be one site's.
 */
#include "tests/unit/hub/movekit.h"

/* Two have changed places, and that is said again to a hub that has lost it. */
START_TEST(places_were_changed)
{
	say(1, "https://s1.gov.cn/a.html", "https://s1.gov.cn/b.html",
	    "address", k.now - HOUR, 0);
	say(1, "https://s1.gov.cn/b.html", "https://s1.gov.cn/a.html",
	    "address", k.now - HOUR, 0);
	ck_assert_str_eq(held(1), "");
	ck_assert_str_eq(state(1), "effective");
	ck_assert_str_eq(state(2), "effective");
	ck_assert_int_eq(get(1).m.from, k.now - HOUR);
	ck_assert_int_eq(get(2).m.from, k.now - HOUR);
	ck_assert_str_eq(leads("https://s1.gov.cn/a.html"),
	    "https://s1.gov.cn/b.html");
	ck_assert_str_eq(leads("https://s1.gov.cn/b.html"),
	    "https://s1.gov.cn/a.html");
	same_again();
}
END_TEST

/* Whoever is to have it says so first. */
START_TEST(the_other_end_is_earlier)
{
	say(2, "https://s1.gov.cn/", "https://s2.gov.cn/", "domain", 0, 0);
	ck_assert_has(held(2), "not announced this move");
	say(1, "https://s1.gov.cn/", "https://s3.gov.cn/", "domain", 0, 0);
	ck_assert_str_eq(state(1), "overdue");
	ck_assert_has(held(2), "not announced this move");
	say(1, "https://s1.gov.cn/", "https://s2.gov.cn/", "domain", 0, 0);
	ck_assert_str_eq(state(2), "effective");
	ck_assert_str_eq(held(2), "");
	same_again();
}
END_TEST

START_TEST(a_domain_needs_both_ends)
{
	say(1, "https://s1.gov.cn/", "https://new.gov.cn/", "domain",
	    k.now + DAY, 0);
	ck_assert(get(1).m.needs && !get(1).m.agreed);
	ck_assert_str_eq(leads("https://s1.gov.cn/x"), "-");
	later(DAY);
	tick();
	ck_assert_str_eq(state(1), "overdue");
	ck_assert_has(get(1).why, "other end");
	ck_assert_str_eq(leads("https://s1.gov.cn/x"), "-");
	later(DAY);
	kit_act(&k, AGREE);
	ck_assert_str_eq(state(1), "effective");
	ck_assert_int_eq(get(1).m.from, k.now);	/* not before that */
	ck_assert_str_eq(leads("https://s1.gov.cn/x"),
	    "https://new.gov.cn/x");
	same_again();
}
END_TEST

/* All below the root is the domain, whatever it is called. */
START_TEST(a_root_is_a_domain)
{
	say(1, "https://s1.gov.cn/", "https://new.gov.cn/", "prefix", 0, 0);
	ck_assert_int_eq(get(1).m.scope, REWRITE_DOMAIN);
	ck_assert_str_eq(state(1), "overdue");
	say(1, "https://s1.gov.cn/", "https://s2.gov.cn/s1/", "prefix", 0, 0);
	ck_assert_str_eq(state(1), "withdrawn");
	ck_assert_str_eq(state(2), "overdue");
	ck_assert(get(2).m.needs);
}
END_TEST

START_TEST(a_domain_of_its_own_needs_nobody)
{
	kit_act(&k, "{\"do\":\"domain-add\",\"site\":1,"
	    "\"domain\":\"new.gov.cn\"}");
	say(1, "https://s1.gov.cn/", "https://new.gov.cn/", "domain", 0, 0);
	ck_assert_str_eq(state(1), "effective");
}
END_TEST

START_TEST(a_domain_given_later_is_the_other_end)
{
	say(1, "https://s1.gov.cn/", "https://new.gov.cn/", "domain",
	    k.now + DAY, 0);
	ck_assert(!get(1).m.agreed);
	kit_act(&k, "{\"do\":\"domain-add\",\"site\":1,"
	    "\"domain\":\"other.gov.cn\"}");
	ck_assert(!get(1).m.agreed);
	kit_act(&k, "{\"do\":\"domain-add\",\"site\":1,"
	    "\"domain\":\"new.gov.cn\"}");
	ck_assert(get(1).m.agreed);
	ck_assert_str_eq(state(1), "announced");
	later(DAY);
	tick();
	ck_assert_str_eq(state(1), "effective");
}
END_TEST

START_TEST(another_site_is_the_other_end)
{
	say(1, "https://s1.gov.cn/", "https://s2.gov.cn/", "domain",
	    k.now + DAY, 0);
	say(3, "https://s1.gov.cn/", "https://s2.gov.cn/", "domain", 0, 0);
	ck_assert(!get(1).m.agreed);
	ck_assert_has(held(3), "s1.gov.cn");
	say(2, "http://s1.gov.cn/", "https://s2.gov.cn/", "domain", 0, 0);
	ck_assert(get(1).m.agreed);
	ck_assert_str_eq(held(2), "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("move_domain");
	TCase *c = tcase_create("domain");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, places_were_changed);
	tcase_add_test(c, the_other_end_is_earlier);
	tcase_add_test(c, a_domain_needs_both_ends);
	tcase_add_test(c, a_root_is_a_domain);
	tcase_add_test(c, a_domain_of_its_own_needs_nobody);
	tcase_add_test(c, a_domain_given_later_is_the_other_end);
	tcase_add_test(c, another_site_is_the_other_end);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
