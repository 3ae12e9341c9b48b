/*
 * Questions about links that no agent judges, for they leave the cluster or
 * nobody covers them: what was seen of them, and what a person has pinned.
 */
#ifndef ZQ_HUB_QUERY_CHECK_H
#define ZQ_HUB_QUERY_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/checked.h"
#include "hub/query.h"

struct check_spec {
	bool broken;		/* only what is broken now … */
	bool danger;		/* … or suspicious */
	bool unreachable;	/* … or not reached for long */
	bool pinned;		/* only what a person has pinned */
	bool has_outcome;
	enum outcome outcome;	/* only of this one */
	const uint8_t *after;	/* digest of the last one, or NULL */
	size_t limit;
};

/* In no order that means anything to people. False: there may be more. */
bool query_checks(struct query *q, const struct check_spec *spec,
    checked_fn *each, void *arg);
/* Of one address; false: never looked at. Spans live as long as q. */
bool query_check(struct query *q, struct span url, struct checked *c);
int64_t query_check_now(const struct query *q);

/* How many there are of each outcome, and how many are broken. */
struct check_counts {
	uint64_t outcome[OUTCOME_COUNT];
	uint64_t all, broken, pinned;
	uint64_t unreachable;	/* for long */
};
void query_check_counts(struct query *q, struct check_counts *n);

#endif
