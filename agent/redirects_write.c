/*
 * Redirects as web servers read them; see redirects.h.
 */
#include <string.h>

#include "agent/redirects.h"
#include "agent/redirects_private.h"
#include "protocol/url_place.h"

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

/* Hosts are the same in any case, and so are the digits after a "%". */
static void
put_pattern(struct buf *out, const char *from)
{
	unsigned digits = 0;

	buf_text(out, "\"~^(?i:");
	for (; *from != '\0' && *from != '/'; from++)
		put_literal(out, *from);
	buf_byte(out, ')');
	for (; *from != '\0'; from++) {
		if (digits > 0 && *from >= 'A' && *from <= 'F')
			buf_printf(out, "[%c%c]", *from, *from - 'A' + 'a');
		else
			put_literal(out, *from);
		digits = *from == '%' ? 2 : digits - (digits > 0);
	}
}

#define PATTERNS 2000		/* addresses, tried one after the other */

/* What stands in a line as it is would be compared without regard to case: so
 * it is a pattern, too. A query goes along, unless the address is one with a
 * query or leads to one. */
static void
put_nginx(struct buf *out, const struct redirects_line *l)
{
	bool goes = l->prefix || (!redirects_asks(l) && strchr(l->to, '?') == NULL);

	put_pattern(out, l->from);
	if (goes)
		buf_printf(out, "(?<zq_rest>%s)$\" \"",
		    l->prefix ? ".*" : "(?:[?].*)?");
	else
		buf_text(out, redirects_asks(l) ? "$\" \"" : "(?:[?].*)?$\" \"");
	put_value(out, l);
	buf_text(out, goes ? "$zq_rest\";\n" : "\";\n");
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
		    "looked up,\n# in whatever case they are asked for, and "
		    "not with a query. One move of a prefix\n# in the place "
		    "of many addresses is better, and Apache's map has no "
		    "such end.\n", addresses, PATTERNS);
	for (size_t i = 0; i < r->count; i++) {
		if (i >= PATTERNS && i < addresses)
			put_nginx_key(out, &r->line[i]);
		else
			put_nginx(out, &r->line[i]);
	}
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
		    "#	RewriteCond ${zq:%%1}|%%2 ^([^|]+)\\|(.*)$\n"
		    "#	RewriteRule ^ %%1%%2 [R=308,L,NE]\n", depth);
}

/* Has it "%E6" where others write "%e6"? */
static bool
has_digits(const char *from)
{
	const char *at = from;

	while ((at = strchr(at, '%')) != NULL) {
		at++;
		if (strcspn(at, "ABCDEF") < 2)
			return true;
	}
	return false;
}

/* At the same host the path is enough: Apache puts the scheme and the host of
 * the request before it. */
static const char *
apache_value(const struct redirects_line *l)
{
	struct span bare = url_bare(span_of(l->to));

	return l->alike ? strchr(bare.at, '/') : l->to;
}

/* A text map has no patterns: those who write digits small find a line of
 * their own. */
static void
put_apache(struct buf *out, const struct redirects_line *l, bool small)
{
	unsigned digits = 0;

	if (!l->prefix)
		buf_byte(out, '=');
	for (const char *at = l->from; *at != '\0'; at++) {
		bool low = small && digits > 0 && *at >= 'A' && *at <= 'F';

		buf_byte(out, low ? (char)(*at - 'A' + 'a') : *at);
		digits = *at == '%' ? 2 : digits - (digits > 0);
	}
	buf_printf(out, " %s\n", apache_value(l));
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
	    "#	RewriteCond %%{THE_REQUEST} ^\\S+\\s(/\\S*)\n"
	    "#	RewriteCond ${zq:=${zqlow:%%{HTTP_HOST}}%%1} ^([^?]+)$\n"
	    "#	RewriteRule ^ %%1? [R=308,L,NE]\n"
	    "#	RewriteCond %%{THE_REQUEST} ^\\S+\\s(/\\S*)\n"
	    "#	RewriteCond ${zq:=${zqlow:%%{HTTP_HOST}}%%1} "
	    "^([^?]+)\\?(.+)$\n"
	    "#	RewriteRule ^ %%1?%%2 [R=308,L,NE]\n"
	    "#	RewriteCond %%{THE_REQUEST} ^\\S+\\s(/[^?\\s]*)\\?\n"
	    "#	RewriteCond ${zq:=${zqlow:%%{HTTP_HOST}}%%1} ^([^?]+)$\n"
	    "#	RewriteRule ^ %%1 [R=308,L,NE]\n"
	    "#	RewriteCond %%{THE_REQUEST} ^\\S+\\s(/[^?\\s]*)\\?\n"
	    "#	RewriteCond ${zq:=${zqlow:%%{HTTP_HOST}}%%1} "
	    "^([^?]+)\\?(.+)$\n"
	    "#	RewriteRule ^ %%1?%%2 [R=308,L,NE]\n", path);
	put_rules(out, depth);
	for (size_t i = 0; i < r->count; i++) {
		put_apache(out, &r->line[i], false);
		if (has_digits(r->line[i].from))
			put_apache(out, &r->line[i], true);
	}
}
