/*
 * Going to home pages, in the check part: https first, http if that gives
 * nothing, the way that redirects lead, and now and then a path that can't
 * exist. What was seen becomes a look (home.h), whatever it was.
 */
#ifndef ZQ_HUB_HOME_TRIP_H
#define ZQ_HUB_HOME_TRIP_H

#include <event2/event.h>

#include "hub/home_frame.h"
#include "hub/trip.h"

struct home_trips;

typedef void home_trip_fn(void *arg, uint64_t number,
    const struct home_frame_seen *seen);

/* spec is copied; delay, patience and abreast are ours. */
struct home_trips *home_trips_new(struct event_base *base,
    const struct trips_spec *spec, home_trip_fn *done, void *arg);
void home_trips_free(struct home_trips *h);	/* nobody is told */
/* done is called once, later. */
void home_trips_go(struct home_trips *h, uint64_t number,
    const struct home_frame_ask *ask);

#endif
