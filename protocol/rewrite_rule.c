/*
 * One rule of a move by itself; see rewrite_rule.h.
 */
#include "protocol/rewrite_rule.h"

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/url_place.h"

static const char *const names[] = {
	[0] = "",
	[REWRITE_ADDRESS] = N_("address"),
	[REWRITE_PREFIX] = N_("prefix"),
	[REWRITE_DOMAIN] = N_("domain"),
};

const char *
rewrite_scope_name(enum rewrite_scope s)
{
	return s <= REWRITE_DOMAIN ? names[s] : "";
}

enum rewrite_scope
rewrite_scope_named(struct span name)
{
	for (int s = REWRITE_ADDRESS; s <= REWRITE_DOMAIN; s++)
		if (span_is(name, span_of(names[s])))
			return (enum rewrite_scope)s;
	return 0;
}

enum rewrite_scope
rewrite_reach(enum rewrite_scope s)
{
	return s == REWRITE_ADDRESS ? REWRITE_QUERIED : REWRITE_PREFIX;
}

/* --- is it sane? ---------------------------------------------------------- */

static const char *
misshapen(enum rewrite_scope scope, struct span url)
{
	struct span bare = url_bare(url);
	bool root = bare.n > 0 &&
	    memchr(bare.at, '/', bare.n) == bare.at + bare.n - 1;

	if (!url_is_normal(url))
		return N_("not an address in normal form");
	if (scope == REWRITE_DOMAIN && !root)
		return N_("of a domain, expected https://host/ and no path");
	if (scope == REWRITE_PREFIX && (url.at[url.n - 1] != '/' ||
	    memchr(url.at, '?', url.n) != NULL))
		return N_("of a prefix, expected an address that ends in a "
		    "slash");
	return NULL;
}

static bool
is_back(const struct rewrite_rule *r)
{
	struct span from = url_bare(r->from), to = url_bare(r->to);

	if (r->scope == REWRITE_ADDRESS)
		return url_place_same(r->from, r->to) ||
		    url_place_asked(r->to, r->from);
	return url_place_heads(from, to) > 0;
}

static const char *
insane(const struct rewrite_rule *r)
{
	const char *why;

	if (r->scope < REWRITE_ADDRESS || r->scope > REWRITE_DOMAIN)
		return N_("scope: expected address, prefix or domain");
	if ((why = misshapen(r->scope, r->from)) != NULL ||
	    (why = misshapen(r->scope, r->to)) != NULL)
		return why;
	if (is_back(r))
		return N_("the new address is the old one, or below it");
	if (r->until != CLOCK_NONE && r->until <= r->at)
		return N_("until: it would end before it begins");
	return NULL;
}

bool
rewrite_rule_is_sane(const struct rewrite_rule *r, const char **why)
{
	const char *reason = insane(r);

	if (why != NULL)
		*why = reason;
	return reason == NULL;
}

/* --- what it does --------------------------------------------------------- */

/* Bytes of bare that a prefix covers; 0: none. "a/x" is its own "a/x/". */
static size_t
covered(struct span prefix, struct span bare)
{
	size_t n = url_place_heads((struct span){ prefix.at, prefix.n - 1 },
	    bare);

	if (n == 0 || bare.n == n || bare.at[n] == '?')
		return n;
	return bare.at[n] == '/' ? n + 1 : 0;
}

static struct span
query_of(struct span url)
{
	const char *query = url.n > 0 ? memchr(url.at, '?', url.n) : NULL;

	return query == NULL ? SPAN_NONE : (struct span){ query,
	    url.n - (size_t)(query - url.at) };
}

bool
rewrite_rule_swallows(const struct rewrite_rule *r)
{
	return r->scope == REWRITE_ADDRESS && query_of(r->from).n == 0 &&
	    query_of(r->to).n > 0;
}

bool
rewrite_rule_covers(const struct rewrite_rule *r, struct span url)
{
	struct span bare = url_bare(url);

	if (r->scope == REWRITE_ADDRESS)
		return url_place_same(r->from, url) ||
		    url_place_asked(url, r->from);
	return bare.n > 0 && covered(url_bare(r->from), bare) > 0;
}

/* An address with a query leads to one address only. */
bool
rewrite_rule_reaches(const struct rewrite_rule *r, struct span url)
{
	struct rewrite_rule back = { .scope = r->scope, .from = r->to };

	if (r->scope == REWRITE_ADDRESS && query_of(r->from).n > 0)
		return url_place_same(r->to, url);
	return rewrite_rule_covers(&back, url);
}

/* Bytes of url at its end that go along. False: more than an address may
 * have. */
static bool
takes_along(struct span along, struct span to, struct buf *out)
{
	if (to.n + along.n > LIMIT_URL)
		return false;
	buf_span(out, to);
	buf_span(out, along);
	return true;
}

/* What of url stands behind what covers it. */
static struct span
behind(enum rewrite_scope scope, struct span from, struct span url)
{
	struct span bare = url_bare(url);
	size_t n;

	if (scope == REWRITE_ADDRESS)
		return query_of(from).n > 0 ? SPAN_NONE : query_of(url);
	n = covered(url_bare(from), bare);
	return (struct span){ bare.at + n, bare.n - n };
}

bool
rewrite_rule_apply(const struct rewrite_rule *r, struct span url,
    struct buf *out)
{
	struct span along;
	struct buf to;
	bool good;

	if (!rewrite_rule_covers(r, url))
		return false;
	along = behind(r->scope, r->from, url);
	if (rewrite_rule_swallows(r))
		along = SPAN_NONE;
	buf_init(&to, LIMIT_URL + 1);
	url_place_secure(&to, r->to, url);
	good = takes_along(along, buf_look(&to), out);
	buf_clear(&to);
	return good;
}

bool
rewrite_rule_back(const struct rewrite_rule *r, struct span url,
    struct buf *out)
{
	return rewrite_rule_reaches(r, url) && takes_along(behind(r->scope,
	    r->to, url), r->from, out);
}

bool
rewrite_rule_holds(const struct rewrite_rule *r, enum rewrite_scope scope,
    struct span area)
{
	if (scope != REWRITE_ADDRESS && r->scope == REWRITE_ADDRESS)
		return false;	/* a page of it, its index */
	return rewrite_rule_covers(r, area);
}
