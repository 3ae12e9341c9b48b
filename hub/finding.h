/*
 * A finding: what a trail comes to, beside the baselines of the hosts that
 * it touched. Pure: the same evidence gives the same finding.
 *
 * It is careful: what may be a wall, a script or our own fault is never
 * broken. Only the answer to a GET counts.
 */
#ifndef ZQ_HUB_FINDING_H
#define ZQ_HUB_FINDING_H

#include "hub/baseline.h"
#include "hub/outcome.h"
#include "hub/trail.h"

#define FINDING_DETAIL (LIMIT_URL + 1)

struct finding {
	enum cause cause;
	struct buf detail;	/* up to LIMIT_URL bytes */
};

void finding_init(struct finding *f);
void finding_clear(struct finding *f);

struct finding_facts {
	const struct trail *trail;
	/* Of the host that was asked, and of the one that answered in the
	 * end; NULL: not known. */
	const struct baseline *asked, *landed;
	/* Of the host that was asked, at an earlier look; NULL: none. */
	const struct baseline *before;
};
void finding_judge(struct finding *f, const struct finding_facts *facts);

/* Can't be judged without baselines? */
bool finding_needs_baseline(const struct trail *t);

#endif
