/*
 * Redirects as web servers read them; see redirects.h.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/redirects.h"
#include "agent/redirects_private.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url_place.h"

/* To servers of files these are the same name in a path as they are and
 * encoded. */
#define MARKS "!$&'()*+,;=:@~"

/* A server that reads a longer line takes none, or takes it for two. */
static void
put_left_out(struct buf *out, const struct redirects_line *l)
{
	buf_printf(out, "# Too long for a line, and left out: %.900s\n",
	    l->from);
}

/* --- nginx -------------------------------------------------------------- */

/* In a value "$" begins a variable, and nothing can stand before it. */
static void
put_value(struct buf *out, const struct redirects_line *l)
{
	const char *to = l->to;

	if (l->alike) {
		buf_text(out, "$scheme");
		to = strchr(to, ':');
	}
	for (; *to != '\0'; to++) {
		if (*to == '$')
			buf_text(out, "%24");
		else
			buf_byte(out, *to);
	}
}

static void
put_literal(struct buf *out, char c)
{
	if (strchr(".$*+?()", c) != NULL)
		buf_printf(out, "[%c]", c);
	else if (strchr("[]{}|^", c) != NULL)
		buf_printf(out, "\\%c", c);
	else
		buf_byte(out, c);
}

/* A byte that may be in a request as it is: none that is cut off, ends it, or
 * begins a "%XX"; and in a query none that then says something else. */
static bool
is_raw(uint8_t c, bool query)
{
	return c > ' ' && c != 0x7f && strchr("%/?#", c) == NULL &&
	    !(query && strchr(MARKS, c) != NULL);
}

static void
put_raw(struct buf *out, uint8_t c)
{
	if (c >= 0x80 || c == '"' || c == '\\')
		buf_printf(out, "\\x%02X", c);
	else
		put_literal(out, (char)c);
}

static uint8_t
byte_of(const char *escape)
{
	uint8_t byte = 0;

	text_unhex((struct span){ escape + 1, 2 }, &byte, 1);
	return byte;
}

/* "%XX", or as many as are no ASCII: who writes one of those as it is, writes
 * all so. */
static const char *
put_escapes(struct buf *out, const char *at, bool query)
{
	const char *end = at + 3;
	bool raw = is_raw(byte_of(at), query);

	while (byte_of(at) >= 0x80 && *end == '%' && byte_of(end) >= 0x80)
		end += 3;
	buf_text(out, raw ? "(?:" : "");
	for (const char *c = at; raw && c < end; c += 3)
		put_raw(out, byte_of(c));
	buf_printf(out, raw ? "|(?i:%.*s))" : "(?i:%.*s)", (int)(end - at), at);
	return end;
}

static const char *
put_plain(struct buf *out, const char *at, bool query)
{
	bool mark = !query && strchr(MARKS, *at) != NULL;

	buf_text(out, mark ? "(?:" : "");
	put_literal(out, *at);
	if (mark)
		buf_printf(out, "|(?i:%%%02X))", (unsigned)*at);
	return at + 1;
}

/* As nginx is asked for it: hosts are the same in any case; what follows is
 * spelled in every way that leads to the same file, but for letters, digits and
 * the likes of them, which nobody encodes. */
static void
put_pattern(struct buf *out, const char *from)
{
	bool query = false;

	buf_text(out, "\"~^(?i:");
	for (; *from != '\0' && *from != '/'; from++)
		put_literal(out, *from);
	buf_byte(out, ')');
	while (*from != '\0') {
		query = query || *from == '?';
		from = *from == '%' ? put_escapes(out, from, query) :
		    put_plain(out, from, query);
	}
}

#define PATTERNS 2000		/* addresses, tried one after the other */
#define NGINX_LINE 4000		/* a word of 4096 bytes keeps nginx from its start */

/* What stands in a line as it is would be compared without regard to case: so
 * it is a pattern, too. A query goes along, unless the address is one with a
 * query or leads to one. */
static void
put_nginx(struct buf *out, const struct redirects_line *l)
{
	bool goes = l->prefix || (!redirects_asks(l) && strchr(l->to, '?') == NULL);
	size_t was = out->n;

	put_pattern(out, l->from);
	if (goes)
		buf_printf(out, "(?<zq_rest>%s)$\" \"",
		    l->prefix ? ".*" : "(?:[?].*)?");
	else
		buf_text(out, redirects_asks(l) ? "$\" \"" : "(?:[?].*)?$\" \"");
	put_value(out, l);
	buf_text(out, goes ? "$zq_rest\";\n" : "\";\n");
	if (!out->bad && out->n - was > NGINX_LINE) {
		buf_cut(out, was);
		put_left_out(out, l);
	}
}


