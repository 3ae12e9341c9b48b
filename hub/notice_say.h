/*
 * What is said of notices: by a site, or by an operator for it. Each answers
 * NULL, or why it can't be followed, before anything was changed.
 */
#ifndef ZQ_HUB_NOTICE_SAY_H
#define ZQ_HUB_NOTICE_SAY_H

#include "hub/group.h"
#include "hub/journal.h"
#include "hub/notice.h"
#include "protocol/announcement.h"

struct notice_said {
	uint32_t site;
	bool operated;		/* by an operator */
	int64_t when;		/* ms, when it was said: from then on, if it
				 * says no time */
	struct announcement what;
	bool idle;		/* out: why is that it ends nothing */
};

/* Announced, changed, withdrawn or resolved. */
const char *notice_say(struct group *g, const struct entry *e,
    struct notice_said *s);
/* By number, by an operator: it is over; or will not be. */
const char *notice_end(struct group *g, const struct entry *e,
    uint32_t number, struct span reason, struct span by);
/* The site is retired: what it had announced is over, and its closing is now,
 * if that was to come. */
void notice_retire(struct group *g, const struct entry *e, uint32_t site,
    struct span reason, struct span by);
/* Time has come: of up to `most` that have run out it is said. */
void notice_time(struct group *g, const struct entry *e, uint64_t most);

#endif
