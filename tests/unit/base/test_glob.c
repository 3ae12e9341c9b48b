/*
 * Patterns: a table of what each takes, a naive recursion that must agree on
 * thousands of random ones, and patterns that mean no good.
 */
#include "contrib/base/glob.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *pattern, *text; bool yes; } cases[] = {
	{ "", "", true },
	{ "", "a", false },
	{ "*", "", true },
	{ "*", "index.html", true },
	{ "*", "a/b", false },
	{ "*/b", "a/b", true },
	{ "*.html", "index.html", true },
	{ "*.html", "index.htm", false },
	{ "*.html", "a/index.html", false },
	{ "a*b*c", "aXbXbXc", true },
	{ "a*b*c", "aXcXb", false },
	{ "a*/b*", "ab/ba", true },
	{ "a*/b*", "ab/a", false },
	{ "a*b/c", "ab/b/c", false },
	{ "?", "a", true },
	{ "?", "/", false },
	{ "?", "\xe6\x96\xb0", true },	/* one character */
	{ "??", "\xe6\x96", true },	/* two bytes of none */
	{ "[a-c]x", "bx", true },
	{ "[a-c]x", "dx", false },
	{ "[!a-c]x", "dx", true },
	{ "[^a-c]x", "ax", false },
	{ "[]]x", "]x", true },
	{ "[!]]x", "]x", false },
	{ "[!a]", "/", false },
	{ "[a-]x", "-x", true },
	{ "[ab", "[ab", true },	/* no end: as it stands */
	{ "\\*", "*", true },
	{ "\\*", "a", false },
	{ "a\\", "a\\", true },
	{ "t2026*_*.html", "t20261121_99.html", true },
};

START_TEST(table)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(glob_matches(span_of(cases[i].pattern),
		    span_of(cases[i].text)) == cases[i].yes, "\"%s\" \"%s\"",
		    cases[i].pattern, cases[i].text);
}
END_TEST

/* Says what the words in the header say, and takes as long as it may. */
static bool
naive(const char *p, const char *t)
{
	if (*p == '\0')
		return *t == '\0';
	if (*p == '*')
		return naive(p + 1, t) ||
		    (*t != '\0' && *t != '/' && naive(p, t + 1));
	return *t != '\0' && (*p == '?' ? *t != '/' : *p == *t) &&
	    naive(p + 1, t + 1);
}

START_TEST(agrees_with_the_naive)
{
	const char letters[] = "ab/", signs[] = "ab/*?*";
	char p[12], t[16];
	size_t yes = 0;

	srand(7);
	for (int n = 0; n < 200000; n++) {
		size_t pn = (size_t)rand() % (sizeof(p) - 1);
		size_t tn = (size_t)rand() % (sizeof(t) - 1);

		for (size_t i = 0; i < pn; i++)
			p[i] = signs[(size_t)rand() % (sizeof(signs) - 1)];
		for (size_t i = 0; i < tn; i++)
			t[i] = letters[(size_t)rand() %
			    (sizeof(letters) - 1)];
		p[pn] = t[tn] = '\0';
		yes += naive(p, t);
		ck_assert_msg(glob_matches(span_of(p), span_of(t)) ==
		    naive(p, t), "\"%s\" \"%s\"", p, t);
	}
	ck_assert_uint_gt(yes, 2000);	/* it did look at both */
}
END_TEST

START_TEST(takes_no_time_to_speak_of)
{
	char p[4001], t[8001];

	for (size_t i = 0; i < sizeof(p) - 1; i++)
		p[i] = i % 2 == 0 ? '*' : 'a';
	memset(t, 'a', sizeof(t) - 1);
	p[sizeof(p) - 2] = 'b';
	p[sizeof(p) - 1] = t[sizeof(t) - 1] = '\0';
	ck_assert(!glob_matches(span_of(p), span_of(t)));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("glob");
	TCase *c = tcase_create("glob");
	SRunner *r;
	int failed;

	tcase_add_test(c, table);
	tcase_add_test(c, agrees_with_the_naive);
	tcase_add_test(c, takes_no_time_to_speak_of);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
