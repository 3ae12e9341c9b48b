/*
 * Sinks of the hub's letters: a command that gets each one as JSON, an Atom
 * feed of the last ones, a mail now and then.
 *
 * The command gets each letter in order, at least once: after a failure it
 * gets it again, some times, and is then passed over; and if the agent ends
 * while it runs, or before what it has done is kept. The letter's "id" is the
 * same then.
 */
#ifndef ZQ_AGENT_LETTER_SINKS_H
#define ZQ_AGENT_LETTER_SINKS_H

#include <event2/event.h>

#include "agent/config.h"
#include "agent/store.h"
#include "contrib/base/hand.h"

struct letter_sinks_host {
	struct event_base *base;
	struct store *store;
	const struct config_top *top;
	struct hand *hand;	/* NULL: there are no commands */
};

struct letter_sinks;

struct letter_sinks *letter_sinks_new(const struct letter_sinks_host *host);
void letter_sinks_free(struct letter_sinks *h);

/* There may be new letters. */
void letter_sinks_look(struct letter_sinks *h);

#endif
