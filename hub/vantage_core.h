/*
 * Looks from elsewhere, in the core: whom to ask, what for, and how
 * (vantage.h says how often).
 *
 * Asked are agents that say that they look for others, whose own site is well
 * and doesn't flap, and that hold a poll just now; by chance, each from
 * another address, and none that is where the page or its agent is: from
 * there it is always seen. Asked for is the address at which the page came
 * when it last was well. What they said is in the pulse, and in the log; if
 * there was nobody to ask the pulse has that.
 */
#ifndef ZQ_HUB_VANTAGE_CORE_H
#define ZQ_HUB_VANTAGE_CORE_H

#include <stdint.h>

#include "hub/letters.h"
#include "hub/monitor.h"
#include "hub/writer.h"
#include "protocol/vantage.h"

struct vantage_core;

/* Keeps w and m, which hears what they found. */
struct vantage_core *vantage_core_new(struct writer *w, struct monitor *m);
void vantage_core_free(struct vantage_core *v);
/* Until then nobody is asked. Keeps l. */
void vantage_core_through(struct vantage_core *v, struct letters *l);

/* The hub can't get this site's page. */
void vantage_core_want(struct vantage_core *v, uint32_t site);
/* What that site's agent says that it saw. */
void vantage_core_heard(struct vantage_core *v, uint32_t by,
    const struct vantage_answer *a);
/* Time passes: once a second at least. */
void vantage_core_look(struct vantage_core *v);

#endif
