/*
 * Rules of moves: where an address leads once what was announced has come.
 *
 * For one address an address rule comes before the longest prefix, that before
 * shorter ones, and any prefix before the domain. Of address rules one with
 * this very query comes before one without any.
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
#include "protocol/rewrite_rule.h"

#define REWRITE_FORMERS 64	/* addresses that rewrite_former() hands out */

struct rewrite;

struct rewrite *rewrite_new(void);
void rewrite_free(struct rewrite *w);

/* Copies r. False and a sentence: not sane; its number is in the set; the
 * same old address has a rule for a part of the same time; or it would lead
 * to where an earlier rule begins, or a later rule to where it begins (the
 * earlier one has to be withdrawn first). `why` and `other` (that other
 * rule's number, or 0) may be NULL. Of many, add the earlier ones (at) first:
 * that costs least. */
bool rewrite_add(struct rewrite *w, const struct rewrite_rule *r,
    uint32_t *other, struct buf *why);
/* The same for one that was taken once and stands, whatever has become of
 * those around it: following it is safe all the same. Sane, and its number
 * not in the set. */
void rewrite_put(struct rewrite *w, const struct rewrite_rule *r);
bool rewrite_drop(struct rewrite *w, uint32_t number);	/* was it there? */

size_t rewrite_count(const struct rewrite *w);
/* NULL: none. Lives until the set is changed. */
const struct rewrite_rule *rewrite_get(const struct rewrite *w,
    uint32_t number);

/* Where url is at the time `when`. False: no rule touches it, or it went there
 * and back: it is at the same place, whatever the scheme. `out` (may be NULL)
 * gets the address appended, `number` (may be NULL) the first rule's number:
 * who moved url itself. Under 2 µs for what isn't touched. */
bool rewrite_url(const struct rewrite *w, struct span url, int64_t when,
    struct buf *out, uint32_t *number);

/* The addresses that lead to url at the time `when`, those of the newest
 * rules first, at most REWRITE_FORMERS. each: false is enough. `number`: the
 * rule's that moved the former address. Schemes are those of the rules. If
 * url has a query and a former address has none, that leads there with any
 * query, unless a rule has this very one. */
typedef bool rewrite_former_fn(void *arg, struct span former,
    uint32_t number);
void rewrite_former(const struct rewrite *w, struct span url, int64_t when,
    rewrite_former_fn *each, void *arg);

/* Has url, which a rule moves, been given to something else by a rule of no
 * earlier time (they changed places)? Then no redirect may answer there. */
bool rewrite_is_reused(const struct rewrite *w, struct span url,
    int64_t when);
/* And since when: the time of the newest of those rules. */
bool rewrite_reused_since(const struct rewrite *w, struct span url,
    int64_t when, int64_t *since);

#endif
