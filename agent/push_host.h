/*
 * What push.h needs around it, and asks of whoever has it.
 */
#ifndef ZQ_AGENT_PUSH_HOST_H
#define ZQ_AGENT_PUSH_HOST_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/line.h"
#include "agent/store.h"
#include "contrib/base/buf.h"
#include "contrib/base/fetch.h"
#include "contrib/base/span.h"
#include "protocol/health.h"
#include "protocol/vantage.h"

struct push_host {
	struct event_base *base;
	struct store *store;
	struct fetch *fetch;
	const struct line *line;
	uint64_t beat;			/* ms */
	uint64_t prove_every;		/* ms between proofs, more or less */
	uint64_t instance;		/* of this process: random, not 0 */
	void *arg;
	/* Tell everything, in a new incarnation; why, for the log. */
	void (*retell)(void *arg, const char *why);
	void (*renew)(void *arg);	/* the hub wants a new key now */
	uint64_t (*held)(void *arg);	/* withdrawals that wait for a person */
	/* What keeps the sources from telling all there is; puts nothing if
	 * nothing does. */
	void (*trouble)(void *arg, struct buf *b);
	/* What is said of the site itself; may be NULL. */
	void (*health)(void *arg, struct health *h);
	/* The hub's map of moves is of this version now; may be NULL. */
	void (*map)(void *arg, uint64_t version);
	/* It looks for others, and has seen this; may be NULL: it doesn't. */
	void (*looked)(void *arg, struct vantage_answer *a);

	/* What a proof asks of the sources. Settled: each has looked at all
	 * it has since the start (or the last retelling), has nothing left to
	 * do (or waits, while it is paused), and nothing of it is held or out
	 * of reach. */
	bool (*is_settled)(void *arg);
	/* The item of this path may be other than the hub has it: what is
	 * there is told, what isn't is withdrawn through the source's gate. */
	void (*look)(void *arg, struct span source, struct span path);
	void (*rescan)(void *arg);	/* the same of everything */
	/* On: nothing may be written into the store until it is off. Only for
	 * sites that change all the time; a proof would never end there. */
	void (*pause)(void *arg, bool on);
};

#endif
