/*
 * What the view has of a site, as facts of alerts; see alert_scan.h.
 */
#include "hub/alert_scan.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "hub/counters.h"
#include "hub/expiry.h"
#include "hub/history.h"
#include "hub/home_days.h"
#include "hub/home_keep.h"
#include "hub/home_row.h"
#include "hub/journal.h"
#include "hub/notice.h"
#include "hub/position.h"
#include "hub/proven.h"
#include "hub/pulse.h"
#include "hub/site.h"
#include "hub/stand.h"

#define DAY INT64_C(86400000)
#define SKEW 60000		/* ms: R22 */
#define TEXT_MAX 512

struct scanning {
	struct alert_scan *scan;
	struct db_txn *txn;
	const struct site *site;
	int64_t now;
};

__attribute__((format(printf, 4, 5)))
static void
put(const struct scanning *s, enum alert_what what, int64_t since,
    const char *fmt, ...)
{
	struct alert_fact f = { .what = what, .site = s->site->number,
		.subject = s->site->code, .since = since };
	char detail[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	f.detail = span_of(detail);
	alert_facts_put(s->scan->facts, &f, s->now);
}

/* --- the agent ---------------------------------------------------------------- */

static void
look_at_agent(const struct scanning *s)
{
	const struct site *site = s->site;
	struct stand stand;
	struct position p;

	stand_look(s->txn, site->number, &stand);
	if (site->forked)
		put(s, ALERT_FORKED, site->agent[1].since > 0 ?
		    site->agent[1].since : CLOCK_NONE, "%.*s, %.*s: %.*s",
		    SPAN_ARGS(site->agent[0].address),
		    SPAN_ARGS(site->agent[1].address),
		    SPAN_ARGS(site->cause));
	if (stand.gate)
		put(s, ALERT_GATE, stand.gate_since, "%" PRIu64,
		    stand.gated);
	if (site->quarantined)
		put(s, ALERT_QUARANTINE, CLOCK_NONE, "%s", "");
	if (journal_position(s->scan->writer->journal, site->number, &p) &&
	    p.trouble[0] != '\0')
		put(s, ALERT_TROUBLE, CLOCK_NONE, "%s", p.trouble);
}

static void
look_at_clock(const struct scanning *s)
{
	struct pulse_row row;

	if (pulse_read(s->site->number, &row) && row.heard != 0 &&
	    llabs(row.skew) > SKEW)
		put(s, ALERT_CLOCK, CLOCK_NONE, "%+" PRId64 " s",
		    row.skew / 1000);
}

static void
look_at_index(const struct scanning *s)
{
	struct proven p;

	if (proven_get(s->txn, s->site->number, &p) && !p.same &&
	    p.tried != CLOCK_NONE)
		put(s, ALERT_DIFFERS, CLOCK_NONE, "-%" PRIu64 " +%" PRIu64
		    " !%" PRIu64, p.missing, p.extra, p.differ);
}

/* --- certificates -------------------------------------------------------------- */

/* An agent renews its own when a third of its life is left, and a little
 * later: so the steps of a short one are parts of its life. */
static void
look_at_end(const struct scanning *s, enum alert_what what,
    struct span whose, int64_t until, int64_t life)
{
	static const struct {
		int64_t days, part;
		uint8_t raise, step;
	} steps[] = {
		{ 1, 20, 2, 1 }, { 7, 8, 1, 2 }, { 14, 4, 1, 1 },
		{ 30, 0, 0, 1 },
	};
	char subject[ALERT_SUBJECT], detail[TEXT_MAX];
	char when[CLOCK_TEXT_MAX];
	struct alert_fact f = { .what = what,
		.site = s->site->number, .since = CLOCK_NONE };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int64_t left = steps[i].days * DAY;

		if (life > 0 && steps[i].part == 0)
			return;
		if (life > 0 && life / steps[i].part < left)
			left = life / steps[i].part;
		if (until - s->now > left)
			continue;
		snprintf(subject, sizeof(subject), "%.*s %.*s",
		    SPAN_ARGS(s->site->code), SPAN_ARGS(whose));
		snprintf(detail, sizeof(detail), "%.*s %s",
		    SPAN_ARGS(whose), clock_show(when, until));
		f.subject = span_of(subject);
		f.detail = span_of(detail);
		f.raise = steps[i].raise;
		f.step = steps[i].step;
		alert_facts_put(s->scan->facts, &f, s->now);
		return;
	}
}

