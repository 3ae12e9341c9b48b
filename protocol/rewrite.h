/*
 * Rules of moves: where an address leads once what was announced has come.
 *
 * A rule says that one address, everything below a prefix, or a whole domain
 * is somewhere else from a time on. http and https are the same place, and an
 * address rule speaks of the place (url_place.h): of /x/ and /x/index.html
 * alike. For one address an address rule comes before the longest prefix,
 * that before shorter ones, and any prefix before the domain.
 *
 * Rules are followed in time: after one of time T only those with a later
 * time. So A→B and, later, B→C lead from A to C; A→B and B→A at one time
 * change places. What leads in a circle is refused when it is added.
 *
 * Pure: no clock, no I/O. A set copies what it is given.
 */
#ifndef ZQ_PROTOCOL_REWRITE_H
#define ZQ_PROTOCOL_REWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

enum rewrite_scope {	/* numbers are in rows for ever; 0: none */
	REWRITE_ADDRESS = 1,
	REWRITE_PREFIX = 2,	/* from and to end in a slash */
	REWRITE_DOMAIN = 3,	/* from and to are scheme://host/ */
};

struct rewrite_rule {
	enum rewrite_scope scope;
	struct span from, to;	/* normal forms */
	int64_t at;		/* ms; CLOCK_NONE: since ever */
	int64_t until;		/* ms, it counts before that; or CLOCK_NONE */
	uint32_t number;	/* of the move; from 1 */
};

#define REWRITE_FORMERS 64	/* addresses that rewrite_former() hands out */

const char *rewrite_scope_name(enum rewrite_scope s);	/* "prefix"; "" */
enum rewrite_scope rewrite_scope_named(struct span name);	/* 0: none */

/* Normal forms, slashes where the scope wants them, no query in a prefix, the
 * new address neither the old one nor below it, until after at. why (may be
 * NULL): a constant sentence. */
bool rewrite_is_sane(const struct rewrite_rule *r, const char **why);

/* Is url one that the rule speaks of, whatever the time? */
bool rewrite_covers(const struct rewrite_rule *r, struct span url);
/* Where it leads by this rule alone, whatever the time; appended. False: the
 * rule doesn't cover it, or the new one would be longer than LIMIT_URL. */
bool rewrite_by(const struct rewrite_rule *r, struct span url,
    struct buf *out);

/* --- sets --------------------------------------------------------------- */
struct rewrite;

struct rewrite *rewrite_new(void);
void rewrite_free(struct rewrite *w);

/* Copies r. False and a sentence: not sane; its number is in the set; the
 * same old address has a rule for a part of the same time; or it would lead
 * back to where an earlier rule begins, or a later rule back into it (the
 * earlier one has to be withdrawn first). `other` (may be NULL) is that other
 * rule's number, or 0. */
bool rewrite_add(struct rewrite *w, const struct rewrite_rule *r,
    uint32_t *other, struct buf *why);
bool rewrite_drop(struct rewrite *w, uint32_t number);	/* was it there? */

size_t rewrite_count(const struct rewrite *w);
/* NULL: none. Lives until the set is changed. */
const struct rewrite_rule *rewrite_get(const struct rewrite *w,
    uint32_t number);

/* Where url is at the time `when`. False: no rule touches it. `out` (may be
 * NULL) gets the address appended, `number` (may be NULL) the first rule's
 * number: who moved url itself. Under 2 µs for what isn't touched. */
bool rewrite_url(const struct rewrite *w, struct span url, int64_t when,
    struct buf *out, uint32_t *number);

/* The addresses that lead to url at the time `when`, those of the newest
 * rules first, at most REWRITE_FORMERS. each: false is enough. `number`: the
 * rule's that moved the former address. Schemes are those of the rules. */
typedef bool rewrite_former_fn(void *arg, struct span former,
    uint32_t number);
void rewrite_former(const struct rewrite *w, struct span url, int64_t when,
    rewrite_former_fn *each, void *arg);

#endif
