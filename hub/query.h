/*
 * Questions to the store: what the web, the feeds, the API and zqhub show.
 *
 * Read only, in short transactions, whether the daemon runs or not. Every
 * listing is newest first and paged by a cursor (an opaque word that stays
 * good while the store lives). Strings handed out live until the callback
 * returns or the query ends, as said.
 */
#ifndef ZQ_HUB_QUERY_H
#define ZQ_HUB_QUERY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/journal.h"
#include "hub/pulse.h"
#include "protocol/change.h"
#include "protocol/code.h"
#include "protocol/health.h"

struct store;		/* both environments, open for reading */
struct query;		/* one moment of it */

/* dir is the hub's. NULL: why says what to do ("run zqhub init", "permission
 * denied: …"). */
struct store *store_open(const char *dir, struct buf *why);
void store_close(struct store *s);

/* What is set and matters to what is shown: silent_after (and see
 * pulse_patience()), closing_notice, home_moved_looks, home_moved_after. Before
 * that these are as they are unless something else is set. */
#define STORE_SILENT 15000	/* ms: agents beat every 5 s; three are missing */
struct config;
void store_heed(struct store *s, const struct config *c);
/* No daemon hears anybody now: who should be heard is silent. */
void store_unheard(struct store *s);

struct query *query_begin(struct store *s);
void query_end(struct query *q);

/* --- sites ---------------------------------------------------------------- */

enum site_state {	/* of sync; how well a site does is another matter */
	SITE_NEW,	/* added, never enrolled */
	SITE_SYNC,	/* heard lately, and all it has told is shown */
	SITE_BEHIND,	/* it has more in its spool than we have taken */
	SITE_SILENT,	/* not heard for longer than it should be */
	SITE_HELD,	/* forked, or something of it is held, here or there */
	SITE_TROUBLE,	/* its agent can't read or tell all there is */
	SITE_BLOCKED,
	SITE_QUARANTINED,	/* renewed too late, to be admitted */
	SITE_RETIRED,		/* for good: nobody waits for it */
	SITE_STATES
};
const char *site_state_name(enum site_state s);		/* "sync" … */

struct site_info {
	uint32_t number;
	char code[CODE_MAX + 1];
	struct span name, domain;	/* until the query ends */
	struct span domains;		/* all, see site_domain_next() */
	struct span kind;		/* "portal", "department" or "" */
	int64_t expires;		/* ms, when the first of its domains runs
					 * out; CLOCK_NONE: nobody has said */
	struct span expiring;		/* … and which that is */
	uint32_t parent;		/* 0: none */
	enum site_state state;
	int64_t added, enrolled;	/* ms; CLOCK_NONE: not yet */
	int64_t heard;			/* ms, last exchange of any kind; to
					 * the minute if no daemon runs */
	int64_t ahead;			/* ms, … instead, if that is yet to
					 * come: the hub's clock was wrong; or
					 * CLOCK_NONE */
	uint32_t connections;		/* open now */
	int64_t gone;			/* ms, when the last was closed; or
					 * CLOCK_NONE */
	char address[PULSE_ADDRESS];	/* it last spoke from, or "" */
	struct health health;		/* as it last told */
	int64_t skew;			/* ms, the site's clock minus ours */
	uint64_t incarnation, taken;	/* position in the journal */
	uint64_t head;			/* the last seq the site says it has */
	uint64_t shown;			/* … and what the view stands at */
	uint64_t items, withdrawn, held;
	uint64_t letters, confirmed;	/* newest, and up to where fetched */
	char agent[POSITION_AGENT];	/* version it named, or "" */
	struct span reason;		/* of a block or a hold */
	bool has_key;
	uint8_t key[32];		/* SHA-256 of the public key */
	int64_t until;			/* ms, its certificate's end; CLOCK_NONE
					 * if that isn't known */
	bool has_ca;
	uint8_t ca[16];			/* pin of the CA that signed it */
	bool left_behind;		/* … which was replaced: refused */
	bool forked, quarantined, retired;	/* as in site.h */
	struct span cause;		/* of a fork, also of a settled one */
	struct span agent_address[2];	/* who spoke then, by who was heard
					 * first */
	uint64_t agent_instance[2];
	int64_t agent_since[2];		/* ms; 0: not known */
	int kept;			/* 1 or 2: which is to begin anew */
	bool gate;			/* closed … */
	uint64_t gated;			/* … so many withdrawals are held */
	int64_t gate_since;		/* ms */
	uint64_t agent_held;		/* … and so many by its own agent */
	char trouble[POSITION_TROUBLE];	/* in the agent's words, or "" */
	bool needs_snapshot;		/* as in position.h */
	bool proven;			/* its domain, when last looked: */
	int64_t checked;		/* ms; CLOCK_NONE: never, with this key */
	struct span evidence;		/* "https 200, key fits"; or "" */
	int64_t synced;			/* ms, when the index was last proven
					 * to have exactly what the site has;
					 * CLOCK_NONE: never, or by a clock
					 * that was ahead */
	uint64_t synced_seq;		/* … up to this change */
	int64_t compared;		/* ms, when that was last tried */
	uint64_t missing, extra, differ, explained;	/* … and came to */
	uint64_t compares;		/* so far */
	uint64_t missed, changes;	/* changes that push didn't bring, of
					 * all (proven.h) */
	bool has_digest;		/* not in query_sites(): it is most of
					 * the work */
	uint8_t digest[32];
};

