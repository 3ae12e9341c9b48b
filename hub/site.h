/*
 * Sites, as operators' acts have made them: number, code, name, domains, the
 * key that speaks for it, and whether it may.
 *
 * A domain belongs to one site. An address is that of the site with the
 * longest domain that its host is, or is below: so a department may have
 * ○○○.□□□.gov.cn while the portal has □□□.gov.cn.
 */
#ifndef ZQ_HUB_SITE_H
#define ZQ_HUB_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "certs/ca.h"
#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"

#define SITE_DOMAINS 64		/* of one site */
#define SITE_ROW_MAX (32u << 10)

struct site_agent {	/* one of two that speak with one key (R4) */
	uint64_t instance;	/* of its process; 0: it told none */
	struct span address;	/* "203.0.113.7:51824"; may be empty */
	int64_t since;		/* ms, hub time, when it was first heard; 0 */
};

struct site {
	uint32_t number;
	uint32_t parent;	/* 0: none */
	bool blocked, forked, has_key, has_old_key;
	bool quarantined;	/* renewed too late: to be admitted first */
	bool retired;		/* for good; its domains are free again */
	bool old_key_spent;	/* the old key is that of a copy which a
				 * settle dropped: good for nothing but to
				 * be told so */
	uint8_t key_hash[CA_KEY_HASH];
	uint8_t old_key_hash[CA_KEY_HASH];	/* before the last renewal */
	int64_t added, enrolled;	/* ms, hub time; or CLOCK_NONE */
	int64_t until;		/* ms, its certificate's end; or CLOCK_NONE */
	int64_t as_of;		/* ms; 0, or it came from a backup: keys that
				 * were certified later may have been granted
				 * and forgotten (view_site_forgot()) */
	struct span cause;	/* of the fork, as in answer.h; stays when it
				 * is settled */
	struct site_agent agent[2];	/* found then, by who was heard
					 * first */
	uint8_t speaker;	/* 1 or 2: by whose word it was found; 0 */
	uint8_t kept;		/* 1 or 2: which of them a settle kept, until
				 * that one speaks with a new key; 0: none */
	bool begun;		/* … and in a new incarnation, which it has
				 * begun … */
	bool renewed;		/* … and been granted that key */
	uint64_t given_up;	/* the incarnation that both had told: what
				 * is kept tells all anew; 0: none */
	uint32_t cleared;	/* retired: items up to this number are
				 * withdrawn */
	struct span code, name, kind;
	struct span reason;	/* of the block or the hold */
	bool proven;		/* the domain, when last looked: */
	int64_t checked;	/* ms, hub time; or CLOCK_NONE */
	struct span evidence;	/* "https 200, key fits" */
	struct span domains;	/* see site_domain_next() */
};

/* Spans live as long as what a get hands out (db.h). */
bool site_get(struct db_txn *t, uint32_t number, struct site *s);
void site_put(struct db_txn *t, const struct site *s);
uint32_t site_last(struct db_txn *t);	/* highest number given; 0: none */

bool site_by_code(struct db_txn *t, struct span code, uint32_t *number);
/* Exactly this domain; or the longest that the host is within. */
bool site_by_domain(struct db_txn *t, struct span domain, uint32_t *number);
bool site_of_host(struct db_txn *t, struct span host, uint32_t *number);
/* Is what is said a domain of this site? In normal form into `host`. */
bool site_has_domain(struct db_txn *t, uint32_t number, struct span said,
    struct buf *host);
void site_put_code(struct db_txn *t, struct span code, uint32_t number);
void site_put_domain(struct db_txn *t, struct span domain, uint32_t number);
void site_free_domain(struct db_txn *t, struct span domain);

/* Does the other one belong to this site, or to one that does, or is it the
 * same? (Beyond SITE_LEVELS nobody looks: yes.) */
#define SITE_LEVELS 64
bool site_is_above(struct db_txn *t, uint32_t site, uint32_t other);

/* Domains one after the other; false: no more. */
bool site_domain_next(struct span *domains, struct span *domain);

/* Puts why a site may not speak of a host. */
void site_why_not(struct db_txn *t, uint32_t number, struct span host,
    struct buf *why);

#endif
