/*
 * Which moves an address asks for: "state", "site" and "after" behind its
 * question mark, the same for the page and for the JSON.
 */
#ifndef ZQ_HUB_VISIT_MOVES_H
#define ZQ_HUB_VISIT_MOVES_H

#include "contrib/base/buf.h"
#include "hub/query_move.h"
#include "hub/visit.h"

/* 200, or the status to answer, and why (VISIT_WHY has room). Of spec the
 * limit is the caller's. */
unsigned visit_moves(const struct visit *v, struct move_spec *spec,
    struct buf *why);

#endif
