/* See entity.h. */
#include "agent/entity.h"

#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <string.h>

#define NAME_MOST 32		/* bytes of a name; the longest has 16 */

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
		most = (size_t)(end - at);
		semi = memchr(at, ';', most < NAME_MOST ? most : NAME_MOST);
		if (semi == NULL)
			continue;
		name.n = (size_t)(semi - at);
		if ((is = find_own(name)) != '\0')
			rewrite(at, name.n, is);
	}
}
