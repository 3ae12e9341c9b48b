/*
 * Evidence, views and verdict of one site; see monitor_site.h.
 */
#include "hub/monitor_site.h"

#include "contrib/base/clock.h"

#define SELF INT64_C(120000)	/* ms: so long an agent doesn't get a page
				 * that comes from outside, before it is said */
#define LOOKS 10		/* at once … */
#define LOOK_EACH INT64_C(300000)	/* ms … and one more each */

static bool
is_old(int64_t then, int64_t now, int64_t most)
{
	return then != CLOCK_NONE && now - then >= most;
}

/* --- evidence ------------------------------------------------------------ */

void
monitor_site_greet(struct monitor_site *w, int64_t now)
{
	w->began = now;
	w->heard = w->back = w->gone = w->spared = CLOCK_NONE;
	w->silent = w->missing = false;
	monitor_trend_clear(&w->home);
}

void
monitor_site_anew(struct monitor_site *w, int64_t now)
{
	monitor_site_greet(w, now);
	w->wanted = w->asked = CLOCK_NONE;
	monitor_trend_clear(&w->looks);
	monitor_trend_clear(&w->others);
}

void
monitor_site_init(struct monitor_site *w, unsigned what, int64_t now)
{
	*w = (struct monitor_site){ .what = what, .from = CLOCK_NONE,
		.until = CLOCK_NONE, .late = CLOCK_NONE, .since = now,
		.now = { MONITOR_UNKNOWN, MONITOR_CAUSE_START } };
	monitor_site_anew(w, now);
}

void
monitor_site_heard(struct monitor_site *w, int64_t now, int64_t patience,
    enum monitor_look home)
{
	if (w->missing)
		w->silent = w->missing = false;	/* it wasn't the site */
	if (w->silent && w->back == CLOCK_NONE)
		w->back = now;
	w->heard = now;
	w->known = true;
	w->gone = CLOCK_NONE;
	w->patience = patience;
	monitor_trend_put(&w->home, home, now);
}

void
monitor_site_gone(struct monitor_site *w, int64_t now)
{
	if (w->gone == CLOCK_NONE && w->heard != CLOCK_NONE)
		w->gone = now;
}

void
monitor_site_excuse(struct monitor_site *w, const struct monitor_settings *s,
    int64_t now)
{
	w->missing = true;
	w->spared = now + s->start_after;
}

/* --- time ---------------------------------------------------------------- */

static bool
is_spared(const struct monitor_site *w, int64_t now)
{
	return w->spared != CLOCK_NONE && now < w->spared;
}

static bool
is_silent(const struct monitor_site *w, const struct monitor_settings *s,
    int64_t now)
{
	if (w->heard == CLOCK_NONE)
		return now - w->began >= s->start_after;
	if (is_spared(w, now))
		return false;
	return now - w->heard >= w->patience ||
	    is_old(w->gone, now, s->gone_after);
}

/* Who was silent speaks again when it has done so for a beat's time. */
static void
pass_agent(struct monitor_site *w, const struct monitor_settings *s,
    int64_t now)
{
	if (is_silent(w, s, now)) {
		w->silent = true;
		w->back = CLOCK_NONE;
	} else if (w->silent && is_old(w->back, now, w->patience / 3)) {
		w->silent = false;
		w->back = CLOCK_NONE;
	}
}

static void
forget_old(struct monitor_trend *t, const struct monitor_settings *s,
    int64_t now)
{
	if (t->look[0] != MONITOR_LOOK_NONE &&
	    is_old(t->at[0], now, s->stale_after))
		monitor_trend_clear(t);
}

void
monitor_site_pass(struct monitor_site *w, const struct monitor_settings *s,
    int64_t now)
{
	pass_agent(w, s, now);
	forget_old(&w->home, s, now);
	forget_old(&w->looks, s, now);
	forget_old(&w->others, s, now);
}

/* --- views --------------------------------------------------------------- */

static enum monitor_inside
inside(const struct monitor_site *w)
{
	if ((w->what & MONITOR_AGENT) == 0)
		return MONITOR_INSIDE_NONE;
	if (w->silent)
		return MONITOR_INSIDE_SILENT;
	if (w->heard == CLOCK_NONE)
		return MONITOR_INSIDE_UNKNOWN;
	switch (w->home.is) {
	case MONITOR_LOOK_FAILED:
		return MONITOR_INSIDE_ILL;
	case MONITOR_LOOK_NONE:
		return MONITOR_INSIDE_MUTE;
	default:
		return MONITOR_INSIDE_WELL;
	}
}

