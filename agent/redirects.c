/* See redirects.h. */
#include "agent/redirects.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"
#include "protocol/url_place.h"

/* A name below a prefix that nothing has: where it leads, all do that have no
 * rule of their own. */
#define ANY "zhanqun-any-name"
#define ANY_N (sizeof(ANY) - 1)

struct rule {
	struct movemap_rule m;
	char *words;		/* what it points to */
	bool ours;
};

struct owned {			/* by number */
	uint32_t number;
	bool ours;
};

struct line {
	bool prefix;
	char *from;		/* host, with the port if there is one in
				 * the address, path and query */
	char *to;
};

struct redirects {
	struct rewrite *all;
	struct rule *rule;
	size_t rules, rule_room;
	struct owned *owned;
	struct line *line;
	size_t count, room;
	int64_t now;
};

struct redirects *
redirects_new(void)
{
	struct redirects *r = mem_new(sizeof(*r));

	r->all = rewrite_new();
	return r;
}

static void
clear_lines(struct redirects *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->line[i].from);
		free(r->line[i].to);
	}
	r->count = 0;
}

void
redirects_free(struct redirects *r)
{
	if (r == NULL)
		return;
	clear_lines(r);
	for (size_t i = 0; i < r->rules; i++)
		free(r->rule[i].words);
	rewrite_free(r->all);
	free(r->rule);
	free(r->owned);
	free(r->line);
	free(r);
}

void
redirects_add(struct redirects *r, const struct movemap_rule *m, bool ours)
{
	struct rule *e;
	size_t a = m->rule.from.n, b = m->rule.to.n;

	if (!rewrite_add(r->all, &m->rule, NULL, NULL))
		return;
	if (r->rules == r->rule_room) {
		r->rule_room = r->rule_room > 0 ? r->rule_room * 2 : 64;
		r->rule = mem_grow(r->rule, r->rule_room, sizeof(*r->rule));
	}
	e = &r->rule[r->rules++];
	*e = (struct rule){ .m = *m, .ours = ours };
	e->words = mem_new(a + b + 1);
	memcpy(e->words, m->rule.from.at, a);
	memcpy(e->words + a, m->rule.to.at, b);
	e->m.rule.from = (struct span){ e->words, a };
	e->m.rule.to = (struct span){ e->words + a, b };
}

/* --- lines -------------------------------------------------------------- */

static void
put_line(struct redirects *r, bool prefix, struct span from, struct span to)
{
	if (r->count == r->room) {
		r->room = r->room > 0 ? r->room * 2 : 64;
		r->line = mem_grow(r->line, r->room, sizeof(*r->line));
	}
	r->line[r->count++] = (struct line){ .prefix = prefix,
		.from = mem_copy(from.at, from.n),
		.to = mem_copy(to.at, to.n) };
}

/* "/x/" and "/x/index.html" are one place, and "/x" leads to it. */
static void
put_places(struct redirects *r, struct span from, struct span to)
{
	static const char *const ends[] = { "", "/", "/index.html",
		"/index.htm", "/index.shtml", "/default.html",
		"/default.htm" };
	struct span bare = url_bare(from);
	struct buf place, name;

	buf_init(&place, LIMIT_URL);
	buf_init(&name, 2 * LIMIT_URL);
	if (memchr(bare.at, '?', bare.n) != NULL ||
	    !url_place(&place, from) || span_is(buf_look(&place), bare)) {
		put_line(r, false, bare, to);
	} else {
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
			buf_reset(&name);
			buf_span(&name, buf_look(&place));
			buf_text(&name, ends[i]);
			if (memchr(name.at, '/', name.n) != NULL)
				put_line(r, false, buf_look(&name), to);
		}
	}
	buf_clear(&name);
	buf_clear(&place);
}

/* All below `from`, which ends in a slash, but for what has a line of its
 * own; and the name without the slash, for which servers ask, too. */
static void
put_prefix(struct redirects *r, struct span from)
{
	struct span bare = url_bare(from), end;
	struct buf any, to;

	buf_init(&any, LIMIT_URL + 64);
	buf_init(&to, LIMIT_URL + 64);
	buf_span(&any, from);
	buf_text(&any, ANY);
	if (rewrite_url(r->all, buf_look(&any), r->now, &to, NULL) &&
	    to.n > ANY_N) {
		end = (struct span){ to.at + to.n - ANY_N, ANY_N };
		if (span_is(end, SPAN(ANY))) {
			buf_cut(&to, to.n - ANY_N);
			put_line(r, true, bare, buf_look(&to));
			bare.n--;
			if (memchr(bare.at, '/', bare.n) != NULL)
				put_line(r, false, bare, buf_look(&to));
		}
	}
	buf_clear(&to);
	buf_clear(&any);
}

static void
put_from(struct redirects *r, enum rewrite_scope scope, struct span from)
{
	struct buf to;

	if (rewrite_is_reused(r->all, from, r->now))
		return;
	if (scope != REWRITE_ADDRESS) {
		put_prefix(r, from);
		return;
	}
	buf_init(&to, LIMIT_URL);
	if (rewrite_url(r->all, from, r->now, &to, NULL))
		put_places(r, from, buf_look(&to));
	buf_clear(&to);
}

/* --- what leads there by way of others ---------------------------------- */

struct former {
	struct redirects *r;
	enum rewrite_scope scope;
};

static int
by_number(const void *key, const void *element)
{
	uint32_t number = *(const uint32_t *)key;
	const struct owned *o = element;

	return (number > o->number) - (number < o->number);
}

