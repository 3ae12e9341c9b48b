/*
 * Two of three, and two in a row; see monitor_trend.h.
 */
#include "hub/monitor_trend.h"

#include <string.h>

#define SOON INT64_C(60000)	/* ms: what is longer ago is another matter */

/* The newest was that, and another shortly before it. */
static bool
is_confirmed(const struct monitor_trend *t, enum monitor_look look)
{
	return t->look[0] == look && (t->look[1] == look ||
	    (t->look[2] == look && t->at[0] - t->at[2] <= SOON));
}

/* Neither of the last two was that. */
static bool
is_past(const struct monitor_trend *t, enum monitor_look look)
{
	return t->look[0] != look && t->look[1] != look;
}

static enum monitor_look
judge(const struct monitor_trend *t)
{
	if (is_confirmed(t, MONITOR_LOOK_FAILED))
		return MONITOR_LOOK_FAILED;
	if (t->is == MONITOR_LOOK_FAILED && !is_past(t, MONITOR_LOOK_FAILED))
		return t->is;
	if (t->look[0] == MONITOR_LOOK_FAILED)
		return t->is;		/* the first that did */
	if (t->is == MONITOR_LOOK_NONE)
		return t->look[0];
	if (is_confirmed(t, MONITOR_LOOK_SLOW))
		return MONITOR_LOOK_SLOW;
	if (t->is == MONITOR_LOOK_SLOW && !is_past(t, MONITOR_LOOK_SLOW))
		return t->is;
	return MONITOR_LOOK_WELL;
}

void
monitor_trend_put(struct monitor_trend *t, enum monitor_look look,
    int64_t now)
{
	enum monitor_look was;

	if (look == MONITOR_LOOK_NONE)
		return;
	if (look == MONITOR_LOOK_FAILED && is_past(t, MONITOR_LOOK_FAILED))
		t->since = now;
	memmove(&t->look[1], &t->look[0],
	    (MONITOR_TREND_LOOKS - 1) * sizeof(t->look[0]));
	memmove(&t->at[1], &t->at[0],
	    (MONITOR_TREND_LOOKS - 1) * sizeof(t->at[0]));
	t->look[0] = look;
	t->at[0] = now;
	was = t->is;
	t->is = judge(t);
	if (t->is != MONITOR_LOOK_FAILED && t->is != MONITOR_LOOK_NONE &&
	    (was == MONITOR_LOOK_FAILED || was == MONITOR_LOOK_NONE))
		t->good = now;
}

void
monitor_trend_clear(struct monitor_trend *t)
{
	*t = (struct monitor_trend){ .is = MONITOR_LOOK_NONE };
}

bool
monitor_trend_is_odd(const struct monitor_trend *t)
{
	return t->look[0] != t->is;
}

bool
monitor_trend_fails(const struct monitor_trend *t)
{
	return t->look[0] == MONITOR_LOOK_FAILED;
}

int64_t
monitor_trend_since(const struct monitor_trend *t, int64_t now)
{
	for (unsigned i = 0; i < MONITOR_TREND_LOOKS; i++)
		if (t->look[i] == MONITOR_LOOK_FAILED)
			return t->since;
	return now;
}

int64_t
monitor_trend_well(const struct monitor_trend *t, int64_t never)
{
	int64_t since = never;

	for (unsigned i = 0; i < MONITOR_TREND_LOOKS &&
	    t->look[i] != MONITOR_LOOK_NONE &&
	    t->look[i] != MONITOR_LOOK_FAILED; i++)
		since = t->at[i];
	return since;
}
