/*
 * Finding the ends of XML's tokens; see xml_scan.h. Nothing is judged here
 * but lengths and the one thing that must never be begun, a DOCTYPE.
 */
#include "protocol/xml_scan.h"

#include "protocol/utf8.h"

#include <stdint.h>

#define TEXT_ENOUGH 8192	/* text handed on before its end is seen */
#define SAY_(x) #x
#define SAY(x) SAY_(x)

static size_t
index_of(struct span s, size_t from, char c)
{
	const char *at = from < s.n ? memchr(s.at + from, c, s.n - from) :
	    NULL;

	return at != NULL ? (size_t)(at - s.at) : s.n;
}

static enum xml_state
after_bang(struct xml_scan *c, char byte)
{
	if (byte == '-')
		return XML_IN_COMMENT;
	if (byte == '[')
		return XML_IN_CDATA;
	c->why = byte == 'D' ?
	    "a DOCTYPE is not taken: no DTD, no entities" :
	    "not well-formed XML: a \"<!\" that begins nothing";
	return XML_IN_TEXT;
}

/* A byte in a tag, outside of quotes. */
static enum xml_state
in_tag(struct xml_scan *c, char byte)
{
	if (byte == '>')
		return XML_IN_TEXT;
	if (byte != '"' && byte != '\'')
		return XML_IN_TAG;
	if (++c->quotes > XML_ATTRIBUTES)
		c->why = "a tag with more than " SAY(XML_ATTRIBUTES)
		    " attributes";
	c->quote = byte;
	return XML_IN_QUOTE;
}

/* Does the ">" at s[i] end the comment, section or instruction? */
static bool
is_end(const struct xml_scan *c, struct span s, size_t i)
{
	size_t n = i - c->token;

	if (c->state == XML_IN_PI)
		return n >= 3 && s.at[i - 1] == '?';
	if (c->state == XML_IN_COMMENT)
		return n >= 6 && memcmp(s.at + i - 2, "--", 2) == 0;
	return n >= 11 && memcmp(s.at + i - 2, "]]", 2) == 0;
}

/* From s[i] on, in c->state: the index to go on at. */
static size_t
step(struct xml_scan *c, struct span s, size_t i)
{
	switch (c->state) {
	case XML_IN_TEXT:
		i = index_of(s, i, '<');
		c->token = i;
		c->quotes = 0;
		if (i < s.n)
			c->state = XML_AFTER_OPEN;
		return i + (i < s.n);
	case XML_AFTER_OPEN:
		c->state = s.at[i] == '!' ? XML_AFTER_BANG :
		    s.at[i] == '?' ? XML_IN_PI : XML_IN_TAG;
		return i + (c->state != XML_IN_TAG);
	case XML_AFTER_BANG:
		c->state = after_bang(c, s.at[i]);
		return i + 1;
	case XML_IN_TAG:
		while (i < s.n && c->state == XML_IN_TAG)
			c->state = in_tag(c, s.at[i++]);
		return i;
	case XML_IN_QUOTE:
		i = index_of(s, i, c->quote);
		if (i < s.n)
			c->state = XML_IN_TAG;
		return i + (i < s.n);
	default:
		i = index_of(s, i, '>');
		if (i < s.n && is_end(c, s, i))
			c->state = XML_IN_TEXT;
		return i + (i < s.n);
	}
}

/* Bytes at the end of s that want more to be a character. */
static size_t
half_character(struct span s)
{
	for (size_t n = 1; n <= 3; n++)
		if (utf8_is_cut(s.at + s.n - n, n))
			return n;
	return 0;
}

/* Of a token whose end isn't here yet. */
static void
judge_length(struct xml_scan *c, size_t n)
{
	bool tag = c->state == XML_IN_TAG || c->state == XML_IN_QUOTE;

	if (tag && n > XML_TAG_MAX)
		c->why = "a tag of more than " SAY(XML_TAG_MAX) " bytes";
	else if (n > XML_TOKEN_MAX)
		c->why = "a comment or section of more than 1 MiB";
}

size_t
xml_scan(struct xml_scan *c, struct span s)
{
	size_t i = c->scanned, safe = 0;

	while (i < s.n && c->why == NULL) {
		i = step(c, s, i);
		if (c->state == XML_IN_TEXT && s.at[i - 1] == '>')
			safe = i;
	}
	if (c->state == XML_IN_TEXT && s.n - safe > TEXT_ENOUGH)
		safe = s.n - half_character(s);
	c->scanned = s.n - safe;
	c->token -= safe < c->token ? safe : c->token;
	if (c->why == NULL)
		judge_length(c, c->scanned);
	return safe;
}
