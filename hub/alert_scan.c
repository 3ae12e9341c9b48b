/*
 * The scan: slices, and the facts of the pulse; see alert_scan.h. What the
 * view has of each site is in alert_scan_site.c, the hub's own in
 * alert_scan_hub.c.
 */
#include "hub/alert_scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "hub/home_cause.h"
#include "hub/monitor_state.h"
#include "hub/pulse.h"
#include "hub/site.h"

#define SLICE 100		/* sites of the view at a time */
#define SITES_EVERY 5000	/* ms between two passes' beginnings */
#define MOVES_EVERY 5000
#define LINKS_EVERY 5000
#define HUB_EVERY 5000
#define PULSE_EVERY 60000	/* ms, until all of it is read again */

void
alert_scan_init(struct alert_scan *s, const struct writer *w,
    struct alert_facts *facts)
{
	*s = (struct alert_scan){ .writer = w, .facts = facts };
}

/* --- the pulse --------------------------------------------------------------- */

struct pulsing {
	struct alert_scan *scan;
	struct db_txn *txn;
	int64_t now;
};

/* ALERT_RULES: of nothing. */
static enum alert_what
what_of(enum monitor_state s)
{
	switch (s) {
	case MONITOR_DOWN:
		return ALERT_DOWN;
	case MONITOR_SILENT:
		return ALERT_SILENT;
	case MONITOR_UNREACHABLE:
		return ALERT_UNREACHABLE;
	case MONITOR_OVERRUN:
		return ALERT_OVERRUN;
	case MONITOR_SLOW:
		return ALERT_SLOW;
	default:
		return ALERT_RULES;
	}
}

/* What is announced is neither over nor to be told: as if it weren't known.
 * An alert that there was before goes on. A site that is heard and whose page
 * nobody can see isn't silent, and of the rest nobody will ever know. */
static bool
on_row(void *arg, uint32_t number, const struct pulse_row *row)
{
	struct pulsing *p = arg;
	char text[HOME_CAUSE_MAX];
	enum monitor_state state = (enum monitor_state)row->state;
	struct alert_fact f = { .what = what_of(state), .site = number,
		.group = pulse_host(row->address), .since = row->since,
		.unknown = state == MONITOR_OUTAGE ||
		    (state == MONITOR_UNKNOWN &&
		    !monitor_cause_is_final((enum monitor_cause)row->cause)),
		.detail = span_of(monitor_cause_name(
		    (enum monitor_cause)row->cause)) };
	struct site s;

	if (!site_get(p->txn, number, &s))
		return true;
	f.subject = s.code;
	if (home_cause_sent_to(p->txn, number, (enum monitor_cause)row->cause,
	    text))
		f.detail = span_of(text);
	if (f.unknown)
		f.what = ALERT_DOWN;
	if (f.what == ALERT_RULES || s.blocked || s.retired)
		alert_facts_drop(p->scan->facts, ALERT_DOWN, s.code);
	else
		alert_facts_put(p->scan->facts, &f, p->now);
	return true;
}

/* How many of them, and what to do; in English, see protocol/reason.h. */
static const char *
isolation(const struct pulse_head *head, char text[ALERT_DETAIL])
{
	if (head->blind || head->of == 0)
		return monitor_cause_name(head->blind ? MONITOR_CAUSE_BLIND :
		    MONITOR_CAUSE_ISOLATED);
	snprintf(text, ALERT_DETAIL, "%" PRIu32 " of %" PRIu32 " agents fell "
	    "silent at once, within the time that one may be silent: look at "
	    "the hub's own line, its DNS, its firewall; no site is judged "
	    "meanwhile", head->vanished, head->of);
	return text;
}

static void
look_at_isolation(struct alert_scan *s, const struct pulse_head *head,
    int64_t now)
{
	char text[ALERT_DETAIL];
	struct alert_fact f = { .what = ALERT_ISOLATED,
		.subject = SPAN("hub"), .since = head->isolated_since,
		.detail = span_of(isolation(head, text)) };

	if (head->isolated)
		alert_facts_put(s->facts, &f, now);
	else
		alert_facts_drop(s->facts, ALERT_ISOLATED, f.subject);
}

void
alert_scan_pulse(struct alert_scan *s, int64_t now)
{
	struct pulsing p = { .scan = s, .now = now };
	bool all = s->version == 0 ||
	    clock_mono() - s->pulse_at >= PULSE_EVERY;
	struct pulse_head head;

	if (!pulse_look(&head) || (!all && head.version == s->version))
		return;
	if (all) {
		alert_facts_begin(s->facts, ALERT_OF_PULSE);
		s->pulse_at = clock_mono();
	}
	p.txn = view_read(s->writer->view);
	s->version = pulse_each_since(all ? 0 : s->version, on_row, &p);
	db_abort(p.txn);
	look_at_isolation(s, &head, now);
	if (all)
		alert_facts_end(s->facts, ALERT_OF_PULSE);
}

/* --- in slices --------------------------------------------------------------- */

static void
scan_sites(struct alert_scan *s, int64_t now)
{
	struct db_txn *t;
	uint32_t last;

	if (s->site == 0) {
		if (s->sites_at != 0 &&
		    clock_mono() - s->sites_at < SITES_EVERY)
			return;
		s->sites_at = clock_mono();
		s->site = 1;
		alert_facts_begin(s->facts, ALERT_OF_SITES);
	}
	t = view_read(s->writer->view);
	last = site_last(t);
	for (int i = 0; i < SLICE && s->site <= last; i++)
		alert_scan_site(s, t, s->site++, now);
	db_abort(t);
	if (s->site <= last)
		return;
	alert_facts_end(s->facts, ALERT_OF_SITES);
	s->site = 0;
}

static void
scan_moves(struct alert_scan *s, int64_t now)
{
	struct db_txn *t;

	if (s->move == 0) {
		if (s->moves_at != 0 &&
		    clock_mono() - s->moves_at < MOVES_EVERY)
			return;
		s->moves_at = clock_mono();
		s->move = 1;
		alert_facts_begin(s->facts, ALERT_OF_MOVES);
	}
	t = view_read(s->writer->view);
	if (!alert_scan_moves(s, t, now)) {
		alert_facts_end(s->facts, ALERT_OF_MOVES);
		s->move = 0;
	}
	db_abort(t);
}

static void
scan_links(struct alert_scan *s, int64_t now)
{
	struct db_txn *t;

	if (!s->linking) {
		if (s->links_at != 0 &&
		    clock_mono() - s->links_at < LINKS_EVERY)
			return;
		s->links_at = clock_mono();
		alert_facts_begin(s->facts, ALERT_OF_LINKS);
	}
	t = view_read(s->writer->view);
	s->linking = alert_scan_links(s, t, now);
	db_abort(t);
	if (!s->linking)
		alert_facts_end(s->facts, ALERT_OF_LINKS);
}

static void
scan_hub(struct alert_scan *s, int64_t now)
{
	struct db_txn *t;

	if (s->hub_at != 0 && clock_mono() - s->hub_at < HUB_EVERY)
		return;
	s->hub_at = clock_mono();
	t = view_read(s->writer->view);
	alert_facts_begin(s->facts, ALERT_OF_HUB);
	alert_scan_hub(s, t, now);
	alert_facts_end(s->facts, ALERT_OF_HUB);
	db_abort(t);
}

void
alert_scan(struct alert_scan *s, int64_t now)
{
	alert_scan_pulse(s, now);
	scan_sites(s, now);
	scan_moves(s, now);
	scan_links(s, now);
	scan_hub(s, now);
}
