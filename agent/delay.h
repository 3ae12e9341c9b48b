/*
 * A delay: jobs that wait, all for as long, so the first is always due first.
 */
#ifndef ZQ_AGENT_DELAY_H
#define ZQ_AGENT_DELAY_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/job.h"

#define DELAY_MOST 20000		/* jobs; for more there is a scan */

struct delay;

typedef void delay_over_fn(void *arg, struct job *j);	/* its time has come */
typedef void delay_crowd_fn(void *arg);	/* one had no room, and is freed */

struct delay *delay_new(struct event_base *base, int64_t ms,
    delay_over_fn *over, delay_crowd_fn *crowd, void *arg);
void delay_free(struct delay *r);		/* and the jobs in it */
void delay_put(struct delay *r, struct job *j);
void delay_empty(struct delay *r);	/* frees the jobs */
size_t delay_count(const struct delay *r);
const char *delay_first(const struct delay *r);	/* its path; NULL: empty */

#endif
