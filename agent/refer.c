/* See refer.h. */
#include "agent/refer.h"

#include <string.h>

#include "agent/charset_query.h"
#include "agent/entity.h"
#include "contrib/base/text.h"
#include "protocol/url.h"

#define ENTITY_MAX 32		/* bytes of a name, with its ";" */
#define CHAR_MAX_VALUE 0x10ffffu
/* Bytes of a value; longer ones are no addresses. */
#define VALUE_MAX (REFER_TEXT_MAX / 3)

enum style { RELATIVE, FROM_ROOT, FROM_HOST, WHOLE, STYLES };

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

struct span
refer_trim(struct span raw)
{
	while (raw.n > 0 && is_blank(raw.at[0])) {
		raw.at++;
		raw.n--;
	}
	while (raw.n > 0 && is_blank(raw.at[raw.n - 1]))
		raw.n--;
	return raw;
}

/* --- character references ----------------------------------------------- */

/* "#38;", "#x26;": how many bytes it takes, 0 if it is none. */
static size_t
read_number(struct span s, uint32_t *c)
{
	size_t i = 1, from;
	bool hex = s.n > 1 && (s.at[1] == 'x' || s.at[1] == 'X');
	uint64_t value = 0;

	for (from = i += hex; i < s.n; i++) {
		unsigned digit = (unsigned)(unsigned char)s.at[i] - '0';
		unsigned letter = ((unsigned)(unsigned char)s.at[i] | 32) - 'a';

		if (digit > 9 && !(hex && letter < 6))
			break;
		digit = digit > 9 ? letter + 10 : digit;
		if (value <= CHAR_MAX_VALUE)
			value = value * (hex ? 16 : 10) + digit;
	}
	if (i == from || value == 0 || value > CHAR_MAX_VALUE ||
	    (value >= 0xd800 && value < 0xe000))
		return 0;
	*c = (uint32_t)value;
	return i < s.n && s.at[i] == ';' ? i + 1 : i;
}

/* "amp;": the same. Without a semicolon it is no name: "?a=1&copy=2". */
static size_t
read_name(struct span s, uint32_t *c)
{
	const char *end = memchr(s.at, ';', s.n < ENTITY_MAX ? s.n :
	    ENTITY_MAX);
	size_t n = end != NULL ? (size_t)(end - s.at) : 0;

	*c = entity_find((struct span){ s.at, n });
	return *c != 0 ? n + 1 : 0;
}

static void
decode(struct buf *out, struct span s)
{
	while (s.n > 0 && !out->bad) {
		const char *and = memchr(s.at, '&', s.n);
		size_t plain = and != NULL ? (size_t)(and - s.at) : s.n;
		size_t n = 0;
		uint32_t c = 0;

		buf_put(out, s.at, plain);
		s.at += plain;
		s.n -= plain;
		if (s.n == 0)
			return;
		s.at++;		/* the "&" */
		s.n--;
		if (s.n > 0)
			n = s.at[0] == '#' ? read_number(s, &c) :
			    read_name(s, &c);
		if (n > 0)
			text_put_char(out, c);
		else
			buf_byte(out, '&');
		s.at += n;
		s.n -= n;
	}
}

/* For a value with any quotes or none. */
static void
encode(struct buf *out, struct span s, char quote)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] == '&')
			buf_text(out, "&amp;");
		else if (s.at[i] == '"')
			buf_text(out, "&quot;");
		else if (s.at[i] == '\'' && quote != '"')
			buf_text(out, "&#39;");
		else
			buf_byte(out, s.at[i]);
	}
}

/* --- reading ------------------------------------------------------------ */

static bool
has_nul(struct span s)
{
	return s.n > 0 && memchr(s.at, '\0', s.n) != NULL;
}

/* As page.c reads them. */
static void
put_without_nuls(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_byte(out, s.at[i] != '\0' ? s.at[i] : ' ');
}

