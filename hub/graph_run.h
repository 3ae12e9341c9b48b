/*
 * Runs in the link graph as pages come and go.
 */
#ifndef ZQ_HUB_GRAPH_RUN_H
#define ZQ_HUB_GRAPH_RUN_H

#include <stdint.h>

#include "hub/graph.h"
#include "hub/group.h"
#include "hub/run.h"

/* The run of this piece; it is made, if it is not there, for this page. NULL:
 * no number is left. */
struct graph_run *graph_run_of(struct group *g, uint32_t site,
    const struct run_piece *p, uint32_t item);
/* A page has it, or has it no more: which may be its end. */
void graph_run_join(struct group *g, uint32_t number, uint32_t item);
void graph_run_leave(struct group *g, uint32_t number, uint32_t item);

#endif
