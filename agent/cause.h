/*
 * Causes: why the hub takes nothing more from this site, in a sentence with
 * what to do next, and how often to ask again.
 */
#ifndef ZQ_AGENT_CAUSE_H
#define ZQ_AGENT_CAUSE_H

#include <stdint.h>

#include "contrib/base/span.h"
#include "protocol/answer.h"

struct cause {
	const char *text;	/* N_(): shown through _() */
	uint64_t wait;		/* ms between asks */
};

/* Of FORKED, BLOCKED and BAD; a word that isn't known is as none. */
const struct cause *cause_of(enum verdict v, struct span word);

#endif
