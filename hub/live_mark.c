#include "hub/live_mark.h"

#include <inttypes.h>
#include <string.h>

#include "contrib/base/text.h"

bool
live_mark_parse(struct live_mark *m, struct span text)
{
	const char *dot = text.n > 0 ? memchr(text.at, '.', text.n) : NULL;
	struct span version = text, news = SPAN_NONE;

	if (dot != NULL) {
		version.n = (size_t)(dot - text.at);
		news = (struct span){ .at = dot + 1,
			.n = text.n - version.n - 1 };
	}
	*m = (struct live_mark){ .version = 0 };
	if (text_number(version, 0, UINT64_MAX, &m->version) &&
	    (dot == NULL || text_number(news, 0, UINT64_MAX, &m->news)))
		return true;
	*m = (struct live_mark){ .version = 0 };
	return false;
}

void
live_mark_put(struct buf *b, const struct live_mark *m)
{
	buf_printf(b, "%" PRIu64 ".%" PRIu64, m->version, m->news);
}
