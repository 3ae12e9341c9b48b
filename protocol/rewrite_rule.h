/*
 * One rule of a move: one address, everything below a prefix, or a whole
 * domain is somewhere else from a time on.
 *
 * An address rule speaks of the place (url_place.h): of /x/ and
 * /x/index.html alike; and any rule of a path in whatever way "(" is spelled.
 * One whose old address has no query speaks of it with any: it leads to the new
 * one with the same query, unless the new one has a query of its own. This is
 * what web servers do by the maps that agents write (redirects.h), and so it is
 * what everybody here says.
 *
 * http and https are the same place. A new address is as it was announced;
 * but at the host (and port) of the old one, what was https stays https.
 *
 * What a set of rules does is in rewrite.h.
 */
#ifndef ZQ_PROTOCOL_REWRITE_RULE_H
#define ZQ_PROTOCOL_REWRITE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

enum rewrite_scope {	/* numbers are in rows for ever; 0: none */
	REWRITE_ADDRESS = 1,
	REWRITE_PREFIX = 2,	/* from and to end in a slash */
	REWRITE_DOMAIN = 3,	/* from and to are scheme://host/ */
	/* Of no rule, but of questions about one (rewrite_reach). */
	REWRITE_QUERIED = 4,	/* a place, and that with any query */
	REWRITE_ALIKE = 5,	/* a place: an address, and all that servers
				 * answer alike */
};
/* What a rule of this scope may cover: of an address, queries as well. */
enum rewrite_scope rewrite_reach(enum rewrite_scope s);

struct rewrite_rule {
	enum rewrite_scope scope;
	struct span from, to;	/* normal forms */
	int64_t at;		/* ms; CLOCK_NONE: since ever */
	int64_t until;		/* ms, it counts before that; or CLOCK_NONE */
	uint32_t number;	/* of the move; from 1 */
};

const char *rewrite_scope_name(enum rewrite_scope s);	/* "prefix"; "" */
enum rewrite_scope rewrite_scope_named(struct span name);	/* 0: none */

/* Normal forms, slashes where the scope wants them, no query in a prefix, the
 * new address neither the old one (with a query, neither) nor below it, until
 * after at. why (may be
 * NULL): a constant sentence. */
bool rewrite_rule_is_sane(const struct rewrite_rule *r, const char **why);

/* Is url one that the rule speaks of, whatever the time? */
bool rewrite_rule_covers(const struct rewrite_rule *r, struct span url);
/* Is url one that it leads to? */
bool rewrite_rule_reaches(const struct rewrite_rule *r, struct span url);
/* Does it lead an old address to the same as that with any query? */
bool rewrite_rule_swallows(const struct rewrite_rule *r);
/* Where it leads by this rule alone, whatever the time; appended. False: the
 * rule doesn't cover it, or the new one would be longer than LIMIT_URL. */
bool rewrite_rule_apply(const struct rewrite_rule *r, struct span url,
    struct buf *out);
/* The other way: the old address of a new one, as the rule writes it; if it
 * swallows queries, without one. */
bool rewrite_rule_back(const struct rewrite_rule *r, struct span url,
    struct buf *out);

/* Is all of this address, prefix or domain within what the rule covers? The
 * page at a prefix is not all of it. */
bool rewrite_rule_holds(const struct rewrite_rule *r,
    enum rewrite_scope scope, struct span area);

#endif