static enum monitor_outside
outside(const struct monitor_site *w)
{
	static const enum monitor_outside of[] = {
		[MONITOR_LOOK_NONE] = MONITOR_OUTSIDE_UNKNOWN,
		[MONITOR_LOOK_WELL] = MONITOR_OUTSIDE_WELL,
		[MONITOR_LOOK_SLOW] = MONITOR_OUTSIDE_SLOW,
		[MONITOR_LOOK_FAILED] = MONITOR_OUTSIDE_FAILED,
	};

	return (w->what & MONITOR_HOME) == 0 ? MONITOR_OUTSIDE_UNKNOWN :
	    of[w->looks.is];
}

/* Do others get the page that fails from here? */
static bool
is_seen_elsewhere(const struct monitor_site *w, int64_t now)
{
	const struct monitor_trend *t = &w->others;

	return t->look[0] != MONITOR_LOOK_NONE && !monitor_trend_fails(t) &&
	    t->at[0] >= monitor_trend_since(&w->looks, now);
}

/* Did its newest look fail, and none before it was well since then? */
static bool
fails_since(const struct monitor_trend *t, int64_t since)
{
	return monitor_trend_fails(t) && (t->look[1] == MONITOR_LOOK_NONE ||
	    t->look[1] == MONITOR_LOOK_FAILED || t->at[1] <= since);
}

/* Two views confirm one another: what one has seen twice the other need not
 * see more than once. An agent that speaks again, if not for long enough to
 * be heard of as such, confirms nothing new. */
static void
confirm(const struct monitor_site *w, struct monitor_views *v)
{
	bool speaks = v->inside == MONITOR_INSIDE_WELL ||
	    v->inside == MONITOR_INSIDE_MUTE;
	bool ill = v->inside == MONITOR_INSIDE_ILL;
	bool silent = v->inside == MONITOR_INSIDE_SILENT &&
	    (w->back == CLOCK_NONE ||
	    w->views.outside >= MONITOR_OUTSIDE_FAILED);

	if ((w->what & MONITOR_HOME) == 0)
		return;
	if (v->outside == MONITOR_OUTSIDE_FAILED && speaks &&
	    fails_since(&w->home, monitor_trend_since(&w->looks, 0)))
		v->inside = MONITOR_INSIDE_ILL;
	else if ((ill || silent) && fails_since(&w->looks, ill ?
	    monitor_trend_since(&w->home, 0) : w->heard))
		v->outside = MONITOR_OUTSIDE_FAILED;
}

/* Its page doesn't come, and its agent, which spoke before, had no time to say
 * that it is still there: it may be the site, its line, or us. Either it
 * speaks within a beat, or it will be silent. */
static bool
is_early(const struct monitor_site *w, const struct monitor_views *v)
{
	return v->outside == MONITOR_OUTSIDE_FAILED &&
	    (v->inside == MONITOR_INSIDE_WELL ||
	    v->inside == MONITOR_INSIDE_MUTE) &&
	    w->views.outside < MONITOR_OUTSIDE_FAILED &&
	    w->heard <= monitor_trend_since(&w->looks, w->heard);
}

struct monitor_views
monitor_site_views(const struct monitor_site *w, int64_t now)
{
	struct monitor_views v = { inside(w), outside(w) };

	if (is_early(w, &v))
		v.outside = w->views.outside;
	confirm(w, &v);
	if (v.outside == MONITOR_OUTSIDE_FAILED && is_seen_elsewhere(w, now))
		v.outside = MONITOR_OUTSIDE_HERE;
	return v;
}

/* --- the verdict --------------------------------------------------------- */

bool
monitor_site_is_announced(const struct monitor_site *w, int64_t now)
{
	return w->from != CLOCK_NONE && w->from <= now &&
	    (w->until == CLOCK_NONE || now < w->until);
}

/* Did its window run out while it was bad? */
static void
note_end(struct monitor_site *w, int64_t now)
{
	if (w->now.state == MONITOR_OUTAGE && w->late == CLOCK_NONE &&
	    w->until != CLOCK_NONE && w->until <= now)
		w->late = w->until;
}

