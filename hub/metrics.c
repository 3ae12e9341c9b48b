#include "hub/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hub/counters.h"
#include "hub/pulse.h"
#include "hub/query_alert.h"
#include "hub/query_move.h"

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

void
metrics_family(struct buf *b, const char *name, const char *kind,
    const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

/* The parts count whole milliseconds and microseconds; Prometheus wants
 * seconds, in the name as well. */
static const struct unit {
	const char *word;
	double in_second;
} units[] = {
	{ "_milliseconds", 1000 },
	{ "_microseconds", 1000000 },
	{ "", 1 },
};

struct name {
	char text[96];
	double per;		/* divide what was counted by this */
};

static struct name
name_of(const struct stats_def *d)
{
	const struct unit *u = units;
	const char *at;
	struct name n;

	while ((at = strstr(d->name, u->word)) == NULL)
		u++;
	n.per = u->in_second;
	if (*u->word == '\0')
		snprintf(n.text, sizeof(n.text), "%s", d->name);
	else
		snprintf(n.text, sizeof(n.text), "%.*s_seconds%s",
		    (int)(at - d->name), d->name, at + strlen(u->word));
	return n;
}

static void
histogram(struct buf *b, const struct name *name, size_t which)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < STATS_BUCKETS; i++) {
		sum += stats_bucket(which, i);
		buf_printf(b, "%s_bucket{le=\"%g\"} %" PRIu64 "\n",
		    name->text, stats_bounds[i] / name->per, sum);
	}
	sum += stats_bucket(which, STATS_BUCKETS);
	buf_printf(b, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name->text,
	    sum);
	buf_printf(b, "%s_sum %.17g\n%s_count %" PRIu64 "\n", name->text,
	    (double)stats_sum(which) / name->per, name->text, sum);
}

static void
single(struct buf *b, const struct name *name, const char *labels,
    size_t which)
{
	buf_text(b, name->text);
	if (labels != NULL)
		buf_printf(b, "{%s}", labels);
	buf_printf(b, " %.17g\n", (double)stats_get(which) / name->per);
}

static void
counters(struct buf *b)
{
	const char *last = "";

	for (size_t i = 0; i < COUNTER_COUNT; i++) {
		const struct stats_def *d = &counters_table[i];
		struct name name = name_of(d);

		if (strcmp(d->name, last) != 0)
			metrics_family(b, name.text, kind_name(d->kind),
			    d->help);
		last = d->name;
		if (d->kind == STATS_HISTOGRAM)
			histogram(b, &name, i);
		else
			single(b, &name, d->labels, i);
	}
}

static void
totals(struct visit *v)
{
	struct totals t;
	struct buf *b = v->out;

	query_counts(v->query, &t);
	metrics_family(b, "zq_sites", "gauge", "Sites of the cluster");
	buf_printf(b, "zq_sites %" PRIu64 "\n", t.sites);
	metrics_family(b, "zq_items", "gauge", "Items in the index");
	buf_printf(b, "zq_items %" PRIu64 "\n", t.items);
	metrics_family(b, "zq_store_bytes", "gauge", "Bytes in use on disk");
	buf_printf(b, "zq_store_bytes{store=\"journal\"} %" PRIu64 "\n"
	    "zq_store_bytes{store=\"view\"} %" PRIu64 "\n", t.journal_bytes,
	    t.view_bytes);
	metrics_family(b, "zq_build_info", "gauge", "Version of this hub");
	buf_printf(b, "zq_build_info{version=\"%s\"} 1\n", ZQ_VERSION);
}

static void
moves(struct visit *v)
{
	uint64_t count[MOVE_STATES];

	query_move_states(v->query, count);
	metrics_family(v->out, "zq_moves", "gauge",
	    "Moves announced, by state");
	for (int s = 1; s < MOVE_STATES; s++)
		buf_printf(v->out, "zq_moves{state=\"%s\"} %" PRIu64 "\n",
		    move_state_name((enum move_state)s), count[s]);
}

static void
alerts(struct visit *v)
{
	struct alert_counts n;

	query_alert_counts(v->query, &n);
	metrics_family(v->out, "zq_alerts", "gauge",
	    "Alerts that go on, by severity");
	for (int s = 0; s < ALERT_SEVERITIES; s++)
		buf_printf(v->out, "zq_alerts{severity=\"%s\"} %" PRIu64
		    "\n", alert_severity_name((enum alert_severity)s),
		    n.severity[s]);
	metrics_family(v->out, "zq_alerts_acknowledged", "gauge",
	    "Alerts that go on and that somebody has acknowledged");
	buf_printf(v->out, "zq_alerts_acknowledged %" PRIu64 "\n", n.acked);
	metrics_family(v->out, "zq_deliveries_waiting", "gauge",
	    "Messages about alerts that are still to be delivered");
	buf_printf(v->out, "zq_deliveries_waiting %" PRIu64 "\n", n.waiting);
	metrics_family(v->out, "zq_deliveries_given_up", "gauge",
	    "Of the last 1000 messages, those that could not be delivered");
	buf_printf(v->out, "zq_deliveries_given_up %" PRIu64 "\n", n.failed);
}

/* What the core has in memory. Without a core there is nothing to say. */
static void
watch(struct visit *v)
{
	struct pulse_head head;

	if (!pulse_look(&head))
		return;
	metrics_family(v->out, "zq_hub_isolated", "gauge",
	    "1 if so many sites vanished at once that the hub judges nobody");
	buf_printf(v->out, "zq_hub_isolated %d\n", head.isolated);
	metrics_family(v->out, "zq_core_alive_timestamp_seconds", "gauge",
	    "When the core last looked at its clock");
	buf_printf(v->out, "zq_core_alive_timestamp_seconds %.17g\n",
	    (double)head.alive / 1000);
}

void
metrics_make(struct visit *v)
{
	v->type = METRICS_TYPE;
	counters(v->out);
	totals(v);
	moves(v);
	alerts(v);
	watch(v);
	metrics_sites(v);
}
