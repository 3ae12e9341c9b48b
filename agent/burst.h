/*
 * A burst: names that events say are gone, gathered until it is quiet.
 *
 * Who removes a tree makes an event for each name in it. One by one they are
 * all harmless; what they mean shows only when they are looked at together.
 */
#ifndef ZQ_AGENT_BURST_H
#define ZQ_AGENT_BURST_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/paths.h"

struct burst;

typedef void burst_fn(void *arg);	/* it is over: take what there is */

struct burst *burst_new(struct event_base *base, burst_fn *over, void *arg);
void burst_free(struct burst *b);
void burst_add(struct burst *b, const char *path);
/* Not now: it is over once more in a moment. Only from within burst_fn. */
void burst_wait(struct burst *b);
/* In order, each once; the caller's. The burst is empty then. */
struct paths burst_take(struct burst *b);
const struct paths *burst_paths(const struct burst *b);	/* they stay */
bool burst_is_empty(const struct burst *b);
/* When the first of it came, and the last; mono ms. False: it is empty. */
bool burst_times(const struct burst *b, int64_t *first, int64_t *last);
void burst_drop(struct burst *b);

#endif
