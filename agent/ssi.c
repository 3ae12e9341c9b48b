/* See ssi.h. */
#include "agent/ssi.h"

#include <stdbool.h>
#include <string.h>

#include "contrib/base/text.h"

/* The value of virtual="…" or file="…" in a directive. */
static bool
value_of(struct span directive, struct span *value)
{
	const char *end, *mark = memchr(directive.at, '=', directive.n);
	struct span rest;

	if (mark == NULL)
		return false;
	rest = text_trim((struct span){ mark + 1, directive.n -
	    (size_t)(mark + 1 - directive.at) });
	if (rest.n < 2 || (rest.at[0] != '"' && rest.at[0] != '\''))
		return false;
	end = memchr(rest.at + 1, rest.at[0], rest.n - 1);
	if (end == NULL)
		return false;
	*value = (struct span){ rest.at + 1, (size_t)(end - rest.at - 1) };
	return value->n > 0;
}

void
ssi_each(struct span page, ssi_fn *fn, void *arg)
{
	static const struct span begin = SPAN("<!--#include");
	const char *counted = page.at, *at, *end;
	struct span value;
	uint32_t line = 1;

	for (size_t n = 0; n < SSI_MOST;) {
		at = page.n == 0 ? NULL : memmem(page.at, page.n, begin.at,
		    begin.n);
		if (at == NULL)
			return;
		page.n -= (size_t)(at + begin.n - page.at);
		page.at = at + begin.n;
		end = page.n == 0 ? NULL : memmem(page.at, page.n, "-->", 3);
		if (end == NULL)
			return;
		for (; counted < at; counted++)
			line += *counted == '\n';
		if (value_of((struct span){ page.at,
		    (size_t)(end - page.at) }, &value)) {
			fn(arg, value, line);
			n++;
		}
	}
}
