/*
 * The check part's end of looking at moves: addresses come from the core
 * (move_watch.h), what came of asking for them goes back.
 */
#ifndef ZQ_HUB_MOVE_TRIES_H
#define ZQ_HUB_MOVE_TRIES_H

#include <stdbool.h>

#include "contrib/base/channel.h"
#include "hub/trip.h"

struct move_tries;

/* Keeps both. */
struct move_tries *move_tries_new(struct trips *trips, struct channel *c);
void move_tries_free(struct move_tries *t);	/* after the trips */
/* A TRY. False: it makes no sense. */
bool move_tries_frame(struct move_tries *t, const struct frame *f);

#endif
