/*
 * Acts on their way into the journal: the JSON of site 0's entries, in
 * order, to be written in one group. What each means stands in hub/view.h.
 *
 * Every act carries who did it and why (R26): acts_put() asks for both.
 */
#ifndef ZQ_HUB_ACTS_H
#define ZQ_HUB_ACTS_H

#include <jansson.h>
#include <stddef.h>

#include "contrib/base/span.h"

#define ACTS_HUB "hub"		/* the actor when no person is */

struct acts {
	char **text;
	size_t count, room;
};

void acts_init(struct acts *a);
void acts_clear(struct acts *a);

/* Takes act, an object with "do"; adds actor and reason to it. */
void acts_put(struct acts *a, json_t *act, const char *actor,
    const char *reason);
/* Moves all of `from` to the end of `to`. */
void acts_move(struct acts *to, struct acts *from);
struct span acts_get(const struct acts *a, size_t n);

#endif
