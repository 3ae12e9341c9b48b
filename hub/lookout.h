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

#include <stdbool.h>

#include "contrib/base/channel.h"
#include "hub/config.h"
#include "hub/turn.h"
#include "hub/writer.h"

struct lookout;

/* channel: to the check part, which its owner reads (lookout_frame()). Keeps
 * all of them. */
struct lookout *lookout_new(const struct config *config, struct writer *w,
    struct turns *t, struct channel *channel);
void lookout_free(struct lookout *l);
/* Has the view moved, or time passed? Several times a second. */
void lookout_look(struct lookout *l);
/* From the check part. False: it makes no sense. */
bool lookout_frame(struct lookout *l, const struct frame *f);

#endif
