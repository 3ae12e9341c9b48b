/*
 * The notify part: it delivers notices to receivers, and beats outward.
 *
 * Core gives it deliveries (FRAME_NOTIFY), one at a time for each alert and
 * receiver; each is tried until it is taken, refused for good, or too old,
 * at growing intervals, and each try is reported (FRAME_NOTIFIED). It keeps
 * nothing: what it had under way when it died, core gives again.
 *
 * Once a minute core says that it is well (FRAME_BEAT), and that is passed on
 * to the address and the file of the settings: a dead hub beats no more.
 */
#ifndef ZQ_HUB_NOTIFY_H
#define ZQ_HUB_NOTIFY_H

#include <event2/event.h>
#include <stdbool.h>

#include "hub/config.h"

struct notify;

/* Is there anything for it to do? */
bool notify_is_wanted(const struct config *c);

/* Takes fd; reads secrets and forks its hands: before the sandbox. A receiver
 * whose files can't be read is said so, and the others are told. */
struct notify *notify_new(struct event_base *base, const struct config *c,
    int fd);
void notify_free(struct notify *n);

#endif
