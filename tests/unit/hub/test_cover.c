/*
 * Covers: which addresses would be items if they were there, by a source's
 * prefix and patterns; and what sites may say of them.
 */
#include "tests/unit/hub/movekit.h"

#include "hub/cover.h"

static void
cover(uint32_t site, const char *url, const char *scope, const char *include,
    const char *exclude, const char *index)
{
	struct change c = kit_change(CHANGE_COVER, url, "");

	c.word[WORD_SCOPE] = span_of(scope);
	c.word[WORD_INCLUDE] = span_of(include);
	c.word[WORD_EXCLUDE] = span_of(exclude);
	c.word[WORD_INDEX] = span_of(index);
	kit_say(&k, site, &c);
}

static bool
takes(uint32_t site, const char *url)
{
	struct db_txn *t;
	bool yes;

	kit_show(&k, 100);
	t = view_read(k.view);
	yes = cover_takes(t, site, span_of(url));
	db_abort(t);
	return yes;
}

static const struct { const char *url; bool yes; } plain[] = {
	{ "https://s1.gov.cn/a.html", true },
	{ "http://s1.gov.cn/a.html", true },
	{ "https://s1.gov.cn/x/y/a.shtml", true },
	{ "https://s1.gov.cn/%E6%96%B0%E9%97%BB.pdf", true },
	{ "https://s1.gov.cn/", true },		/* index.html */
	{ "https://s1.gov.cn/x/", true },
	{ "https://s1.gov.cn/x", false },	/* a program's, for all we know */
	{ "https://s1.gov.cn/search.do", false },
	{ "https://s1.gov.cn/a.php", false },
	{ "https://s1.gov.cn/x.d/a", false },
	{ "https://s1.gov.cn/a.json", true },
	{ "https://s1.gov.cn/a.swf", true },
	{ "https://s1.gov.cn/a.xsl", true },
	{ "https://s1.gov.cn/a.PDF", true },
	{ "https://s1.gov.cn/x/INDEX.HTML", true },
	{ "https://s1.gov.cn/a.html?x=1", false },
	{ "https://s1.gov.cn/.git/a.html", false },
	{ "https://s1.gov.cn/.well-known/a.html", true },
	{ "https://s1.gov.cn/.well-known/zhanqun.txt", false },
	{ "https://s1.gov.cn/tmp/a.html", false },
	{ "https://s1.gov.cn/x/tmp/a.html", false },	/* a name, anywhere */
	{ "https://s1.gov.cn/x/old/a.html", false },
	{ "https://s1.gov.cn/old/a.html", true },
	{ "https://s1.gov.cn/draft%20b.html", false },
	{ "https://s1.gov.cn/%00.html", false },
	{ "https://s1.gov.cn/x%2Fa.html", false },	/* a slash for some */
	{ "https://s2.gov.cn/a.html", false },
	{ "https://s1.gov.cn:8443/a.html", false },
	{ "not an address", false },
};

START_TEST(by_prefix_and_patterns)
{
	ck_assert(!takes(1, "https://s1.gov.cn/a.html"));
	cover(1, "https://s1.gov.cn/", "whole", "", "tmp /x/old draft%20*",
	    "index.html index.htm");
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		ck_assert_msg(takes(1, plain[i].url) == plain[i].yes, "%s",
		    plain[i].url);
	ck_assert(!takes(2, "https://s1.gov.cn/a.html"));
	same_again();
}
END_TEST

START_TEST(with_patterns_of_what_is_told)
{
	cover(1, "https://s1.gov.cn/", "whole", "*.do /x/*.html", "", "");
	ck_assert(takes(1, "https://s1.gov.cn/y/search.do"));
	ck_assert(takes(1, "https://s1.gov.cn/x/a.html"));
	ck_assert(!takes(1, "https://s1.gov.cn/a.html"));
	ck_assert(!takes(1, "https://s1.gov.cn/"));	/* no index named */
}
END_TEST

