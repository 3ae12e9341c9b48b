/*
 * The keeper of hits, in the core: takes what the web part has counted
 * (hits.h) and writes it down.
 */
#ifndef ZQ_HUB_HITS_KEEPER_H
#define ZQ_HUB_HITS_KEEPER_H

#include <stdbool.h>

#include "contrib/base/span.h"
#include "hub/turn.h"

struct hits_keeper;

struct hits_keeper *hits_keeper_new(struct turns *t);
void hits_keeper_free(struct hits_keeper *k);
/* A HITS: a list of rows, as JSON. False: it makes no sense. What comes more
 * often than it may is dropped. */
bool hits_keeper_take(struct hits_keeper *k, struct span body);

#endif