/* Of very many addresses that would take longer than it is worth: these are
 * looked up, in whatever case, and without a query. The head says so. */
static void
put_nginx_key(struct buf *out, const struct redirects_line *l)
{
	buf_printf(out, "\"%s\" \"", l->from);
	put_value(out, l);
	buf_text(out, "\";\n");
}

struct twin {
	const char *from;
	size_t i;
};

static int
by_letters(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;

	return strcasecmp(x->from, y->from);
}

/* Which of the first n lines differ from another in nothing but the case of
 * letters: nginx doesn't start with two that it looks up, and one would answer
 * for the other. The caller's. */
static bool *
find_twins(const struct redirects *r, size_t n)
{
	struct twin *at = mem_grow(NULL, n + 1, sizeof(*at));
	bool *twin = mem_new(n + 1);

	for (size_t i = 0; i < n; i++)
		at[i] = (struct twin){ r->line[i].from, i };
	qsort(at, n, sizeof(*at), by_letters);
	for (size_t i = 1; i < n; i++)
		if (by_letters(&at[i - 1], &at[i]) == 0)
			twin[at[i - 1].i] = twin[at[i].i] = true;
	free(at);
	return twin;
}

static void
put_nginx_lines(struct buf *out, const struct redirects *r, size_t addresses)
{
	bool *twin = find_twins(r, addresses > PATTERNS ? addresses : 0);

	for (size_t i = 0; i < r->count; i++) {
		if (i >= PATTERNS && i < addresses && !twin[i])
			put_nginx_key(out, &r->line[i]);
		else
			put_nginx(out, &r->line[i]);
	}
	free(twin);
}

void
redirects_nginx(struct buf *out, const struct redirects *r, const char *path)
{
	size_t addresses = 0;

	buf_printf(out, "# Where addresses of this site have moved to. "
	    "Written by zqagentd: changes\n# made here are lost.\n#\n"
	    "# In http:\n"
	    "#	map_hash_bucket_size 4096;\n"
	    "#	map_hash_max_size 65536;\n"
	    "#	map \"$http_host$request_uri\" $zq_moved {\n"
	    "#		default \"\";\n"
	    "#		include %s;\n"
	    "#	}\n"
	    "# In each server whose addresses they are, before any location:\n"
	    "#	if ($zq_moved) { return 308 $zq_moved; }\n", path);
	while (addresses < r->count && !r->line[addresses].prefix)
		addresses++;
	if (addresses > PATTERNS)
		buf_printf(out, "#\n# Of the %zu single addresses nginx tries "
		    "the first %d here as they are meant, one\n# after the "
		    "other. More would slow each request down: the rest are "
		    "looked up,\n# in whatever case they are asked for, in "
		    "this spelling alone, and not with a query.\n# One move "
		    "of a prefix in the place of many addresses is better, "
		    "and Apache's map\n# has no such end.\n", addresses,
		    PATTERNS);
	put_nginx_lines(out, r, addresses);
}

/* --- Apache ------------------------------------------------------------- */

#define DEPTH 8			/* directories in each other that the head shows,
				 * at least */

static unsigned
depth_of(const char *from)
{
	unsigned n = 0;

	for (; *from != '\0'; from++)
		n += *from == '/';
	return n;
}

/* Of a request, or a part of it: decoded and encoded again, so that the map
 * knows it however it was spelled. See put_spelled() for the other side. */
#define SPELLED(what) "${zqesc:${zqun:" what "}}"
#define ASKED SPELLED("${zqlow:%{HTTP_HOST}}%1")

/* A text map knows whole keys: each depth is asked for by a rule of its own.
 * The query goes along by itself. A question mark must stand in the rule: one
 * that comes of what matched is taken for an encoded one, and refused. */
static void
put_rules(struct buf *out, unsigned depth)
{
	for (; depth > 0; depth--)
		buf_printf(out, "#	RewriteCond %%{THE_REQUEST} "
		    "^\\S+\\s(/[^?\\s]*)\n"
		    "#	RewriteCond ${zqlow:%%{HTTP_HOST}}%%1 "
		    "^((?:[^/]*/){%u})(.*)$\n"
		    "#	RewriteCond ${zq:" SPELLED("%%1") "}|%%2 "
		    "^([^|]+)\\|(.*)$\n"
		    "#	RewriteRule ^ %%1%%2 [R=308,L,NE]\n", depth);
}

/* What Apache doesn't encode; ";" it did in some versions. */
static bool
is_kept(uint8_t c, bool semicolon)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c == ';' && semicolon) ||
	    (c != '\0' && strchr("$-_.+!*'(),:@&=/~", c) != NULL);
}

