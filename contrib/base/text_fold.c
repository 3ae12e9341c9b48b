/*
 * Folding: what search compares. This is in the hub's hot path, once per
 * title, so there are two ways through.
 *
 * The quick one knows characters whose folded form needs no neighbours and
 * no tables: ASCII, the Han block, full-width ASCII and the punctuation of
 * Chinese titles. None of them composes with another of them, so folding
 * them one by one is folding the whole. The first character it does not know
 * sends the whole text down the long way: libunistring.
 *
 * Characters that nobody sees (zero-width blanks and joiners, soft hyphens,
 * byte order marks: what editors leave between two others) count for nothing,
 * and all brackets that a document's number may stand in are one.
 */
#include "contrib/base/err.h"
#include "contrib/base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define CHUNK 256	/* bytes put at a time */

struct sink {
	struct buf *b;
	size_t n;
	bool blank;		/* the last thing put was a blank */
	char chunk[CHUNK];
};

static void
flush(struct sink *o)
{
	buf_put(o->b, o->chunk, o->n);
	o->n = 0;
}

static inline void
put(struct sink *o, const void *at, size_t n)
{
	if (o->n + n > CHUNK)
		flush(o);
	memcpy(o->chunk + o->n, at, n);
	o->n += n;
	o->blank = false;
}

/* 〔2026〕 is printed, [2026] or (2026) is typed. */
static inline char
bracket(uint32_t c)
{
	switch (c) {
	case '[': case 0x3010: case 0x3014:
		return '(';
	case ']': case 0x3011: case 0x3015:
		return ')';
	default:
		return '\0';
	}
}

static inline void
put_ascii(struct sink *o, unsigned char c)
{
	bool is_blank = c == ' ' || (c >= '\t' && c <= '\r');

	if (is_blank && o->blank)
		return;
	if (is_blank)
		c = ' ';
	else if (c >= 'A' && c <= 'Z')
		c |= 0x20;
	else if (bracket(c) != '\0')
		c = (unsigned char)bracket(c);
	put(o, &c, 1);
	o->blank = is_blank;
}

static inline bool
is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* U+4E00 … U+9FFF: the same in NFKC, and there is no case. */
static inline bool
is_han(const unsigned char *p)
{
	return p[0] >= 0xe4 && p[0] <= 0xe9 && is_tail(p[1]) &&
	    is_tail(p[2]) && (p[0] > 0xe4 || p[1] >= 0xb8);
}

/* U+3001 … U+3029, “ ” ‘ ’ and —: the same in NFKC, too. */
static inline bool
is_mark(const unsigned char *p)
{
	if (p[0] == 0xe3 && p[1] == 0x80)
		return p[2] > 0x80 && p[2] <= 0xa9;
	if (p[0] != 0xe2 || p[1] != 0x80)
		return false;
	return p[2] == 0x94 || p[2] == 0x98 || p[2] == 0x99 ||
	    p[2] == 0x9c || p[2] == 0x9d;
}

/* The ASCII that a full-width form (U+FF01 … U+FF5E), U+3000 or a bracket
 * stands for, or 0. */
static inline unsigned char
narrow(const unsigned char *p)
{
	if (p[0] == 0xe3 && p[1] == 0x80)
		return p[2] == 0x80 ? ' ' : (unsigned char)bracket(
		    0x3000u | (p[2] & 0x3fu));
	if (p[0] != 0xef)
		return 0;
	if (p[1] == 0xbc && p[2] >= 0x81 && p[2] <= 0xbf)
		return (unsigned char)(p[2] - 0x81 + '!');
	if (p[1] == 0xbd && p[2] >= 0x80 && p[2] <= 0x9e)
		return (unsigned char)(p[2] - 0x80 + '`');
	return 0;
}

/* False at a character it doesn't know; something may have been put. */
static bool
fold_quickly(struct sink *o, const unsigned char *p, size_t n)
{
	const unsigned char *end = p + n;
	unsigned char c;

	while (p < end) {
		if (*p < 0x80) {
			put_ascii(o, *p++);
			continue;
		}
		if (end - p < 3)
			return false;
		if (is_han(p))
			put(o, p, 3);
		else if ((c = narrow(p)) != 0)
			put_ascii(o, c);
		else if (is_mark(p))
			put(o, p, 3);
		else
			return false;
		p += 3;
	}
	return true;
}

/* White space that NFKC leaves; U+00A0, U+3000 and the like are blanks by
 * then. */
static bool
is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 ||
	    c == 0x1680 || c == 0x2028 || c == 0x2029;
}

static void
put_squeezed(struct sink *o, struct span s)
{
	struct span rest = s;
	uint32_t c;

	while (s.n != 0) {
		c = text_next(&rest);
		if (is_space(c))
			put_ascii(o, ' ');
		else if (bracket(c) != '\0')
			put_ascii(o, (unsigned char)bracket(c));
		else
			put(o, s.at, s.n - rest.n);
		s = rest;
	}
}

/* The same without what nobody sees; what stood on both sides of it may
 * compose. */
static void
put_seen(struct buf *b, struct span s)
{
	struct span rest = s;
	uint32_t c;

	while (s.n != 0) {
		c = text_next(&rest);
		if (c < 0xad ||
		    !uc_is_property_default_ignorable_code_point(c))
			buf_put(b, s.at, s.n - rest.n);
		s = rest;
	}
}

/* NFKC, fold, NFKC: folding may leave what is not normal. */
static void
fold_normal(struct sink *o, const uint8_t *at, size_t n)
{
	size_t normal_n = 0, folded_n = 0;
	uint8_t *normal = u8_normalize(UNINORM_NFKC, at, n, NULL, &normal_n);
	uint8_t *folded;

	if (normal == NULL)
		fatal("folding a text: %s", strerror(errno));
	folded = u8_casefold(normal, normal_n, NULL, UNINORM_NFKC, NULL,
	    &folded_n);
	if (folded == NULL)
		fatal("folding a text: %s", strerror(errno));
	put_squeezed(o, (struct span){ (const char *)folded, folded_n });
	free(normal);
	free(folded);
}

static void
fold_thoroughly(struct sink *o, struct span s)
{
	struct buf seen;

	buf_init(&seen, s.n);
	put_seen(&seen, s);
	if (seen.n > 0)
		fold_normal(o, (const uint8_t *)seen.at, seen.n);
	buf_clear(&seen);
}

bool
text_fold(struct buf *b, struct span s)
{
	struct sink o = { .b = b };
	size_t before = b->n;

	if (s.n == 0)
		return true;
	if (!fold_quickly(&o, (const unsigned char *)s.at, s.n)) {
		if (!text_is_utf8(s)) {
			buf_cut(b, before);
			return false;
		}
		buf_cut(b, before);
		o = (struct sink){ .b = b };
		fold_thoroughly(&o, s);
	}
	flush(&o);
	return true;
}