static int
owned_order(const void *a, const void *b)
{
	return by_number(&((const struct owned *)a)->number, b);
}

static void
sort_owned(struct redirects *r)
{
	r->owned = mem_grow(r->owned, r->rules + 1, sizeof(*r->owned));
	for (size_t i = 0; i < r->rules; i++)
		r->owned[i] = (struct owned){ r->rule[i].m.rule.number,
			r->rule[i].ours };
	qsort(r->owned, r->rules, sizeof(*r->owned), owned_order);
}

static bool
is_ours(const struct redirects *r, uint32_t number)
{
	const struct owned *o = bsearch(&number, r->owned, r->rules,
	    sizeof(*r->owned), by_number);

	return o != NULL && o->ours;
}

/* An older address of what a rule moves: a column that was moved as a part of
 * another before. */
static bool
on_former(void *arg, struct span former, uint32_t number)
{
	struct former *f = arg;

	if (!is_ours(f->r, number))
		return true;
	if (f->scope != REWRITE_ADDRESS) {
		if (former.n <= ANY_N)
			return true;
		former.n -= ANY_N;
	}
	put_from(f->r, f->scope, former);
	return true;
}

static void
put_formers(struct redirects *r, const struct rewrite_rule *rule)
{
	struct former f = { .r = r, .scope = rule->scope };
	struct buf any;

	buf_init(&any, LIMIT_URL + 64);
	buf_span(&any, rule->from);
	if (rule->scope != REWRITE_ADDRESS)
		buf_text(&any, ANY);
	/* As they were before this rule began. */
	rewrite_former(r->all, buf_look(&any), rule->at == CLOCK_NONE ?
	    r->now : rule->at - 1, on_former, &f);
	buf_clear(&any);
}

/* --- all of it ---------------------------------------------------------- */

/* Addresses first; then prefixes, the longest first. */
static int
by_rank(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	size_t m, n;

	if (x->prefix != y->prefix)
		return x->prefix ? 1 : -1;
	m = strlen(x->from);
	n = strlen(y->from);
	if (x->prefix && m != n)
		return m < n ? 1 : -1;
	return strcmp(x->from, y->from);
}

/* Of lines for the same address the first stays. */
static void
drop_doubles(struct redirects *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++) {
		struct line *l = &r->line[i];

		if (n > 0 && r->line[n - 1].prefix == l->prefix &&
		    strcmp(r->line[n - 1].from, l->from) == 0) {
			free(l->from);
			free(l->to);
		} else {
			r->line[n++] = *l;
		}
	}
	r->count = n;
}

static bool
is_now(const struct redirects *r, const struct rewrite_rule *rule)
{
	return (rule->at == CLOCK_NONE || rule->at <= r->now) &&
	    (rule->until == CLOCK_NONE || rule->until > r->now);
}

static void
sooner(int64_t *next, int64_t now, int64_t then)
{
	if (then != CLOCK_NONE && then > now && then < *next)
		*next = then;
}

size_t
redirects_settle(struct redirects *r, int64_t now, int64_t *next)
{
	*next = INT64_MAX;
	clear_lines(r);
	sort_owned(r);
	r->now = now;
	for (size_t i = 0; i < r->rules; i++) {
		const struct rewrite_rule *rule = &r->rule[i].m.rule;

		sooner(next, now, rule->at);
		sooner(next, now, rule->until);
		if (!is_now(r, rule))
			continue;
		if (r->rule[i].ours)
			put_from(r, rule->scope, rule->from);
		put_formers(r, rule);
	}
	if (r->count > 0)
		qsort(r->line, r->count, sizeof(*r->line), by_rank);
	drop_doubles(r);
	return r->count;
}

/* --- nginx -------------------------------------------------------------- */

/* In a value "$" begins a variable, and nothing can stand before it. */
static void
put_value(struct buf *out, const char *to)
{
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
put_nginx(struct buf *out, const struct line *l)
{
	bool asks = strchr(l->from, '?') != NULL;
	bool goes = l->prefix || (!asks && strchr(l->to, '?') == NULL);

	put_pattern(out, l->from);
	if (goes)
		buf_printf(out, "(?<zq_rest>%s)$\" \"",
		    l->prefix ? ".*" : "(?:[?].*)?");
	else
		buf_text(out, asks ? "$\" \"" : "(?:[?].*)?$\" \"");
	put_value(out, l->to);
	buf_text(out, goes ? "$zq_rest\";\n" : "\";\n");
}

/* Of very many addresses that would take longer than it is worth: this is
 * looked up, in whatever case, and without a query. */
static void
put_nginx_key(struct buf *out, const struct line *l)
{
	buf_printf(out, "\"%s\" \"", l->from);
	put_value(out, l->to);
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
	for (size_t i = 0; i < r->count; i++) {
		if (addresses > PATTERNS && i < addresses)
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

/* A text map has no patterns: those who write digits small find a line of
 * their own. */
static void
put_apache(struct buf *out, const struct line *l, bool small)
{
	unsigned digits = 0;

	if (!l->prefix)
		buf_byte(out, '=');
	for (const char *at = l->from; *at != '\0'; at++) {
		bool low = small && digits > 0 && *at >= 'A' && *at <= 'F';

		buf_byte(out, low ? (char)(*at - 'A' + 'a') : *at);
		digits = *at == '%' ? 2 : digits - (digits > 0);
	}
	buf_printf(out, " %s\n", l->to);
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
