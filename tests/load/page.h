/*
 * The page of all sites, the overview: how long it takes while agents beat
 * and others keep it open (watch.h).
 *
 * Its grid is kept as long as no cell changes, so there are two figures: of
 * pages between which nothing did, and of those that had to be made anew.
 * Which one it was, a page says itself, by the version that it shows.
 */
#ifndef ZQ_LOAD_PAGE_H
#define ZQ_LOAD_PAGE_H

#include "tests/bench/take_hub.h"
#include "tests/load/crowd.h"

/* All agents of the crowd beat. Some are ill afterwards. */
void page_measure(const struct take_hub *hub, struct crowd *c);

#endif
