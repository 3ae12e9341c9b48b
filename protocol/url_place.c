/*
 * Places; see url_place.h.
 */
#include "protocol/url_place.h"

#include "contrib/base/text.h"

struct span
url_bare(struct span url)
{
	for (size_t n = 7; n <= 8 && n < url.n; n++)
		if (memcmp(url.at, n == 7 ? "http://" : "https://", n) == 0)
			return (struct span){ url.at + n, url.n - n };
	return SPAN_NONE;
}

static bool
is_index(struct span name)
{
	static const char *const ends[] = { "htm", "html", "shtml", "xhtml",
		"jhtml", "jsp", "jspx", "php", "asp", "aspx", "do" };

	if (name.n > 6 && text_same_nocase((struct span){ name.at, 6 },
	    SPAN("index.")))
		name = (struct span){ name.at + 6, name.n - 6 };
	else if (name.n > 8 && text_same_nocase((struct span){ name.at, 8 },
	    SPAN("default.")))
		name = (struct span){ name.at + 8, name.n - 8 };
	else
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (text_same_nocase(name, span_of(ends[i])))
			return true;
	return false;
}

/* Bytes of the path that count; it begins with a slash. */
static size_t
kept(struct span path)
{
	size_t name = path.n;

	while (path.at[name - 1] != '/')
		name--;
	if (is_index((struct span){ path.at + name, path.n - name }))
		path.n = name;
	return path.at[path.n - 1] == '/' ? path.n - 1 : path.n;
}

bool
url_place_parts(struct span part[2], struct span url)
{
	struct span bare = url_bare(url);
	const char *slash = bare.n > 0 ? memchr(bare.at, '/', bare.n) : NULL;
	const char *query, *end = bare.at + bare.n;

	if (slash == NULL || slash == bare.at)
		return false;
	query = memchr(slash, '?', (size_t)(end - slash));
	if (query == NULL)
		query = end;
	part[0] = (struct span){ bare.at, (size_t)(slash - bare.at) +
	    kept((struct span){ slash, (size_t)(query - slash) }) };
	part[1] = (struct span){ query, (size_t)(end - query) };
	return true;
}

bool
url_place(struct buf *b, struct span url)
{
	struct span part[2];

	if (!url_place_parts(part, url))
		return false;
	buf_span(b, part[0]);
	buf_span(b, part[1]);
	return true;
}

bool
url_place_same(struct span a, struct span b)
{
	struct span x[2], y[2];

	return url_place_parts(x, a) && url_place_parts(y, b) &&
	    span_is(x[0], y[0]) && span_is(x[1], y[1]);
}