bool
refer_text(struct buf *out, const struct refer *r)
{
	struct buf utf8, plain;
	struct span raw = r->raw;
	bool ok;

	if (raw.n > VALUE_MAX)
		return false;
	buf_init(&utf8, REFER_TEXT_MAX);
	buf_init(&plain, VALUE_MAX);
	if (has_nul(raw)) {
		put_without_nuls(&plain, raw);
		raw = buf_look(&plain);
	}
	ok = charset_read(r->charset, &utf8, raw, r->is) || r->lossy;
	ok = ok && !utf8.bad;
	if (ok)
		decode(out, url_trim(buf_look(&utf8)));
	buf_clear(&plain);
	buf_clear(&utf8);
	return ok && !out->bad && out->n > 0;
}

bool
refer_resolve(struct buf *out, const struct refer *r, struct span text)
{
	struct buf b;
	bool ok;

	text = url_trim(text);
	if (text.n == 0 || text.at[0] == '#')
		return false;
	buf_init(&b, REFER_TEXT_MAX);
	ok = url_resolve(out, r->base, charset_query(r->charset, &b, text,
	    r->is), NULL) && !out->bad;
	buf_clear(&b);
	return ok;
}

bool
refer_read(struct buf *out, const struct refer *r)
{
	struct buf text;
	bool ok;

	if (r->raw.n == 0)
		return false;
	buf_init(&text, REFER_TEXT_MAX);
	ok = refer_text(&text, r) && refer_resolve(out, r, buf_look(&text));
	buf_clear(&text);
	return ok;
}

/* --- writing ------------------------------------------------------------ */

static bool
is_slash(struct span s, size_t i)
{
	return i < s.n && (s.at[i] == '/' || s.at[i] == '\\');
}

static enum style
style_of(struct span text)
{
	if (text_same_nocase((struct span){ text.at, text.n < 5 ? text.n : 5 },
	    SPAN("http:")) || text_same_nocase((struct span){ text.at,
	    text.n < 6 ? text.n : 6 }, SPAN("https:")))
		return WHOLE;
	if (is_slash(text, 0))
		return is_slash(text, 1) ? FROM_HOST : FROM_ROOT;
	return RELATIVE;
}

static struct span
behind(struct span s, size_t n)
{
	return (struct span){ s.at + n, s.n - n };
}

/* Bytes of scheme and "//" of a normal form. */
static size_t
scheme_length(struct span url)
{
	return url.at[4] == 's' ? 8 : 7;
}

/* … and of host and port. */
static size_t
root_length(struct span url)
{
	size_t n = scheme_length(url);
	const char *slash = memchr(url.at + n, '/', url.n - n);

	return (size_t)(slash - url.at);
}

static bool
same_scheme(struct span a, struct span b)
{
	return scheme_length(a) == scheme_length(b);
}

/* The same host and port, or both the host's own of http and https. */
static bool
same_host(struct span a, struct span b)
{
	size_t x = scheme_length(a), y = scheme_length(b);
	struct span host = { a.at + x, root_length(a) - x };

	return span_is(host, (struct span){ b.at + y, root_length(b) - y }) &&
	    (x == y || memchr(host.at, ':', host.n) == NULL);
}

/* Bytes of the path up to its last slash, with it; from the host's on. */
static size_t
dir_length(struct span path)
{
	const char *query = memchr(path.at, '?', path.n);
	size_t n = query != NULL ? (size_t)(query - path.at) : path.n;

	while (n > 0 && path.at[n - 1] != '/')
		n--;
	return n;
}

/* From one path to another: up as far as need be, then down. */
static void
put_relative(struct buf *out, struct span from, struct span to)
{
	size_t dir = dir_length(from), last = dir_length(to), same = 0;
	struct span rest;
	size_t before = out->n;

	for (size_t i = 0; i < dir && i < last && from.at[i] == to.at[i]; i++)
		if (from.at[i] == '/')
			same = i + 1;
	for (size_t i = same; i < dir; i++)
		if (from.at[i] == '/')
			buf_text(out, "../");
	rest = behind(to, same);
	if (out->n == before && (rest.n == 0 || rest.at[0] == '/' ||
	    rest.at[0] == '?' || memchr(rest.at, ':', rest.n) != NULL))
		buf_text(out, "./");	/* "b:c" would be a scheme */
	buf_span(out, rest);
}

