#include "hub/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/counters.h"
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

static void
family(struct buf *b, const char *name, const char *kind, const char *help)
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
			family(b, name.text, kind_name(d->kind), d->help);
		last = d->name;
		if (d->kind == STATS_HISTOGRAM)
			histogram(b, &name, i);
		else
			single(b, &name, d->labels, i);
	}
}

/* --- per site: one family at a time, as the format wants it -------------- */

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
synced(const struct site_info *s)
{
	return seconds(s->synced);
}

static double
missed(const struct site_info *s)
{
	return (double)s->missed;
}

static double
changes(const struct site_info *s)
{
	return (double)s->changes;
}

static double
expiry(const struct site_info *s)
{
	return seconds(s->until);
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
	{ "zq_site_certificate_expiry_timestamp_seconds", "gauge",
	    "When the site's certificate runs out, 0 if that isn't known",
	    expiry },
	{ "zq_site_clock_skew_seconds", "gauge",
	    "The site's clock minus the hub's", skew },
	{ "zq_site_proven_timestamp_seconds", "gauge",
	    "When the index was last proven to have exactly what the site "
	    "has, 0 if never", synced },
	{ "zq_site_missed_changes_total", "counter",
	    "Changes that push did not bring and comparing found", missed },
	{ "zq_site_changes_total", "counter",
	    "Changes of the site that were applied", changes },
};
#define SITE_METRICS (sizeof(site_metrics) / sizeof(site_metrics[0]))

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

/* What is written of a site, kept so that sites are walked once and not once
 * for each family. */
struct row {
	size_t from, n;		/* {site="…",name="…"} in roll.labels */
	double value[SITE_METRICS];
};

struct roll {
	struct row *row;
	size_t n, room;
	struct buf labels;
};

static bool
take_site(void *arg, const struct site_info *s)
{
	struct roll *r = arg;

	if (r->n == r->room) {
		r->room = r->room != 0 ? r->room * 2 : 64;
		r->row = mem_grow(r->row, r->room, sizeof(*r->row));
	}
	r->row[r->n] = (struct row){ .from = r->labels.n };
	for (size_t i = 0; i < SITE_METRICS; i++)
		r->row[r->n].value[i] = site_metrics[i].value(s);
	buf_text(&r->labels, "{site=\"");
	label(&r->labels, span_of(s->code));
	buf_text(&r->labels, "\",name=\"");
	label(&r->labels, s->name);
	buf_text(&r->labels, "\"}");
	r->row[r->n].n = r->labels.n - r->row[r->n].from;
	r->n++;
	return !r->labels.bad;
}

static void
family_of_sites(struct buf *b, const struct roll *r, size_t metric)
{
	const struct site_metric *m = &site_metrics[metric];

	family(b, m->name, m->kind, m->help);
	for (size_t i = 0; i < r->n; i++) {
		buf_text(b, m->name);
		buf_put(b, r->labels.at + r->row[i].from, r->row[i].n);
		buf_printf(b, " %.17g\n", r->row[i].value[metric]);
	}
}

static void
sites(struct visit *v)
{
	struct roll r = { .n = 0 };

	buf_init(&r.labels, VISIT_BODY_MAX);
	query_sites(v->query, take_site, &r);
	for (size_t i = 0; i < SITE_METRICS; i++)
		family_of_sites(v->out, &r, i);
	v->out->bad = v->out->bad || r.labels.bad;
	buf_clear(&r.labels);
	free(r.row);
}

static void
totals(struct visit *v)
{
	struct totals t;
	struct buf *b = v->out;

	query_counts(v->query, &t);
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

static void
moves(struct visit *v)
{
	uint64_t count[MOVE_STATES];

	query_move_states(v->query, count);
	family(v->out, "zq_moves", "gauge", "Moves announced, by state");
	for (int s = 1; s < MOVE_STATES; s++)
		buf_printf(v->out, "zq_moves{state=\"%s\"} %" PRIu64 "\n",
		    move_state_name((enum move_state)s), count[s]);
}

void
metrics_make(struct visit *v)
{
	v->type = METRICS_TYPE;
	counters(v->out);
	totals(v);
	moves(v);
	sites(v);
}
