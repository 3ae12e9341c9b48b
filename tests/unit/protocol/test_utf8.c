/* UTF-8 that XML can carry, at every place of the eight-byte stride. */
#include "protocol/utf8.h"

#include "tests/unit/protocol/help.h"

static const char *const good[] = { "\t\n\r ~\x7f", "\xc2\x80", "\xdf\xbf",
	"\xe0\xa0\x80", "\xe9\x83\x91", "\xed\x9f\xbf", "\xee\x80\x80",
	"\xef\xbf\xbd", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf" };
static const char *const bad[] = { "\x01", "\x1f", "\x80", "\xbf", "\xc0\x80",
	"\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xef\xbf\xbe",
	"\xef\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
	"\xf5\x80\x80\x80", "\xff", "\xe9\x83", "\xf0\x90\x80", "\xc2" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* s after `before` plain bytes and before `after`: how much is good? */
static size_t
around(const char *s, size_t before, size_t after)
{
	char text[64];
	size_t n = strlen(s);

	memset(text, 'a', sizeof(text));
	memcpy(text + before, s, n);
	return utf8_good(text, before + n + after);
}

START_TEST(everywhere)
{
	for (size_t before = 0; before < 20; before++)
		for (size_t after = 0; after < 20; after++) {
			for (size_t i = 0; i < COUNT(good); i++)
				ck_assert_uint_eq(around(good[i], before,
				    after), before + strlen(good[i]) + after);
			for (size_t i = 0; i < COUNT(bad); i++)
				ck_assert_uint_eq(around(bad[i], before,
				    after), before);
		}
	ck_assert_uint_eq(utf8_good("a\0b", 3), 1);
	ck_assert_uint_eq(utf8_good(NULL, 0), 0);
}
END_TEST

START_TEST(cut)
{
	for (size_t i = 0; i < COUNT(good); i++)
		for (size_t n = 1; n < strlen(good[i]); n++)
			if ((unsigned char)good[i][0] >= 0x80)
				ck_assert(utf8_is_cut(good[i], n));
	ck_assert(!utf8_is_cut("a", 1));
	ck_assert(!utf8_is_cut("", 0));
	ck_assert(!utf8_is_cut("\xe9\x83\x91", 3));
	ck_assert(!utf8_is_cut("\x80", 1));
	ck_assert(!utf8_is_cut("\xe0\x80", 2));
	ck_assert(!utf8_is_cut("\xed\xa0", 2));
	ck_assert(!utf8_is_cut("\xf4\x90", 2));
	ck_assert(!utf8_is_cut("\xff", 1));
	ck_assert(!utf8_is_cut("\xe9""a", 2));
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, everywhere);
	tcase_add_test(t, cut);
}

int
main(void)
{
	return help_main("utf8", fill);
}
