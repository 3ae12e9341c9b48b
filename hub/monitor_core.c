/*
 * The monitor's place in the core; see monitor_core.h.
 */
#include "hub/monitor_core.h"

#include <jansson.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/act_notice.h"
#include "hub/acts.h"
#include "hub/history.h"
#include "hub/home_row.h"
#include "hub/monitor.h"
#include "hub/monitor_past.h"
#include "hub/monitor_roll.h"
#include "hub/pulse.h"
#include "hub/vantage_core.h"

#define TICK 150		/* ms at least between two looks of the monitor, which
				 * come with the core's own of 200 ms */
#define STALL 10000		/* ms late: less than silent_after and a beat */
#define ROLL 2000		/* … and two looks into the view */
#define STEP 2000		/* the clock was put if it is off by so much */

struct monitor_core {
	struct writer *writer;
	struct turns *turns;
	struct homes *homes;	/* or NULL */
	struct vantage_core *others;
	struct monitor *monitor;
	struct monitor_roll roll;
	int64_t *home_at;	/* by site: the last inside look we know */
	uint32_t sites;
	int64_t ticked, rolled;	/* ms, mono */
	int64_t ahead;		/* ms: wall minus mono, as last seen */
	json_t *rows;		/* of states, to be written */
	struct acts acts;
	bool resumed;		/* what was so when the hub stopped */
	bool due;		/* a notice has run out */
	bool waits;		/* for a turn */
};

/* --- what comes out ------------------------------------------------------ */

static json_t *
row_of(const struct monitor_event *e)
{
	return json_pack("[I, s, I, I, s, i, i, b]", (json_int_t)e->site,
	    monitor_state_name(e->to), (json_int_t)e->at,
	    (json_int_t)(e->since > 0 ? e->since : 0),
	    monitor_cause_name(e->cause), (int)e->inside, (int)e->outside,
	    e->flapping);
}

static const char *
code_of(struct monitor_core *m, uint32_t site, struct view_site *s)
{
	return view_site(m->writer->view, site, s) ? s->code : "?";
}

static void
tell_hub(const struct monitor_event *e)
{
	if (e->cause == MONITOR_CAUSE_BLIND)
		log_error("monitor: hub isolated: no home page comes, of "
		    "nobody: no site is judged by its page until one does; "
		    "look at this machine's resolver and firewall");
	else if (e->to == MONITOR_ISOLATED)
		log_error("monitor: hub isolated: %u of %u agents vanished "
		    "at once: no site is judged until they are back",
		    e->vanished, e->of);
	else
		log_info("monitor: the hub is not isolated any more: %u "
		    "agents are still missing", e->vanished);
}

static void
tell_site(struct monitor_core *m, const struct monitor_event *e)
{
	const char *more = e->flapping ? " flapping=begins" :
	    e->flapped ? " flapping=ends" : "";
	char since[CLOCK_TEXT_MAX];
	struct view_site s = { .number = 0 };

	if (e->to == e->from && !monitor_is_bad(e->to))
		return;
	clock_format(since, e->since);
	if (monitor_is_bad(e->to) && e->to != MONITOR_OUTAGE)
		log_warn("site=%s state=%s was=%s cause=%s since=%s%s",
		    code_of(m, e->site, &s), monitor_state_name(e->to),
		    monitor_state_name(e->from),
		    monitor_cause_name(e->cause), since, more);
	else
		log_info("site=%s state=%s was=%s cause=%s since=%s%s",
		    code_of(m, e->site, &s), monitor_state_name(e->to),
		    monitor_state_name(e->from),
		    monitor_cause_name(e->cause), since, more);
}

static void
on_state(void *arg, const struct monitor_event *e)
{
	struct monitor_core *m = arg;

	json_array_append_new(m->rows, row_of(e));
	if (e->site == 0) {
		tell_hub(e);
		pulse_blind(e->cause == MONITOR_CAUSE_BLIND);
		pulse_vanished(e->vanished, e->of);
		pulse_isolated(e->to == MONITOR_ISOLATED, e->since);
	} else {
		tell_site(m, e);
		pulse_state(e->site, (uint8_t)e->to, (uint8_t)e->cause,
		    e->since);
	}
}

