/*
 * Flapping: a site that goes from good to bad and back, again and again. It
 * is said once when it begins to, and once when it has come to rest.
 */
#ifndef ZQ_HUB_MONITOR_FLAP_H
#define ZQ_HUB_MONITOR_FLAP_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/monitor_settings.h"

struct monitor_flap {		/* zeros: at rest */
	int64_t at[MONITOR_FLAPS];	/* ms, of the last changes, a ring */
	unsigned count;			/* of all changes so far */
	bool bad;			/* as last counted */
	bool on;
};

/* It flapped when the hub stopped: it does so until it has come to rest. */
void monitor_flap_resume(struct monitor_flap *f, int64_t now);
/* It is bad, or good, now; what it was already is no change. True: it begins to
 * flap. */
bool monitor_flap_turn(struct monitor_flap *f,
    const struct monitor_settings *s, bool bad, int64_t now);
/* One more change between good and bad. True: it begins to flap. */
bool monitor_flap_change(struct monitor_flap *f,
    const struct monitor_settings *s, int64_t now);
/* Time passes. True: it has come to rest. */
bool monitor_flap_rest(struct monitor_flap *f,
    const struct monitor_settings *s, int64_t now);

#endif
