/*
 * The issuer: all of the ca part, the only one that has the CA's key.
 *
 * A PKIMessage comes from the core, which may have come from anybody; its
 * MAC is checked here, the core is asked whether its ticket may be used, and
 * the answer is signed. Tickets are made here as well, because their secrets
 * come from a key that lies beside the CA's. The number of requests under
 * way is bounded.
 *
 * What the core wants signed in the hub's name (the map of moves) is signed
 * here with the hub's own key.
 *
 * It also looks after the hub's own certificate: every hour, and when it is
 * told to, it reads the CA's files again (there may be a second one, roll.h),
 * makes the certificate anew if its time has come, and sends the edge, which
 * sees no files, what it is to use from then on.
 */
#ifndef ZQ_HUB_ISSUER_H
#define ZQ_HUB_ISSUER_H

#include <event2/event.h>

#include "contrib/base/buf.h"
#include "hub/config.h"

struct issuer;

/* Takes the channel to the core. Reads the CA's files. NULL: why. When the
 * core is gone the loop is told to break. */
struct issuer *issuer_new(struct event_base *base, const struct config *config,
    int core_fd, struct buf *why);
/* Takes a channel to the edge, to be told of new certificates. */
void issuer_tell_edge(struct issuer *d, int fd);
/* Looks at the files now. What is wrong with them is logged, and what was
 * read before stays in use. */
void issuer_reread(struct issuer *d);
void issuer_free(struct issuer *d);

#endif
