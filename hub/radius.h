/*
 * How far a move would reach: GET /v1/links?scope=S&url=U, asked by the site
 * whose addresses these are, before it announces anything.
 */
#ifndef ZQ_HUB_RADIUS_H
#define ZQ_HUB_RADIUS_H

#include "contrib/base/span.h"
#include "hub/reply.h"
#include "hub/view.h"

/* A FRAME_RADIUS: answered at once. */
void radius_ask(struct view *v, uint64_t number, struct span body,
    reply_send_fn *send, void *arg);

#endif
