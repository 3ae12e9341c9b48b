/*
 * The hub's answer to a batch, and to a request for letters.
 *
 * Small XML in our namespace: the verdict, up to where changes are taken,
 * what is expected next, how many bytes may be under way (credit), when to
 * come back, the hub's time, and what could not be taken, item by item.
 */
#ifndef ZQ_PROTOCOL_ANSWER_H
#define ZQ_PROTOCOL_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

enum verdict {	/* numbers are on the channel between parts */
	VERDICT_TAKEN = 1,	/* durable up to `taken` */
	VERDICT_KNOWN = 2,	/* all of it came before; as good as taken */
	VERDICT_EARLY = 3,	/* a hole: send from `expected` */
	VERDICT_FORKED = 4,	/* same number, other content: clone, restore */
	VERDICT_BLOCKED = 5,	/* the site is blocked; `reason` says why */
	VERDICT_BUSY = 6,	/* not now: come back after `after` ms */
	VERDICT_BAD = 7,	/* not a change list; `reason` says why */
};

struct complaint {	/* one change that was not taken as said */
	uint64_t seq;
	struct span url;	/* may be empty */
	struct span why;	/* "held: www.evil.example is not a domain of
				 * this site" */
};

struct answer {
	enum verdict verdict;
	uint64_t incarnation;	/* which the position belongs to */
	uint64_t taken;		/* durable up to this seq, 0: nothing yet */
	uint64_t expected;	/* the seq to send next */
	uint64_t credit;	/* bytes that may be under way */
	uint32_t after;		/* ms to wait before the next batch */
	int64_t now;		/* ms, the hub's clock */
	struct span reason;	/* for people */
	struct span features;	/* blank-separated words (R25) */
	struct span want;	/* blank-separated words: what the hub wants of
				 * this agent now; see below */
	struct span cause;	/* which, of FORKED and BLOCKED; see below */
	uint64_t letters;	/* number of the newest letter for the site */
	uint64_t held;		/* changes of the site that the hub holds and
				 * doesn't show */
	uint64_t map;		/* version of the map of moves (movemap.h);
				 * 0: none yet, or a hub without */
};

/* Words of `want`. An agent passes over what it doesn't know. */
#define WANT_PROVE "prove"	/* reconcile now (reconcile.h) */
#define WANT_RETELL "retell"	/* begin a new incarnation, tell everything */
#define WANT_RENEW "renew"	/* get a new key and certificate now (kur) */

/* Words of `cause`. BLOCKED: */
#define CAUSE_BLOCKED "blocked"		/* for now, by the operator */
#define CAUSE_RETIRED "retired"		/* for good: the site is closed */
#define CAUSE_REISSUED "reissued"	/* another key speaks for it now */
#define CAUSE_UNKNOWN "unknown"		/* the hub has no such site */
#define CAUSE_QUARANTINED "quarantined"	/* renewed too late: the operator has
					 * to let it in again */
#define CAUSE_EXPIRED "expired"		/* its certificate, too long ago to be
					 * renewed: a new ticket helps */
/* … and FORKED: */
#define CAUSE_CONTENT "content"		/* same number, other content */
#define CAUSE_INSTANCE "instance"	/* two agents take turns */
#define CAUSE_BEHIND "behind"		/* its numbers went back: restored */
#define CAUSE_SETTLED "settled"		/* the other copy was kept */

/* Is it one of the blank-separated words? */
bool answer_has_word(struct span words, const char *word);

/* --- writing ------------------------------------------------------------ */
void answer_begin(struct buf *b, const struct answer *a);
void answer_complain(struct buf *b, const struct complaint *c);
void answer_end(struct buf *b);

/* --- reading: a whole document of at most LIMIT_ANSWER bytes ------------- */
typedef void answer_complaint_fn(void *arg, const struct complaint *c);
/* Spans of a live in *keep (the caller's, cleared by the caller). */
bool answer_read(struct answer *a, struct buf *keep, struct span xml,
    answer_complaint_fn *on_complaint, void *arg, const char **why);

const char *verdict_name(enum verdict v);	/* "taken" … */
enum verdict verdict_named(struct span name);	/* 0: no such one */

#endif
