/*
 * Character sets; see charset.h.
 *
 * To decide, the bytes are read as UTF-8 and as GB and what does not fit is
 * counted. A text in one is hardly ever whole in the other; the few short
 * ones that are (two-byte sequences only) go by their declaration, and without
 * one by what they say (charset_short.h).
 */
#include "contrib/base/charset.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/charset_short.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"

#define HEAD 4096		/* where a declaration is looked for */
#define BAD_CHAR "\xef\xbf\xbd"	/* U+FFFD */
#define EURO "\xe2\x82\xac"

struct charset {
	iconv_t from[CHARSET_COUNT], to[CHARSET_COUNT];
};

/* What iconv calls them; labels of the web's superset where there is one. */
static const char *const iconv_names[CHARSET_COUNT] = {
	[CHARSET_GB18030] = "GB18030", [CHARSET_BIG5] = "BIG5-HKSCS",
	[CHARSET_LATIN] = "CP1252", [CHARSET_UTF16LE] = "UTF-16LE",
	[CHARSET_UTF16BE] = "UTF-16BE", [CHARSET_EUCKR] = "UHC",
	[CHARSET_SJIS] = "CP932",
};

static const struct {
	const char *label;
	enum charset_name name;
} labels[] = {
	{ "utf-8", CHARSET_UTF8 }, { "utf8", CHARSET_UTF8 },
	{ "gb18030", CHARSET_GB18030 }, { "gbk", CHARSET_GB18030 },
	{ "gb2312", CHARSET_GB18030 }, { "gb_2312-80", CHARSET_GB18030 },
	{ "gb2312-80", CHARSET_GB18030 }, { "cp936", CHARSET_GB18030 },
	{ "x-gbk", CHARSET_GB18030 }, { "chinese", CHARSET_GB18030 },
	{ "gb-2312", CHARSET_GB18030 }, { "euc-cn", CHARSET_GB18030 },
	{ "big5", CHARSET_BIG5 }, { "big5-hkscs", CHARSET_BIG5 },
	{ "iso-8859-1", CHARSET_LATIN }, { "windows-1252", CHARSET_LATIN },
	{ "us-ascii", CHARSET_LATIN }, { "ascii", CHARSET_LATIN },
	{ "latin1", CHARSET_LATIN }, { "iso8859-1", CHARSET_LATIN },
	{ "utf-16", CHARSET_UTF16LE }, { "utf-16le", CHARSET_UTF16LE },
	{ "utf-16be", CHARSET_UTF16BE }, { "euc-kr", CHARSET_EUCKR },
	{ "shift_jis", CHARSET_SJIS }, { "x-sjis", CHARSET_SJIS },
};

struct charset *
charset_open(void)
{
	struct charset *c = mem_new(sizeof(*c));

	for (size_t i = 0; i < CHARSET_COUNT; i++) {
		if (iconv_names[i] == NULL)
			continue;
		c->from[i] = iconv_open("UTF-8", iconv_names[i]);
		c->to[i] = iconv_open(iconv_names[i], "UTF-8");
		if (c->from[i] == (iconv_t)-1 || c->to[i] == (iconv_t)-1)
			fatal("no converter for %s: is the C library's gconv "
			    "directory there?", iconv_names[i]);
	}
	return c;
}

void
charset_close(struct charset *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < CHARSET_COUNT; i++) {
		if (iconv_names[i] == NULL)
			continue;
		iconv_close(c->from[i]);
		iconv_close(c->to[i]);
	}
	free(c);
}

const char *
charset_text(enum charset_name n)
{
	static const char *const texts[CHARSET_COUNT] = {
		[CHARSET_NONE] = "", [CHARSET_UTF8] = "utf-8",
		[CHARSET_GB18030] = "gb18030", [CHARSET_BIG5] = "big5",
		[CHARSET_LATIN] = "windows-1252",
		[CHARSET_UTF16LE] = "utf-16le", [CHARSET_UTF16BE] = "utf-16be",
		[CHARSET_EUCKR] = "euc-kr", [CHARSET_SJIS] = "shift_jis",
	};

	must(n < CHARSET_COUNT);
	return texts[n];
}

enum charset_name
charset_parse(struct span label)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (text_same_nocase(label, span_of(labels[i].label)))
			return labels[i].name;
	}
	return CHARSET_NONE;
}

