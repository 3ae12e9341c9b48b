/*
 * Journeys: where pages came from that changed their address more than once
 * while nobody could ask, and where they are at last.
 *
 * A page that is read between two renamings was never meant to be where it was
 * seen: A to B and B to C is A to C, and A to B and B to A is nothing.
 */
#ifndef ZQ_AGENT_JOURNEY_H
#define ZQ_AGENT_JOURNEY_H

#include <stddef.h>

#include "agent/paths.h"
#include "contrib/base/span.h"

struct journey {
	struct span from, to;		/* may be the same: it is back */
};

/* Out of addresses in the order in which they were seen: from, to, from, to …
 * There is room for half as many as those are; how many journeys they make is
 * returned. The spans stand on `moved`. */
size_t journey_join(const struct paths *moved, struct journey *out);

#endif
