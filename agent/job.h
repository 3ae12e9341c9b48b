/*
 * A job of the intake: one path that something was said about. It stands in
 * one list at a time; intake.c has its life.
 */
#ifndef ZQ_AGENT_JOB_H
#define ZQ_AGENT_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "agent/known.h"
#include "contrib/base/buf.h"

struct intake;

enum intake_why {
	INTAKE_READY,	/* it is finished, says the kernel */
	INTAKE_SOON,	/* written or gone; more may follow in a moment */
	INTAKE_FOUND,	/* a scan met it: may still be written to */
	INTAKE_GONE,	/* it is missing, and that was judged already */
};

enum job_todo { JOB_LOOK, JOB_TELL, JOB_WITHDRAW, JOB_MARK };

struct job {
	TAILQ_ENTRY(job) entry;
	struct intake *in;
	uint32_t hash;			/* of path */
	enum intake_why why;
	bool again;			/* something happened meanwhile */
	bool counted;			/* as a change, of a restless file */
	int64_t since;			/* mono ms: it is written to at least
					 * since then; 0: it wasn't */
	bool slow;			/* it is big: it has a reader of its own */
	int64_t due;			/* mono ms, of settling ones */
	enum job_todo todo;		/* of ready ones */
	bool created;			/* of written ones: it is new … */
	char *former;			/* … or was at this path until now, … */
	bool left;			/* … in a directory that was not there
					 * at that moment */
	char *former_url;		/* its address was this one; or NULL */
	bool touched;			/* the same bytes: another file, if … */
	struct known_stat was;		/* … it was another; zeros: not told */
	struct known_stat stat;
	char *path, *url;
	const char *reason;		/* of JOB_WITHDRAW */
	char *said, *by;		/* the reason a person gave, and who
					 * it was; or NULL */
	struct buf row;			/* record, of JOB_TELL */
};

TAILQ_HEAD(jobs, job);

struct job *job_new(struct intake *in, const char *path);
void job_free(struct job *j);
void job_empty(struct jobs *list, size_t *count);	/* frees them, 0 left */
uint32_t job_hash(struct span path);

/* Was it written to less than `settle` ms ago, and nobody said that it is
 * finished? */
bool job_is_fresh(const struct job *j, const struct stat *st,
    uint64_t settle);
/* Is there a row of it; does that say the same as st and j->url? */
bool job_is_row(const struct job *j, struct store_txn *t, struct span source);
bool job_is_known(const struct job *j, struct store_txn *t,
    struct span source, const struct stat *st);

#endif
