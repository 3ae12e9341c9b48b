/*
 * The edge: where strangers are. TLS, HTTP and XML in, frames to the core;
 * it opens no file, sees no store and keeps nothing that matters.
 *
 * A site is who its certificate says, read once per connection; whether it
 * is blocked, or its certificate has run out, is looked at with each request.
 * Only the greeting and enrolment are open to everybody.
 */
#ifndef ZQ_HUB_EDGE_H
#define ZQ_HUB_EDGE_H

#include <event2/event.h>

#include "contrib/base/buf.h"
#include "hub/config.h"

struct edge;

/* Takes both descriptors: the listening socket and the channel to the core.
 * Reads the hub's certificate and key. NULL: why. The config is kept. When
 * the core is gone the loop is told to break. */
struct edge *edge_new(struct event_base *base, const struct config *config,
    int listen_fd, int core_fd, struct buf *why);
/* Takes a channel to the ca, which sends certificates when they are new. */
void edge_listen_to_ca(struct edge *e, int fd);
void edge_free(struct edge *e);

#endif