/* `to` in this style; false: there is no such way. */
static bool
put_style(struct buf *out, struct span base, struct span to, enum style style)
{
	if (style == WHOLE) {
		buf_span(out, to);
		return true;
	}
	if (style == FROM_HOST) {
		buf_span(out, behind(to, scheme_length(to) - 2));
		return same_scheme(base, to);
	}
	if (!same_host(base, to))
		return false;
	if (style == FROM_ROOT)
		buf_span(out, behind(to, root_length(to)));
	else
		put_relative(out, behind(base, root_length(base)),
		    behind(to, root_length(to)));
	return true;
}

/* Does it lead there, from a page on the web? Another scheme of the same
 * host is the same place. */
static bool
leads_to(struct span base, struct span reference, struct span to)
{
	struct buf b;
	struct span got;
	bool is;

	buf_init(&b, LIMIT_URL);
	is = url_resolve(&b, base, reference, NULL) && !b.bad;
	got = buf_look(&b);
	is = is && same_host(got, to) && span_is(behind(got,
	    root_length(got)), behind(to, root_length(to)));
	buf_clear(&b);
	return is;
}

/* The fragment's bytes in the page, with "#". False: it is written so that it
 * can't be told apart. */
static bool
fragment(struct span raw, struct span text, struct span *out)
{
	*out = SPAN_NONE;
	if (memchr(text.at, '#', text.n) == NULL)
		return true;
	for (size_t i = 0; i < raw.n; i++)
		if (raw.at[i] == '#' && (i == 0 || raw.at[i - 1] != '&')) {
			*out = behind(raw, i);
			return true;
		}
	return false;
}

static bool
put_best(struct buf *out, const struct refer *r, struct span text,
    struct span to)
{
	static const enum style next[] = { [RELATIVE] = FROM_ROOT,
		[FROM_ROOT] = WHOLE, [FROM_HOST] = WHOLE, [WHOLE] = STYLES };
	struct buf b;
	bool done = false;

	buf_init(&b, (size_t)4 * LIMIT_URL);
	for (enum style way = style_of(text); way < STYLES && !done;
	    way = next[way]) {
		buf_reset(&b);
		done = put_style(&b, r->base, to, way) && !b.bad &&
		    leads_to(r->base, buf_look(&b), to);
	}
	if (done && r->listed)	/* there a comma at an end is none of it */
		done = b.at[0] != ',' && b.at[b.n - 1] != ',';
	if (done)
		encode(out, buf_look(&b), r->quote);
	buf_clear(&b);
	return done;
}

/* Does it say who is to sign in there? Written anew, that would be lost. */
static bool
names_user(struct span text)
{
	size_t from = 0, n;

	if (style_of(text) == WHOLE)
		while (text.at[from++] != ':')
			;
	while (is_slash(text, from))
		from++;
	if (from == 0)
		return false;
	for (n = from; n < text.n && !is_slash(text, n) &&
	    text.at[n] != '?' && text.at[n] != '#'; n++)
		;
	return memchr(text.at + from, '@', n - from) != NULL;
}

/* With mark-up in it its quote wasn't closed where somebody meant it to be. */
static bool
has_markup(struct span text)
{
	return memchr(text.at, '<', text.n) != NULL ||
	    memchr(text.at, '>', text.n) != NULL;
}

bool
refer_write(struct buf *out, const struct refer *r, struct span to)
{
	struct buf text;
	struct span end;
	bool ok;

	if (r->raw.n == 0 || r->lossy || has_nul(r->raw)) /* it would stay */
		return false;
	buf_init(&text, REFER_TEXT_MAX);
	ok = refer_text(&text, r) && !names_user(buf_look(&text)) &&
	    !has_markup(buf_look(&text)) &&
	    fragment(r->raw, buf_look(&text), &end) &&
	    put_best(out, r, buf_look(&text), to);
	if (ok)
		buf_span(out, end);
	buf_clear(&text);
	return ok && !out->bad;
}
