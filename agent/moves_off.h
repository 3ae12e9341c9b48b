/*
 * Moves that this site announced and the hub's operator withdrew: a letter of
 * the kind `off` says so. Until then they are taken for announced here: a page
 * that goes is no loss, and a hub set up anew would be told them again.
 */
#ifndef ZQ_AGENT_MOVES_OFF_H
#define ZQ_AGENT_MOVES_OFF_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/store.h"
#include "protocol/letter.h"

/* How many of those that are announced are not any more. *done: false, the
 * disk is full. */
size_t moves_off(struct store *s, const struct letter *l, bool *done);

#endif
