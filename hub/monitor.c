/*
 * The monitor: all sites, what comes in of them, and the judging, which is
 * done at each tick and nowhere else; see monitor.h.
 */
#include "hub/monitor.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/monitor_cut.h"

#define WITNESSES 2		/* other pages that are asked when one fails */
#define OTHERS_AGAIN 60000	/* ms */

struct monitor {
	struct monitor_settings set;
	struct monitor_hooks hooks;
	struct monitor_site *at;	/* by site number */
	uint32_t count;
	struct monitor_cut cut;
	unsigned witnesses;		/* that are wanted */
	uint32_t next;			/* to be one */
};

/* --- its life ------------------------------------------------------------ */

struct monitor *
monitor_new(const struct monitor_settings *s, int64_t now,
    const struct monitor_hooks *hooks)
{
	struct monitor *m = mem_new(sizeof(*m));

	m->set = *s;
	m->hooks = *hooks;
	m->cut.lit = now;
	return m;
}

void
monitor_free(struct monitor *m)
{
	if (m == NULL)
		return;
	free(m->at);
	free(m);
}

static struct monitor_site *
find(const struct monitor *m, uint32_t site)
{
	return site > 0 && site < m->count && m->at[site].what != 0 ?
	    &m->at[site] : NULL;
}

static void
make_room(struct monitor *m, uint32_t site)
{
	uint32_t room = m->count < 64 ? 64 : m->count;

	if (site < m->count)
		return;
	while (room <= site)
		room *= 2;
	m->at = mem_grow(m->at, room, sizeof(*m->at));
	for (; m->count < room; m->count++)
		m->at[m->count] = (struct monitor_site){ .what = 0 };
}

/* --- evidence ------------------------------------------------------------ */

void
monitor_heard(struct monitor *m, uint32_t site, int64_t now,
    int64_t patience, enum monitor_look home)
{
	struct monitor_site *w = find(m, site);

	if (w != NULL)
		monitor_site_heard(w, now, patience > m->set.silent_after ?
		    patience : m->set.silent_after, home);
}

void
monitor_gone(struct monitor *m, uint32_t site, int64_t now)
{
	struct monitor_site *w = find(m, site);

	if (w != NULL)
		monitor_site_gone(w, now);
}

/* Does a page of it that doesn't come say nothing, for we are cut off? It does
 * if its agent speaks and others' pages come. */
static bool
is_excused(const struct monitor *m, const struct monitor_site *w, int64_t now)
{
	if (m->cut.on && monitor_site_speaks(w, now) &&
	    !monitor_cut_is_dark(&m->cut, now))
		return false;
	return monitor_cut_excuses(&m->cut, now);
}

/* A site that nothing bad was said of, and that isn't expected to go. */
static bool
counts(const struct monitor_site *w, int64_t now)
{
	return w->what != 0 && !w->bad &&
	    !monitor_site_is_announced(w, now);
}

/* What it looked like before isn't so any more either. */
static void
excuse_page(const struct monitor *m, struct monitor_site *w, int64_t now)
{
	if (!counts(w, now))
		return;
	monitor_trend_clear(&w->looks);
	if ((w->what & MONITOR_AGENT) == 0)
		monitor_site_excuse(w, &m->set, now);
}

void
monitor_seen(struct monitor *m, uint32_t site, int64_t now,
    enum monitor_look look)
{
	struct monitor_site *w = find(m, site);
	bool failed = look == MONITOR_LOOK_FAILED;

	if (w == NULL || look == MONITOR_LOOK_NONE)
		return;
	w->blind = false;
	w->known |= !failed;
	if (!failed || (!w->bad && (w->known || !m->cut.ever)))
		monitor_cut_look(&m->cut, failed, &w->mark, now);
	if (!failed && (w->what & MONITOR_AGENT) == 0)
		w->missing = false;
	if (failed && monitor_cut_is_dim(&m->cut, now))
		m->witnesses = WITNESSES;
	if (!failed || !is_excused(m, w, now))
		monitor_trend_put(&w->looks, look, now);
	else if (m->cut.on)
		excuse_page(m, w, now);
}

void
monitor_blind(struct monitor *m, uint32_t site)
{
	struct monitor_site *w = find(m, site);

	if (w != NULL)
		w->blind = true;
}

void
monitor_lit(struct monitor *m, int64_t now)
{
	monitor_cut_light(&m->cut, now);
}

