/*
 * The lookout: the core's end of the check. It goes through the targets of
 * the link graph that are outside of the cluster, again and again, gives
 * those whose time has come to the check part, and makes acts of what comes
 * back.
 *
 * Each address is looked at once in a window for the whole cluster: the
 * graph has a target once, however many pages link to it. What is under way
 * is bounded, in all and for each registrable domain, so that a large site
 * keeps no other waiting. A hub that is cut off waits, and judges nobody.
 */
#ifndef ZQ_HUB_LOOKOUT_H
#define ZQ_HUB_LOOKOUT_H

#include <event2/event.h>

#include "hub/config.h"
#include "hub/turn.h"
#include "hub/writer.h"

struct lookout;

/* Takes fd, its end of a channel to the check part. on_end: the part is
 * gone. Keeps the rest. */
struct lookout *lookout_new(struct event_base *base,
    const struct config *config, struct writer *w, struct turns *t, int fd,
    void (*on_end)(void *arg), void *arg);
void lookout_free(struct lookout *l);
/* Has the view moved, or time passed? Several times a second. */
void lookout_look(struct lookout *l);

#endif
