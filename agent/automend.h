/*
 * Automatic mending: has the hand run zqagent mend for the sources whose
 * settings say mend = auto: when letters or another map have come, and when a
 * move takes effect.
 */
#ifndef ZQ_AGENT_AUTOMEND_H
#define ZQ_AGENT_AUTOMEND_H

#include <event2/event.h>
#include <jansson.h>

#include "agent/store.h"
#include "contrib/base/hand.h"

struct automend;

/* NULL: no source is to be mended so. */
struct automend *automend_new(struct event_base *base, struct store *store,
    struct hand *hand);
void automend_free(struct automend *a);

/* {"at", "status", "said"} of the last run if it didn't do all; else null. The
 * caller's; a may be NULL. */
json_t *automend_status(const struct automend *a);

/* There may be something to mend. a may be NULL. */
void automend_look(struct automend *a);

#endif