void
monitor_site_announced(struct monitor_site *w, int64_t now, int64_t from,
    int64_t until)
{
	note_end(w, now);
	w->from = from;
	w->until = until;
}

/* What is bad may have been announced, or be late. */
static enum monitor_state
excuse(struct monitor_site *w, const struct monitor_settings *s,
    enum monitor_state state, int64_t now)
{
	if (monitor_site_is_announced(w, now)) {
		w->late = CLOCK_NONE;
		return MONITOR_OUTAGE;
	}
	note_end(w, now);
	if (w->late == CLOCK_NONE)
		return state;
	return is_old(w->late, now, s->settle) ? MONITOR_OVERRUN :
	    MONITOR_OUTAGE;
}

/* The agent can't get a page that comes from outside. When both have just
 * changed its look may only be the older one: that is nobody's fault. */
static bool
is_its_own_fault(const struct monitor_site *w)
{
	int64_t since = monitor_trend_since(&w->home, w->home.at[0]);

	if (since < w->looks.good)
		since = w->looks.good;
	return monitor_trend_fails(&w->home) && w->home.at[0] - since >= SELF;
}

/* Has the agent looked at the page since it fails from outside? */
static bool
has_looked(const struct monitor_site *w)
{
	return w->home.look[0] != MONITOR_LOOK_NONE &&
	    w->home.at[0] >= monitor_trend_since(&w->looks, 0);
}

/* That it answers is no good then, and no announcement excuses it. */
static bool
is_foreign(const struct monitor_site *w, const struct monitor_views *v)
{
	return w->foreign && (v->outside == MONITOR_OUTSIDE_WELL ||
	    v->outside == MONITOR_OUTSIDE_SLOW);
}

/* Bad is only who was there before. */
static bool
is_never(const struct monitor_site *w, const struct monitor_views *v)
{
	return !w->known && v->inside == MONITOR_INSIDE_NONE &&
	    (v->outside == MONITOR_OUTSIDE_FAILED ||
	    v->outside == MONITOR_OUTSIDE_HERE);
}

struct monitor_verdict
monitor_site_judge(struct monitor_site *w, const struct monitor_settings *s,
    const struct monitor_views *v, int64_t now)
{
	struct monitor_verdict is = monitor_judge(v->inside, v->outside);

	if (is.cause == MONITOR_CAUSE_SELF && !is_its_own_fault(w))
		is = monitor_judge(MONITOR_INSIDE_MUTE, v->outside);
	else if (is.cause == MONITOR_CAUSE_OUTSIDE && !has_looked(w))
		is.cause = MONITOR_CAUSE_UNSEEN;
	if (w->missing)
		is = (struct monitor_verdict){ MONITOR_UNKNOWN,
		    MONITOR_CAUSE_ISOLATED };
	else if (is_never(w, v))
		is = (struct monitor_verdict){ MONITOR_UNKNOWN,
		    MONITOR_CAUSE_NEVER };
	else if (is.cause == MONITOR_CAUSE_UNWATCHED &&
	    (w->what & MONITOR_HOME) != 0)
		is.cause = w->blind ? MONITOR_CAUSE_MUTE :
		    is_old(w->began, now, s->stale_after) ?
		    MONITOR_CAUSE_STALE : MONITOR_CAUSE_START;
	if (monitor_is_bad(is.state))
		is.state = excuse(w, s, is.state, now);
	else if (monitor_is_good(is.state) ||
	    monitor_cause_is_final(is.cause))
		w->late = CLOCK_NONE;	/* all that can be known is well */
	if (monitor_is_good(is.state) && is_foreign(w, v))
		is = (struct monitor_verdict){ MONITOR_DANGER,
		    MONITOR_CAUSE_FOREIGN };
	return is;
}

/* The first of the looks that didn't fail any more, from inside or outside,
 * whichever was later. */
static int64_t
well_since(const struct monitor_site *w, int64_t now)
{
	int64_t in = monitor_trend_well(&w->home, w->since);
	int64_t out = monitor_trend_well(&w->looks, w->since);

	if (out > in)
		in = out;
	return in > w->since ? in : now;
}

