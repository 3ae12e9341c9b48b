/*
 * Origins: the servers ("https://www.a.cn:8080") that trips go to, with what
 * is remembered of each: its robots.txt for a day, the address it was at, and
 * whether it gave any answer at all.
 *
 * Trips wait here while the robots.txt is being asked for. Who was not used
 * for long is forgotten when there are many.
 */
#ifndef ZQ_HUB_ORIGIN_H
#define ZQ_HUB_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "contrib/base/span.h"
#include "hub/outcome.h"
#include "hub/polite.h"
#include "hub/robots.h"
#include "hub/trail.h"

#define ORIGIN_LIFE (24 * INT64_C(3600) * 1000)	/* ms, of a robots.txt */
#define ORIGIN_MOST 20000	/* that are remembered */
#define ORIGIN_ADDRESS 48	/* bytes of an IPv6 address, as text */

struct origins;

struct origin {
	TAILQ_ENTRY(origin) entry;	/* who was used last stands last */
	char *name;
	enum { ORIGIN_NEW, ORIGIN_ASKED, ORIGIN_KNOWN } state;
	int64_t since;		/* ms, mono, that it is known */
	char address[ORIGIN_ADDRESS];	/* that it answered from; "" */
	struct robots robots;
	enum cause trouble;	/* it doesn't even answer for robots.txt … */
	char detail[TRAIL_DETAIL];	/* … why */
	TAILQ_HEAD(origin_waiting, polite_item) waiting;
};

struct origins *origins_new(void);
void origins_free(struct origins *all);

/* That of an address, made if it is new. It lives while it is being asked,
 * while somebody waits, or until others are asked for. */
struct origin *origin_of(struct origins *all, struct span url);
/* Is its robots.txt known, and new enough? */
bool origin_is_fresh(const struct origin *o);
/* What came of asking for it. */
void origin_take(struct origin *o, const struct trail *t);
/* May this be asked for? Else why not, with a detail. Of a fresh one. */
enum cause origin_may(const struct origin *o, struct span url,
    struct span *detail);

#endif
