/*
 * What is to be measured of each site: sync, its agent, its home page, the
 * state that the monitor sees it in.
 *
 * The format wants one family after the other, and a walk through all sites
 * is most of the work: so it is made once, and what it gave is kept until it
 * is written.
 */
#include "hub/metrics.h"

#include <math.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/monitor_state.h"
#include "hub/pulse.h"
#include "hub/query_home.h"

struct known {			/* of one site */
	const struct site_info *site;
	struct pulse_row now;
	struct home_row home;
	bool has_home;
	bool moved;
	int share;		/* of a thousand, that failed; -1: none */
};

static double
seconds(int64_t ms)
{
	return ms == CLOCK_NONE ? NAN : (double)ms / 1000;
}

/* --- sync ------------------------------------------------------------------- */

static double
in_sync(const struct known *k)
{
	return k->site->state == SITE_SYNC ? 1 : 0;
}

static double
lag(const struct known *k)
{
	return k->site->head > k->site->taken ?
	    (double)(k->site->head - k->site->taken) : 0;
}

static double
items(const struct known *k)
{
	return (double)k->site->items;
}

static double
withdrawn(const struct known *k)
{
	return (double)k->site->withdrawn;
}

static double
held(const struct known *k)
{
	return (double)k->site->held;
}

static double
needs_snapshot(const struct known *k)
{
	return k->site->needs_snapshot ? 1 : 0;
}

static double
synced(const struct known *k)
{
	return seconds(k->site->synced);
}

static double
missed(const struct known *k)
{
	return (double)k->site->missed;
}

static double
changes(const struct known *k)
{
	return (double)k->site->changes;
}

/* --- the agent -------------------------------------------------------------- */

static double
heard(const struct known *k)
{
	return seconds(k->site->heard);
}

static double
skew(const struct known *k)
{
	return k->site->heard == CLOCK_NONE ? NAN : seconds(k->site->skew);
}

static double
expiry(const struct known *k)
{
	return seconds(k->site->until);
}

static double
domain_expiry(const struct known *k)
{
	return seconds(k->site->expires);
}

static double
connections(const struct known *k)
{
	return (double)k->now.connections;
}

/* --- the home page ---------------------------------------------------------- */

static double
looked(const struct known *k)
{
	return k->has_home ? seconds(k->home.at) : NAN;
}

static double
status(const struct known *k)
{
	return k->has_home ? k->home.status : NAN;
}

static double
took(const struct known *k)
{
	return k->has_home && k->home.status != 0 ?
	    (double)k->home.ms / 1000 : NAN;
}

static double
home_expiry(const struct known *k)
{
	return k->has_home ? seconds(home_row_cert_until(&k->home)) : NAN;
}

static double
danger(const struct known *k)
{
	return k->has_home ? k->home.verdict == HOME_HIJACKED : NAN;
}

static double
moved(const struct known *k)
{
	return k->has_home ? k->moved : NAN;
}

static double
failed(const struct known *k)
{
	return k->share < 0 ? NAN : (double)k->share / 1000;
}

/* --- the verdict ------------------------------------------------------------ */

static double
up(const struct known *k)
{
	enum monitor_state s = (enum monitor_state)k->now.state;

	return monitor_is_good(s) ? 1 : monitor_is_bad(s) ? 0 : NAN;
}

static const struct metric {
	const char *name, *kind, *help;
	double (*value)(const struct known *k);	/* NAN: no sample */
} metrics[] = {
	{ "zq_site_in_sync", "gauge",
	    "1 if the site was heard lately and all it told is shown",
	    in_sync },
	{ "zq_site_lag_changes", "gauge",
	    "Changes in the site's spool that are not taken yet", lag },
	{ "zq_site_items", "gauge", "Items of the site in the index", items },
	{ "zq_site_withdrawn_items", "gauge", "Items withdrawn by the site",
	    withdrawn },
	{ "zq_site_held_changes", "gauge", "Changes kept and not applied",
	    held },
	{ "zq_site_needs_snapshot", "gauge",
	    "1 if the spool of the site's agent overflowed, or it tells all "
	    "from the start, and it is not proven yet that all is here",
	    needs_snapshot },
	{ "zq_site_proven_timestamp_seconds", "gauge",
	    "When the index was last proven to have exactly what the site "
	    "has", synced },
	{ "zq_site_missed_changes_total", "counter",
	    "Changes that push did not bring and comparing found", missed },
	{ "zq_site_changes_total", "counter",
	    "Changes of the site that were applied", changes },
	{ "zq_site_last_heard_timestamp_seconds", "gauge",
	    "When the site was last heard", heard },
	{ "zq_site_clock_skew_seconds", "gauge",
	    "The site's clock minus the hub's", skew },
	{ "zq_site_certificate_expiry_timestamp_seconds", "gauge",
	    "When the certificate of the site's agent runs out", expiry },
	{ "zq_site_domain_expiry_timestamp_seconds", "gauge",
	    "When the first of the site's domains runs out, as an operator "
	    "has said", domain_expiry },
	{ "zq_site_connections", "gauge",
	    "Connections of the site's agent that are open", connections },
	{ "zq_site_home_looked_timestamp_seconds", "gauge",
	    "When the hub last asked for the site's home page", looked },
	{ "zq_site_home_status", "gauge",
	    "HTTP status of the home page, 0 if there was no answer",
	    status },
	{ "zq_site_home_seconds", "gauge",
	    "Time the home page took when it was last asked for", took },
	{ "zq_site_home_certificate_expiry_timestamp_seconds", "gauge",
	    "When the certificate of the site's web server runs out",
	    home_expiry },
	{ "zq_site_home_danger", "gauge",
	    "1 if the home page is not, or may not be, the site's own",
	    danger },
	{ "zq_site_home_moved", "gauge",
	    "1 if the home page leads to, or names as its own, another domain "
	    "lastingly and announced by nobody", moved },
	{ "zq_site_home_failed_ratio", "gauge",
	    "Of the visits of the last seven days that count, the share that "
	    "failed or took 15 s", failed },
	{ "zq_site_up", "gauge",
	    "1 if the site is up or slow, 0 if it is down, silent, "
	    "unreachable or in danger; no sample if that is not known", up },
};
#define METRICS (sizeof(metrics) / sizeof(metrics[0]))