int64_t
monitor_site_since(const struct monitor_site *w, enum monitor_state is,
    const struct monitor_views *v, int64_t now)
{
	int64_t since = now;

	if (monitor_is_good(is))
		return w->now.state == MONITOR_DOWN ? well_since(w, now) : now;
	if (w->missing || (v->inside == MONITOR_INSIDE_SILENT &&
	    w->heard != CLOCK_NONE))
		since = w->gone != CLOCK_NONE ? w->gone : w->heard;
	else if (v->outside == MONITOR_OUTSIDE_FAILED ||
	    v->outside == MONITOR_OUTSIDE_HERE)
		since = monitor_trend_since(&w->looks, now);
	else if (v->inside == MONITOR_INSIDE_ILL)
		since = monitor_trend_since(&w->home, now);
	return since == CLOCK_NONE ? now : since;
}

/* --- doubts -------------------------------------------------------------- */

bool
monitor_site_wavers(const struct monitor_site *w, int64_t now)
{
	return (w->what & MONITOR_AGENT) != 0 && !w->silent &&
	    w->heard != CLOCK_NONE && !is_spared(w, now) &&
	    (w->gone != CLOCK_NONE || now - w->heard >= w->patience / 2);
}

bool
monitor_site_speaks(const struct monitor_site *w, int64_t now)
{
	return (w->what & MONITOR_AGENT) != 0 && w->heard != CLOCK_NONE &&
	    w->gone == CLOCK_NONE && now - w->heard < w->patience / 2;
}

bool
monitor_site_shows(const struct monitor_site *w)
{
	const struct monitor_trend *t = &w->looks;

	return (w->what & MONITOR_HOME) != 0 && w->heard != CLOCK_NONE &&
	    t->look[0] != MONITOR_LOOK_NONE && !monitor_trend_fails(t) &&
	    t->at[0] >= (w->gone != CLOCK_NONE ? w->gone :
	    w->heard + w->patience / 3);
}

/* The agent's last look is another than those before, or than ours; and ours is
 * older. What ours said since then another would say as well: no page is looked
 * at over and over for one look of its agent. */
static bool
is_home_news(const struct monitor_site *w)
{
	return (monitor_trend_is_odd(&w->home) ||
	    (monitor_trend_fails(&w->home) &&
	    !monitor_trend_fails(&w->looks))) &&
	    (w->looks.look[0] == MONITOR_LOOK_NONE ||
	    w->looks.at[0] < w->home.at[0]);
}

/* The last look says nothing, or is in contradiction to what the agent says
 * or doesn't say. */
static bool
is_in_doubt(const struct monitor_site *w, int64_t now)
{
	return monitor_site_wavers(w, now) ||
	    (w->missing && w->wanted < w->heard) ||
	    monitor_trend_is_odd(&w->looks) || is_home_news(w) ||
	    (w->silent && w->looks.at[0] < w->heard);
}

bool
monitor_site_want(struct monitor_site *w, const struct monitor_settings *s,
    int64_t now)
{
	bool looked = w->looks.look[0] != MONITOR_LOOK_NONE;

	if ((w->what & MONITOR_HOME) == 0 || !is_in_doubt(w, now) ||
	    (w->wanted != CLOCK_NONE && now - w->wanted < s->look_again) ||
	    (looked && now - w->looks.at[0] < s->look_again) ||
	    w->budget > now + LOOKS * LOOK_EACH)
		return false;
	w->wanted = now;
	w->budget = (w->budget > now ? w->budget : now) + LOOK_EACH;
	return true;
}

/* --- the clock ----------------------------------------------------------- */

static void
shift(int64_t *ms, int64_t by)
{
	if (*ms != CLOCK_NONE)
		*ms += by;
}

static void
shift_trend(struct monitor_trend *t, int64_t by)
{
	for (unsigned i = 0; i < MONITOR_TREND_LOOKS; i++)
		if (t->look[i] != MONITOR_LOOK_NONE)
			t->at[i] += by;
	t->since += by;
	t->good += by;
}

/* Not what was announced: that goes by the clock, and so does what was said. */
void
monitor_site_shift(struct monitor_site *w, int64_t by)
{
	shift(&w->began, by);
	shift(&w->heard, by);
	shift(&w->back, by);
	shift(&w->gone, by);
	shift(&w->spared, by);
	shift(&w->wanted, by);
	shift(&w->asked, by);
	shift(&w->budget, by);
	shift_trend(&w->home, by);
	shift_trend(&w->looks, by);
	shift_trend(&w->others, by);
	for (unsigned i = 0; i < MONITOR_FLAPS; i++)
		w->flap.at[i] += by;
}
