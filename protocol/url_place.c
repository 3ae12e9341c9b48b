/*
 * Places; see url_place.h.
 */
#include "protocol/url_place.h"

#include <string.h>

#include "contrib/base/text.h"

struct span
url_bare(struct span url)
{
	for (size_t n = 7; n <= 8 && n < url.n; n++)
		if (memcmp(url.at, n == 7 ? "http://" : "https://", n) == 0)
			return (struct span){ url.at + n, url.n - n };
	return SPAN_NONE;
}

#define STATIC 4		/* of the ends, the first ones: files */

static bool
is_index(struct span name, bool program)
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
	for (size_t i = program ? STATIC : 0;
	    i < sizeof(ends) / sizeof(ends[0]); i++)
		if (text_same_nocase(name, span_of(ends[i])))
			return true;
	return false;
}

/* What stands behind the last slash. */
static struct span
last_name(struct span path)
{
	size_t at = path.n;

	while (at > 0 && path.at[at - 1] != '/')
		at--;
	return (struct span){ path.at + at, path.n - at };
}

/* Bytes of the path that count; it begins with a slash. */
static size_t
kept(struct span path)
{
	struct span name = last_name(path);

	if (is_index(name, false))
		path.n -= name.n;
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

/* --- spelling ------------------------------------------------------------- */

/* RFC 3986 takes these for two addresses as they are and encoded; to servers
 * of files they are one name. */
static char
mark_of(struct span s, size_t i)
{
	static const char marks[] = "!$&'()*+,;=:@";
	uint8_t byte;

	if (s.at[i] != '%' || s.n - i < 3 ||
	    !text_unhex((struct span){ s.at + i + 1, 2 }, &byte, 1) ||
	    byte == 0 || strchr(marks, byte) == NULL)
		return '\0';
	return (char)byte;
}

char
url_place_byte(struct span path, size_t *i)
{
	char mark = mark_of(path, *i), c = path.at[*i];

	*i += mark != '\0' ? 3 : 1;
	return mark != '\0' ? mark : c;
}

void
url_place_spell(struct buf *b, struct span path)
{
	for (size_t i = 0; i < path.n;)
		buf_byte(b, url_place_byte(path, &i));
}

size_t
url_place_heads(struct span head, struct span path)
{
	size_t i = 0, n = 0;

	if (head.n <= path.n && memcmp(head.at, path.at, head.n) == 0 &&
	    memchr(head.at, '%', head.n) == NULL)
		return head.n;
	while (i < head.n && n < path.n)
		if (url_place_byte(head, &i) != url_place_byte(path, &n))
			return 0;
	return i < head.n ? 0 : n;
}

static bool
is_spelled(struct span a, struct span b)
{
	return span_is(a, b) || url_place_heads(a, b) == b.n;
}

/* --- places --------------------------------------------------------------- */

bool
url_place(struct buf *b, struct span url)
{
	struct span part[2];

	if (!url_place_parts(part, url))
		return false;
	url_place_spell(b, part[0]);
	buf_span(b, part[1]);
	return true;
}

bool
url_place_same(struct span a, struct span b)
{
	struct span x[2], y[2];

	return url_place_parts(x, a) && url_place_parts(y, b) &&
	    is_spelled(x[0], y[0]) && span_is(x[1], y[1]);
}

/* --- pages ---------------------------------------------------------------- */

bool
url_place_is_index(struct span name)
{
	return is_index(name, false);
}

struct span
url_place_index(struct span url)
{
	struct span stem = url_bare(url), name;
	const char *query = stem.n > 0 ? memchr(stem.at, '?', stem.n) : NULL;

	if (stem.n == 0)
		return SPAN_NONE;
	if (query != NULL)
		stem.n = (size_t)(query - stem.at);
	name = last_name(stem);
	return name.n < stem.n && is_index(name, false) ? name : SPAN_NONE;
}

bool
url_place_page_of(struct buf *b, struct span url, struct span name)
{
	struct span part[2];

	if (!url_place_parts(part, url))
		return false;
	url_place_spell(b, part[0]);
	buf_span(b, part[1]);
	if (name.n > 0)
		buf_byte(b, URL_PLACE_INDEX);
	buf_span(b, name);
	return true;
}

bool
url_place_page(struct buf *b, struct span url)
{
	return url_place_page_of(b, url, url_place_index(url));
}

bool
url_place_page_same(struct span a, struct span b)
{
	struct span x = url_place_index(a), y = url_place_index(b);

	return url_place_same(a, b) && span_is(x, y);
}

/* --- of links ------------------------------------------------------------- */

bool
url_place_asked(struct span url, struct span page)
{
	struct span x[2], y[2], stem = url_bare(url), whole = url_bare(page);

	if (stem.at == NULL || whole.at == NULL ||
	    !url_place_parts(x, url) || !url_place_parts(y, page) ||
	    x[1].n == 0 || y[1].n > 0 || !is_spelled(x[0], y[0]))
		return false;
	stem.n -= x[1].n;
	return !is_index(last_name(stem), true) || is_spelled(stem, whole);
}

static struct span
authority(struct span bare)
{
	const char *slash = bare.n > 0 ? memchr(bare.at, '/', bare.n) : NULL;

	if (slash != NULL)
		bare.n = (size_t)(slash - bare.at);
	return bare;
}

void
url_place_secure(struct buf *b, struct span to, struct span link)
{
	struct span bare = url_bare(to), was = url_bare(link);

	if (bare.n > 0 && was.n > 0 && to.n - bare.n < link.n - was.n &&
	    span_is(authority(bare), authority(was))) {
		buf_put(b, link.at, link.n - was.n);
		to = bare;
	}
	buf_span(b, to);
}
