/*
 * The escalator, in the core: goes through the sites, again and again, and
 * has letters that nobody answers go on (escalate.h).
 */
#ifndef ZQ_HUB_ESCALATOR_H
#define ZQ_HUB_ESCALATOR_H

#include "hub/config.h"
#include "hub/turn.h"
#include "hub/writer.h"

struct escalator;

/* Keeps all of them. */
struct escalator *escalator_new(const struct config *config,
    struct writer *w, struct turns *t);
void escalator_free(struct escalator *e);
/* Has something waited for long enough? Several times a second. */
void escalator_look(struct escalator *e);

#endif
