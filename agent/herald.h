/*
 * The herald: lets others hear of the hub's letters: a command with each one
 * as JSON, an Atom feed of the last ones, a mail now and then.
 *
 * The command gets each letter in order, at least once: after a failure it
 * gets it again, some times, and is then passed over; and if the agent ends
 * while it runs, or before what it has done is kept. The letter's "id" is the
 * same then.
 */
#ifndef ZQ_AGENT_HERALD_H
#define ZQ_AGENT_HERALD_H

#include <event2/event.h>

#include "agent/config.h"
#include "agent/store.h"
#include "contrib/base/hand.h"

struct herald_host {
	struct event_base *base;
	struct store *store;
	const struct config_top *top;
	struct hand *hand;	/* NULL: there are no commands */
};

struct herald;

struct herald *herald_new(const struct herald_host *host);
void herald_free(struct herald *h);

/* There may be new letters. */
void herald_look(struct herald *h);

#endif
