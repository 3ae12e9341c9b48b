/*
 * One document of protocol/reconcile.h on its way in: whole XML, and out of
 * it a FRAME_RECONCILE.
 */
#ifndef ZQ_HUB_EDGE_RECONCILE_H
#define ZQ_HUB_EDGE_RECONCILE_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/frame.h"

/* Puts the frame's body. False: *why says what is wrong with the document,
 * with its line; lives until the next call. */
bool edge_reconcile_read(struct buf *frame, const struct frame_peer *from,
    struct span xml, const char **why);

#endif