START_TEST(the_inner_one_counts)
{
	cover(1, "https://s1.gov.cn/", "whole", "", "", "");
	cover(1, "http://s1.gov.cn/x/", "whole", "*.pdf", "", "");
	ck_assert(takes(1, "https://s1.gov.cn/a.html"));
	ck_assert(!takes(1, "https://s1.gov.cn/x/a.html"));
	ck_assert(takes(1, "https://s1.gov.cn/x/a.pdf"));
	cover(1, "https://s1.gov.cn/x/", "gone", "", "", "");
	ck_assert(takes(1, "https://s1.gov.cn/x/a.html"));
	cover(1, "https://s1.gov.cn/", "gone", "", "", "");
	ck_assert(!takes(1, "https://s1.gov.cn/x/a.html"));
	same_again();
}
END_TEST

START_TEST(of_another_site_it_is_held)
{
	cover(2, "https://s1.gov.cn/", "whole", "", "", "");
	ck_assert(!takes(1, "https://s1.gov.cn/a.html"));
	ck_assert(!takes(2, "https://s1.gov.cn/a.html"));
	ck_assert_has(held(2), "s1.gov.cn");
	cover(1, "https://s1.gov.cn/a", "whole", "", "", "");
	ck_assert_str_ne(held(1), "");		/* no slash */
	cover(1, "https://s1.gov.cn/a/", "half", "", "", "");
	ck_assert_str_ne(held(1), "");
}
END_TEST

/* It waits until the host is its own, or it may speak again. */
START_TEST(held_for_later)
{
	cover(1, "https://new.gov.cn/", "whole", "", "", "");
	ck_assert_has(held(1), "new.gov.cn");
	kit_act(&k, "{\"do\":\"domain-add\",\"site\":1,\"domain\":"
	    "\"new.gov.cn\",\"actor\":\"x\",\"reason\":\"y\"}");
	kit_act(&k, "{\"do\":\"again\",\"site\":1}");
	ck_assert_str_eq(held(1), "");
	ck_assert(takes(1, "https://new.gov.cn/a.html"));
	kit_act(&k, "{\"do\":\"block\",\"site\":1,\"actor\":\"x\","
	    "\"reason\":\"y\"}");
	cover(1, "https://s1.gov.cn/", "whole", "", "", "");
	ck_assert(!takes(1, "https://s1.gov.cn/a.html"));
	kit_act(&k, "{\"do\":\"unblock\",\"site\":1,\"actor\":\"x\","
	    "\"reason\":\"y\"}");
	ck_assert_str_eq(held(1), "");
	ck_assert(takes(1, "https://s1.gov.cn/a.html"));
	same_again();
}
END_TEST

START_TEST(only_so_many)
{
	char url[64];

	for (int i = 0; i <= COVER_MOST; i++) {
		snprintf(url, sizeof(url), "https://s1.gov.cn/%d/", i);
		cover(1, url, "whole", "", "", "");
	}
	ck_assert(takes(1, "https://s1.gov.cn/255/a.html"));
	ck_assert(!takes(1, "https://s1.gov.cn/256/a.html"));
	ck_assert_has(held(1), "256");
	cover(1, "https://s1.gov.cn/7/", "whole", "*.pdf", "", "");
	ck_assert(!takes(1, "https://s1.gov.cn/7/a.html"));
}
END_TEST

/* Its hosts may be answered for. */
START_TEST(outlives_its_site)
{
	cover(1, "https://s1.gov.cn/", "whole", "", "", "");
	cover(2, "https://s2.gov.cn/", "whole", "", "", "");
	kit_act(&k, "{\"do\":\"retire\",\"site\":1,\"actor\":\"li\","
	    "\"reason\":\"x\"}");
	ck_assert(takes(1, "https://s1.gov.cn/a.html"));
	ck_assert(takes(2, "https://s2.gov.cn/a.html"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cover");
	TCase *c = tcase_create("cover");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, by_prefix_and_patterns);
	tcase_add_test(c, with_patterns_of_what_is_told);
	tcase_add_test(c, the_inner_one_counts);
	tcase_add_test(c, of_another_site_it_is_held);
	tcase_add_test(c, held_for_later);
	tcase_add_test(c, only_so_many);
	tcase_add_test(c, outlives_its_site);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
