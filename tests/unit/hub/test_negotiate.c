/*
 * What a reader's headers ask for: languages by weight, entity tags in
 * lists, hosts that may stand in an address.
 */
#include "hub/negotiate.h"

#include <check.h>
#include <stdlib.h>

static const struct {
	const char *accept, *preset, *is;
} languages[] = {
	{ "", "zh", "zh" }, { "", "en", "en" },
	{ "zh", "en", "zh" }, { "en", "zh", "en" },
	{ "zh-CN,zh;q=0.9,en;q=0.8", "en", "zh" },
	{ "en-US,en;q=0.9,zh-CN;q=0.8", "zh", "en" },
	{ "en;q=0.3, zh;q=0.7", "en", "zh" },
	{ "zh;q=0.3, en;q=0.7", "zh", "en" },
	{ "en;q=0.5, zh;q=0.5", "zh", "en" },
	{ "en;q=0.500, zh;q=0.501", "en", "zh" },
	{ "EN-gb", "zh", "en" }, { "ZH-Hant-TW", "en", "zh" },
	{ "fr, de;q=0.9", "zh", "zh" }, { "fr, de;q=0.9", "en", "en" },
	{ "fr, *;q=0.5, en;q=0.1", "zh", "zh" },
	{ "fr, en;q=0.1", "zh", "en" },
	{ "en;q=0", "zh", "zh" }, { "zh;q=0, en;q=0.001", "zh", "en" },
	{ "zha, enm", "en", "en" }, { "zha, enm", "zh", "zh" },
	{ "en ; level=1 ; q=0.2 , zh ; q=0.4", "en", "zh" },
	{ ",,;;=,en,", "zh", "en" }, { ";q=1", "zh", "zh" },
	{ "en;q=9, zh;q=0.1", "en", "zh" },
	{ "en;q=1.1, zh;q=0.1", "en", "zh" },
	{ "en;q=0.x, zh;q=0.1", "en", "zh" },
	{ "en;q=, zh;q=0.1", "en", "zh" },
	{ "en;q=0.99999, zh;q=0.1", "en", "zh" },
	{ "en;Q=0.1, zh;q=0.2", "en", "zh" },
};

START_TEST(language)
{
	ck_assert_str_eq(negotiate_language(span_of(languages[_i].accept),
	    languages[_i].preset), languages[_i].is);
}
END_TEST

static const struct {
	const char *list;
	bool has;
} tags[] = {
	{ "\"abc\"", true }, { "W/\"abc\"", true }, { "*", true },
	{ " * ", true }, { "\"x\", \"abc\"", true },
	{ "\"x\",W/\"abc\",\"y\"", true }, { "\"a,b\", \"abc\"", true },
	{ "", false }, { "abc", false }, { "\"abcd\"", false },
	{ "\"ab\"", false }, { "\"abc", false }, { "\"", false },
	{ "\"x\" \"", false }, { "\"*\"", false }, { "**", false },
	{ "\"x\"abc\"y\"", false },
};

START_TEST(tag)
{
	ck_assert_int_eq(negotiate_has_tag(span_of(tags[_i].list),
	    SPAN("\"abc\"")), tags[_i].has);
}
END_TEST

static const struct {
	const char *host;
	bool good;
} hosts[] = {
	{ "hub.example", true }, { "hub.example:7480", true },
	{ "127.0.0.1:7480", true }, { "[::1]", true }, { "[::1]:80", true },
	{ "a_b-c", true },
	{ "", false }, { ":80", false }, { "hub:", false },
	{ "hub:0", false }, { "hub:65536", false }, { "hub:8x", false },
	{ "hub:80:80", false }, { "[::1", false }, { "[]", false },
	{ "[::1]80", false }, { "hub/evil", false }, { "a@b", false },
	{ "a b", false }, { "a\"b", false }, { "<a>", false },
	{ "\xe6\x94\xbf", false }, { "a?b", false }, { "a#b", false },
};

START_TEST(host)
{
	ck_assert_int_eq(negotiate_is_host(span_of(hosts[_i].host)),
	    hosts[_i].good);
}
END_TEST

START_TEST(host_is_bounded)
{
	char name[400];
	struct span s = { .at = name, .n = 261 };

	memset(name, 'a', sizeof(name));
	ck_assert(!negotiate_is_host(s));
	s.n = 253;
	ck_assert(negotiate_is_host(s));
	ck_assert(!negotiate_is_host((struct span){ .at = "a\0b", .n = 3 }));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("negotiate");
	TCase *t = tcase_create("headers");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, language, 0,
	    sizeof(languages) / sizeof(languages[0]));
	tcase_add_loop_test(t, tag, 0, sizeof(tags) / sizeof(tags[0]));
	tcase_add_loop_test(t, host, 0, sizeof(hosts) / sizeof(hosts[0]));
	tcase_add_test(t, host_is_bounded);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
