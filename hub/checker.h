/*
 * The checker: addresses in, findings out.
 *
 * It looks at each address (trip.h), at what its host is like if that is
 * needed (baseline.h; once in a window for each host), and judges
 * (finding.h). Nothing is kept here over a restart; whoever uses it brings
 * what was known of a host before, and keeps what is known now.
 *
 * While nothing at all answers for long, it is us: then findings that say
 * "unreachable" are turned into "isolated", which says nothing of anybody.
 */
#ifndef ZQ_HUB_CHECKER_H
#define ZQ_HUB_CHECKER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "hub/baseline.h"
#include "hub/finding.h"
#include "hub/trip.h"

#define CHECKER_JOBS 4096	/* at a time; about 4 KiB each */
#define CHECKER_HOSTS 20000	/* whose baseline is remembered; 1.5 KiB */
#define CHECKER_ISOLATED 20	/* hosts in a row that can't be reached */

struct checker;

struct checker_spec {
	struct trips_spec trips;
	int64_t window;		/* ms that a baseline is good for */
	/* An address is done. */
	void (*found)(void *arg, void *job, const struct finding *f,
	    const struct trail *t);
	/* It is dropped, for the checker ends. */
	void (*dropped)(void *arg, void *job);
	/* What was known of a host ("www.a.cn", "www.a.cn:8080") before;
	 * may be NULL. False: nothing. */
	bool (*before)(void *arg, struct span host, struct baseline *b);
	/* What is known of it now; may be NULL. */
	void (*known)(void *arg, struct span host, const struct baseline *b);
	void *arg;
};

struct checker *checker_new(struct event_base *base,
    const struct checker_spec *spec);
void checker_free(struct checker *c);	/* nothing more is found */

/* How many more it takes now. */
size_t checker_room(const struct checker *c);
size_t checker_jobs(const struct checker *c);
/* url: a normal form. etag, modified: of the last look, if that was fine;
 * else "". */
void checker_put(struct checker *c, struct span url, const char *etag,
    const char *modified, void *job);
size_t checker_requests(const struct checker *c);

#endif
