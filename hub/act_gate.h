/*
 * Acts about the gate (R6): it is closed, for one site, when that withdraws
 * too much at once with nobody standing for it; then its withdrawals are held
 * until somebody releases them or refuses.
 *
 * What is told of an item anew meanwhile settles that one. A large release
 * comes as several acts, each with "most"; the one without opens the gate.
 */
#ifndef ZQ_HUB_ACT_GATE_H
#define ZQ_HUB_ACT_GATE_H

#include "hub/act_read.h"
#include "protocol/change.h"

#define ACT_GATE_SOME 500	/* withdrawals that one act settles */

act_read_fn act_gate_close, act_gate_release, act_gate_refuse;

/* Is it the gate's, and if so, held? */
bool act_gate_holds(struct group *g, const struct entry *e,
    const struct change *c);

#endif
