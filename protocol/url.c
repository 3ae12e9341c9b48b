/*
 * Addresses in one normal form; see url.h. Each is judged a byte at a time
 * and written as it should be; what comes out normalises to itself.
 *
 * Most that pass here are normal already: url_is_normal() sees that in one
 * walk without writing anything. Where it isn't sure the long way decides.
 */
#include "protocol/url.h"

#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/sha.h"

enum {			/* what a byte is in a path or a query */
	PLAIN = 1,	/* stands for itself: pchar, "/" */
	OPEN = 2,	/* unreserved: never percent-encoded */
	HEX = 4,	/* a digit of percent-encoding in normal form */
	HOST = 8,	/* of a host name in normal form */
};

#define LETTER(c) [c] = PLAIN | OPEN | HOST, [(c) - 32] = PLAIN | OPEN
#define HEXLETTER(c) [c] = PLAIN | OPEN | HOST, [(c) - 32] = PLAIN | OPEN | HEX
#define DIGIT(c) [c] = PLAIN | OPEN | HEX | HOST

static const uint8_t class[256] = {
	HEXLETTER('a'), HEXLETTER('b'), HEXLETTER('c'), HEXLETTER('d'),
	HEXLETTER('e'), HEXLETTER('f'), LETTER('g'), LETTER('h'),
	LETTER('i'), LETTER('j'), LETTER('k'), LETTER('l'), LETTER('m'),
	LETTER('n'), LETTER('o'), LETTER('p'), LETTER('q'), LETTER('r'),
	LETTER('s'), LETTER('t'), LETTER('u'), LETTER('v'), LETTER('w'),
	LETTER('x'), LETTER('y'), LETTER('z'),
	DIGIT('0'), DIGIT('1'), DIGIT('2'), DIGIT('3'), DIGIT('4'),
	DIGIT('5'), DIGIT('6'), DIGIT('7'), DIGIT('8'), DIGIT('9'),
	['-'] = PLAIN | OPEN | HOST, ['.'] = PLAIN | OPEN | HOST,
	['_'] = PLAIN | OPEN | HOST, ['~'] = PLAIN | OPEN,
	['!'] = PLAIN, ['$'] = PLAIN, ['&'] = PLAIN, ['\''] = PLAIN,
	['('] = PLAIN, [')'] = PLAIN, ['*'] = PLAIN, ['+'] = PLAIN,
	[','] = PLAIN, [';'] = PLAIN, ['='] = PLAIN, [':'] = PLAIN,
	['@'] = PLAIN, ['/'] = PLAIN,
};

static bool
is(char c, unsigned what)
{
	return (class[(uint8_t)c] & what) != 0;
}

static bool
refuse(const char **why, const char *reason)
{
	if (why != NULL)
		*why = reason;
	return false;
}

static struct span
cut(struct span s, size_t from, size_t to)
{
	if (from > 0)
		s.at += from;	/* none at all may be NULL */
	s.n = to - from;
	return s;
}

/* Where s first has one of the characters of `set`, or its length. */
static size_t
find(struct span s, size_t from, const char *set)
{
	while (from < s.n && (s.at[from] == '\0' ||
	    strchr(set, s.at[from]) == NULL))
		from++;
	return from;
}

/* --- the short way ---------------------------------------------------------- */

/* "%XX" at s[i] that has to be there, and is written as it should be. */
static bool
is_escape(struct span s, size_t i)
{
	uint8_t byte;

	return s.n - i >= 3 && is(s.at[i + 1], HEX) && is(s.at[i + 2], HEX) &&
	    text_unhex(cut(s, i + 1, i + 3), &byte, 1) &&
	    !is((char)byte, OPEN);
}

