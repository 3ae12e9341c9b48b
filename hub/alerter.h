/*
 * The alerter: alerts in the core. It looks at what is true, evaluates that
 * when something has changed or become due, and writes what comes of it, in
 * turns; and it has the dispatch of what is to be told.
 */
#ifndef ZQ_HUB_ALERTER_H
#define ZQ_HUB_ALERTER_H

#include <event2/event.h>

#include "hub/turn.h"
#include "hub/writer.h"

struct alerter;

/* Keeps w and t. */
struct alerter *alerter_new(struct writer *w, struct turns *t);
void alerter_free(struct alerter *a);
/* There is a notify part at fd, which it takes. on_end: it has ended. */
void alerter_connect(struct alerter *a, struct event_base *base, int fd,
    void (*on_end)(void *arg), void *arg);
/* Several times a second. */
void alerter_look(struct alerter *a);

#endif
