/*
 * Dispatch: the core's end of deliveries. It gives the notify part what the
 * ledger says is to be done, and writes down what came of each try.
 *
 * For each receiver and alert one delivery is under way at a time, the
 * oldest, so nobody hears of an end before the beginning; and for each
 * receiver not more than a few, so one that is dead holds up nobody else.
 *
 * What goes on is told again and again to those who forget it else
 * (Alertmanager), without a word in the ledger.
 */
#ifndef ZQ_HUB_DISPATCH_H
#define ZQ_HUB_DISPATCH_H

#include <event2/event.h>

#include "hub/alert_receiver.h"
#include "hub/turn.h"
#include "hub/writer.h"

struct dispatch;

/* Takes fd, keeps the others. on_end: the channel has ended. */
struct dispatch *dispatch_new(struct event_base *base,
    const struct alert_receivers *to, struct writer *w, struct turns *t,
    int fd, void (*on_end)(void *arg), void *arg);
void dispatch_free(struct dispatch *d);
/* Several times a second. */
void dispatch_look(struct dispatch *d);

#endif
