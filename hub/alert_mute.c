/*
 * Muting; see alert_mute.h.
 */
#include "hub/alert_mute.h"

#include "contrib/base/clock.h"
#include "hub/notice.h"
#include "hub/silence.h"

static bool
is_muted(struct db_txn *t, const struct alert *a,
    const struct alert_member *m, int64_t now)
{
	bool state = (span_is(a->class, SPAN("state")) ||
	    span_is(a->class, SPAN("flapping"))) &&
	    !span_is(a->rule, SPAN("overrun"));

	return silence_covers(t, a->rule, m->site, now) ||
	    (state && m->site != 0 &&
	    (notice_covers(t, m->site, now) ||
	    notice_covers(t, m->site, now - ALERT_SETTLE)));
}

bool
alert_mute(struct db_txn *t, const struct alert *a, int64_t now)
{
	struct span members = a->members;
	struct alert_member m;
	bool any = false;

	while (alert_member_next(&members, &m)) {
		if (m.ended != CLOCK_NONE)
			continue;
		any = true;
		if (!is_muted(t, a, &m, now))
			return false;
	}
	return any;
}
