/*
 * Targets in the link graph, as runs come and go, and as what is known of
 * them changes.
 */
#ifndef ZQ_HUB_GRAPH_TARGET_H
#define ZQ_HUB_GRAPH_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "hub/group.h"
#include "hub/run.h"
#include "hub/target.h"

/* The targets of a run, each once. */
struct graph_targets {
	struct target_key key[RUN_MOST];
	uint8_t link[RUN_MOST];		/* the first that leads there */
	size_t n;
};
void graph_targets_add(struct graph_targets *t, size_t link,
    struct span url);

/* A run has these targets, from now on or no more. */
void graph_targets_join(struct group *g, const struct graph_targets *t,
    const struct run_piece *p, const struct run *run);
void graph_targets_leave(struct group *g, const struct graph_targets *t,
    const struct run *run);
/* Judges it again, if anybody links to it. */
void graph_target_look(struct group *g, const struct target_key *k);
/* What came after it is another: that is news, if it is broken. */
void graph_target_again(struct group *g, const struct target_key *k);

#endif
