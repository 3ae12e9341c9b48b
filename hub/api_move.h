/*
 * /api/v1/moves: what was announced to be elsewhere (api.h).
 */
#ifndef ZQ_HUB_API_MOVE_H
#define ZQ_HUB_API_MOVE_H

#include "hub/visit.h"

#define API_MOVES 1000		/* of one answer */

void api_moves(struct visit *v);

#endif