/* See SPELLED for the other side. An encoded slash is a name's own: Apache
 * refuses it, or has it from a server that wants it so. */
static void
put_spelled(struct buf *b, const char *from, bool semicolon)
{
	for (; *from != '\0' && *from != '?'; from++) {
		bool escape = *from == '%';
		uint8_t c = escape ? byte_of(from) : (uint8_t)*from;

		if (is_kept(c, semicolon) && !(escape && c == '/'))
			buf_byte(b, (char)c);
		else
			buf_printf(b, "%%%02x", c);
		from += escape ? 2 : 0;
	}
	buf_text(b, from);
}

/* "%e6" for "%E6". */
static void
put_small_digits(struct buf *b, const char *s)
{
	unsigned digits = 0;

	for (; *s != '\0'; s++) {
		bool low = digits > 0 && *s >= 'A' && *s <= 'F';

		buf_byte(b, low ? *s | 32 : *s);
		digits = *s == '%' ? 2 : digits - (digits > 0);
	}
}

/* At the same host the path is enough: Apache puts the scheme and the host of
 * the request before it. */
static const char *
apache_value(const struct redirects_line *l)
{
	struct span bare = url_bare(span_of(l->to));

	return l->alike ? strchr(bare.at, '/') : l->to;
}

#define APACHE_LINE 1023	/* what is longer is read as two lines */
#define SPELLINGS 6

/* As it is and with small digits, for rules of earlier versions of the head,
 * and as the request is spelled for the rules of this one; a query is asked for
 * as it comes. */
static void
spell(struct buf key[SPELLINGS], const char *from)
{
	for (size_t i = 0; i < SPELLINGS; i++)
		buf_init(&key[i], 3 * LIMIT_URL);
	buf_text(&key[0], from);
	put_spelled(&key[2], from, true);
	put_spelled(&key[4], from, false);
	for (size_t i = 0; i < SPELLINGS; i += 2)
		put_small_digits(&key[i + 1], buf_cstr(&key[i]));
}

static bool
is_new(const struct buf *key, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (span_is(buf_look(&key[j]), buf_look(&key[i])))
			return false;
	return true;
}

/* A text map has no patterns: each spelling is a line. */
static void
put_apache(struct buf *out, const struct redirects_line *l)
{
	const char *to = apache_value(l);
	struct buf key[SPELLINGS];
	bool fits = false;

	spell(key, l->from);
	for (size_t i = 0; i < SPELLINGS; i++) {
		if (!is_new(key, i) || key[i].n + strlen(to) + 4 > APACHE_LINE)
			continue;
		buf_printf(out, "%s%s %s\n", l->prefix ? "" : "=",
		    buf_cstr(&key[i]), to);
		fits = true;
	}
	if (!fits)
		put_left_out(out, l);
	for (size_t i = 0; i < SPELLINGS; i++)
		buf_clear(&key[i]);
}

/* Single addresses: as they are asked for, to one without a query and to one
 * with; then with any query. */
static void
put_address_rules(struct buf *out)
{
	static const char *const asked[] = {
		"(\\?\\S*)?\n#	RewriteCond ${zq:=" ASKED "%2} ",
		"\\?\n#	RewriteCond ${zq:=" ASKED "} " };
	static const char *const leads[] = {
		"^([^?]+)$\n#	RewriteRule ^ %1", "^([^?]+)\\?(.+)$\n"
		    "#	RewriteRule ^ %1?%2" };

	for (size_t i = 0; i < 4; i++)
		buf_printf(out, "#	RewriteCond %%{THE_REQUEST} "
		    "^\\S+\\s(/[^?\\s]*)%s%s%s [R=308,L,NE]\n", asked[i / 2],
		    leads[i % 2], i == 0 ? "?" : "");
}

void
redirects_apache(struct buf *out, const struct redirects *r,
    const char *path)
{
	unsigned depth = DEPTH, n;

	for (size_t i = 0; i < r->count; i++)
		if (r->line[i].prefix &&
		    (n = depth_of(r->line[i].from)) > depth)
			depth = n;
	buf_printf(out, "# Where addresses of this site have moved to. "
	    "Written by zqagentd: changes\n# made here are lost. Apache sees "
	    "by itself when this file changes.\n#\n"
	    "# In each VirtualHost whose addresses they are:\n"
	    "#	RewriteEngine On\n"
	    "#	RewriteMap zq txt:%s\n"
	    "#	RewriteMap zqlow int:tolower\n"
	    "#	RewriteMap zqun int:unescape\n"
	    "#	RewriteMap zqesc int:escape\n", path);
	put_address_rules(out);
	put_rules(out, depth);
	for (size_t i = 0; i < r->count; i++)
		put_apache(out, &r->line[i]);
}