#define STATE "zq_site_state"

/* --- the walk --------------------------------------------------------------- */

struct row {
	size_t from, n;		/* site="…",name="…" in roll.labels */
	enum monitor_state state;
	double value[METRICS];
};

struct roll {
	struct query *query;
	struct row *row;
	size_t n, room;
	struct buf labels;
};

/* Label values: UTF-8, with backslash, quote and line feed escaped. */
static void
label(struct buf *b, struct span s)
{
	while (s.n > 0) {
		uint32_t c = text_next(&s);

		if (c == '\\' || c == '"')
			buf_byte(b, '\\');
		if (c == '\n')
			buf_text(b, "\\n");
		else
			text_put_char(b, c);
	}
}

static void
gather(struct known *k, struct query *q, const struct site_info *s)
{
	struct home_day week;

	k->site = s;
	pulse_read(s->number, &k->now);
	k->has_home = query_home(q, s->number, &k->home);
	k->moved = k->has_home && query_home_moved(q, s->number,
	    &k->home);
	k->share = query_home_week(q, s->number, &week) ?
	    home_days_share(&week) : -1;
}

static bool
take_site(void *arg, const struct site_info *s)
{
	struct roll *r = arg;
	struct row *row;
	struct known k;

	if (s->retired)
		return true;
	if (r->n == r->room) {
		r->room = r->room != 0 ? r->room * 2 : 64;
		r->row = mem_grow(r->row, r->room, sizeof(*r->row));
	}
	gather(&k, r->query, s);
	row = &r->row[r->n++];
	row->from = r->labels.n;
	row->state = (enum monitor_state)k.now.state;
	for (size_t i = 0; i < METRICS; i++)
		row->value[i] = metrics[i].value(&k);
	buf_text(&r->labels, "site=\"");
	label(&r->labels, span_of(s->code));
	buf_text(&r->labels, "\",name=\"");
	label(&r->labels, s->name);
	buf_text(&r->labels, "\"");
	row->n = r->labels.n - row->from;
	return !r->labels.bad;
}

static void
sample(struct buf *b, const struct roll *r, const char *name, size_t i)
{
	buf_text(b, name);
	buf_byte(b, '{');
	buf_put(b, r->labels.at + r->row[i].from, r->row[i].n);
}

static void
write_metric(struct buf *b, const struct roll *r, size_t m)
{
	metrics_family(b, metrics[m].name, metrics[m].kind, metrics[m].help);
	for (size_t i = 0; i < r->n; i++) {
		if (isnan(r->row[i].value[m]))
			continue;
		sample(b, r, metrics[m].name, i);
		buf_printf(b, "} %.17g\n", r->row[i].value[m]);
	}
}

/* One sample a site, of the state it is in: all states of all sites would be
 * most of the answer. */
static void
write_states(struct buf *b, const struct roll *r)
{
	metrics_family(b, STATE, "gauge",
	    "1 for the state that the site is in");
	for (size_t i = 0; i < r->n; i++) {
		sample(b, r, STATE, i);
		buf_printf(b, ",state=\"%s\"} 1\n",
		    monitor_state_name(r->row[i].state));
	}
}

void
metrics_sites(struct visit *v)
{
	struct roll r = { .query = v->query };

	buf_init(&r.labels, VISIT_BODY_MAX);
	query_sites(v->query, take_site, &r);
	for (size_t i = 0; i < METRICS; i++)
		write_metric(v->out, &r, i);
	write_states(v->out, &r);
	v->out->bad = v->out->bad || r.labels.bad;
	buf_clear(&r.labels);
	free(r.row);
}
