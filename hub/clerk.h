/*
 * The clerk: what the hub has to do of itself, in small steps, as acts.
 *
 * Apply knows no clock and may not take long. So what becomes due (a move),
 * or was queued because it is much (links to be judged again, letters to be
 * written), is done by acts, each with a bound; the clerk looks which are
 * due, several times a second, and writes one of each in a turn of its own.
 * As long as there is more, it goes on at once, behind whatever sites have
 * said meanwhile.
 */
#ifndef ZQ_HUB_CLERK_H
#define ZQ_HUB_CLERK_H

#include "hub/turn.h"
#include "hub/writer.h"

struct clerk;

/* Keeps both. grace: ms that a move in effect may settle (move.h). */
struct clerk *clerk_new(struct writer *w, struct turns *t, int64_t grace);
void clerk_free(struct clerk *c);
/* Is there anything to be done by now? */
void clerk_look(struct clerk *c);

#endif
