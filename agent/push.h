/*
 * Push: what is in the spool goes to the hub, in order, one batch under way.
 *
 * A batch is whatever came while the last one travelled: no timer, nothing
 * to tune. A change is confirmed when the hub says that it is durable there,
 * and not before. With nothing to tell, an empty batch is the beat. The
 * steps and where each may lead are a table in push.c.
 */
#ifndef ZQ_AGENT_PUSH_H
#define ZQ_AGENT_PUSH_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/line.h"
#include "agent/store.h"
#include "contrib/base/fetch.h"

#define PUSH_COMPLAINTS 50	/* of the hub, kept for status */

struct push_host {
	struct event_base *base;
	struct store *store;
	struct fetch *fetch;
	const struct line *line;
	uint64_t beat;			/* ms */
	void *arg;
	/* The hub lacks what the spool no longer has: tell everything. */
	void (*retell)(void *arg);
};

struct push;

struct push *push_new(const struct push_host *host);
void push_free(struct push *p);		/* before the fetch */
void push_kick(struct push *p);		/* there is something in the spool */
/* From the start again: the spool has a new incarnation. */
void push_restart(struct push *p);

bool push_is_well(const struct push *p);	/* the last answer was fine */
json_t *push_status(const struct push *p);	/* the caller's */

#endif