/* A path and a query; a segment that begins with a dot is not for us. */
static bool
is_plain(struct span s, size_t i)
{
	bool query = false;

	for (; i < s.n; i++) {
		if (is(s.at[i], PLAIN)) {
			if (s.at[i] == '.' && s.at[i - 1] == '/' && !query)
				return false;
		} else if (s.at[i] == '?') {
			query = true;
		} else if (s.at[i] != '%' || !is_escape(s, i)) {
			return false;
		}
	}
	return true;
}

static bool
is_surely_normal(struct span s)
{
	size_t i, start = 7;

	if (s.n > LIMIT_URL || s.n < 9 || memcmp(s.at, "http", 4) != 0)
		return false;
	if (s.at[4] == 's')
		start = 8;
	if (memcmp(s.at + start - 3, "://", 3) != 0)
		return false;
	for (i = start; i < s.n && is(s.at[i], HOST); i++)
		;
	return i < s.n && s.at[i] == '/' &&
	    url_host_is_normal(cut(s, start, i)) && is_plain(s, i);
}

/* --- the long way ----------------------------------------------------------- */

/* The byte that "%XX" at s[i] stands for, or -1. */
static int
escaped(struct span s, size_t i)
{
	uint8_t byte;

	return s.n - i >= 3 && text_unhex(cut(s, i + 1, i + 3), &byte, 1) ?
	    byte : -1;
}

static void
put_byte(struct buf *out, uint8_t c, bool was_escaped, bool query)
{
	static const char digits[] = "0123456789ABCDEF";

	if (is((char)c, was_escaped ? OPEN : PLAIN) ||
	    (query && !was_escaped && c == '?')) {
		buf_byte(out, (char)c);
	} else {
		buf_byte(out, '%');
		buf_byte(out, digits[c >> 4]);
		buf_byte(out, digits[c & 15]);
	}
}

/* Was the segment that ends here "." or ".."? Then it goes, ".." with the
 * one before it. A path begins at `root`, each segment after a slash. */
static bool
drop_dots(struct buf *out, size_t root, size_t *segment)
{
	struct span s = cut(buf_look(out), *segment, out->n);
	bool up = span_is(s, SPAN(".."));

	if (!up && !span_is(s, SPAN(".")))
		return false;
	if (up && *segment - 1 > root)
		for ((*segment)--; out->at[*segment - 1] != '/'; )
			(*segment)--;
	buf_cut(out, *segment);
	return true;
}

/* s is empty or begins with a slash, of either kind: browsers take both. */
static void
put_path(struct buf *out, struct span s)
{
	size_t root = out->n, segment = root + 1;

	buf_byte(out, '/');
	for (size_t i = 1; i < s.n && !out->bad; i++) {
		int byte = s.at[i] == '%' ? escaped(s, i) : -1;

		if (s.at[i] == '/' || s.at[i] == '\\') {
			if (!drop_dots(out, root, &segment)) {
				buf_byte(out, '/');
				segment = out->n;
			}
		} else if (byte >= 0) {
			put_byte(out, (uint8_t)byte, true, false);
			i += 2;
		} else {
			put_byte(out, (uint8_t)s.at[i], false, false);
		}
	}
	if (!out->bad)
		drop_dots(out, root, &segment);
}

static void
put_query(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n && !out->bad; i++) {
		int byte = s.at[i] == '%' ? escaped(s, i) : -1;

		if (byte >= 0) {
			put_byte(out, (uint8_t)byte, true, true);
			i += 2;
		} else if (i == 0) {
			buf_byte(out, '?');
		} else {
			put_byte(out, (uint8_t)s.at[i], false, true);
		}
	}
}

static bool
put_port(struct buf *out, struct span s, bool secure, const char **why)
{
	uint64_t port = secure ? 443 : 80;

	while (s.n > 1 && s.at[0] == '0')
		s = cut(s, 1, s.n);
	if (s.n > 0 && !text_number(s, 1, 65535, &port))
		return refuse(why, ("the port is not a number of 1 to 65535"));
	if (port != (secure ? 443 : 80))
		buf_printf(out, ":%u", (unsigned)port);
	return true;
}

