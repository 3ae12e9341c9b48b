/*
 * The web part: pages, feeds, /metrics and JSON for readers. It only reads:
 * the view, the journal's positions, the pulse, the counters. What operators
 * ask for on a page goes to the core as packets (seqpacket.h); who has signed
 * in is the one thing that it writes down itself (session.h).
 */
#ifndef ZQ_HUB_WEB_H
#define ZQ_HUB_WEB_H

#include <event2/event.h>

#include "contrib/base/buf.h"
#include "hub/config.h"

struct web;

/* Takes fd, the listening socket (bound by the parent), and page_fd, an end
 * of the packet channel to the core; if it fails, neither. Opens the store
 * itself, so it is called in the part, before the sandbox. NULL: why. */
struct web *web_new(struct event_base *base, const struct config *c, int fd,
    int page_fd, struct buf *why);
void web_free(struct web *w);

/* Most connections that it holds at a time; that many again where there is a
 * web_proxy. */
size_t web_connections(const struct config *c);

#endif
