/*
 * The monitor in the core: what is heard and seen goes in; what comes out is
 * written down as acts {"do":"states"} (history.h), said in the log, and
 * handed on. Which sites are watched, and what was announced of them, it reads
 * in the view.
 */
#ifndef ZQ_HUB_MONITOR_CORE_H
#define ZQ_HUB_MONITOR_CORE_H

#include <stdint.h>

#include "hub/config.h"
#include "hub/monitor.h"
#include "hub/turn.h"
#include "hub/writer.h"
#include "protocol/health.h"

struct monitor_core;

struct monitor_core_hooks {
	/* A site's state is another one; of site 0: the hub is cut off, or
	 * not any more. */
	void (*state)(void *arg, const struct monitor_event *e);
	/* Its home page is to be looked at now. */
	void (*want_look)(void *arg, uint32_t site);
	/* … by agents of other sites; may be NULL. */
	void (*want_others)(void *arg, uint32_t site);
	void *arg;
};

/* Keeps config, w and t. homes: home pages are looked at. */
struct monitor_core *monitor_core_new(const struct config *config,
    struct writer *w, struct turns *t, bool homes,
    const struct monitor_core_hooks *hooks);
void monitor_core_free(struct monitor_core *m);

/* A word of the site's agent; patience in ms (pulse_patience()). */
void monitor_core_heard(struct monitor_core *m, uint32_t site, int64_t now,
    int64_t patience, const struct health *h);
void monitor_core_gone(struct monitor_core *m, uint32_t site, int64_t now);
/* A look from outside; from another site. */
void monitor_core_seen(struct monitor_core *m, uint32_t site, int64_t now,
    enum monitor_look look);
void monitor_core_seen_elsewhere(struct monitor_core *m, uint32_t site,
    int64_t now, enum monitor_look look);
/* Time passes, and the view may have moved: several times a second. */
void monitor_core_look(struct monitor_core *m);

#endif