/* "host", "host:port", "[::1]:port" */
static bool
put_authority(struct buf *out, struct span s, bool secure, const char **why)
{
	size_t end = s.n > 0 && s.at[0] == '[' ? find(s, 0, "]") : 0;

	if (find(s, 0, "@") < s.n)
		return refuse(why, ("an address with a user name or password "
		    "is not taken"));
	end = find(s, end, ":");
	if (!url_host_normal(out, cut(s, 0, end), why))
		return false;
	return end == s.n || put_port(out, cut(s, end + 1, s.n), secure, why);
}

static bool
has_controls(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.at[i] < ' ' || s.at[i] == 0x7f)
			return true;
	return false;
}

/* Length of "http://" or "https://" at the start of s, or 0. */
static size_t
scheme(struct span s, bool *secure)
{
	for (size_t n = 7; n <= 8 && n <= s.n; n++) {
		*secure = n == 8;
		if (text_same_nocase(cut(s, 0, n),
		    *secure ? SPAN("https://") : SPAN("http://")))
			return n;
	}
	return 0;
}

static bool
put_normal(struct buf *out, struct span s, const char **why)
{
	bool secure;
	size_t start = scheme(s, &secure);

	if (start == 0)
		return refuse(why, ("not an address: expected http:// or "
		    "https:// and a host"));
	if (s.n > 4 * LIMIT_URL)	/* even if %41 becomes A throughout */
		return refuse(why, ("an address of more than 2048 bytes"));
	if (has_controls(s))
		return refuse(why, ("a control character in an address"));
	size_t authority = find(s, start, "/\\?#");
	size_t path = find(s, authority, "?#");
	size_t query = find(s, path, "#");

	buf_text(out, secure ? "https://" : "http://");
	if (!put_authority(out, cut(s, start, authority), secure, why))
		return false;
	put_path(out, cut(s, authority, path));
	put_query(out, cut(s, path, query));
	return true;
}

/* Written aside first: out gets all of it or is left as it was. */
bool
url_normal(struct buf *out, struct span s, const char **why)
{
	struct buf b;
	bool good;

	if (is_surely_normal(s)) {
		buf_span(out, s);
		return true;
	}
	buf_init(&b, LIMIT_URL);
	good = put_normal(&b, s, why);
	if (b.bad)
		good = refuse(why, "an address of more than 2048 bytes");
	if (good)
		buf_span(out, buf_look(&b));
	buf_clear(&b);
	return good;
}

bool
url_is_normal(struct span s)
{
	struct buf b;
	bool same;

	if (is_surely_normal(s))
		return true;
	buf_init(&b, LIMIT_URL);
	same = url_normal(&b, s, NULL) && span_is(buf_look(&b), s);
	buf_clear(&b);
	return same;
}

/* --- references ------------------------------------------------------------- */

struct span
url_trim(struct span reference)
{
	size_t from = 0, to = reference.n;

	while (from < to && (uint8_t)reference.at[from] <= ' ')
		from++;
	while (to > from && (uint8_t)reference.at[to - 1] <= ' ')
		to--;
	return cut(reference, from, to);
}

