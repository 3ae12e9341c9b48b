/*
 * Push: what is in the spool goes to the hub, in order, one batch under way.
 *
 * A batch is whatever came while the last one travelled: no timer, nothing
 * to tune. A change is confirmed when the hub says that it is durable there,
 * and not before. With nothing to tell, an empty batch is the beat; and when
 * all is confirmed, now and then, both sides prove that they have the same
 * (prove.h). The steps and where each may lead are a table in push.c.
 *
 * A hub that forgot is told again. What it lacks and the spool has goes out
 * from there once more. What the spool no longer has is told as everything is
 * told: in a new incarnation, from the start (retell.h), because a file must
 * be read to be told anyhow; the proof afterwards finds what the hub has too
 * much. So does an agent that lost its store, or was restored from a backup
 * and is told by the hub to go on (want "retell").
 */
#ifndef ZQ_AGENT_PUSH_H
#define ZQ_AGENT_PUSH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/push_host.h"
#include "contrib/base/span.h"

struct push;

struct push *push_new(const struct push_host *host);
void push_free(struct push *p);		/* before the fetch */
void push_kick(struct push *p);		/* there is something in the spool */
/* From the start again: the spool has a new incarnation, or the line another
 * identity. */
void push_restart(struct push *p);
/* What the hub wants, in a letter's frame (answer.h); the words of an answer
 * are known already. */
void push_want(struct push *p, struct span words);

bool push_is_well(const struct push *p);	/* the last answer was fine */
/* ms since the hub answered last, or since the start. */
int64_t push_unheard(const struct push *p);
/* How long the hub had better not be asked for anything, ms; 0: it may. */
int64_t push_rest(const struct push *p);
json_t *push_status(const struct push *p);	/* the caller's */

#endif
