/*
 * UTF-8 as XML can carry it; see utf8.h. Every byte that the hub takes goes
 * through here, so ASCII is looked at eight bytes at a time.
 */
#include "protocol/utf8.h"

#include <stdint.h>

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight bytes of 0x20 to 0x7f? */
static bool
is_plain(const char *at)
{
	uint64_t w;

	memcpy(&w, at, sizeof(w));
	return ((w | (w - EACH(0x20))) & EACH(0x80)) == 0;
}

static bool
is_ascii_char(uint8_t c)
{
	return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
}

static bool
follows(uint8_t c)
{
	return (c & 0xc0) == 0x80;
}

/* Nearly all Han, and what stands around it. */
static bool
is_han(const uint8_t *s, size_t n)
{
	return n >= 3 && s[0] >= 0xe1 && s[0] <= 0xec && follows(s[1]) &&
	    follows(s[2]);
}

/* Length of the character at s, which is not ASCII; 0 if it is none, or if
 * n bytes don't hold it. */
static size_t
wide(const uint8_t *s, size_t n)
{
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		return n >= 2 && follows(s[1]) ? 2 : 0;
	if (s[0] >= 0xe0 && s[0] <= 0xef) {
		if (n < 3 || !follows(s[1]) || !follows(s[2]) ||
		    (s[0] == 0xe0 && s[1] < 0xa0) ||
		    (s[0] == 0xed && s[1] > 0x9f))
			return 0;
		return s[0] == 0xef && s[1] == 0xbf && s[2] > 0xbd ? 0 : 3;
	}
	if (s[0] < 0xf0 || s[0] > 0xf4 || n < 4 || !follows(s[1]) ||
	    !follows(s[2]) || !follows(s[3]))
		return 0;
	return (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] > 0x8f) ? 0 : 4;
}

size_t
utf8_good(const char *at, size_t n)
{
	const uint8_t *s = (const uint8_t *)at;
	size_t i = 0;

	while (i < n) {
		size_t step = 1;

		if (n - i >= 8 && is_plain(at + i))
			step = 8;
		else if (is_han(s + i, n - i))
			step = 3;
		else if (s[i] >= 0x80)
			step = wide(s + i, n - i);
		else if (!is_ascii_char(s[i]))
			step = 0;
		if (step == 0)
			break;
		i += step;
	}
	return i;
}

bool
utf8_is_cut(const char *at, size_t n)
{
	const uint8_t *s = (const uint8_t *)at;
	size_t whole = n == 0 || s[0] < 0xc2 || s[0] > 0xf4 ? 0 :
	    s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	uint8_t rest[4] = { 0, 0x80, 0x80, 0x80 };

	if (n >= whole)
		return false;
	memcpy(rest, s, n);
	/* The least and the greatest second byte decide about range. */
	if (n > 1)
		return wide(rest, whole) != 0;
	rest[1] = s[0] == 0xed || s[0] == 0xf4 ? 0x80 : 0xbf;
	return wide(rest, whole) != 0;
}
