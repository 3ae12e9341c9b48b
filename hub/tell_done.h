/*
 * The end of telling of a move: sites that were told, and are done with it,
 * are told that, once. And whose move it is learns how many were told; or that
 * it is off.
 */
#ifndef ZQ_HUB_TELL_DONE_H
#define ZQ_HUB_TELL_DONE_H

#include <stdint.h>

#include "hub/group.h"
#include "hub/tell_about.h"
#include "hub/tell_pass.h"

/* What the site was told of moves that have taken effect is done with, if none
 * of its links waits for them any more: they are mended, or of another move
 * now. It is told that, once. */
void tell_done_look(struct group *g, uint32_t site, int64_t at);
/* The hub's operator withdrew it: the site that announced it learns that, and
 * by whose word. */
void tell_done_off(struct group *g, uint32_t move, struct span by,
    int64_t at);

/* The last step of a pass, or of one that is off: how many sites are done with
 * it. The pass is dropped after the last of them. */
uint64_t tell_done_step(struct group *g, struct tell_pass *p,
    const struct tell_about *of, int64_t at);

#endif
