/*
 * Looks from elsewhere, in rounds: when the hub can't get a page, some agents
 * of other sites are asked whether they can. What most of those that were
 * asked say counts, if it is two of them at least, so no agent alone can
 * make a page that is down seem to be up, or the other way round.
 *
 * An answer is taken once, from whom it was asked for, with the number that
 * it alone was told, and in time. All is bounded: rounds at a time, looks in
 * a minute for the whole cluster, looks in an hour of one agent, and how
 * often one page is asked for: five times soon, and then every five minutes.
 *
 * It has no clock, no view, no letters: each call brings its time (ms, mono),
 * who asks whom is in the hooks. See vantage_core.h for these.
 */
#ifndef ZQ_HUB_VANTAGE_H
#define ZQ_HUB_VANTAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/monitor_settings.h"
#include "hub/vantage_look.h"
#include "protocol/vantage.h"

#define VANTAGE_LIFE 20000	/* ms that a task lives: a look, and the way */
#define VANTAGE_ROUNDS 64	/* at a time */
#define VANTAGE_MINUTE 60	/* looks in a minute */
#define VANTAGE_HOUR 60		/* looks in an hour, of one agent */

struct vantage;

struct vantage_round {
	uint32_t site;		/* whose page it is; 0: not in use */
	int64_t began;		/* ms, wall */
	int64_t until;		/* ms, mono */
	unsigned count;		/* were asked */
	struct vantage_look look[VANTAGE_ASKED];
	uint64_t task[VANTAGE_ASKED];
	enum monitor_look found;	/* NONE: not yet, or no majority */
};

struct vantage_hooks {
	/* Asks one. False: it doesn't listen just now. */
	bool (*ask)(void *arg, uint32_t by, uint64_t task);
	/* Something was said, or wasn't in time. */
	void (*said)(void *arg, const struct vantage_round *r);
	/* Most of them say so; once in a round, at most. */
	void (*found)(void *arg, uint32_t site, enum monitor_look look);
	void *arg;
};

struct vantage *vantage_new(const struct vantage_hooks *hooks);
void vantage_free(struct vantage *v);

/* May this page be asked for now? */
bool vantage_may(struct vantage *v, uint32_t site, int64_t now);
/* May this agent be asked? It isn't asked for two at a time. */
bool vantage_is_free(struct vantage *v, uint32_t by, int64_t now);
/* Asks the first VANTAGE_ASKED of these that listen. How many were asked. */
unsigned vantage_ask(struct vantage *v, uint32_t site, const uint32_t *by,
    size_t count, int64_t now, int64_t wall);
/* An answer of that site's agent. False: it isn't taken. */
bool vantage_answer(struct vantage *v, uint32_t by,
    const struct vantage_answer *a, int64_t now);
/* Time passes: once a second at least. */
void vantage_tick(struct vantage *v, int64_t now);

#endif
