#include "hub/http_query.h"

#include "contrib/base/text.h"

bool
http_query_decode(struct buf *out, struct span s, bool plus)
{
	uint8_t byte;

	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] == '+' && plus) {
			buf_byte(out, ' ');
		} else if (s.at[i] != '%') {
			buf_byte(out, s.at[i]);
		} else {
			if (s.n - i < 3 || !text_unhex((struct span){
			    .at = s.at + i + 1, .n = 2 }, &byte, 1))
				return false;
			buf_byte(out, (char)byte);
			i += 2;
		}
	}
	return !out->bad;
}

/* The next of the parts between '&'; false at the end. */
static bool
next_part(struct span *query, struct span *part)
{
	const char *at;

	if (query->n == 0)
		return false;
	at = memchr(query->at, '&', query->n);
	*part = (struct span){ .at = query->at,
	    .n = at != NULL ? (size_t)(at - query->at) : query->n };
	query->at += part->n;
	query->n -= part->n;
	if (at != NULL)
		query->at++, query->n--;
	return true;
}

/* The first argument of that name, as it came. */
static bool
find(struct span query, const char *name, struct span *value)
{
	size_t n = strlen(name);
	struct span part;

	while (next_part(&query, &part)) {
		if (part.n <= n || memcmp(part.at, name, n) != 0 ||
		    part.at[n] != '=')
			continue;
		*value = (struct span){ .at = part.at + n + 1,
		    .n = part.n - n - 1 };
		return true;
	}
	return false;
}

bool
http_query_get(struct span query, const char *name, struct buf *out)
{
	struct span value;

	if (!find(query, name, &value))
		return false;
	buf_reset(out);
	if (http_query_decode(out, value, true))
		return true;
	if (!out->bad)
		buf_reset(out);
	return false;
}

bool
http_query_has(struct span query, const char *name)
{
	struct span value;

	return find(query, name, &value);
}
