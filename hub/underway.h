/*
 * Underway: the addresses that are being looked at just now, and how many of
 * each registrable domain, so that one with many keeps no other waiting.
 */
#ifndef ZQ_HUB_UNDERWAY_H
#define ZQ_HUB_UNDERWAY_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/span.h"

struct underway;

struct underway *underway_new(unsigned of_domain);	/* at most */
void underway_free(struct underway *u);
size_t underway_count(const struct underway *u);
/* By place (protocol/url_place.h); url is a normal form. */
bool underway_has(const struct underway *u, struct span url);
/* False: it is there, or its domain has enough. */
bool underway_put(struct underway *u, struct span url);
/* False: it wasn't there. */
bool underway_done(struct underway *u, struct span url);

#endif
