/*
 * A group: jobs that are ready go into the store in one transaction, so that
 * they share one fsync.
 */
#ifndef ZQ_AGENT_GROUP_H
#define ZQ_AGENT_GROUP_H

#include "agent/job.h"
#include "agent/renamed.h"
#include "agent/store.h"

struct group_of {
	struct renamed_where where;	/* the jobs' source */
	bool anew;			/* see compare.h */
};

struct group_written {
	size_t done;		/* jobs from the head of the list */
	uint64_t told, withdrawn, unfit;
	bool no_room;		/* the spool had none for the next */
};

/* STORE_REFUSED: not one of them had room. */
enum store_result group_write(struct store *s, const struct group_of *of,
    struct jobs *jobs, struct group_written *out);

#endif
