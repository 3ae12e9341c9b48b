/*
 * The grid: every site one cell, by region and kind.
 */
#ifndef ZQ_HUB_DASH_GRID_H
#define ZQ_HUB_DASH_GRID_H

#include "hub/overview.h"
#include "hub/visit.h"

/* Made once for each version of the overview, and language. */
void dash_grid_put(struct visit *v, struct overview *o);

#endif
