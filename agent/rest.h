/*
 * A rest: jobs that wait, all for as long, so the first is always due first.
 */
#ifndef ZQ_AGENT_REST_H
#define ZQ_AGENT_REST_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/job.h"

#define REST_MOST 20000		/* jobs; for more there is a scan */

struct rest;

typedef void rest_over_fn(void *arg, struct job *j);	/* its rest is over */
typedef void rest_crowd_fn(void *arg);	/* one had no room, and is freed */

struct rest *rest_new(struct event_base *base, int64_t ms,
    rest_over_fn *over, rest_crowd_fn *crowd, void *arg);
void rest_free(struct rest *r);		/* and the jobs in it */
void rest_put(struct rest *r, struct job *j);
void rest_empty(struct rest *r);	/* frees the jobs */
size_t rest_count(const struct rest *r);

#endif