void
monitor_known(struct monitor *m, uint32_t site)
{
	struct monitor_site *w = find(m, site);

	if (w != NULL)
		w->known = m->cut.ever = true;
}

bool
monitor_is_known(const struct monitor *m, uint32_t site)
{
	const struct monitor_site *w = find(m, site);

	return w != NULL && w->known;
}

void
monitor_owned(struct monitor *m, uint32_t site, bool foreign)
{
	struct monitor_site *w = find(m, site);

	if (w != NULL)
		w->foreign = foreign;
}

void
monitor_seen_elsewhere(struct monitor *m, uint32_t site, int64_t now,
    enum monitor_look look)
{
	struct monitor_site *w = find(m, site);

	if (w != NULL)
		monitor_trend_put(&w->others, look, now);
}

void
monitor_announced(struct monitor *m, uint32_t site, int64_t now,
    int64_t from, int64_t until)
{
	struct monitor_site *w = find(m, site);

	if (w != NULL)
		monitor_site_announced(w, now, from, until);
}

/* --- saying it ----------------------------------------------------------- */

static void
emit(struct monitor *m, const struct monitor_event *e)
{
	m->hooks.emit(m->hooks.arg, e);
}

static void
say(struct monitor *m, uint32_t site, const struct monitor_verdict *is,
    int64_t now, bool flaps, bool flapped)
{
	struct monitor_site *w = &m->at[site];
	const struct monitor_event e = {
		.site = site, .from = w->now.state, .to = is->state,
		.at = now, .since = is->state == w->now.state ? w->since :
		    monitor_site_since(w, is->state, &w->views, now),
		.cause = is->cause, .inside = w->views.inside,
		.outside = w->views.outside,
		.flapping = flaps, .flapped = flapped,
	};

	w->now = *is;
	w->since = e.since;
	emit(m, &e);
}

/* The hub's eyes may be at fault, not the page: what was seen before stands
 * until another page has come, or none at all does. What agents say, counts. */
static void
doubt(const struct monitor *m, const struct monitor_site *w,
    struct monitor_views *v, int64_t now)
{
	if (v->outside >= MONITOR_OUTSIDE_FAILED &&
	    w->views.outside < MONITOR_OUTSIDE_FAILED &&
	    v->inside != MONITOR_INSIDE_ILL &&
	    v->inside != MONITOR_INSIDE_SILENT &&
	    monitor_cut_doubts(&m->cut, &m->set,
	    monitor_trend_since(&w->looks, now), now))
		v->outside = w->views.outside;
}

/* Without eyes nobody's page is known to be well, though his agent says so. */
static void
miss_outside(const struct monitor *m, const struct monitor_site *w,
    struct monitor_verdict *is)
{
	if (!m->cut.blind || (w->what & MONITOR_HOME) == 0 || w->blind ||
	    w->views.outside != MONITOR_OUTSIDE_UNKNOWN)
		return;
	if (is->cause == MONITOR_CAUSE_FINE ||
	    is->cause == MONITOR_CAUSE_ISOLATED)
		*is = (struct monitor_verdict){ MONITOR_UNKNOWN,
			MONITOR_CAUSE_BLIND };
}

static void
judge(struct monitor *m, uint32_t site, int64_t now)
{
	struct monitor_site *w = &m->at[site];
	struct monitor_views v = monitor_site_views(w, now);
	struct monitor_verdict is;
	bool flaps = false, rests;

	doubt(m, w, &v, now);
	w->views = v;
	is = monitor_site_judge(w, &m->set, &w->views, now);
	miss_outside(m, w, &is);
	if (is.state != MONITOR_UNKNOWN) {
		w->bad = monitor_is_bad(is.state);
		flaps = monitor_flap_turn(&w->flap, &m->set, w->bad, now);
	}
	rests = monitor_flap_rest(&w->flap, &m->set, now);
	if (w->flap.on && !flaps && w->now.state != MONITOR_UNKNOWN)
		return;		/* it was said that it does */
	if (flaps || rests || is.state != w->now.state ||
	    is.cause != w->now.cause)
		say(m, site, &is, now, w->flap.on, rests);
}

/* What was said of it isn't known any more. */
static void
forget(struct monitor *m, uint32_t site, int64_t now)
{
	const struct monitor_verdict is = { MONITOR_UNKNOWN,
		MONITOR_CAUSE_UNWATCHED };

	if (m->at[site].now.state != MONITOR_UNKNOWN || m->at[site].flap.on)
		say(m, site, &is, now, false, m->at[site].flap.on);
	m->at[site].what = 0;
}

