/*
 * Base64, for what is too long for hex: RFC 4648 section 4, in its strict
 * form. One value has one spelling, so that bytes that were compared as text
 * are the same bytes.
 */
#include "contrib/base/text.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* One to three bytes. */
static void
put_four(struct buf *b, const unsigned char *p, size_t n)
{
	unsigned v = (unsigned)p[0] << 16;
	char four[4];

	if (n > 1)
		v |= (unsigned)p[1] << 8;
	if (n > 2)
		v |= p[2];
	four[0] = digits[v >> 18];
	four[1] = digits[v >> 12 & 63];
	four[2] = n > 1 ? digits[v >> 6 & 63] : '=';
	four[3] = n > 2 ? digits[v & 63] : '=';
	buf_put(b, four, sizeof(four));
}

void
text_base64(struct buf *b, const void *at, size_t n)
{
	const unsigned char *p = at;

	for (; n >= 3; p += 3, n -= 3)
		put_four(b, p, 3);
	if (n > 0)
		put_four(b, p, n);
}

static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The first `count` of four characters, two to four: so many bytes less one.
 * What is left of the last character's bits must be 0. */
static bool
take_four(struct buf *b, const char *s, size_t count)
{
	unsigned v = 0;
	char three[3];

	for (size_t i = 0; i < count; i++) {
		int d = value_of(s[i]);

		if (d < 0)
			return false;
		v |= (unsigned)d << (18 - 6 * i);
	}
	if ((v & (0xffffffu >> (8 * (count - 1)))) != 0)
		return false;
	three[0] = (char)(v >> 16);
	three[1] = (char)(v >> 8 & 255);
	three[2] = (char)(v & 255);
	buf_put(b, three, count - 1);
	return true;
}

bool
text_unbase64(struct buf *b, struct span s)
{
	size_t last = 4;

	if (s.n % 4 != 0)
		return false;
	if (s.n > 0 && s.at[s.n - 1] == '=')
		last = s.at[s.n - 2] == '=' ? 2 : 3;
	for (; s.n > 4; s.at += 4, s.n -= 4)
		if (!take_four(b, s.at, 4))
			return false;
	return s.n == 0 || take_four(b, s.at, last);
}
