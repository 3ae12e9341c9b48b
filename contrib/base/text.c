/*
 * Text as people write it. See text.h; folding, which is a matter of its
 * own, is in text_fold.c.
 */
#include "contrib/base/text.h"

#include "contrib/base/err.h"

#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#define REPLACEMENT 0xfffd
#define ELLIPSIS "\xe2\x80\xa6"	/* one column */

bool
text_number(struct span s, uint64_t least, uint64_t most, uint64_t *n)
{
	uint64_t value = 0;
	unsigned digit;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
		digit = (unsigned)(s.at[i] - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value < least || value > most)
		return false;
	*n = value;
	return true;
}

static bool
is_ascii_8(const uint8_t *at)
{
	uint64_t w;

	memcpy(&w, at, sizeof(w));
	return (w & UINT64_C(0x8080808080808080)) == 0;
}

/* Three bytes, but for those whose second byte has bounds of its own. */
static bool
is_wide(const uint8_t *at)
{
	return at[0] >= 0xe1 && at[0] <= 0xef && at[0] != 0xed &&
	    (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80;
}

/* Bytes at the beginning that are whole characters of the usual kind: a
 * Chinese page to its end. u8_check() takes several times as long. */
static size_t
usual(const uint8_t *at, size_t n)
{
	size_t i = 0;

	while (i < n) {
		if (n - i >= 8 && is_ascii_8(at + i))
			i += 8;
		else if (at[i] < 0x80)
			i++;
		else if (n - i >= 3 && is_wide(at + i))
			i += 3;
		else
			break;
	}
	return i;
}

bool
text_is_utf8(struct span s)
{
	const uint8_t *at = (const uint8_t *)s.at;
	size_t n = usual(at, s.n);

	return n == s.n || u8_check(at + n, s.n - n) == NULL;
}

uint32_t
text_next(struct span *s)
{
	ucs4_t c;
	int used;

	if (s->n == 0)
		return UINT32_MAX;
	used = u8_mbtoucr(&c, (const uint8_t *)s->at, s->n);
	if (used <= 0) {
		used = 1;
		c = UINT32_MAX;
	}
	s->at += used;
	s->n -= (size_t)used;
	return c;
}

void
text_put_char(struct buf *b, uint32_t c)
{
	uint8_t out[6];
	int n = u8_uctomb(out, c, sizeof(out));

	if (n <= 0)
		n = u8_uctomb(out, REPLACEMENT, sizeof(out));
	buf_put(b, out, (size_t)n);
}

struct span
text_cut(struct span s, size_t most)
{
	size_t back = 0;

	if (s.n <= most)
		return s;
	while (back < 3 && back < most &&
	    ((unsigned char)s.at[most - back] & 0xc0) == 0x80)
		back++;
	s.n = most - back;
	return s;
}

static size_t
space_at_start(struct span s)
{
	if (s.n >= 1 && (s.at[0] == ' ' || (s.at[0] >= '\t' &&
	    s.at[0] <= '\r')))
		return 1;
	if (s.n >= 2 && memcmp(s.at, "\xc2\xa0", 2) == 0)
		return 2;
	if (s.n >= 3 && memcmp(s.at, "\xe3\x80\x80", 3) == 0)
		return 3;
	return 0;
}

static size_t
space_at_end(struct span s)
{
	struct span last;

	for (size_t k = 1; k <= 3 && k <= s.n; k++) {
		last = (struct span){ .at = s.at + s.n - k, .n = k };
		if (space_at_start(last) == k)
			return k;
	}
	return 0;
}

struct span
text_trim(struct span s)
{
	size_t k;

	while ((k = space_at_start(s)) != 0) {
		s.at += k;
		s.n -= k;
	}
	while ((k = space_at_end(s)) != 0)
		s.n -= k;
	return s;
}

bool
text_is_blank(struct span s)
{
	if (text_starts(s, "\xef\xbb\xbf"))
		s = (struct span){ s.at + 3, s.n - 3 };
	while (s.n > 0 && (*s.at == ' ' || *s.at == '\n' || *s.at == '\r' ||
	    *s.at == '\t')) {
		s.at++;
		s.n--;
	}
	return s.n == 0;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
text_same_nocase(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	}
	return true;
}

bool
text_is_one_of(const char *value, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(value, *words) == 0)
			return true;
	return false;
}

