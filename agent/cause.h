/*
 * Causes: why the hub takes nothing more from this site, or can't be talked
 * to, in a sentence with what to do next, and how often to ask again.
 */
#ifndef ZQ_AGENT_CAUSE_H
#define ZQ_AGENT_CAUSE_H

#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/fetch.h"
#include "contrib/base/span.h"
#include "protocol/answer.h"

struct cause {
	const char *text;	/* N_(): shown through _() */
	uint64_t wait;		/* ms between asks */
};

/* Of FORKED, BLOCKED and BAD; a word that isn't known is as none. */
const struct cause *cause_of(enum verdict v, struct span word);

/* Why there was no connection, or no answer, into b: curl's sentence, or a
 * plainer one. */
void cause_of_failure(struct buf *b, const struct fetch_answer *a);

#endif
