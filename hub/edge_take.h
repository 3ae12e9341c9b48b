/*
 * One change list on its way in: XML as it comes from the network, a
 * FRAME_BATCH when it is whole. No XML is kept, only rows.
 */
#ifndef ZQ_HUB_EDGE_TAKE_H
#define ZQ_HUB_EDGE_TAKE_H

#include <stdbool.h>

#include "contrib/base/span.h"
#include "hub/frame.h"

struct edge_take;

struct edge_take *edge_take_new(const struct frame_peer *from);	/* copies */
void edge_take_free(struct edge_take *t);
/* waited: ms that it stood in line here. Its site's clock isn't slow by that,
 * so its head is as if it had been sent later. */
void edge_take_feed(struct edge_take *t, struct span bytes, int64_t waited);

/* The frame's body, which lives as long as t. False: *why (lives as long)
 * says what is wrong with the document, with its line. */
bool edge_take_finish(struct edge_take *t, struct span *frame,
    const char **why);

#endif
