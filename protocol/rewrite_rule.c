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
		return url_place_same(r->from, r->to);
	return to.n >= from.n && memcmp(to.at, from.at, from.n) == 0;
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
	size_t n = prefix.n - 1;

	if (bare.n < n || memcmp(bare.at, prefix.at, n) != 0)
		return 0;
	if (bare.n == n || bare.at[n] == '?')
		return n;
	return bare.at[n] == '/' ? prefix.n : 0;
}

bool
rewrite_rule_covers(const struct rewrite_rule *r, struct span url)
{
	struct span bare = url_bare(url);

	if (r->scope == REWRITE_ADDRESS)
		return url_place_same(r->from, url);
	return bare.n > 0 && covered(url_bare(r->from), bare) > 0;
}

static bool
turn(enum rewrite_scope scope, struct span from, struct span to,
    struct span url, struct buf *out)
{
	struct span bare = url_bare(url);
	size_t n;

	if (scope == REWRITE_ADDRESS) {
		if (!url_place_same(from, url))
			return false;
		buf_span(out, to);
		return true;
	}
	n = bare.n > 0 ? covered(url_bare(from), bare) : 0;
	if (n == 0 || to.n + bare.n - n > LIMIT_URL)
		return false;
	buf_span(out, to);
	buf_put(out, bare.at + n, bare.n - n);
	return true;
}

bool
rewrite_rule_apply(const struct rewrite_rule *r, struct span url,
    struct buf *out)
{
	return turn(r->scope, r->from, r->to, url, out);
}

bool
rewrite_rule_back(const struct rewrite_rule *r, struct span url,
    struct buf *out)
{
	return turn(r->scope, r->to, r->from, url, out);
}

bool
rewrite_rule_holds(const struct rewrite_rule *r, enum rewrite_scope scope,
    struct span area)
{
	if (scope != REWRITE_ADDRESS && r->scope == REWRITE_ADDRESS)
		return false;	/* a page of it, its index */
	return rewrite_rule_covers(r, area);
}
