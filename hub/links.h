/*
 * The link graph: which page links where, kept from both ends.
 *
 * Links come with their page (change.h) and go with it. From a page one comes
 * to its runs (run.h), from a run to its targets (target.h), and back, by
 * posting lists of their own. A target has a state, and those that are broken
 * are listed. All of it is a function of the journal.
 *
 * Who reads inside a group calls links_settle() first: what the group has
 * changed so far stands in memory.
 */
#ifndef ZQ_HUB_LINKS_H
#define ZQ_HUB_LINKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/group.h"
#include "hub/journal.h"
#include "hub/target.h"
#include "protocol/change.h"
#include "protocol/rewrite.h"

/* --- as things change (in a group) ---------------------------------------- */

/* Something has changed for all addresses of this scope (a move took effect,
 * a cover came, a domain was given away): they are judged again, later, by
 * acts. url as in a move: a prefix ends in "/", a domain is scheme://host/. */
void links_look(struct group *g, enum rewrite_scope scope, struct span url);
/* The same of a host, with all below it; see moved_look_host(). */
void links_look_host(struct group *g, struct span host);
/* Is there anything left to be judged again? Then the hub is to act:
 * {"do":"look","most":N} judges so many targets. */
bool links_look_left(struct db_txn *t);
#define LINKS_LOOK_SOME 4000
#define LINKS_LOOK_MOST 1000000
const char *links_look_act(struct group *g, const struct entry *e,
    const json_t *o);

void links_settle(struct group *g);

/* --- news, for whoever writes letters ------------------------------------- */

/* That a target's state has changed, so that it is broken or moved now or
 * isn't any more, or what it was moved to has moved on (site 0); or that a site has a link now, or has one no more,
 * to a target that is broken or moved. Each stands once, until it is done
 * with: what is true now is to be looked up. */
struct link_news {
	uint32_t site;
	bool end;		/* it has moved on, from where it was moved to */
	struct target_key target;
	struct span url;	/* of the target; into room; empty: nobody
				 * links to it any more */
};
/* The first there is; false: none. */
bool links_news(struct db_txn *t, struct link_news *n, struct buf *room);
void links_news_done(struct group *g, const struct link_news *n);

/* --- questions ------------------------------------------------------------ */

/* Steps are the caller's purse, counted down: a question that would read more
 * ends early, with *steps < 0. About 5 million in a second. */
#define LINKS_STEPS INT64_C(20000000)

struct link_hit {		/* a link, on a page */
	uint32_t site;		/* the page's */
	uint32_t item;		/* the page */
	uint64_t more;		/* pages of this site that have it in the same
				 * place of a template; they aren't listed */
	enum link_kind kind;
	uint32_t line;		/* 0: not known */
	struct span to;		/* as the page has it, a normal form */
	const struct target *target;
	const struct run *run;		/* of which it is a part */
};
#define LINKS_ALIKE 16		/* pages with the same run, up to which each of
				 * them is listed */
typedef bool link_hit_fn(void *arg, const struct link_hit *h);

/* All links to what is in this scope, by target, then by site (highest number
 * first). site: only from there; 0: from all. `after`: not before this target
 * (or NULL). False: stopped, by the callback or by the purse. */
bool links_to(struct db_txn *t, enum rewrite_scope scope, struct span url,
    uint32_t site, const struct target_key *after, link_hit_fn *each,
    void *arg, int64_t *steps);

/* The pages of a hit, and all that are like it; false as above. */
typedef bool link_page_fn(void *arg, uint32_t item);
bool links_alike(struct db_txn *t, const struct link_hit *h,
    link_page_fn *each, void *arg, int64_t *steps);

/* Targets of a scope in order; from their key on. */
typedef bool link_target_fn(void *arg, const struct target_key *k,
    const struct target *target);
bool links_targets(struct db_txn *t, enum rewrite_scope scope, struct span url,
    const struct target_key *after, link_target_fn *each, void *arg,
    int64_t *steps);

struct link_count {
	uint64_t targets;	/* of this scope that are linked to */
	uint64_t sites, pages;	/* that link there */
	bool exact;		/* else at least so many */
};
/* site: only what links from there; 0: from all. */
void links_count(struct db_txn *t, enum rewrite_scope scope, struct span url,
    uint32_t site, struct link_count *n, int64_t *steps);

/* The same; all but what links from this site. */
void links_count_but(struct db_txn *t, enum rewrite_scope scope,
    struct span url, uint32_t site, struct link_count *n, int64_t *steps);
/* Of a site: how many others link to it, and pages of theirs. The sites are
 * counted to the last one, unless the purse is empty before. */
void links_count_inbound(struct db_txn *t, uint32_t site,
    struct link_count *n, int64_t *steps);

/* All links of a page, as they stand in it. target: NULL if it isn't kept. */
bool links_from(struct db_txn *t, uint32_t item, link_hit_fn *each,
    void *arg, int64_t *steps);

/* Targets that are broken, in order, from `after` (or NULL) on; site: only
 * those that this site links to; 0: all. */
bool links_broken(struct db_txn *t, uint32_t site,
    const struct target_key *after, link_target_fn *each, void *arg,
    int64_t *steps);

/* Does any page of the one site link to the other? */
bool links_between(struct db_txn *t, uint32_t from, uint32_t to);

#endif
