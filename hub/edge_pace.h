/*
 * How often an address may knock without a certificate. A bucket of tokens
 * per address in a table of fixed size: two addresses that meet in a slot
 * share it, so memory is bounded whoever comes.
 */
#ifndef ZQ_HUB_EDGE_PACE_H
#define ZQ_HUB_EDGE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define EDGE_PACE_BURST 300	/* at once: a city enrols its departments, two
				 * requests each */
#define EDGE_PACE_EVERY 50	/* ms for one more */
#define EDGE_PACE_SLOTS 4096

struct edge_pace {
	uint64_t salt;
	int64_t full[EDGE_PACE_SLOTS];	/* mono ms when it will be again */
};

void edge_pace_init(struct edge_pace *p);
/* who: see share_who(). False: not now; *wait has the ms until it may. */
bool edge_pace_may(struct edge_pace *p, uint64_t who, int64_t *wait);

#endif
