/*
 * Targets: the addresses that pages link to, and what has become of them.
 *
 * A row per page (protocol/url_place.h) that some page links to; it goes
 * with the last link. Rows are in the order of reversed host name, port,
 * path: so all of a domain stand together, and all below a prefix. The index
 * pages of a directory stand behind it.
 *
 * The state is what the site whose address it is says itself, by what it has
 * pushed; nobody is asked over the network. Only what is known to be gone is
 * broken: an address that nobody covers is unknown, and isn't; what the check
 * has seen there is kept apart (seen.h).
 */
#ifndef ZQ_HUB_TARGET_H
#define ZQ_HUB_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"

struct group;
struct rewrite;

enum target_state {	/* numbers are in rows */
	TARGET_UNKNOWN,		/* of a site, but nothing covers it */
	TARGET_OUTSIDE,		/* no site of the cluster has this host */
	TARGET_HERE,		/* an item is at this place */
	TARGET_MOVED,		/* by a rule that has taken effect, unless it
				 * was withdrawn before or after that */
	TARGET_WITHDRAWN,	/* an item was, and its site took it away */
	TARGET_NEVER,		/* covered, and there never was an item */
	TARGET_STATES
};
const char *target_state_name(enum target_state s);	/* "here" … */

/* --- what has become of an address ---------------------------------------- */

struct target_verdict {
	enum target_state state;
	bool broken;		/* whoever follows it finds nothing: withdrawn,
				 * never, or moved to where nothing is */
	bool awaited;		/* … were it not for a move that leads there, of
				 * which nobody has pushed that yet: not broken
				 * so far, nor well */
	uint32_t site;		/* whose address it is; 0: nobody's here */
	uint32_t item;		/* that is there, or was; 0: none */
	uint32_t move;		/* that made it so; 0: none */
	int64_t since;		/* ms: it has moved, and something else came to
				 * its place then, which is not gone: whoever
				 * links here since then means that one, and
				 * not what has moved; CLOCK_NONE: not so */
	uint32_t end;		/* if it has moved: a hash of where it is now,
				 * and since when something else is here */
};

/* url is a normal form. rules (may be NULL): those that count; of them the
 * ones in effect at `when` are followed (INT64_MAX: all, as with those of
 * group_effective(), which have no end). Puts into `now` (emptied first) where
 * it is now, if that is elsewhere and known: by a move, or as the withdrawal
 * or the item itself says, if that leads to something that isn't broken. */
void target_judge(struct db_txn *t, const struct rewrite *rules,
    struct span url, int64_t when, struct target_verdict *v,
    struct buf *now);

/* --- rows ----------------------------------------------------------------- */

#define TARGET_KEY 400		/* bytes of a key, at most */
#define TARGET_HOST_END ' '	/* stands in it behind the reversed host */

struct target_key {
	uint8_t at[TARGET_KEY];
	size_t n;
};

struct target {
	enum target_state state;
	bool broken;
	bool shared;		/* more than one run has it, or had */
	uint64_t runs;		/* that have it */
	uint32_t run;		/* the one, unless shared */
	uint32_t move, end;	/* as in its verdict, when it was last one that
				 * has moved; 0: never */
	struct span url;	/* as it was linked to first; a normal form */
};

/* False: the address is too strange to be kept. */
bool target_key(struct target_key *k, struct span url);
/* Of its place, whichever index page it names. */
bool target_key_place(struct target_key *k, struct span url);
/* What the keys of all index pages at its place begin with. False: it is too
 * long, and they have the place's. */
bool target_key_pages(struct target_key *k, struct span url);
/* Of all below a prefix (which ends in "/"), and of a domain and all hosts
 * below it: what their keys begin with. A domain has two. */
bool target_key_prefix(struct target_key *k, struct span prefix);
/* And of all addresses that are this one with a query. */
bool target_key_queried(struct target_key *k, struct span url);
bool target_key_domain(struct target_key *host, struct target_key *below,
    struct span domain);

/* "www.a.cn" to "cn.a.www", and back. What stands in brackets has no labels. */
void target_reverse(struct buf *b, struct span host);

/* room: what the url is put into. */
bool target_get(struct db_txn *txn, const struct target_key *k,
    struct target *t, struct buf *room);

#endif