static void
on_want_look(void *arg, uint32_t site)
{
	struct monitor_core *m = arg;

	if (m->homes != NULL)
		homes_want(m->homes, site);
}

static void
on_want_others(void *arg, uint32_t site)
{
	struct monitor_core *m = arg;

	if (m->homes == NULL || !homes_lacks(m->homes, site))
		vantage_core_want(m->others, site);
}

/* --- turns --------------------------------------------------------------- */

static void
gather(struct monitor_core *m)
{
	json_t *some = json_array();
	size_t n = json_array_size(m->rows), i = 0;

	while (i < n && json_array_size(some) < HISTORY_ROWS)
		json_array_append(some, json_array_get(m->rows, i++));
	while (i > 0)
		json_array_remove(m->rows, --i);
	if (json_array_size(some) > 0)
		acts_put(&m->acts, json_pack("{s:s, s:O}", "do", "states",
		    "rows", some), ACTS_HUB, NULL);
	json_decref(some);
	if (m->due)
		acts_put(&m->acts, json_pack("{s:s, s:i}", "do",
		    "notice-time", "most", ACT_NOTICE_SOME), ACTS_HUB, NULL);
	m->due = false;
}

static void
begin(void *arg)
{
	struct monitor_core *m = arg;

	gather(m);
	if (m->acts.count == 0) {
		m->waits = false;
		turn_end(m->turns);
		return;
	}
	turn_write(m->turns, &m->acts);
	acts_clear(&m->acts);
}

static void
written(void *arg, bool good)
{
	struct monitor_core *m = arg;

	(void)good;	/* else the disk is full: how it is now is seen, how
			 * it was isn't kept */
	m->waits = false;
}

static void
write_down(struct monitor_core *m)
{
	if (m->waits || (json_array_size(m->rows) == 0 && !m->due) ||
	    turn_is_stuck(m->turns))
		return;
	m->waits = true;
	turn_ask(m->turns, begin, written, m);
}

/* --- what goes in -------------------------------------------------------- */

/* A look that the agent has told before is no look. */
static enum monitor_look
new_look(struct monitor_core *m, uint32_t site, const struct health *h)
{
	uint32_t room = m->sites < 64 ? 64 : m->sites;

	if (h == NULL || !h->told || h->home_at == 0 ||
	    site >= MONITOR_SITES)
		return MONITOR_LOOK_NONE;
	while (room <= site)
		room *= 2;
	if (room > m->sites) {
		m->home_at = mem_grow(m->home_at, room,
		    sizeof(*m->home_at));
		while (m->sites < room)
			m->home_at[m->sites++] = 0;
	}
	if (m->home_at[site] == h->home_at)
		return MONITOR_LOOK_NONE;
	m->home_at[site] = h->home_at;
	return health_home_is_well(h) ? MONITOR_LOOK_WELL :
	    MONITOR_LOOK_FAILED;
}

/* Of a new site something is heard or seen before the roll is called, and it
 * may be all for long. And who was seen before the hub started isn't new: of
 * who fails, that is looked up. */
static void
know(struct monitor_core *m, uint32_t site, unsigned by, bool fails)
{
	bool watched = (monitor_watched(m->monitor, site) & by) != 0;
	struct db_txn *t;
	struct home_row row;

	if (watched && (!fails || monitor_is_known(m->monitor, site)))
		return;
	t = view_read(m->writer->view);
	if (!watched)
		monitor_roll_one(&m->roll, t, m->monitor, m->homes != NULL,
		    site, clock_wall());
	if (fails && home_row_get(t, site, &row) && row.before.n > 0)
		monitor_known(m->monitor, site);
	db_abort(t);
}

static void
on_heard(void *arg, uint32_t site, int64_t now, int64_t patience,
    const struct health *h)
{
	struct monitor_core *m = arg;

	know(m, site, MONITOR_AGENT, false);
	monitor_heard(m->monitor, site, now, patience,
	    new_look(m, site, h));
}

