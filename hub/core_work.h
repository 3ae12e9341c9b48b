/*
 * The core's work: groups taken, slices shown, and what is looked at several
 * times a second.
 *
 * It runs after each turn of the loop in which there was something to do:
 * taking goes first, for sites wait for it; showing has the idle time, and
 * under load a share of its own, for searches wait for that. Backlog is taken
 * as the view can follow (backlog.h).
 */
#ifndef ZQ_HUB_CORE_WORK_H
#define ZQ_HUB_CORE_WORK_H

#include "contrib/base/channel.h"

struct core;

void core_work_open(struct core *c);	/* its two events; from now on it ticks */
void core_work_close(struct core *c);
/* In so many ms there is something to do. */
void core_work_in(struct core *c, int ms);
/* A FRAME_BATCH has come: it is taken in its turn. */
void core_work_batch(struct core *c, const struct frame *f);

#endif