typedef bool query_site_fn(void *arg, const struct site_info *s);
/* All sites by code; each returns false to stop. */
void query_sites(struct query *q, query_site_fn *each, void *arg);
bool query_site_by_code(struct query *q, struct span code,
    struct site_info *s);
bool query_site_by_number(struct query *q, uint32_t number,
    struct site_info *s);
/* When that domain runs out, ms; CLOCK_NONE: nobody has said. */
int64_t query_expiry(struct query *q, struct span domain);

/* --- the CA --------------------------------------------------------------- */

struct roll_info {		/* of the CA, issued.h */
	bool rolling;			/* now … */
	bool rolled;			/* … or once */
	int64_t since;			/* ms */
	uint8_t pin[16];		/* the next, or the new one */
};
void query_roll(struct query *q, struct roll_info *r);
json_t *query_register(struct query *q);	/* register.h; the caller's */

/* --- items ---------------------------------------------------------------- */

struct item_info {
	uint64_t number;		/* the hub's, for ever: /item/123 */
	uint32_t site;
	bool withdrawn;
	bool ahead;			/* it gave a date in the future */
	struct change said;		/* the last of what the site said; in
					 * listings without links and unknown
					 * parts. Of what is withdrawn, with
					 * the title and column it had */
	int64_t date;			/* ms: published, else modified, else
					 * when, but not after it was taken;
					 * what listings sort by */
	int64_t created, updated;	/* ms, hub time: first and last taken */
	uint64_t place;			/* journal place of the last change */
	uint64_t changes;		/* how many there were */
};

struct query_spec {
	struct span phrase;	/* folded by us; empty: everything */
	uint32_t site;		/* 0: all */
	struct span column;	/* exact ColumnName; empty: all */
	int64_t since, until;	/* ms by item date, until exclusive; or
				 * CLOCK_NONE */
	size_t limit;		/* 1 … QUERY_LIMIT */
	struct span after;	/* cursor of the page before; or empty */
	bool withdrawn;		/* tombstones instead (for feeds): newest
				 * withdrawal first; phrase must be empty */
	bool by_taken;		/* in order of taking instead of date (for
				 * feeds); phrase must be empty */
};
#define QUERY_LIMIT 200
#define QUERY_COUNT 1000	/* totals are exact up to here … */
#define QUERY_LOOKED 200	/* … or, where each item must be looked at to
				 * know (a phrase of three characters and
				 * more), up to here */

struct query_page {
	size_t shown;
	uint64_t total;		/* exact, or at least this many: what was
				 * seen, so another page may say more */
	bool exact;
	char next[64];		/* cursor, "" on the last page */
	const char *error;	/* the cursor or the spec was not fit */
	/* A search that would have to read too much ends early: `exact` is
	 * false, and the page may be short though there is a next one. */
};

typedef bool query_item_fn(void *arg, const struct item_info *i);
void query_items(struct query *q, const struct query_spec *spec,
    query_item_fn *each, void *arg, struct query_page *page);

/* By address, "CODE:id", or number. Lives until the query ends. */
bool query_item(struct query *q, struct span name, struct item_info *i);

struct past {		/* one change of an item, as the journal has it */
	uint64_t place;
	struct change said;
	int64_t taken;	/* ms, hub time: durable in the journal */
	int64_t shown;	/* ms, hub time: in the view; CLOCK_NONE unknown */
};
typedef bool query_past_fn(void *arg, const struct past *p);
/* Newest first. */
void query_past(struct query *q, uint64_t item, query_past_fn *each,
    void *arg);

/* Columns of a site with their number of items, by name. */
typedef bool query_column_fn(void *arg, struct span name, uint64_t items);
void query_columns(struct query *q, uint32_t site, query_column_fn *each,
    void *arg);

/* What is held, newest first: changes that decode and are not applied. */
struct held {
	uint64_t place;
	uint32_t site;
	struct change said;
	struct span why;
	int64_t taken;
};
typedef bool query_held_fn(void *arg, const struct held *h);
void query_held(struct query *q, uint32_t site, size_t limit,
    query_held_fn *each, void *arg);

/* --- the whole ------------------------------------------------------------- */

struct totals {
	uint64_t sites, items, withdrawn, held;
	uint64_t journal_place, view_place;	/* equal: all is shown */
	uint64_t journal_bytes, view_bytes;
	uint8_t chain[32];			/* head of the hash chain */
	uint8_t digest[32];			/* of the view */
	uint64_t view_version;			/* of apply's rules */
	int64_t last_taken, last_shown;		/* ms */
};
void query_totals(struct query *q, struct totals *t);
/* The same without the digest, for which all sites are walked. */
void query_counts(struct query *q, struct totals *t);

struct journal_line {	/* one entry, for people and for `journal print` */
	uint64_t place;
	int64_t at;		/* ms, hub time */
	uint32_t site;		/* 0: the hub itself */
	uint64_t incarnation, seq;
	bool is_change;		/* said holds; else `act` does */
	struct change said;
	struct span act;	/* JSON of an operator's or the clock's entry:
				 * {"do": "block", "actor": …, "reason": …} */
	uint8_t chain[32];
};
typedef bool query_journal_fn(void *arg, const struct journal_line *l);
void query_journal(struct query *q, uint64_t from, query_journal_fn *each,
    void *arg);

#endif