static void
look_at_certificate(const struct scanning *s, const char *whose,
    int64_t until, int64_t life)
{
	look_at_end(s, ALERT_CERTIFICATE, span_of(whose), until, life);
}

/* As far as an operator has said when they run out. */
static void
look_at_domains(const struct scanning *s)
{
	struct span rest = s->site->domains, one;
	int64_t until;

	while (site_domain_next(&rest, &one))
		if ((until = expiry_of(s->txn, one)) != CLOCK_NONE)
			look_at_end(s, ALERT_DOMAIN_EXPIRY, one, until, 0);
}

/* An agent's that ends with its CA is told of with that, once for all. */
static bool
ends_with_ca(int64_t until)
{
	uint64_t ca = stats_get(COUNTER_CA_EXPIRY);

	return ca != 0 && until / 1000 >= (int64_t)ca;
}

/* --- the home page -------------------------------------------------------------- */

/* Once is no move (R5); and what was said since the last look counts. */
static bool
has_moved(const struct scanning *s, const struct home_row *r)
{
	const struct config *c = s->scan->writer->config;

	return r->verdict == HOME_CANDIDATE && home_row_has_moved(r,
	    c->home_moved_looks, (int64_t)c->home_moved_after) &&
	    !home_keep_expects(s->txn, s->site, r->candidate);
}

static void
look_at_home(const struct scanning *s)
{
	struct home_row row;
	int64_t until;

	if (!home_row_get(s->txn, s->site->number, &row))
		return;
	if (row.verdict == HOME_HIJACKED)
		put(s, ALERT_DOMAIN, row.changed, "%s: %.*s",
		    home_why_name(row.why), SPAN_ARGS(row.detail));
	else if (has_moved(s, &row))
		put(s, ALERT_MOVED, row.first, "%s: %.*s",
		    home_why_name(row.why), SPAN_ARGS(row.detail));
	until = home_row_cert_until(&row);
	if (until != CLOCK_NONE)
		look_at_certificate(s, "https", until, 0);
}

/* A site that is looked at for some days only: of what a week has. */
static void
put_week(const struct scanning *s, const struct alert_fact *f,
    const struct home_day *week, uint64_t since)
{
	char detail[TEXT_MAX], when[CLOCK_TEXT_MAX] = "";
	struct alert_fact said = *f;
	int share = home_days_share(week);

	if (since != 0)
		clock_show(when, home_days_begin(since) + DAY / 2);
	snprintf(detail, sizeof(detail), "%d.%d %% (%" PRIu32 "/%" PRIu32
	    "%s%.10s)", share / 10, share % 10, week->failed, week->looks,
	    since != 0 ? "; since " : "", when);
	said.detail = span_of(detail);
	alert_facts_put(s->scan->facts, &said, s->now);
}

/* Bad is only who was there before, heard or seen: else the first night of a
 * hub would tell of each site that has no domain yet, or isn't to be got
 * from here. */
static bool
was_never(const struct scanning *s, const struct home_day *week)
{
	struct home_row row;

	return !s->site->has_key && week->failed == week->looks &&
	    home_row_get(s->txn, s->site->number, &row) && row.before.n == 0;
}

