/* Values from pages, cleaned; see tidy.h. */
#include "agent/tidy.h"

#include <libxml/HTMLparser.h>
#include <stdint.h>
#include <string.h>

#include "contrib/base/text.h"

#define NAME_MAX_ 10	/* of an entity: "thetasym" and some room */

static bool
is_blank(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What no XML 1.0 document can carry, or no reader wants. */
static bool
is_unwanted(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xfeff ||
	    (c & 0xfffe) == 0xfffe || (c >= 0xd800 && c <= 0xdfff) ||
	    c > 0x10ffff;
}

static uint32_t
numeric(struct span name)
{
	uint32_t value = 0;
	bool hex = name.n > 1 && (name.at[0] == 'x' || name.at[0] == 'X');

	for (size_t i = hex; i < name.n; i++) {
		char c = name.at[i];
		uint32_t digit;

		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if (hex && (c | 32) >= 'a' && (c | 32) <= 'f')
			digit = (uint32_t)((c | 32) - 'a' + 10);
		else
			return 0;
		value = value * (hex ? 16 : 10) + digit;
		if (value > 0x10ffff)
			return 0;
	}
	return value;
}

static uint32_t
named(struct span name)
{
	char text[NAME_MAX_ + 1];
	const htmlEntityDesc *e;

	memcpy(text, name.at, name.n);
	text[name.n] = '\0';
	e = htmlEntityLookup((const xmlChar *)text);
	return e != NULL ? e->value : 0;
}

static void
skip(struct span *s, size_t n)
{
	s->at += n;
	s->n -= n;
}

/* The character that "&name;" at the head of s means, moving s past it; 0:
 * it is none. */
static uint32_t
take_entity(struct span *s)
{
	struct span name = { s->at + 1, 0 };
	uint32_t c;

	while (name.n < NAME_MAX_ && name.n + 1 < s->n &&
	    name.at[name.n] != ';' && name.at[name.n] > ' ')
		name.n++;
	if (name.n == 0 || name.n + 1 >= s->n || name.at[name.n] != ';')
		return 0;
	c = name.at[0] != '#' ? named(name) :
	    numeric((struct span){ name.at + 1, name.n - 1 });
	if (c != 0)
		skip(s, name.n + 2);
	return c;
}

static bool
is_letter(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9');
}

/* The same of "&name" alone, which libxml2 leaves and browsers read, if it is
 * of Latin-1: FrontPage and people wrote &nbsp like that. Not where more of a
 * word, or a value, follows. */
static uint32_t
take_bare(struct span *s)
{
	struct span name = { s->at + 1, 0 };
	uint32_t c;

	while (name.n < NAME_MAX_ && name.n + 1 < s->n &&
	    is_letter(name.at[name.n]))
		name.n++;
	if (name.n == 0 || (name.n + 1 < s->n &&
	    (is_letter(name.at[name.n]) || name.at[name.n] == '=')))
		return 0;
	c = named(name);
	if (c == 0 || c > 0xff)
		return 0;
	skip(s, name.n + 1);
	return c;
}

static uint32_t
next(struct span *s, struct tidy_done *done)
{
	uint32_t c;

	if (s->at[0] == '&' && (c = take_entity(s)) != 0) {
		done->entities = true;
		return c;
	}
	if (s->at[0] == '&' && (c = take_bare(s)) != 0)
		return c;
	c = text_next(s);
	return c == UINT32_MAX ? 0xfffd : c;
}

static size_t
utf8_length(uint32_t c)
{
	return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

/* Blanks that an entity or a wide space left at the end. */
static void
trim_end(struct buf *out, size_t from)
{
	if (out->n > from)
		buf_cut(out, from + text_trim((struct span){ out->at + from,
		    out->n - from }).n);
}

struct tidy_done
tidy_text(struct buf *out, struct span s, size_t most)
{
	struct tidy_done done = { false, false };
	size_t from = out->n;
	bool blank = false;

	s = text_trim(s);
	while (s.n > 0) {
		uint32_t c = next(&s, &done);
		bool wide = c == 0xa0 || c == 0x3000;

		if (is_blank(c) || (wide && out->n == from)) {
			blank = out->n > from;
			continue;
		}
		if (is_unwanted(c))
			continue;
		if (out->n - from + utf8_length(c) + blank > most) {
			done.cut = true;
			break;
		}
		if (blank)
			buf_byte(out, ' ');
		blank = false;
		text_put_char(out, c);
	}
	trim_end(out, from);
	return done;
}
