/*
 * Ids of items; see known.h. "source:path", or where the path is no text
 * "source%:" and the odd bytes percent-encoded; what people said of an
 * address has the address for an id.
 */
#include "agent/known.h"

#include "contrib/base/err.h"
#include "protocol/utf8.h"

/* The file's name may be in any bytes, an id is text. */
static void
put_encoded(struct buf *out, struct span path)
{
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.at[i];

		if (c <= ' ' || c >= 0x7f || c == '%')
			buf_printf(out, "%%%02X", c);
		else
			buf_byte(out, (char)c);
	}
}

/* Text that looks the same to everybody: no controls, no blanks at its ends
 * (XML readers drop those). */
static bool
is_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f)
			return false;
	return s.n > 0 && s.at[0] != ' ' && s.at[s.n - 1] != ' ' &&
	    utf8_is_text(s);
}

void
known_id(struct buf *out, struct span source, struct span path)
{
	if (source.n == 0)
		return;
	if (span_is(source, SPAN(KNOWN_STRAY))) {
		buf_span(out, path);
		return;
	}
	buf_span(out, source);
	if (is_plain(path)) {
		buf_byte(out, ':');
		buf_span(out, path);
	} else {
		buf_text(out, "%:");
		put_encoded(out, path);
	}
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void
put_decoded(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		int high = -1, low = -1;

		if (s.at[i] == '%' && s.n - i > 2) {
			high = digit(s.at[i + 1]);
			low = digit(s.at[i + 2]);
		}
		if (high < 0 || low < 0) {
			buf_byte(out, s.at[i]);
			continue;
		}
		buf_byte(out, (char)(high * 16 + low));
		i += 2;
	}
}

/* The part before the colon, if it could be a source's name. */
static bool
take_source(struct span *source, struct span *rest, bool *encoded,
    struct span id)
{
	size_t n = 0;

	while (n < id.n && n <= KNOWN_SOURCE_MAX && id.at[n] != ':')
		n++;
	if (n == 0 || n >= id.n || id.at[n] != ':')
		return false;
	*rest = (struct span){ .at = id.at + n + 1, .n = id.n - n - 1 };
	*encoded = id.at[n - 1] == '%';
	*source = (struct span){ .at = id.at, .n = n - *encoded };
	return source->n > 0 && !span_is(*source, SPAN(KNOWN_STRAY));
}

/* Would known_id() make it of these? What it wouldn't nobody here told. */
static bool
is_of(struct span id, struct span source, struct span path)
{
	struct buf again;
	bool same;

	buf_init(&again, KNOWN_ID_MAX);
	known_id(&again, source, path);
	same = !again.bad && span_is(id, buf_look(&again));
	buf_clear(&again);
	return same;
}

void
known_of_id(struct span id, struct span url, struct buf *keep,
    struct span *source, struct span *path)
{
	struct span rest;
	bool encoded;

	if (id.n == 0 || span_is(id, url)) {
		*source = SPAN_NONE;
		*path = url;
		return;
	}
	if (take_source(source, &rest, &encoded, id)) {
		buf_reset(keep);
		if (encoded)
			put_decoded(keep, rest);
		else
			buf_span(keep, rest);
		*path = buf_look(keep);
		if (path->n > 0 && is_of(id, *source, *path))
			return;
	}
	*source = SPAN(KNOWN_STRAY);
	*path = id;
}
