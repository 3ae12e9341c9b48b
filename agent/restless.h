/*
 * Restless: files that change all the time, a hit counter or a log.
 *
 * Each change is in the hub's journal for ever, and nobody reads a page that
 * is another one every second. A file that was changed more often within a
 * minute than the settings say is looked at when it was left alone for some
 * seconds, and once a minute at the latest; so is one that somebody has had
 * open for writing for a minute. Everybody else's first changes are never
 * kept waiting. Where very many files change at once some of them may count
 * as calmer than they are.
 */
#ifndef ZQ_AGENT_RESTLESS_H
#define ZQ_AGENT_RESTLESS_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/delay.h"
#include "agent/job.h"

#define RESTLESS_QUIET 10000	/* ms without a change: it is looked at */
#define RESTLESS_LONGEST 60000	/* ms that it waits, and that a file may be
				 * open before it counts as one */

struct restless;

/* often: changes a minute; 0: none is restless for them. The functions are
 * those of a delay. */
struct restless *restless_new(struct event_base *base, uint64_t often,
    delay_over_fn *over, delay_crowd_fn *crowd, void *arg);
void restless_free(struct restless *r);		/* and the jobs in it */
void restless_drop(struct restless *r);		/* frees the jobs */

/* It was changed, or is being written to. True: the job is taken, and comes
 * back when it is time. */
bool restless_changed(struct restless *r, struct job *j);
bool restless_written(struct restless *r, struct job *j);

size_t restless_count(const struct restless *r);	/* that wait */
const char *restless_first(const struct restless *r);	/* a path, or NULL */

#endif
