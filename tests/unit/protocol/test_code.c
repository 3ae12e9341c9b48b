/* Site codes: proper ones, odd ones that are in use, and neither. */
#include "protocol/code.h"

#include "tests/unit/protocol/help.h"

static const struct {
	const char *code;
	bool proper, usable;
} codes[] = {
	{ "4101000001", true, true },
	{ "bm01000001", true, true },
	{ "BM01000001", false, true },
	{ "bm0100000", false, true },
	{ "bm0100000x", false, true },
	{ "410100000", false, true },
	{ "41010000011", false, true },
	{ "0101000001", false, true },
	{ "41010000-1", false, false },
	{ "abc", false, false },
	{ "abcd", false, true },
	{ "abcdefghijklmnopqrst", false, true },
	{ "abcdefghijklmnopqrstu", false, false },
	{ "4101 00001", false, false },
	{ "郑州4101", false, false },
	{ "", false, false },
};

START_TEST(all)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct span s = span_of(codes[i].code);
		const char *why = "";

		ck_assert_msg(code_is_proper(s, &why) == codes[i].proper,
		    "%s", codes[i].code);
		ck_assert((why == NULL) == codes[i].proper);
		ck_assert_msg(code_is_usable(s) == codes[i].usable, "%s",
		    codes[i].code);
	}
	ck_assert(code_is_proper(SPAN("4101000001"), NULL));
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, all);
}

int
main(void)
{
	return help_main("code", fill);
}
