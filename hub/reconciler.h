/*
 * The reconciler: the hub's half of proving that the index holds exactly
 * what a site says it has (protocol/reconcile.h).
 *
 * A sum is answered when the view shows what the site has told; until then
 * the question is held. Comparing item by item is for a few sites at a time,
 * in slices between the core's other work; the others are told to come
 * later. Nothing is believed: an agent that gives wrong sums makes work for
 * itself, and changes nothing of what the index shows.
 */
#ifndef ZQ_HUB_RECONCILER_H
#define ZQ_HUB_RECONCILER_H

#include <event2/event.h>
#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/attest.h"
#include "hub/guests.h"
#include "hub/reply.h"
#include "hub/writer.h"

#define RECONCILER_HELD 8192	/* sums that wait at a time */
#define RECONCILER_SITES 4	/* compared item by item at a time */
#define RECONCILER_SLICE 10	/* ms */

struct reconciler;

/* Keeps the first four. */
struct reconciler *reconciler_new(struct event_base *base, struct writer *w,
    struct guests *g, struct attests *a, reply_send_fn *send, void *arg);
void reconciler_free(struct reconciler *r);	/* nobody is answered */

/* A FRAME_RECONCILE: answered now or later. */
void reconciler_ask(struct reconciler *r, uint64_t number, struct span body);
/* Whoever asked this hung up; a number that isn't held is no matter. */
void reconciler_gone(struct reconciler *r, uint64_t number);
/* The view has moved on, or time has passed. */
void reconciler_look(struct reconciler *r);

#endif
