/*
 * The ca's desk: the only part that has the CA's key, and nothing else.
 *
 * A PKIMessage comes from the core, which may have come from anybody; its
 * MAC is checked here, the core is asked whether its ticket may be used, and
 * the answer is signed. Tickets are made here as well, because their secrets
 * come from a key that lies beside the CA's. The number of requests under
 * way is bounded.
 */
#ifndef ZQ_HUB_DESK_H
#define ZQ_HUB_DESK_H

#include <event2/event.h>

#include "contrib/base/buf.h"
#include "hub/config.h"

struct desk;

/* Takes the channel to the core. Reads the CA's files. NULL: why. When the
 * core is gone the loop is told to break. */
struct desk *desk_new(struct event_base *base, const struct config *config,
    int core_fd, struct buf *why);
void desk_free(struct desk *d);

#endif
