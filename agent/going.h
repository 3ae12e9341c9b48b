/*
 * Paths that are to be withdrawn, and have been judged: a whole site may be
 * withdrawn at a word, a million paths, and who does it takes some at a time.
 * Each comes out once, in the order in which they came in, with what a person
 * said of it.
 */
#ifndef ZQ_AGENT_GOING_H
#define ZQ_AGENT_GOING_H

#include <stddef.h>
#include <sys/queue.h>

#include "agent/hold.h"
#include "agent/paths.h"

struct going_batch;

struct going {
	STAILQ_HEAD(going_batches, going_batch) batches;
	size_t count;		/* of all, those that didn't come out yet */
};

void going_init(struct going *g);
void going_clear(struct going *g);
/* Takes the paths: none are left in p. The word is copied. */
void going_put(struct going *g, struct paths *p,
    const struct hold_word *word);
/* The next one, which is the caller's, and the word, which lives until the
 * next call; NULL: there is none. */
char *going_next(struct going *g, const struct hold_word **word);

#endif
