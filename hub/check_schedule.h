/*
 * When which address is checked: the core's end of the check. It goes through
 * the targets of the link graph that are outside of the cluster, and (setting
 * check_unknown) those inside that no agent judges, again and again, gives
 * those whose time has come to the check part, and makes acts of what comes
 * back. A site that is down by announcement isn't looked at.
 *
 * Each address is looked at once in a window for the whole cluster: the
 * graph has a target once, however many pages link to it. What is under way
 * is bounded, in all and for each registrable domain, so that a large site
 * keeps no other waiting. A hub that is cut off waits, and judges nobody.
 */
#ifndef ZQ_HUB_CHECK_SCHEDULE_H
#define ZQ_HUB_CHECK_SCHEDULE_H

#include <stdbool.h>

#include "contrib/base/channel.h"
#include "hub/config.h"
#include "hub/turn.h"
#include "hub/writer.h"

struct check_schedule;

/* channel: to the check part, which its owner reads: see
 * check_schedule_frame(). Keeps all of them. */
struct check_schedule *check_schedule_new(const struct config *config,
    struct writer *w, struct turns *t, struct channel *channel);
void check_schedule_free(struct check_schedule *s);
/* Has the view moved, or time passed? Several times a second. */
void check_schedule_look(struct check_schedule *s);
/* From the check part. False: it makes no sense. */
bool check_schedule_frame(struct check_schedule *s, const struct frame *f);

#endif