static bool
is_label(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The value after `charset` or `encoding` at i: blanks, =, a quote, label. */
static struct span
label_after(struct span s, size_t i)
{
	struct span label = SPAN_NONE;

	while (i < s.n && is_blank(s.at[i]))
		i++;
	if (i == s.n || s.at[i++] != '=')
		return label;
	while (i < s.n && (is_blank(s.at[i]) || s.at[i] == '"' ||
	    s.at[i] == '\''))
		i++;
	label.at = s.at + i;
	while (i < s.n && is_label(s.at[i++]))
		label.n++;
	return label;
}

/* The first declaration within one tag, e.g. <meta … >. */
static enum charset_name
declared_in(struct span tag)
{
	static const char word[] = "charset", xml[] = "encoding";
	const char *want = text_starts(tag, "<?") ? xml : word;
	size_t n = strlen(want);

	for (size_t i = 0; i + n < tag.n; i++) {
		struct span here = { tag.at + i, n };

		if (text_same_nocase(here, span_of(want)))
			return charset_parse(label_after(tag, i + n));
	}
	return CHARSET_NONE;
}

static uint32_t
line_of(struct span page, const char *at)
{
	uint32_t line = 1;

	for (const char *c = page.at; c < at; c++)
		line += *c == '\n';
	return line;
}

/* The tag that begins at s.at, up to its end or that of s. */
static struct span
tag_at(struct span s)
{
	const char *end = memchr(s.at, '>', s.n);

	if (end != NULL)
		s.n = (size_t)(end - s.at) + 1;
	return s;
}

static bool
is_declaring(struct span s)
{
	return text_starts(s, "<?xml") ||
	    (s.n > 5 && text_same_nocase((struct span){ s.at, 5 },
	    SPAN("<meta")));
}

/* Past a comment, so that one that was commented out doesn't count. */
static size_t
skip_comment(struct span s)
{
	const char *end;

	if (!text_starts(s, "<!--"))
		return 1;
	end = memmem(s.at, s.n, "-->", 3);
	return end == NULL ? 4 : (size_t)(end - s.at) + 3;
}

enum charset_name
charset_declared(struct span page, uint32_t *line)
{
	struct span s = { page.at, page.n < HEAD ? page.n : HEAD };

	*line = 0;
	while (s.n > 0) {
		const char *at = memchr(s.at, '<', s.n);
		enum charset_name name;
		size_t step;

		if (at == NULL)
			break;
		s.n -= (size_t)(at - s.at);
		s.at = at;
		name = is_declaring(s) ? declared_in(tag_at(s)) : CHARSET_NONE;
		if (name != CHARSET_NONE) {
			*line = line_of(page, at);
			return name;
		}
		step = skip_comment(s);
		s.at += step;
		s.n -= step;
	}
	return CHARSET_NONE;
}

struct census {		/* how the bytes read as UTF-8 and as GB */
	size_t high;			/* bytes over 0x7f */
	size_t utf8_two, utf8_more;	/* good sequences */
	size_t utf8_bad;		/* bytes in none */
	size_t gb_common;		/* pairs of GB 2312 */
	size_t gb_rare;			/* pairs of GBK, fours of GB 18030 */
	size_t gb_bad;
};

/* A sequence that the cut at the end of a page made short is not bad. */
static bool
is_cut_short(const unsigned char *p, size_t left)
{
	size_t want = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;

	if (p[0] < 0xc2 || p[0] > 0xf4 || left >= want)
		return false;
	for (size_t i = 1; i < left; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return false;
	}
	return true;
}

static void
count_utf8(struct census *c, struct span s)
{
	while (s.n > 0) {
		const unsigned char *p = (const unsigned char *)s.at;
		struct span was = s;

		if (p[0] < 0x80) {
			s.at++;
			s.n--;
			continue;
		}
		if (is_cut_short(p, s.n) && c->utf8_two + c->utf8_more > 0)
			return;
		if (text_next(&s) == UINT32_MAX)
			c->utf8_bad += was.n - s.n;
		else if (was.n - s.n == 2)
			c->utf8_two++;
		else
			c->utf8_more++;
	}
}

static bool
is_gb_four(const unsigned char *p, size_t left)
{
	return left >= 4 && p[1] >= 0x30 && p[1] <= 0x39 && p[2] >= 0x81 &&
	    p[2] <= 0xfe && p[3] >= 0x30 && p[3] <= 0x39;
}

/* Length of the GB character at p, whose first byte is high; 0: none. */
static size_t
gb_length(const unsigned char *p, size_t left)
{
	if (p[0] == 0x80 || p[0] == 0xff)
		return 0;
	if (is_gb_four(p, left))
		return 4;
	if (left >= 2 && p[1] >= 0x40 && p[1] != 0x7f && p[1] != 0xff)
		return 2;
	return 0;
}

static void
count_gb(struct census *c, struct span s)
{
	const unsigned char *p = (const unsigned char *)s.at;

	for (size_t i = 0; i < s.n;) {
		size_t n;

		if (p[i] < 0x80) {
			i++;
			continue;
		}
		n = gb_length(p + i, s.n - i);
		if (n == 0)
			c->gb_bad += i + 1 < s.n;
		else if (n == 2 && p[i] >= 0xa1 && p[i] <= 0xf7 &&
		    p[i + 1] >= 0xa1)
			c->gb_common++;
		else
			c->gb_rare++;
		c->high += n == 0 ? 1 : n;
		i += n == 0 ? 1 : n;
	}
}

static bool
looks_utf8(const struct census *c, enum charset_name declared)
{
	size_t good = c->utf8_two + c->utf8_more;

	/* GB reads as three good bytes in a row once in a hundred characters;
	 * what is UTF-8 for its greater part has something else put into it,
	 * two bytes a character. */
	if (c->utf8_bad > 0 && (declared == CHARSET_UTF8 ||
	    declared == CHARSET_NONE) && c->utf8_more * 2 >= c->utf8_bad)
		return true;
	if (c->utf8_bad > 0)	/* a few bad bytes spoil no page */
		return good > 0 && c->utf8_bad * 8 <= good;
	if (declared != CHARSET_NONE && declared != CHARSET_UTF8)
		return c->utf8_more >= c->utf8_two;
	return true;
}

static bool
looks_gb(const struct census *c, enum charset_name declared)
{
	switch (declared) {
	case CHARSET_GB18030:
		return true;
	case CHARSET_BIG5:	/* each fits the other's shape: trust it */
	case CHARSET_EUCKR:
	case CHARSET_SJIS:
		return false;
	case CHARSET_LATIN:	/* an accent before a letter is a rare pair */
		return c->gb_bad == 0 && c->gb_common * 2 * 10 >= c->high * 9;
	default:
		return c->gb_bad * 8 <= c->gb_common + c->gb_rare;
	}
}

static bool
is_ascii(struct span s)
{
	unsigned char high = 0;

	for (size_t i = 0; i < s.n; i++)
		high |= (unsigned char)s.at[i];
	return high < 0x80;
}

static enum charset_name
decide(struct span page, struct charset_found *f)
{
	struct census c = { 0 };
	bool other = f->declared != CHARSET_NONE &&
	    f->declared != CHARSET_UTF8;

	f->ascii = is_ascii(page);
	if (f->ascii || (!other && text_is_utf8(page)))	/* nearly all pages */
		return f->declared == CHARSET_NONE && !f->ascii &&
		    charset_short_is_gb(page) ? CHARSET_GB18030 : CHARSET_UTF8;
	count_utf8(&c, page);
	if (looks_utf8(&c, f->declared))
		return CHARSET_UTF8;
	count_gb(&c, page);
	if (looks_gb(&c, f->declared))
		return CHARSET_GB18030;
	if (f->declared == CHARSET_NONE)
		return c.gb_common > c.utf8_two + c.utf8_more ?
		    CHARSET_GB18030 : CHARSET_LATIN;
	return f->declared;
}

static void
put_bad(struct buf *out, struct charset_found *f, struct span page,
    const char *at)
{
	buf_text(out, BAD_CHAR);
	if (f->bad++ == 0)
		f->bad_line = line_of(page, at);
}

static void
copy_utf8(struct buf *out, struct span page, struct charset_found *f)
{
	struct span s = page;
	const char *from = s.at;

	if (text_is_utf8(s)) {
		buf_span(out, s);
		return;
	}
	while (s.n > 0) {
		const char *at = s.at;

		if (text_next(&s) != UINT32_MAX)
			continue;
		buf_put(out, from, (size_t)(at - from));
		put_bad(out, f, page, at);
		from = s.at;
	}
	buf_put(out, from, (size_t)(s.at - from));
}

/* Big5-HKSCS holds a character back until it has seen the next; after this
 * the converter is as new. */
static void
flush(iconv_t cd, struct buf *out)
{
	char room[16], *to = room;
	size_t space = sizeof(room);

	iconv(cd, NULL, NULL, &to, &space);
	buf_put(out, room, sizeof(room) - space);
}

/* Windows' code page 936 has a byte of its own for it, which is no part of
 * GB 18030; browsers read it so. */
static bool
is_euro(const struct charset_found *f, const char *at)
{
	return f->is == CHARSET_GB18030 && *at == '\x80';
}

static void
convert(iconv_t cd, struct buf *out, struct span page, size_t unit,
    struct charset_found *f)
{
	union { const char *in; char *iconv; } at = { .in = page.at };
	size_t left = page.n;
	char room[16384];

	while (left > 0) {
		char *to = room;
		size_t space = sizeof(room), before = left;
		size_t rc = iconv(cd, &at.iconv, &left, &to, &space);

		buf_put(out, room, sizeof(room) - space);
		if (rc != (size_t)-1 || (space < 16 && left < before))
			continue;	/* done, or the room was full */
		if (is_euro(f, at.in))
			buf_text(out, EURO);
		else
			put_bad(out, f, page, at.in);
		at.in += left < unit ? left : unit;
		left -= left < unit ? left : unit;
	}
	flush(cd, out);
}

/* A byte order mark, and how long it is. */
static enum charset_name
marked(struct span page, size_t *n)
{
	static const struct {
		const char *mark;
		size_t n;
		enum charset_name name;
	} marks[] = {
		{ "\xef\xbb\xbf", 3, CHARSET_UTF8 },
		{ "\xff\xfe", 2, CHARSET_UTF16LE },
		{ "\xfe\xff", 2, CHARSET_UTF16BE },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		*n = marks[i].n;
		if (page.n >= *n && memcmp(page.at, marks[i].mark, *n) == 0)
			return marks[i].name;
	}
	*n = 0;
	return CHARSET_NONE;
}

static bool
is_utf16(enum charset_name n)
{
	return n == CHARSET_UTF16LE || n == CHARSET_UTF16BE;
}

/* Also moves page on behind the mark. */
static void
find(struct span *page, struct charset_found *f)
{
	size_t mark;

	*f = (struct charset_found){ .is = marked(*page, &mark) };
	f->mark = mark > 0;
	f->declared = charset_declared(*page, &f->line);
	if (is_utf16(f->declared))	/* and yet we could read it */
		f->declared = CHARSET_NONE;
	page->at += mark;
	page->n -= mark;
	if (f->is == CHARSET_NONE || (f->is == CHARSET_UTF8 &&
	    !text_is_utf8(*page)))	/* a mark that some editor left */
		f->is = decide(*page, f);
	f->wrong = !f->ascii && f->declared != CHARSET_NONE &&
	    f->declared != f->is;
}

enum charset_name
charset_find(struct span page)
{
	struct charset_found f;

	find(&page, &f);
	return f.is;
}

void
charset_convert(struct charset *c, struct buf *out, struct span page,
    struct charset_found *f)
{
	find(&page, f);
	if (f->is == CHARSET_UTF8)
		copy_utf8(out, page, f);
	else
		convert(c->from[f->is], out, page, is_utf16(f->is) ? 2 : 1, f);
}

bool
charset_read(struct charset *c, struct buf *out, struct span text,
    enum charset_name is)
{
	struct charset_found f = { .is = is };

	must(is > CHARSET_NONE && is < CHARSET_COUNT);
	if (is == CHARSET_UTF8)
		copy_utf8(out, text, &f);
	else
		convert(c->from[is], out, text, is_utf16(is) ? 2 : 1, &f);
	return f.bad == 0;
}

bool
charset_write(struct charset *c, struct buf *out, struct span character,
    enum charset_name is)
{
	union { const char *in; char *iconv; } at = { .in = character.at };
	size_t left = character.n, space = 16;
	char room[16], *to = room;
	bool ok;

	must(is > CHARSET_NONE && is < CHARSET_COUNT);
	if (is == CHARSET_UTF8) {
		buf_span(out, character);
		return true;
	}
	ok = iconv(c->to[is], &at.iconv, &left, &to, &space) == 0 &&
	    iconv(c->to[is], NULL, NULL, &to, &space) == 0;
	if (ok)
		buf_put(out, room, sizeof(room) - space);
	else
		iconv(c->to[is], NULL, NULL, NULL, NULL);
	return ok;
}
