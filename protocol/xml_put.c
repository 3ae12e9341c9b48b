/*
 * Writing XML: see the end of xml.h. Elements are written by their writers as
 * they stand; only what comes from outside goes through here.
 */
#include "contrib/base/clock.h"
#include "protocol/xml.h"

#include <inttypes.h>

static const char *
reference(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\t': return "&#9;";
	case '\n': return "&#10;";
	case '\r': return "&#13;";
	default: return NULL;
	}
}

/* Good for elements and attributes: what a reader would change is written as
 * a reference. */
void
xml_put_text(struct buf *b, struct span s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *r = reference(s.at[i]);

		if (r == NULL)
			continue;
		buf_put(b, s.at + from, i - from);
		buf_text(b, r);
		from = i + 1;
	}
	if (s.n > from)
		buf_put(b, s.at + from, s.n - from);
}

void
xml_put_attribute(struct buf *b, const char *name, struct span value)
{
	buf_byte(b, ' ');
	buf_text(b, name);
	buf_text(b, "=\"");
	xml_put_text(b, value);
	buf_byte(b, '"');
}

void
xml_put_number(struct buf *b, const char *name, uint64_t value)
{
	buf_printf(b, " %s=\"%" PRIu64 "\"", name, value);
}

void
xml_put_time(struct buf *b, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	xml_put_attribute(b, name, span_of(clock_format(text, ms)));
}
