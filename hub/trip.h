/*
 * Trips: going to an address, politely, and on to where it sends us.
 *
 * Each request of a trip waits its turn (polite.h), each hop is judged anew:
 * its server's robots.txt (asked for first, once a day for each server), its
 * network address, whether it is an address of the web at all, and whether
 * we were there before. Who answers "come back later" is waited for if that
 * is soon, and asked once more.
 */
#ifndef ZQ_HUB_TRIP_H
#define ZQ_HUB_TRIP_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/inward.h"
#include "contrib/base/span.h"
#include "hub/trail.h"

#define TRIP_PATIENCE 20000	/* ms */

struct trips;
struct trip;

struct trips_spec {
	const struct inward *inward;	/* kept */
	const char *user_agent;
	const char *cas;	/* as in probe.h; kept */
	uint32_t timeout;	/* ms, of one request */
	uint32_t delay;		/* ms, as in polite.h */
	unsigned parallel;	/* requests at a time, of all … */
	unsigned abreast;	/* … and to one server, if delay is 0; 0: as
				 * many as of all */
	int64_t patience;	/* ms that one waits for a server at most */
};

struct trip_spec {
	struct span url;	/* normal form */
	const char *etag, *modified;	/* "": unconditionally; copied */
	size_t body;		/* > 0: keep so many bytes, don't glance */
	bool certificate;
	bool robots;		/* this is the asking for it */
	bool own;		/* a site of our own is visited as people do:
				 * robots.txt isn't asked, a connection is
				 * not used again, and a Retry-After holds
				 * nobody up: who looks knows when again */
};

/* The trail lives until it returns; trail_take() keeps it. */
typedef void trip_done_fn(void *arg, struct trail *t);

struct trips *trips_new(struct event_base *base,
    const struct trips_spec *spec);
void trips_free(struct trips *t);	/* nobody is told */
struct trip *trip_start(struct trips *t, const struct trip_spec *spec,
    trip_done_fn *done, void *arg);
size_t trips_requests(const struct trips *t);	/* made so far */

#endif