/* Early warning at week_warns, failed outright at week_fails. */
static void
look_at_week(const struct scanning *s)
{
	struct alert_fact f = { .what = ALERT_AVAILABILITY,
		.site = s->site->number, .subject = s->site->code,
		.since = CLOCK_NONE };
	const struct config *config = s->scan->writer->config;
	struct home_day week, whole;
	uint32_t planned;
	uint64_t since;
	int share;

	if (!home_days_week(s->txn, s->site->number, s->now, &week) ||
	    week.looks < HOME_DAYS_LEAST || was_never(s, &week))
		return;
	planned = home_days_planned(s->txn, s->site->number, s->now,
	    (int64_t)config->home_every, &since);
	whole = week;
	if (planned > whole.looks)
		whole.looks = planned;
	share = home_days_share(&whole);
	if (share < (int)config->week_warns * 10)
		return;
	f.raise = share >= (int)config->week_fails * 10;
	put_week(s, &f, &week, planned > week.looks ? since : 0);
}

/* --- going -------------------------------------------------------------------- */

struct absence {
	bool gone, unsure, flapping, begun;
	enum monitor_state last;
	int64_t since;
};

/* Nothing is left of it that could be seen: who has no agent has but his page.
 * What others get is there. */
static bool
is_away(const struct history *h)
{
	return h->state == MONITOR_DOWN ? h->cause == MONITOR_CAUSE_ALONE :
	    h->state == MONITOR_UNREACHABLE && h->cause != MONITOR_CAUSE_HERE;
}

/* Times in between in which the hub didn't know are passed over. */
static bool
on_state(void *arg, const struct history *h)
{
	struct absence *a = arg;

	if (!a->begun) {
		a->flapping = h->flapping;
		a->last = h->state;
	}
	if (h->state == MONITOR_UNKNOWN) {
		a->unsure |= !a->begun;
	} else if (is_away(h)) {
		a->gone = true;
		a->since = h->since;
	} else {
		return false;
	}
	a->begun = true;
	return true;
}

/* When the hub has just started it is written how it was before, and not yet
 * that nothing is known. */
static bool
is_of_before(const struct scanning *s, const struct absence *a)
{
	struct pulse_row row;

	return pulse_read(s->site->number, &row) && row.state != a->last;
}

static void
look_at_going(const struct scanning *s)
{
	struct absence a = { .gone = false };
	struct alert_fact f = { .what = ALERT_GONE,
		.site = s->site->number, .subject = s->site->code };
	struct notice n;
	bool closing = notice_closing(s->txn, s->site->number, &n);
	char when[CLOCK_TEXT_MAX];

	history_each(s->txn, s->site->number, CLOCK_NONE, on_state, &a);
	if (a.flapping)
		put(s, ALERT_FLAPPING, CLOCK_NONE, "%s", "");
	if (a.gone && !closing) {
		f.unknown = a.unsure || is_of_before(s, &a);
		f.since = a.since;
		alert_facts_put(s->scan->facts, &f, s->now);
	}
	if (closing && notice_is_open(&n) && n.from - s->now <=
	    (int64_t)s->scan->writer->config->closing_soon)
		put(s, ALERT_CLOSING, n.announced, "%s: %.*s %.*s",
		    clock_show(when, n.from), SPAN_ARGS(n.see),
		    SPAN_ARGS(n.reason));
}

/* A site that an operator has taken out is nobody's worry. */
void
alert_scan_site(struct alert_scan *scan, struct db_txn *t, uint32_t number,
    int64_t now)
{
	int64_t life = (int64_t)scan->writer->config->leaf_days * DAY;
	struct scanning s = { .scan = scan, .txn = t, .now = now };
	struct site site;

	if (!site_get(t, number, &site) || site.retired || site.blocked)
		return;
	s.site = &site;
	if (site.has_key) {
		look_at_agent(&s);
		look_at_clock(&s);
		look_at_index(&s);
		if (site.until != CLOCK_NONE && !ends_with_ca(site.until))
			look_at_certificate(&s, "agent", site.until, life);
	}
	look_at_domains(&s);
	look_at_home(&s);
	look_at_week(&s);
	look_at_going(&s);
}