static void
on_gone(void *arg, uint32_t site, int64_t now)
{
	struct monitor_core *m = arg;

	monitor_gone(m->monitor, site, now);
}

static void
on_looked(void *arg, uint32_t site, const struct vantage_answer *a)
{
	struct monitor_core *m = arg;

	vantage_core_heard(m->others, site, a);
}

struct presence_hooks
monitor_core_hears(struct monitor_core *m)
{
	return (struct presence_hooks){ .heard = on_heard, .gone = on_gone,
		.looked = on_looked, .arg = m };
}

/* Whose page it is, is another matter: it answers. What doesn't come says
 * nothing of that. */
static void
on_seen(void *arg, const struct home_seen *seen)
{
	static const enum monitor_look of[HOME_OUTCOMES] = {
		[HOME_UNKNOWN] = MONITOR_LOOK_NONE,
		[HOME_OK] = MONITOR_LOOK_WELL,
		[HOME_SLOW] = MONITOR_LOOK_SLOW,
		[HOME_FAILED] = MONITOR_LOOK_FAILED,
		[HOME_MOVED] = MONITOR_LOOK_WELL,
		[HOME_DANGER] = MONITOR_LOOK_WELL,
	};
	struct monitor_core *m = arg;

	know(m, seen->site, MONITOR_HOME, seen->outcome == HOME_FAILED);
	if (seen->outcome == HOME_UNKNOWN && seen->cause != CAUSE_ISOLATED)
		monitor_blind(m->monitor, seen->site);
	monitor_seen(m->monitor, seen->site, clock_wall(),
	    of[seen->outcome]);
	if (seen->status != 0 || seen->cause == CAUSE_CERTIFICATE)
		monitor_lit(m->monitor, clock_wall());
	if (of[seen->outcome] == MONITOR_LOOK_WELL ||
	    of[seen->outcome] == MONITOR_LOOK_SLOW)
		monitor_owned(m->monitor, seen->site,
		    seen->outcome == HOME_DANGER);
}

void
monitor_core_sees(struct monitor_core *m, struct homes *h)
{
	m->homes = h;
	homes_listen(h, on_seen, m);
}

void
monitor_core_asks(struct monitor_core *m, struct letters *l)
{
	vantage_core_through(m->others, l);
}

/* --- time ---------------------------------------------------------------- */

/* Evidence goes by the wall clock, for people; if that is put, by as much. */
static void
follow_clock(struct monitor_core *m, int64_t now, int64_t mono)
{
	int64_t by = now - mono - m->ahead;

	if (by < STEP && by > -STEP)
		return;
	log_info("monitor: the clock was put by %lld s",
	    (long long)(by / 1000));
	monitor_shift(m->monitor, by);
	m->ahead += by;
}

/* A machine that was paused, a disk that hung: who spoke meanwhile is heard
 * only after this. Where nobody looked nobody was silent. */
static void
pass_over(struct monitor_core *m, int64_t now, int64_t mono)
{
	int64_t lost = mono - m->ticked - TICK;

	if (m->ticked == 0 || lost < STALL)
		return;
	log_warn("monitor: the hub stood still for %lld s (its machine was "
	    "paused, or its disk hung): nobody is called silent for that",
	    (long long)(lost / 1000));
	monitor_skip(m->monitor, now, lost);
}

static void
call_roll(struct monitor_core *m, int64_t now)
{
	struct db_txn *t = view_read(m->writer->view);

	m->due |= monitor_roll_call(&m->roll, t, m->monitor,
	    m->homes != NULL, now);
	db_abort(t);
}

/* Who flapped when the hub stopped hasn't come to rest by that. */
static void
resume_flapping(struct monitor_core *m, uint32_t site, int64_t now)
{
	const struct monitor_event e = { .site = site, .at = now,
		.since = now, .cause = MONITOR_CAUSE_UNWATCHED };

	if (!monitor_flapped(m->monitor, site, now))
		json_array_append_new(m->rows, row_of(&e));
}

