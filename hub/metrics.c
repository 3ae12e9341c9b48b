#include "hub/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "hub/counters.h"

static const char *
kind_name(enum stats_kind k)
{
	static const char *const name[] = {
		[STATS_COUNTER] = "counter",
		[STATS_GAUGE] = "gauge",
		[STATS_HISTOGRAM] = "histogram",
	};

	return name[k];
}

static void
family(struct buf *b, const char *name, const char *kind, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void
histogram(struct buf *b, const struct stats_def *d, size_t which)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < STATS_BUCKETS; i++) {
		sum += stats_bucket(which, i);
		buf_printf(b, "%s_bucket{le=\"%" PRIu32 "\"} %" PRIu64 "\n",
		    d->name, stats_bounds[i], sum);
	}
	sum += stats_bucket(which, STATS_BUCKETS);
	buf_printf(b, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", d->name, sum);
	buf_printf(b, "%s_sum %" PRIu64 "\n%s_count %" PRIu64 "\n", d->name,
	    stats_sum(which), d->name, sum);
}

static void
counters(struct buf *b)
{
	const char *last = "";

	for (size_t i = 0; i < COUNTER_COUNT; i++) {
		const struct stats_def *d = &counters_table[i];

		if (strcmp(d->name, last) != 0)
			family(b, d->name, kind_name(d->kind), d->help);
		last = d->name;
		if (d->kind == STATS_HISTOGRAM)
			histogram(b, d, i);
		else if (d->labels != NULL)
			buf_printf(b, "%s{%s} %" PRIu64 "\n", d->name,
			    d->labels, stats_get(i));
		else
			buf_printf(b, "%s %" PRIu64 "\n", d->name,
			    stats_get(i));
	}
}

/* --- per site: one family at a time, as the format wants it ---------------- */

static double
seconds(int64_t ms)
{
	return ms == CLOCK_NONE ? 0 : (double)ms / 1000;
}

static double
lag(const struct site_info *s)
{
	return s->head > s->taken ? (double)(s->head - s->taken) : 0;
}

static double
items(const struct site_info *s)
{
	return (double)s->items;
}

static double
withdrawn(const struct site_info *s)
{
	return (double)s->withdrawn;
}

static double
held(const struct site_info *s)
{
	return (double)s->held;
}

static double
heard(const struct site_info *s)
{
	return seconds(s->heard);
}

static double
skew(const struct site_info *s)
{
	return seconds(s->skew);
}

static double
in_sync(const struct site_info *s)
{
	return s->state == SITE_SYNC ? 1 : 0;
}

static const struct site_metric {
	const char *name, *kind, *help;
	double (*value)(const struct site_info *s);
} site_metrics[] = {
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
	{ "zq_site_last_heard_timestamp_seconds", "gauge",
	    "When the site was last heard, 0 if never", heard },
	{ "zq_site_clock_skew_seconds", "gauge",
	    "The site's clock minus the hub's", skew },
};

/* Label values: backslash, quote and line feed escaped (exposition format). */
static void
label(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] == '\\' || s.at[i] == '"')
			buf_byte(b, '\\');
		if (s.at[i] == '\n')
			buf_text(b, "\\n");
		else
			buf_byte(b, s.at[i]);
	}
}

struct round {
	struct buf *out;
	const struct site_metric *metric;
};

static bool
one_site(void *arg, const struct site_info *s)
{
	struct round *r = arg;

	buf_printf(r->out, "%s{site=\"%s\",name=\"", r->metric->name, s->code);
	label(r->out, s->name);
	buf_printf(r->out, "\"} %.17g\n", r->metric->value(s));
	return !r->out->bad;
}

static void
totals(struct visit *v)
{
	struct totals t;
	struct buf *b = v->out;

	query_totals(v->query, &t);
	family(b, "zq_sites", "gauge", "Sites of the cluster");
	buf_printf(b, "zq_sites %" PRIu64 "\n", t.sites);
	family(b, "zq_items", "gauge", "Items in the index");
	buf_printf(b, "zq_items %" PRIu64 "\n", t.items);
	family(b, "zq_store_bytes", "gauge", "Bytes in use on disk");
	buf_printf(b, "zq_store_bytes{store=\"journal\"} %" PRIu64 "\n"
	    "zq_store_bytes{store=\"view\"} %" PRIu64 "\n", t.journal_bytes,
	    t.view_bytes);
	family(b, "zq_build_info", "gauge", "Version of this hub");
	buf_printf(b, "zq_build_info{version=\"%s\"} 1\n", ZQ_VERSION);
}

void
metrics_make(struct visit *v)
{
	v->type = METRICS_TYPE;
	counters(v->out);
	totals(v);
	for (size_t i = 0; i < sizeof(site_metrics) / sizeof(*site_metrics);
	    i++) {
		struct round r = { .out = v->out, .metric = &site_metrics[i] };

		family(v->out, r.metric->name, r.metric->kind, r.metric->help);
		query_sites(v->query, one_site, &r);
	}
}
