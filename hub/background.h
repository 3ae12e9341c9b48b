/*
 * Background work: what the hub has to do of itself, in small steps, as acts.
 *
 * Apply knows no clock and may not take long. So what becomes due (a move),
 * or was queued because it is much (links to be judged again, letters to be
 * written), is done by acts, each with a bound; several times a second it is
 * looked which are due, and one of each is written in a turn of its own.
 * As long as there is more, it goes on at once, behind whatever sites have
 * said meanwhile.
 */
#ifndef ZQ_HUB_BACKGROUND_H
#define ZQ_HUB_BACKGROUND_H

#include "hub/turn.h"
#include "hub/writer.h"

struct background;

/* Keeps both. grace: ms that a move in effect may settle (move.h). */
struct background *background_new(struct writer *w, struct turns *t,
    int64_t grace);
void background_free(struct background *c);
/* Is there anything to be done by now? */
void background_look(struct background *c);

#endif
