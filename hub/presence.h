/*
 * Presence: who is here, as the core hears it. Whatever comes from a site, by
 * the key that is the site's, is a word of it: a batch, a poll, a proof, the
 * next piece of what takes long to arrive or waits here for its turn. It goes
 * into the pulse (pulse.h) and on to who judges it; nothing is written down.
 * A connection that opens is no word yet, for nobody knows who will speak.
 *
 * Words count when they come in, not when they are durable: a site isn't
 * silent because the hub's disk is slow.
 */
#ifndef ZQ_HUB_PRESENCE_H
#define ZQ_HUB_PRESENCE_H

#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/frame.h"
#include "hub/pending.h"
#include "hub/writer.h"
#include "protocol/health.h"
#include "protocol/vantage.h"

struct presence;

struct presence_hooks {
	/* health: what it has told last; patience: as of pulse_patience(). */
	void (*heard)(void *arg, uint32_t site, int64_t now, int64_t patience,
	    const struct health *health);
	/* Its last connection was closed. */
	void (*gone)(void *arg, uint32_t site, int64_t now);
	/* What its agent saw of another's page; may be NULL. */
	void (*looked)(void *arg, uint32_t site,
	    const struct vantage_answer *a);
	void *arg;
};

/* Keeps w; copies the hooks. The pulse begins anew. */
struct presence *presence_new(struct writer *w,
    const struct presence_hooks *hooks);
void presence_free(struct presence *p);

/* Frames of the edge, as they come: PEER; BATCH; others that begin with a
 * peer. */
void presence_line(struct presence *p, struct span body);
void presence_batch(struct presence *p, struct span body);
void presence_word(struct presence *p, struct span body);
/* Now and then: these wait for their turn, and their agents for an answer. */
void presence_wait(struct presence *p, const struct pending_queue *q);

#endif
