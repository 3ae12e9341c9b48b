/*
 * What letters say of a move: its row, which may not move while they are
 * written, and the link that stands for it in their bodies.
 */
#ifndef ZQ_HUB_TELL_ABOUT_H
#define ZQ_HUB_TELL_ABOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/group.h"
#include "hub/move.h"
#include "hub/tell_who.h"
#include "protocol/mending.h"

struct tell_about {
	struct buf row;		/* the move's */
	struct move move;
	struct tell_who who;
	struct mending_link link;
};

/* False: there is no such move, and nothing is to be cleared. Of one that is
 * off the link names nobody: it need not be who announced it. */
bool tell_about_read(struct tell_about *a, struct group *g, uint32_t move);
void tell_about_clear(struct tell_about *a);

/* Is there somebody at this site to be told? */
bool tell_about_is_told(struct group *g, uint32_t site);

#endif
