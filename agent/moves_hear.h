/*
 * Moves that this site didn't announce itself, and that are of its addresses:
 * the hub's operator can announce some for it. They are taken from the map of
 * moves (redirect_map.h) whenever that is another one.
 */
#ifndef ZQ_AGENT_MOVES_HEAR_H
#define ZQ_AGENT_MOVES_HEAR_H

#include "agent/store.h"
#include "contrib/base/span.h"

/* Says each address that this site has something below. */
typedef void moves_hear_own(const void *all,
    void (*each)(void *arg, struct span url), void *arg);

void moves_hear(struct store *s, moves_hear_own *own, const void *all);

#endif
