/*
 * Silence: a hub that doesn't answer (R27). The hub notices a silent agent;
 * nobody but its agents notices a silent hub, and what they have to tell waits
 * meanwhile. After a while it is said once, in the log, by the hook and by
 * mail, if the settings name them; and once more when the hub is back.
 */
#ifndef ZQ_AGENT_SILENCE_H
#define ZQ_AGENT_SILENCE_H

#include <event2/event.h>
#include <jansson.h>

#include "agent/config.h"
#include "agent/push.h"
#include "contrib/base/hand.h"

struct silence_host {
	struct event_base *base;
	const struct push *push;
	const struct config_top *top;
	struct hand *hand;	/* NULL: there are no commands */
};

struct silence;

struct silence *silence_new(const struct silence_host *host);
void silence_free(struct silence *s);	/* before the hand */

/* Into "hub": for how long it has not answered, if that is too long. */
void silence_status(const struct silence *s, json_t *hub);

#endif
