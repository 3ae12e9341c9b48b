/*
 * Reconciling: the proof that the hub's index holds exactly what a site says
 * it has, and what to do where it does not (R17).
 *
 * Both sides keep a digest (digest.h) as items change; here are the documents
 * by which they are compared. The agent asks, with nothing under way and
 * everything confirmed, so that both speak of the same sequence number:
 *
 *	sum	one hash over all buckets: mostly the same, and done
 *	buckets	all 256 sums: the answer names those that differ
 *	hashes	what is in those, by hash: the answer names what either lacks
 *	names	what the hub lacks, by id and address, for people to read
 *
 * What differs is then repaired by ordinary changes. A snapshot is a
 * reconciliation in which everything differs. POST /v1/reconcile, one small
 * XML document each way; see zhanqun-protocol(7), RECONCILING.
 */
#ifndef ZQ_PROTOCOL_RECONCILE_H
#define ZQ_PROTOCOL_RECONCILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/answer.h"
#include "protocol/digest.h"

#define RECONCILE_HASH DIGEST_SHORT	/* bytes of an item's hash on the wire:
				 * the first of them names the bucket */
#define RECONCILE_REST (32 - DIGEST_SHORT)	/* … and of what is left of it */
#define RECONCILE_NAMES 1000	/* at most, in one document */
#define RECONCILE_HASHES_MOST 65536 /* in one document, unless its only bucket
				 * has more: an answer that lacks them all
				 * still has room */
#define RECONCILE_ROUND_TIME 10000	/* ms that the hub may take to show
				 * what it took, before it says `later` */

enum reconcile_round {	/* numbers are on the channel between parts */
	RECONCILE_SUM = 1, RECONCILE_BUCKETS = 2, RECONCILE_HASHES = 3,
	RECONCILE_NAMED = 4,
};

/* --- what the agent posts -------------------------------------------------- */

struct reconcile {		/* the root's attributes */
	enum reconcile_round round;
	uint64_t incarnation;
	uint64_t seq;		/* the digest is of all changes up to here */
	uint64_t instance;	/* of the agent's process, as in a batch */
	uint64_t items;
	int64_t now;		/* ms, the agent's clock */
	uint8_t sum[32];	/* digest_sum() */
	bool more;		/* of RECONCILE_HASHES: another one follows */
};

void reconcile_begin(struct buf *b, const struct reconcile *r);
void reconcile_put_buckets(struct buf *b, const struct digest *d); /* all */
/* count hashes of RECONCILE_HASH bytes each, sorted: all that the bucket
 * has; none is allowed. Buckets in their order, each once. */
void reconcile_put_hashes(struct buf *b, unsigned bucket,
    const uint8_t *hashes, size_t count);
void reconcile_put_name(struct buf *b, const uint8_t hash[RECONCILE_HASH],
    struct span id, struct span url);
void reconcile_end(struct buf *b);

struct reconcile_reader {	/* called in the order of the document */
	void (*head)(void *arg, const struct reconcile *r);
	/* All 256, one after the other. */
	void (*bucket)(void *arg, unsigned bucket, uint64_t high,
	    uint64_t low);
	/* Sorted and without doubles, or the document is refused. */
	void (*hashes)(void *arg, unsigned bucket, const uint8_t *hashes,
	    size_t count);
	void (*name)(void *arg, const uint8_t hash[RECONCILE_HASH],
	    struct span id, struct span url);
};
/* A whole document, at most LIMIT_BODY. What has no callback (NULL) is read
 * over. Spans live until the callback returns. False: *why says what is
 * wrong, with its line; what was called until then is to be forgotten. */
bool reconcile_read(struct span xml, const struct reconcile_reader *to,
    void *arg, const char **why);

/* --- what the hub answers --------------------------------------------------- */

enum reconcile_outcome {
	RECONCILE_SAME = 1,	/* proven: nothing else to do */
	RECONCILE_DIFFERS = 2,	/* go on with the next round; after NAMED (or
				 * after HASHES, if the hub lacks nothing):
				 * repair */
	RECONCILE_LATER = 3,	/* not the same seq on both sides now; ask
				 * again after `after` ms */
	RECONCILE_REFUSED = 4,	/* as the answer to a batch would be: reason */
};

struct reconcile_answer {
	enum reconcile_outcome outcome;
	enum verdict verdict;	/* of REFUSED: FORKED, BLOCKED, BUSY, BAD */
	struct span cause;	/* see answer.h */
	uint64_t seq;		/* what the hub shows */
	uint64_t items;
	uint32_t after;		/* ms */
	int64_t now;		/* ms, the hub's clock */
	struct span reason;	/* for people */
	bool cut;		/* only in what was read: more differs than had
				 * room. Repair this, and reconcile again */
};

/* Into a buffer with a ceiling of LIMIT_BODY or more. What has no room is left
 * out, and the document says that it was cut. */
void reconcile_answer_begin(struct buf *b, const struct reconcile_answer *a);
void reconcile_answer_bucket(struct buf *b, unsigned bucket); /* it differs */
/* The agent listed it, and the index doesn't have it. */
void reconcile_answer_missing(struct buf *b,
    const uint8_t hash[RECONCILE_HASH]);
/* The index has it, and the agent didn't list it. The rest of its hash (NULL:
 * not said, as by an older hub) is what an agent needs that will keep it. */
void reconcile_answer_extra(struct buf *b,
    const uint8_t hash[RECONCILE_HASH], const uint8_t *rest, struct span id,
    struct span url);
/* Of this id the hub holds something newer than it shows, and its people
 * know: not to be told again. (Its hashes, if any, are then neither missing
 * nor extra.) */
void reconcile_answer_held(struct buf *b, struct span id, struct span url,
    struct span why);
void reconcile_answer_end(struct buf *b);

struct reconcile_answer_reader {
	void (*bucket)(void *arg, unsigned bucket);
	void (*missing)(void *arg, const uint8_t hash[RECONCILE_HASH]);
	void (*extra)(void *arg, const uint8_t hash[RECONCILE_HASH],
	    const uint8_t *rest, struct span id, struct span url);
	void (*held)(void *arg, struct span id, struct span url,
	    struct span why);
};
/* At most LIMIT_BODY bytes. Spans of a live in *keep (the caller's). */
bool reconcile_answer_read(struct reconcile_answer *a, struct buf *keep,
    struct span xml, const struct reconcile_answer_reader *to, void *arg,
    const char **why);

const char *reconcile_round_name(enum reconcile_round round); /* "sum" … */
const char *reconcile_outcome_name(enum reconcile_outcome o); /* "same" … */

#endif
