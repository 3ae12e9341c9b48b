/*
 * Who is kept out: the sites that the edge may send away by itself, whoever
 * comes for them, and those who are sent away while they are here.
 *
 * The edge is told all of them at the start and whenever one is let in again,
 * and one by one as they are closed. It needn't know: whatever it lets pass is
 * judged here all the same (welcome.h).
 */
#ifndef ZQ_HUB_CORE_BARRED_H
#define ZQ_HUB_CORE_BARRED_H

#include <stdint.h>

#include "contrib/base/channel.h"
#include "hub/letters.h"
#include "hub/view.h"

struct core_barred {		/* all of them the owner's */
	struct view *view;
	struct letters *letters;
	struct channel *edge;
};

/* All of them, in place of what the edge was told before. */
void core_barred_send(const struct core_barred *c);
/* This one, if it is closed now. */
void core_barred_look(const struct core_barred *c, uint32_t site);
/* Whoever has the site's old key. */
void core_barred_rebound(const struct core_barred *c, uint32_t site);

#endif