bool
text_starts(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && (n == 0 || memcmp(s.at, with, n) == 0);
}

const char *
text_shell(struct buf *room, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-";
	const char *c = word;

	while (*c != '\0' && ((unsigned char)*c >= 0x80 ||
	    strchr(plain, *c) != NULL))
		c++;
	buf_reset(room);
	if (*c == '\0' && c > word) {
		buf_text(room, word);
		return buf_cstr(room);
	}
	buf_byte(room, '\'');
	for (c = word; *c != '\0'; c++)
		if (*c == '\'')
			buf_text(room, "'\\''");
		else
			buf_byte(room, *c);
	buf_byte(room, '\'');
	return buf_cstr(room);
}

struct span
text_last_name(struct span path)
{
	size_t n = path.n;

	while (n > 0 && path.at[n - 1] != '/')
		n--;
	return (struct span){ .at = path.at + n, .n = path.n - n };
}

bool
text_turns_line(uint32_t c)
{
	return (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* A terminal has no isolates that would keep a mark within its column. */
static bool
is_mark(uint32_t c)
{
	return c == 0x200e || c == 0x200f || c == 0x061c;
}

/* What a terminal gets for c, and how wide that is. */
static uint32_t
shown(uint32_t c, size_t *columns)
{
	int width = -1;

	if (c != UINT32_MAX && !text_turns_line(c) && !is_mark(c))
		width = uc_width(c, "UTF-8");
	if (width < 0 || c == 0) {
		c = REPLACEMENT;
		width = 1;
	}
	*columns = (size_t)width;
	return c;
}

size_t
text_width(struct span s)
{
	size_t columns = 0, one;

	while (s.n != 0) {
		shown(text_next(&s), &one);
		columns += one;
	}
	return columns;
}

void
text_pad(struct buf *b, struct span s, size_t columns)
{
	bool cut = text_width(s) > columns;
	size_t room = cut && columns > 0 ? columns - 1 : columns;
	size_t used = 0, one;
	uint32_t c;

	while (s.n != 0) {
		c = shown(text_next(&s), &one);
		if (used + one > room)
			break;
		text_put_char(b, c);
		used += one;
	}
	if (cut && columns > 0) {
		buf_text(b, ELLIPSIS);
		used++;
	}
	for (; used < columns; used++)
		buf_byte(b, ' ');
}

void
text_plain(struct buf *b, struct span s)
{
	text_pad(b, s, text_width(s));
}

void
text_hex(struct buf *b, const void *at, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = at;

	for (size_t i = 0; i < n; i++) {
		buf_byte(b, digits[p[i] >> 4]);
		buf_byte(b, digits[p[i] & 15]);
	}
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
text_unhex(struct span s, void *out, size_t n)
{
	unsigned char *p = out;
	int high, low;

	if (n > SIZE_MAX / 2 || s.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		high = hex_value(s.at[2 * i]);
		low = hex_value(s.at[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		p[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

void
text_base32(struct buf *b, const void *at, size_t n)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	const unsigned char *p = at;
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < n; i++) {
		held = (held << 8 | p[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			buf_byte(b, digits[held >> (bits - 5) & 31]);
	}
	if (bits > 0)
		buf_byte(b, digits[held << (5 - bits) & 31]);
}

static int
base32_value(char c)
{
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	c = lower(c);
	return c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

/* The bits left over at the end must be 0: one value, one spelling. */
bool
text_unbase32(struct span s, void *out, size_t n)
{
	unsigned char *p = out;
	unsigned held = 0, bits = 0;
	size_t done = 0;
	int value;

	if (n > SIZE_MAX / 8 || s.n != (n * 8 + 4) / 5)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		value = base32_value(s.at[i]);
		if (value < 0)
			return false;
		held = (held << 5 | (unsigned)value) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			p[done++] = (unsigned char)(held >> bits);
		}
	}
	must(done == n);
	return (held & ((1u << bits) - 1)) == 0;
}