/* … and who had gone up and down some times has done so still. */
static void
resume(struct monitor_core *m, int64_t now)
{
	int64_t window = (int64_t)m->writer->config->flap_window;
	struct db_txn *t = view_read(m->writer->view);
	uint32_t last = view_sites(m->writer->view);
	struct monitor_flap flap;
	struct history h;

	for (uint32_t i = 1; i <= last; i++) {
		if (!history_last(t, i, &h))
			continue;
		if (h.flapping) {
			resume_flapping(m, i, now);
			continue;
		}
		monitor_past_read(&flap, t, i, now - window, now);
		monitor_recall(m->monitor, i, &flap);
	}
	db_abort(t);
}

void
monitor_core_look(struct monitor_core *m)
{
	int64_t now = clock_wall(), mono = clock_mono();

	if (mono - m->ticked < TICK)
		return;
	follow_clock(m, now, mono);
	pass_over(m, now, mono);
	m->ticked = mono;
	if (mono - m->rolled >= ROLL) {
		call_roll(m, now);
		if (!m->resumed)
			resume(m, now);
		m->resumed = true;
		m->rolled = mono;
	}
	vantage_core_look(m->others);
	monitor_tick(m->monitor, now);
	write_down(m);
}

/* --- its life ------------------------------------------------------------ */

/* What was said of a site before the hub stopped isn't so any more: it is
 * not known. And it is said of each that it isn't: who finds nothing would
 * take what was wrong for ended. */
static void
forget_states(struct monitor_core *m, int64_t now)
{
	struct db_txn *t = view_read(m->writer->view);
	uint32_t last = view_sites(m->writer->view);
	struct history h;

	for (uint32_t i = 0; i <= last; i++) {
		struct monitor_event e = { .site = i, .at = now,
			.since = now, .cause = MONITOR_CAUSE_START };
		bool there = history_last(t, i, &h);

		pulse_state(i, MONITOR_UNKNOWN, MONITOR_CAUSE_START, now);
		e.flapping = there && h.flapping;
		if (there && h.state != MONITOR_UNKNOWN)
			json_array_append_new(m->rows, row_of(&e));
	}
	db_abort(t);
}

static struct monitor_settings
settings(const struct config *c)
{
	struct monitor_settings s = monitor_settings_preset;

	s.silent_after = (int64_t)c->silent_after;
	s.gone_after = (int64_t)c->gone_after;
	s.start_after = (int64_t)c->start_after;
	s.settle = (int64_t)c->outage_settle;
	s.isolated_share = (unsigned)c->isolated_share;
	s.isolated_least = (unsigned)c->isolated_least;
	s.flap_count = (unsigned)c->flap_count;
	s.flap_window = (int64_t)c->flap_window;
	s.flap_quiet = (int64_t)c->flap_quiet;
	if ((int64_t)c->home_every * 3 > s.stale_after)
		s.stale_after = (int64_t)c->home_every * 3 +
		    (int64_t)c->home_every / 3;
	return s;
}

struct monitor_core *
monitor_core_new(const struct config *config, struct writer *w,
    struct turns *t)
{
	struct monitor_core *m = mem_new(sizeof(*m));
	const struct monitor_settings s = settings(config);
	const struct monitor_hooks hooks = { .emit = on_state,
		.want_look = on_want_look, .want_others = on_want_others,
		.arg = m };
	int64_t now = clock_wall();

	m->writer = w;
	m->turns = t;
	m->ahead = now - clock_mono();
	m->rolled = clock_mono() - ROLL;
	m->rows = json_array();
	must(m->rows != NULL);
	acts_init(&m->acts);
	monitor_roll_init(&m->roll);
	m->monitor = monitor_new(&s, now, &hooks);
	m->others = vantage_core_new(w, m->monitor);
	forget_states(m, now);
	return m;
}

void
monitor_core_free(struct monitor_core *m)
{
	if (m == NULL)
		return;
	vantage_core_free(m->others);
	monitor_free(m->monitor);
	monitor_roll_clear(&m->roll);
	acts_clear(&m->acts);
	json_decref(m->rows);
	free(m->home_at);
	free(m);
}
