/*
 * A ring of the times of the last changes; see monitor_flap.h.
 */
#include "hub/monitor_flap.h"

#include "contrib/base/err.h"

void
monitor_flap_resume(struct monitor_flap *f, int64_t now)
{
	*f = (struct monitor_flap){ .at = { now }, .count = 1, .on = true };
}

bool
monitor_flap_turn(struct monitor_flap *f, const struct monitor_settings *s,
    bool bad, int64_t now)
{
	if (bad == f->bad)
		return false;
	f->bad = bad;
	return monitor_flap_change(f, s, now);
}

bool
monitor_flap_change(struct monitor_flap *f, const struct monitor_settings *s,
    int64_t now)
{
	int64_t first;

	must(s->flap_count >= 2 && s->flap_count <= MONITOR_FLAPS);
	f->at[f->count++ % MONITOR_FLAPS] = now;
	if (f->on || f->count < s->flap_count)
		return false;
	first = f->at[(f->count - s->flap_count) % MONITOR_FLAPS];
	f->on = now - first <= s->flap_window;
	return f->on;
}

bool
monitor_flap_rest(struct monitor_flap *f, const struct monitor_settings *s,
    int64_t now)
{
	if (!f->on ||
	    now - f->at[(f->count - 1) % MONITOR_FLAPS] < s->flap_quiet)
		return false;
	*f = (struct monitor_flap){ .bad = f->bad };
	return true;
}
