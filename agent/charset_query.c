/* See charset_query.h. */
#include "agent/charset_query.h"

#include <string.h>

#include "contrib/base/text.h"

/* The query with its "?", up to the fragment; none: it is empty. */
static struct span
query_of(struct span reference)
{
	const char *end = memchr(reference.at, '#', reference.n);
	size_t n = end != NULL ? (size_t)(end - reference.at) : reference.n;
	const char *from = memchr(reference.at, '?', n);

	return from == NULL ? SPAN_NONE : (struct span){ from,
	    n - (size_t)(from - reference.at) };
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.at[i] >= 0x80)
			return false;
	return true;
}

/* What the set hasn't got is asked for by number, as forms do. */
static void
put_char(struct charset *c, struct buf *out, struct span character,
    uint32_t number, enum charset_name is)
{
	struct buf b;

	buf_init(&b, 16);
	if (!charset_write(c, &b, character, is))
		buf_printf(out, "%%26%%23%u%%3B", (unsigned)number);
	for (size_t i = 0; i < b.n; i++)
		if ((unsigned char)b.at[i] >= 0x80)
			buf_printf(out, "%%%02X", (unsigned char)b.at[i]);
		else
			buf_byte(out, b.at[i]);
	buf_clear(&b);
}

struct span
charset_query(struct charset *c, struct buf *out, struct span reference,
    enum charset_name is)
{
	struct span query, rest;

	buf_reset(out);
	if (reference.n == 0 || is == CHARSET_UTF8 || is == CHARSET_UTF16LE ||
	    is == CHARSET_UTF16BE)
		return reference;
	query = rest = query_of(reference);
	if (is_ascii(query))
		return reference;
	buf_put(out, reference.at, (size_t)(query.at - reference.at));
	while (rest.n > 0 && !out->bad) {
		const char *at = rest.at;
		uint32_t number = text_next(&rest);

		if (number < 0x80)
			buf_byte(out, *at);
		else
			put_char(c, out, (struct span){ at,
			    (size_t)(rest.at - at) }, number, is);
	}
	buf_put(out, rest.at, reference.n - (size_t)(rest.at - reference.at));
	return out->bad ? reference : buf_look(out);
}
