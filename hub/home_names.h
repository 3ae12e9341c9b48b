/*
 * The names of home pages between two visits, in the check part: each is
 * asked for alone every home_dns_every, without a word to the site, spread
 * over that time. When one leads elsewhere (home_known.h) its page is to be
 * looked at now: that is the core's to do.
 *
 * Who is visited is known here from then on, until no visit comes any more.
 */
#ifndef ZQ_HUB_HOME_NAMES_H
#define ZQ_HUB_HOME_NAMES_H

#include <event2/event.h>
#include <stdint.h>

#include "hub/home.h"

struct home_names;

/* The page of that site is to be looked at now. */
typedef void home_names_fn(void *arg, uint64_t number);

/* every: ms, 0: never. life: ms without a visit until a name is forgotten. */
struct home_names *home_names_new(struct event_base *base, int64_t every,
    int64_t life, home_names_fn *look, void *arg);
void home_names_free(struct home_names *h);
/* A visit is over. */
void home_names_visited(struct home_names *h, uint64_t number,
    const struct home_look *l);

#endif