/* As browsers do: no blanks at the ends, no line ends inside. */
static void
put_reference(struct buf *out, struct span s)
{
	s = url_trim(s);
	for (size_t i = 0; i < s.n && !out->bad; i++)
		if (s.at[i] != '\t' && s.at[i] != '\n' && s.at[i] != '\r')
			buf_byte(out, s.at[i]);
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_of_scheme(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '+' ||
	    c == '-' || c == '.';
}

/* Does it begin with a scheme, whichever? */
static bool
has_scheme(struct span s)
{
	size_t n = find(s, 0, ":/\\?#");

	if (n == s.n || n == 0 || s.at[n] != ':' || !is_letter(s.at[0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_of_scheme(s.at[i]))
			return false;
	return true;
}

/* Length of "http:" or "https:", or 0. */
static size_t
web_scheme(struct span s, bool *secure)
{
	for (size_t n = 5; n <= 6 && n <= s.n; n++) {
		*secure = n == 6;
		if (text_same_nocase(cut(s, 0, n),
		    *secure ? SPAN("https:") : SPAN("http:")))
			return n;
	}
	return 0;
}

static bool
is_slash(struct span s, size_t i)
{
	return i < s.n && (s.at[i] == '/' || s.at[i] == '\\');
}

/* How much of the base stays in front of r, which names no host (RFC 3986
 * §5.2.2). */
static size_t
kept(struct span base, struct span r)
{
	size_t root = find(base, 8, "/"), query = find(base, root, "?");

	if (is_slash(r, 0))
		return root;
	if (r.n == 0 || r.at[0] == '#')
		return base.n;
	if (r.at[0] == '?')
		return query;
	while (base.at[query - 1] != '/')
		query--;
	return query;
}

/* A host and what follows it: slashes before it don't count, however many, and
 * who is to sign in there isn't part of an address. */
static void
put_host_part(struct buf *whole, bool secure, struct span s)
{
	size_t from = 0, end, at;

	while (is_slash(s, from))
		from++;
	end = find(s, from, "/\\?#");
	for (at = end; at > from; at--)
		if (s.at[at - 1] == '@')
			break;
	buf_text(whole, secure ? "https://" : "http://");
	buf_span(whole, cut(s, at > from ? at : from, s.n));
}

/* r stands in a page at base: written out, but not in normal form yet. "http:"
 * of a page that is http is as if it weren't there. */
static void
put_whole(struct buf *whole, struct span base, struct span r)
{
	bool secure = false, base_secure = base.n > 4 && base.at[4] == 's';
	size_t n = web_scheme(r, &secure);

	if (n == 0 && has_scheme(r)) {
		buf_span(whole, r);
		return;
	}
	if (n == 0)
		secure = base_secure;
	r = cut(r, n, r.n);
	if (secure != base_secure || (is_slash(r, 0) && is_slash(r, 1))) {
		put_host_part(whole, secure, r);
	} else {
		buf_span(whole, cut(base, 0, kept(base, r)));
		buf_span(whole, r);
	}
}

bool
url_resolve(struct buf *out, struct span base, struct span reference,
    const char **why)
{
	struct buf r, whole;
	bool good;

	buf_init(&r, 4 * LIMIT_URL);
	buf_init(&whole, 5 * LIMIT_URL);
	put_reference(&r, reference);
	put_whole(&whole, base, buf_look(&r));
	if (r.bad || whole.bad)
		good = refuse(why, ("an address of more than 2048 bytes"));
	else
		good = url_normal(out, buf_look(&whole), why);
	buf_clear(&whole);
	buf_clear(&r);
	return good;
}

/* --- taking apart ------------------------------------------------------------ */

bool
url_parse(struct url *u, struct span normal)
{
	bool secure;
	uint64_t port;
	size_t start = scheme(normal, &secure);
	size_t path = find(normal, start, "/");
	size_t query = find(normal, path, "?");
	size_t host = start;

	if (start == 0 || path == normal.n)
		return false;
	if (normal.at[start] == '[')
		host = find(normal, start, "]");
	host = find(normal, host, ":/");
	port = secure ? 443 : 80;
	if (host < path &&
	    !text_number(cut(normal, host + 1, path), 1, 65535, &port))
		return false;
	*u = (struct url){
		.scheme = cut(normal, 0, start - 3),
		.host = cut(normal, start, host),
		.path = cut(normal, path, query),
		.query = query < normal.n ?
		    cut(normal, query + 1, normal.n) : SPAN_NONE,
		.port = (uint16_t)port,
	};
	return host > start;
}

void
url_key(uint8_t key[URL_KEY], struct span normal)
{
	uint8_t hash[32];

	sha_of(hash, normal);
	memcpy(key, hash, URL_KEY);
}
