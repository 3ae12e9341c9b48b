/*
 * Outcomes: what a look at an address outside of the cluster can come to,
 * why, and what to do about it in plain words.
 *
 * Each cause belongs to one outcome. Only gone, soft-404 and suspicious are
 * broken links, and gone only when it was seen three times, each a day after
 * the one before, or when the server itself says "for good" (410). One look
 * in which it is there again forgets all that. The detail is a few words from
 * the answer (a status, an address, a title) and a stranger's: for a
 * terminal it goes through text_pad().
 */
#ifndef ZQ_HUB_OUTCOME_H
#define ZQ_HUB_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

enum outcome {
	OUTCOME_OK, OUTCOME_MOVED, OUTCOME_GONE, OUTCOME_BLOCKED,
	OUTCOME_UNREACHABLE, OUTCOME_SOFT_404, OUTCOME_SUSPICIOUS,
	OUTCOME_LOGIN, OUTCOME_UNKNOWN,
	OUTCOME_COUNT
};

const char *outcome_name(enum outcome o);	/* "soft-404" */
bool outcome_parse(enum outcome *o, struct span name);
const char *outcome_word(enum outcome o);	/* for people: translated */
bool outcome_is_broken(enum outcome o);

enum cause {
	CAUSE_FINE,		/* it answers */
	CAUSE_UNCHANGED,	/* 304 */
	CAUSE_ELSEWHERE_NOW,	/* a redirect for now: the link is right */
	CAUSE_MOVED,		/* for good; detail: where to */
	CAUSE_MOVED_HOME,	/* … to a home page; detail: which */
	CAUSE_404,
	CAUSE_410,
	CAUSE_CHALLENGE,	/* a wall against robots; detail: its sign */
	CAUSE_REFUSED,		/* 403, 418, …; detail: status */
	CAUSE_TOO_OFTEN,	/* 429, or told to come later than we wait */
	CAUSE_COOKIES,		/* goes in circles, wanting cookies */
	CAUSE_NO_NAME,		/* DNS */
	CAUSE_NO_CONNECTION,
	CAUSE_TIME,
	CAUSE_CERTIFICATE,	/* detail: OpenSSL's words */
	CAUSE_SERVER,		/* 5xx; detail: status */
	CAUSE_CIRCLE,
	CAUSE_HOPS,		/* too many redirects */
	CAUSE_NOWHERE,		/* a redirect to no address; detail: to what */
	CAUSE_GARBAGE,		/* no HTTP; detail: curl's words */
	CAUSE_AS_MISSING,	/* looks like what a random path gives */
	CAUSE_SENT_AS_MISSING,	/* is sent where a random path is sent */
	CAUSE_SAYS_MISSING,	/* its title says so; detail: it */
	CAUSE_WORDS,		/* gambling and the like; detail: them */
	CAUSE_FOR_SALE,		/* a parked domain; detail: its sign */
	CAUSE_OTHER_OWNER,	/* the host leads elsewhere; detail: where */
	CAUSE_OTHER_LANGUAGE,	/* detail: which, and which before */
	CAUSE_LOGIN,		/* detail: status, or where */
	CAUSE_ROBOTS,		/* robots.txt asks us not to look */
	CAUSE_INWARD,		/* a private address; detail: which host */
	CAUSE_SCRIPT,		/* drawn by script: nothing to judge */
	CAUSE_STATUS,		/* one we make nothing of; detail: it */
	CAUSE_ISOLATED,		/* nothing answers: the fault may be here */
	CAUSE_NO_ADDRESS,	/* not an address of the web; detail: why */
	CAUSE_OTHER_CERTIFICATE,	/* another name, and a certificate of
				 * another issuer; detail: before and now */
	/* Of home pages alone; in rows by number: add at the end. */
	CAUSE_EMPTY,		/* nothing in it; detail: status */
	CAUSE_CUT_SHORT,	/* it broke off; detail: status */
	CAUSE_COUNT
};

const char *cause_name(enum cause c);		/* "as-missing" */
bool cause_parse(enum cause *c, struct span name);
enum outcome cause_outcome(enum cause c);
bool cause_is_danger(enum cause c);	/* tell all referrers, now */
/* A sentence about what was seen, and what to do after this one look, see
 * outcome_repair() for more of them; translated. */
void cause_evidence(struct buf *out, enum cause c, struct span detail);
void cause_repair(struct buf *out, enum cause c, struct span detail);

/* --- over days -------------------------------------------------------------- */

#define OUTCOME_STRIKES 3
#define OUTCOME_STRIKE_APART (24 * INT64_C(3600) * 1000)	/* ms */

struct outcome_record {
	enum cause cause;	/* of the last look … */
	int64_t seen;		/* … then, ms; CLOCK_NONE: never looked */
	int64_t since;		/* its outcome has been the same since then … */
	uint8_t looks;		/* … in so many looks, at most 255 */
	uint8_t strikes;	/* failures that counted, up to 3 */
	int64_t struck;		/* ms, the last that counted */
	bool confirmed;		/* it is broken, not only looks so */
};

void outcome_init(struct outcome_record *r);
/* One more look. True: whether the link counts as broken has changed. */
bool outcome_add(struct outcome_record *r, enum cause c, int64_t now);
/* Not reached for OUTCOME_STRIKE_APART, in OUTCOME_STRIKES looks or more: that
 * is no broken link, for it may be us; but somebody should know. */
bool outcome_is_unreachable_long(const struct outcome_record *r);
/* The same outcome, whatever it is, for so long and so often. */
bool outcome_is_lasting(const struct outcome_record *r);
/* What to do after all these looks: what moved is written into the link when
 * OUTCOME_STRIKES of them, OUTCOME_STRIKE_APART or more from first to last,
 * were sent to the same place; else as cause_repair(). */
void outcome_repair(struct buf *out, const struct outcome_record *r,
    struct span detail);
/* When to look again at the latest: after a window, for broken ones at growing
 * distances up to eight windows, for strikes a day. */
int64_t outcome_next(const struct outcome_record *r, int64_t window);

#endif
