/*
 * The site identification code; see code.h. Letters are ASCII on purpose:
 * the locale has no say in what a code is.
 */
#include "protocol/code.h"

#include "contrib/base/lang.h"

#include <stddef.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
all_digits(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.at[i]))
			return false;
	return true;
}

static const char *
wrong(struct span code)
{
	if (code.n != 10)
		return N_("a site code has 10 characters, such as 4101000001");
	if (code.at[0] == 'b' && code.at[1] == 'm')
		return all_digits((struct span){ code.at + 2, 8 }) ? NULL :
		    N_("after \"bm\" a site code has 8 digits, "
		    "such as bm01000001");
	if (!all_digits(code))
		return N_("a site code is 10 digits, or \"bm\" and 8 digits");
	if (code.at[0] == '0')
		return N_("a site code begins with an administrative division "
		    "(GB/T 2260), such as 410100: no division begins with 0");
	return NULL;
}

bool
code_is_proper(struct span code, const char **why)
{
	const char *reason = wrong(code);

	if (why != NULL)
		*why = reason;
	return reason == NULL;
}

bool
code_is_usable(struct span code)
{
	if (code.n < 4 || code.n > CODE_MAX)
		return false;
	for (size_t i = 0; i < code.n; i++)
		if (!is_digit(code.at[i]) && !is_letter(code.at[i]))
			return false;
	return true;
}
