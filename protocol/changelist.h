/*
 * A change list: the XML that an agent posts, and that a site without an
 * agent can publish as a file. ResourceSync (ANSI/NISO Z39.99-2017 §12,
 * sitemap XML with rs:md), Dublin Core terms, and one namespace of ours.
 *
 * Reading is a stream: bytes are pushed in as they come, a change is handed
 * out as soon as its <url> ends. No DTD, no entities but the five, bounded
 * depth and sizes, UTF-8 only. What is wrong with one change is told with
 * its number and the rest of the batch is read on; what is not XML ends it.
 */
#ifndef ZQ_PROTOCOL_CHANGELIST_H
#define ZQ_PROTOCOL_CHANGELIST_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "protocol/change.h"
#include "protocol/health.h"
#include "protocol/namespaces.h"
#include "protocol/vantage.h"

#define CHANGELIST_TYPE "application/xml"

/* What stands at the head of a batch (zq:batch, and before it zq:health and
 * zq:looked). */
struct batch {
	uint64_t incarnation;	/* of the agent's spool; random, not 0 */
	uint64_t first;		/* seq of the first change; each next is +1 */
	uint64_t head;		/* the last seq the agent has in its spool */
	int64_t now;		/* ms, the agent's clock when it sent this */
	int64_t from;		/* ms, `when` of the oldest change, for
				 * ResourceSync's readers; 0: like now */
	struct span features;	/* blank-separated words (R25) */
	struct span agent;	/* "zqagentd/0.1" */
	bool needs_snapshot;	/* its spool overflowed, or it tells all anew,
				 * and it isn't proven yet that all is there */
	uint64_t instance;	/* of the agent's process: random at each start,
				 * kept nowhere; 0: not told. Two that take
				 * turns are two agents (R4) */
	uint64_t held;		/* withdrawals that wait for a person there */
	struct span trouble;	/* what keeps it from being in step, for
				 * people; "": nothing */
	struct health health;	/* zq:health; only for a hub that named
				 * FEATURE_HEALTH */
	struct vantage_answer looked;	/* zq:looked; to who has asked */
};

/* --- writing: header, changes in order, footer ------------------------- */
void changelist_begin(struct buf *b, const struct batch *h);
void changelist_put(struct buf *b, const struct change *c);
void changelist_end(struct buf *b);

/* --- reading ------------------------------------------------------------ */
struct changelist;	/* one document being read */

/* A change of the list, or one that can't be taken: then c is NULL, and why
 * names the part and the reason. seq is always given (0: not even that is
 * known). Spans live until it returns. */
typedef void changelist_change_fn(void *arg, uint64_t seq,
    const struct change *c, const char *why);
/* Called once, before the first change. */
typedef void changelist_head_fn(void *arg, const struct batch *h);

struct changelist *changelist_new(changelist_head_fn *on_head,
    changelist_change_fn *on_change, void *arg);
/* False once the document is beyond repair; changelist_error() says why,
 * with its line. Further bytes are then ignored. */
bool changelist_feed(struct changelist *l, const void *at, size_t n);
bool changelist_finish(struct changelist *l);	/* the document ended */
const char *changelist_error(const struct changelist *l);
void changelist_free(struct changelist *l);

#endif
