/* See entity.h. */
#include "agent/entity.h"

#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NAME_MOST 32		/* bytes of a name; the longest has 16 */
#define CODES 0x110000u		/* Unicode has so many */
#define UNSEEN '\x01'		/* not in what is told (tidy.h) */

/* What of ASCII HTML 4 has no name for. */
static const struct {
	const char *name;
	char is;
} names[] = {
	{ "Tab", '\t' }, { "NewLine", '\n' }, { "excl", '!' }, { "num", '#' },
	{ "dollar", '$' }, { "percnt", '%' }, { "apos", '\'' },
	{ "lpar", '(' }, { "rpar", ')' }, { "ast", '*' }, { "midast", '*' },
	{ "plus", '+' }, { "comma", ',' }, { "period", '.' }, { "sol", '/' },
	{ "colon", ':' }, { "semi", ';' }, { "equals", '=' },
	{ "quest", '?' }, { "commat", '@' }, { "lsqb", '[' },
	{ "lbrack", '[' }, { "bsol", '\\' }, { "rsqb", ']' },
	{ "rbrack", ']' }, { "Hat", '^' }, { "lowbar", '_' },
	{ "UnderBar", '_' }, { "grave", '`' }, { "DiacriticalGrave", '`' },
	{ "lcub", '{' }, { "lbrace", '{' }, { "verbar", '|' },
	{ "vert", '|' }, { "VerticalLine", '|' }, { "rcub", '}' },
	{ "rbrace", '}' },
	/* These have one, in small letters. */
	{ "AMP", '&' }, { "LT", '<' }, { "GT", '>' }, { "QUOT", '"' },
};

static char
find_own(struct span name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_is(name, span_of(names[i].name)))
			return names[i].is;
	return '\0';
}

uint32_t
entity_find(struct span name)
{
	const htmlEntityDesc *found;
	char text[NAME_MOST + 1], own = find_own(name);

	if (own != '\0' || name.n == 0 || name.n > NAME_MOST)
		return (uint32_t)own;
	memcpy(text, name.at, name.n);
	text[name.n] = '\0';
	found = htmlEntityLookup((const xmlChar *)text);
	return found != NULL ? found->value : 0;
}

/* As a number with zeros before it; or in small letters, where two digits
 * have no room. `at` is behind the "&". */
static void
rewrite(char *at, size_t n, char is)
{
	char number[NAME_MOST + 8];

	if (strchr("&<>\"", is) != NULL) {
		for (size_t i = 0; i < n; i++)
			at[i] |= 32;
		return;
	}
	(void)snprintf(number, sizeof(number), "#%0*d", (int)n - 1, is);
	memcpy(at, number, n);
}

static uint32_t
digit(char c)
{
	return isdigit((unsigned char)c) ? (uint32_t)(c - '0') :
	    (uint32_t)((c | 32) - 'a' + 10);
}

/* Tab, line feed, carriage return, and what XML 1.0 has from U+0020 on. */
static bool
is_char(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' ||
	    (c >= 0x20 && c < 0xd800) || (c >= 0xe000 && c < 0xfffe) ||
	    (c >= 0x10000 && c < CODES);
}

/* What begins with "#", behind the "&". To libxml2 a number that is no
 * character ends the value that it stands in. */
static void
blank_number(char *at, const char *end)
{
	bool hex = end - at > 1 && (at[1] | 32) == 'x';
	const char *first = at + 1 + hex, *p = first;
	uint32_t c = 0;

	for (; p < end && (hex ? isxdigit((unsigned char)*p) :
	    isdigit((unsigned char)*p)); p++)
		if (c < CODES)
			c = c * (hex ? 16 : 10) + digit(*p);
	if (p > first && is_char(c))
		return;
	if (p == first) {
		at[-1] = '\t';	/* "&#" was meant: in addresses no tab counts */
		return;
	}
	if (p < end && *p == ';')
		p++;
	memset(at - 1, UNSEEN, (size_t)(p - at) + 1);
}

void
entity_rewrite(char *page, size_t n)
{
	char *at = page, *end, *semi;

	if (n == 0)
		return;
	end = page + n;
	while ((at = memchr(at, '&', (size_t)(end - at))) != NULL) {
		struct span name;
		size_t most;
		char is;

		name.at = ++at;
		if (at < end && *at == '#')
			blank_number(at, end);
		most = (size_t)(end - at);
		semi = memchr(at, ';', most < NAME_MOST ? most : NAME_MOST);
		if (semi == NULL)
			continue;
		name.n = (size_t)(semi - at);
		if ((is = find_own(name)) != '\0')
			rewrite(at, name.n, is);
	}
}