unsigned
monitor_watched(const struct monitor *m, uint32_t site)
{
	const struct monitor_site *w = find(m, site);

	return w != NULL ? w->what : 0;
}

void
monitor_watch(struct monitor *m, uint32_t site, unsigned what, int64_t now)
{
	struct monitor_site *w = find(m, site);

	must(site > 0 && site < MONITOR_SITES);
	if (w != NULL && what != 0) {
		if ((what & ~w->what & MONITOR_AGENT) != 0)
			monitor_site_greet(w, now);
		w->what = what;
	} else if (w != NULL) {
		forget(m, site, now);
	} else if (what != 0) {
		make_room(m, site);
		monitor_site_init(&m->at[site], what, now);
	}
}

bool
monitor_flapped(struct monitor *m, uint32_t site, int64_t now)
{
	struct monitor_site *w = find(m, site);

	if (w != NULL)
		monitor_flap_resume(&w->flap, now);
	return w != NULL;
}

void
monitor_recall(struct monitor *m, uint32_t site, const struct monitor_flap *f)
{
	struct monitor_site *w = find(m, site);

	if (w != NULL)
		w->flap = *f;
}

static void
say_cut(struct monitor *m, int64_t now)
{
	const struct monitor_cut *c = &m->cut;
	const struct monitor_event e = {
		.from = c->on ? MONITOR_UP : MONITOR_ISOLATED,
		.to = c->on ? MONITOR_ISOLATED : MONITOR_UP,
		.at = now, .since = now, .vanished = c->missing, .of = c->of,
		.cause = c->blind ? MONITOR_CAUSE_BLIND : c->on ?
		    MONITOR_CAUSE_ISOLATED : MONITOR_CAUSE_FINE,
	};

	emit(m, &e);
}

/* --- is it us? ----------------------------------------------------------- */

static bool
is_quiet(const struct monitor_site *w, int64_t now)
{
	return (w->what & MONITOR_AGENT) != 0 && w->heard != CLOCK_NONE &&
	    (w->silent || monitor_site_wavers(w, now));
}

/* Can anybody be heard? Then whose page comes and who isn't heard himself is
 * not cut off from us. */
static bool
is_any_heard(const struct monitor *m, int64_t now)
{
	for (uint32_t i = 1; i < m->count; i++)
		if (m->at[i].what != 0 && monitor_site_speaks(&m->at[i], now))
			return true;
	return false;
}

/* Is it, as far as can be seen, beyond a line that is cut? */
static bool
is_vanishing(const struct monitor_site *w, bool heard, int64_t now)
{
	return (w->missing || is_quiet(w, now)) &&
	    !(heard && monitor_site_shows(w));
}

static void
count_one(const struct monitor_site *w, bool heard, int64_t now,
    struct monitor_count *n)
{
	const struct monitor_views v = monitor_site_views(w, now);

	n->missing += w->missing && (w->what & MONITOR_AGENT) != 0 &&
	    is_vanishing(w, heard, now);
	n->pages += (w->what & MONITOR_HOME) != 0 && !w->bad && !w->blind;
	if (!counts(w, now) || w->missing)
		return;
	n->speak += (w->what & MONITOR_AGENT) != 0 &&
	    w->heard != CLOCK_NONE;
	n->waver += is_vanishing(w, heard, now);
	n->falls |= monitor_is_bad(monitor_judge(v.inside, v.outside).state);
}

static struct monitor_count
count(const struct monitor *m, int64_t now)
{
	struct monitor_count n = { .speak = 0 };
	bool heard = is_any_heard(m, now);

	for (uint32_t i = 1; i < m->count; i++)
		if (m->at[i].what != 0)
			count_one(&m->at[i], heard, now, &n);
	return n;
}

/* Who is quiet now, or whose page didn't come: not judged by that. */
static void
excuse_quiet(struct monitor *m, int64_t now)
{
	bool heard = is_any_heard(m, now);

	for (uint32_t i = 1; i < m->count; i++) {
		struct monitor_site *w = &m->at[i];

		if (!counts(w, now))
			continue;
		if ((!m->cut.blind && is_vanishing(w, heard, now)) ||
		    ((w->what & MONITOR_AGENT) == 0 &&
		    monitor_trend_fails(&w->looks)))
			monitor_site_excuse(w, &m->set, now);
		if (monitor_trend_fails(&w->looks) && is_excused(m, w, now))
			monitor_trend_clear(&w->looks);
	}
}

