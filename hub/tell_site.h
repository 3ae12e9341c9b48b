/*
 * Telling a site single news: of targets that its pages link to, or that are
 * its own. They are owed to it, and told together, some time after the first of
 * them (tell_owed.h), as things stand then: what is well again isn't told.
 */
#ifndef ZQ_HUB_TELL_SITE_H
#define ZQ_HUB_TELL_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/group.h"
#include "hub/journal.h"
#include "hub/target.h"

/* Tells one that is due; how many pages and targets it took. */
uint64_t tell_site_step(struct group *g, const struct entry *e,
    uint64_t most);

#endif
