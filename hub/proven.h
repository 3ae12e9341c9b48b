/*
 * Proven: what came of comparing the index with what each site says it has
 * (protocol/reconcile.h), as the acts {"do":"reconcile",…} tell it.
 *
 * A change is missed if the index had to be compared to notice it: it lacked
 * an item, had another state of one, or still had one that the site had
 * withdrawn. What is held isn't missed: its people know of it. What is found
 * before anything was told (seq 0: the index was lost, or the agent's spool)
 * isn't either, for nothing was pushed.
 */
#ifndef ZQ_HUB_PROVEN_H
#define ZQ_HUB_PROVEN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/group.h"
#include "hub/journal.h"

struct proven {
	int64_t at;		/* ms, hub time, when both were last found to
				 * be the same; or CLOCK_NONE */
	uint64_t incarnation, seq;	/* … up to this change */
	int64_t tried;		/* when last compared; or CLOCK_NONE */
	bool same;		/* what came of that … */
	uint64_t missing, extra, differ, held;	/* … items */
	uint64_t count;		/* comparisons so far */
	uint64_t missed;	/* changes, in all of them */
};

/* False: never compared, and *p says so. */
bool proven_get(struct db_txn *t, uint32_t site, struct proven *p);

/* The act's rule, as in act.c: NULL, or why it can't be followed. */
const char *proven_act(struct group *g, const struct entry *e,
    const json_t *act);

#endif
