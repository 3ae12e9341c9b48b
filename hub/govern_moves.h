/*
 * A list of moves that an operator announces at once, a table or a map of
 * nginx: all of it or nothing. What is wrong is said line by line.
 */
#ifndef ZQ_HUB_GOVERN_MOVES_H
#define ZQ_HUB_GOVERN_MOVES_H

#include <jansson.h>
#include <stdbool.h>

#include "hub/ask.h"

#define GOVERN_MOVES 10000	/* of a list */
#define GOVERN_MOVES_BYTES (1536u << 10)	/* of its addresses: with the
				 * rest of an answer they fit into a line of
				 * ctl.h */
#define GOVERN_MOVES_ERRORS 20	/* that are told; others are counted */

/* "moves" of what is asked; see govern_move.h. */
bool govern_moves_announce(struct ask *a, const struct view_site *s,
    json_t *asked);

#endif