/* Words that lay in a connection which hung may come first, and then none
 * until it is there again. */
static void
begin_anew(struct monitor *m, int64_t now)
{
	for (uint32_t i = 1; i < m->count; i++) {
		struct monitor_site *w = &m->at[i];

		if (w->what == 0 || !w->missing)
			continue;
		monitor_site_anew(w, now);
		w->spared = now + m->set.start_after;
	}
}

static void
look_at_us(struct monitor *m, int64_t now)
{
	struct monitor_count n = count(m, now);

	monitor_cut_goes_on(&m->cut, &m->set, &n);
	if (monitor_cut_begins(&m->cut, &m->set, &n, now)) {
		say_cut(m, now);
	} else if (monitor_cut_ends(&m->cut, &m->set, &n, now)) {
		begin_anew(m, now);
		say_cut(m, now);
	}
	if (m->cut.on)
		excuse_quiet(m, now);
}

/* --- asking -------------------------------------------------------------- */

/* While it fails from here: at once, and again now and then. */
static void
want_others(struct monitor *m, uint32_t site, int64_t now)
{
	struct monitor_site *w = &m->at[site];

	if (m->hooks.want_others == NULL ||
	    !monitor_trend_fails(&w->looks) ||
	    (m->cut.on && is_excused(m, w, now)) ||
	    (w->asked != CLOCK_NONE && now - w->asked < OTHERS_AGAIN &&
	    w->asked >= monitor_trend_since(&w->looks, now)))
		return;
	w->asked = now;
	m->hooks.want_others(m->hooks.arg, site);
}

/* Somebody's page failed, and nobody else's was looked at for a while: two
 * others, so that it can be known whether it is us. */
static void
want_witnesses(struct monitor *m)
{
	for (uint32_t i = 0; m->witnesses > 0 && i < m->count; i++) {
		uint32_t site = m->next++ % m->count;
		const struct monitor_site *w = find(m, site);

		if (w == NULL || (w->what & MONITOR_HOME) == 0 || w->bad ||
		    monitor_trend_fails(&w->looks))
			continue;
		m->witnesses--;
		m->hooks.want_look(m->hooks.arg, site);
	}
	m->witnesses = 0;
}

static void
ask(struct monitor *m, uint32_t site, int64_t now)
{
	if (monitor_site_want(&m->at[site], &m->set, now))
		m->hooks.want_look(m->hooks.arg, site);
	want_others(m, site, now);
}

/* --- time ---------------------------------------------------------------- */

void
monitor_tick(struct monitor *m, int64_t now)
{
	for (uint32_t i = 1; i < m->count; i++)
		if (m->at[i].what != 0)
			monitor_site_pass(&m->at[i], &m->set, now);
	look_at_us(m, now);
	for (uint32_t i = 1; i < m->count; i++)
		if (m->at[i].what != 0) {
			judge(m, i, now);
			ask(m, i, now);
		}
	want_witnesses(m);
}

void
monitor_shift(struct monitor *m, int64_t by)
{
	for (uint32_t i = 1; i < m->count; i++)
		if (m->at[i].what != 0)
			monitor_site_shift(&m->at[i], by);
	m->cut.lit += by;
	m->cut.since += by;
	m->cut.ended += by;
}

/* What was heard since isn't of a time to come. */
void
monitor_skip(struct monitor *m, int64_t now, int64_t by)
{
	monitor_shift(m, by);
	for (uint32_t i = 1; i < m->count; i++) {
		struct monitor_site *w = &m->at[i];

		if (w->heard != CLOCK_NONE && w->heard > now)
			w->heard = now;
		if (w->gone != CLOCK_NONE && w->gone > now)
			w->gone = now;
	}
}

/* --- looking ------------------------------------------------------------- */

void
monitor_get(const struct monitor *m, uint32_t site, struct monitor_now *now)
{
	const struct monitor_site *w = find(m, site);

	*now = (struct monitor_now){ .watched = w != NULL };
	if (w == NULL)
		return;
	now->verdict = w->now;
	now->inside = w->views.inside;
	now->outside = w->views.outside;
	now->since = w->since;
	now->flapping = w->flap.on;
}

bool
monitor_is_isolated(const struct monitor *m)
{
	return m->cut.on;
}
