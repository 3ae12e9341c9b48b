/*
 * Questions about home pages; see query_home.h.
 */
#include "hub/query_home.h"

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "hub/home_cause.h"
#include "hub/home_json.h"
#include "hub/home_keep.h"
#include "hub/json.h"
#include "hub/query_inside.h"
#include "hub/site.h"
#include "protocol/reason.h"

#define SENTENCE 4096
#define WEEK (6 * INT64_C(24) * 3600 * 1000)	/* ms back: seven days */

bool
query_home(struct query *q, uint32_t site, struct home_row *row)
{
	return home_row_get(q->txn, site, row);
}

bool
query_home_sent_to(struct query *q, uint32_t site, enum monitor_cause c,
    struct buf *b)
{
	char text[HOME_CAUSE_MAX];

	if (!home_cause_sent_to(q->txn, site, c, text))
		return false;
	reason_put(b, span_of(text));
	return true;
}

void
query_home_cause(struct query *q, uint32_t site, enum monitor_cause c,
    struct buf *b)
{
	if (!query_home_sent_to(q, site, c, b))
		buf_text(b, monitor_sentence(c));
}

/* What was said since the last look counts. */
static bool
is_announced(const struct query *q, uint32_t number, struct span host)
{
	struct site s;

	return site_get(q->txn, number, &s) &&
	    home_keep_expects(q->txn, &s, host);
}

bool
query_home_moved(const struct query *q, uint32_t site,
    const struct home_row *row)
{
	return row->verdict == HOME_CANDIDATE && home_row_has_moved(row,
	    q->store->moved_looks, q->store->moved_after) &&
	    !is_announced(q, site, row->candidate);
}

bool
query_home_has_moved(struct query *q, uint32_t site)
{
	struct home_row row;

	return home_row_get(q->txn, site, &row) &&
	    query_home_moved(q, site, &row);
}

void
query_home_looks(struct query *q, uint32_t site, int64_t from, int64_t to,
    home_sample_fn *each, void *arg)
{
	home_days_samples(q->txn, site, from, to, each, arg);
}

bool
query_home_week(struct query *q, uint32_t site, struct home_day *sum)
{
	return home_days_week(q->txn, site, q->now, sum);
}

bool
query_home_days(struct query *q, uint32_t site, uint64_t from, uint64_t to,
    struct home_day *sum)
{
	return home_days_sum(q->txn, site, from, to, sum);
}

void
query_home_domains(struct query *q, uint32_t site, domains_fn *each,
    void *arg)
{
	domains_each(q->txn, site, each, arg);
}

int64_t
query_home_now(const struct query *q)
{
	return q->now;
}

bool
query_home_range(int64_t from, int64_t to, uint64_t *first, uint64_t *last)
{
	if (to == CLOCK_NONE)
		to = clock_wall();
	if (from == CLOCK_NONE)
		from = to - WEEK;
	*first = home_days_of(from);
	*last = home_days_of(to);
	return from <= to;
}

/* --- as JSON ------------------------------------------------------------------ */

static void
put_evidence(json_t *o, const char *name, struct span evidence)
{
	struct home_look l;

	if (home_row_look(evidence, &l))
		json_object_set_new(o, name, home_json_shown(&l));
}

static void
put_verdict(json_t *o, const struct home_row *r)
{
	struct buf b;

	json_object_set_new(o, "verdict",
	    json_string(home_verdict_name(r->verdict)));
	if (r->why != HOME_WHY_NONE) {
		json_object_set_new(o, "why",
		    json_string(home_why_name(r->why)));
		json_object_set_new(o, "detail", json_span(r->detail));
		json_time(o, "changed", r->changed);
	}
	buf_init(&b, SENTENCE);
	home_row_sentence(&b, r);
	if (b.n > 0)
		json_object_set_new(o, "sentence", json_span(buf_look(&b)));
	buf_clear(&b);
}

json_t *
query_home_json(const struct query *q, const struct home_row *r)
{
	json_t *o = json_pack("{s:s, s:I}", "outcome",
	    home_outcome_name(r->outcome), "ms", (json_int_t)r->ms);

	json_time(o, "at", r->at);
	json_time(o, "since", r->since);
	json_object_set_new(o, "cause", json_string(cause_name(r->cause)));
	if (r->status > 0)
		json_object_set_new(o, "status", json_integer(r->status));
	put_verdict(o, r);
	if (r->candidate.n > 0) {
		json_t *c = json_pack("{s:o, s:I, s:b}", "host",
		    json_span(r->candidate), "times", (json_int_t)r->times,
		    "believed", home_row_has_moved(r,
		    q->store->moved_looks, q->store->moved_after));

		json_time(c, "since", r->first);
		json_object_set_new(o, "candidate", c);
	}
	put_evidence(o, "evidence", r->now);
	put_evidence(o, "baseline", r->before);
	return o;
}

/* How many took so long: the last has no end (home_days_step). */
static json_t *
steps(const struct home_day *d)
{
	json_t *list = json_array();

	for (size_t i = 0; i < HOME_DAYS_STEPS; i++)
		json_array_append_new(list,
		    json_integer((json_int_t)d->step[i]));
	return list;
}

json_t *
query_home_day_json(const struct home_day *d)
{
	int share = home_days_share(d);
	int64_t mean = home_days_mean(d);
	json_t *o = json_pack("{s:I, s:I, s:I, s:I, s:I}", "looks",
	    (json_int_t)d->looks, "failed", (json_int_t)d->failed,
	    "excluded", (json_int_t)d->excluded, "unknown",
	    (json_int_t)d->unknown, "extra", (json_int_t)d->extra);

	if (share >= 0)
		json_object_set_new(o, "failed_permille",
		    json_integer(share));
	if (mean < 0)
		return o;
	json_object_set_new(o, "mean_ms", json_integer(mean));
	json_object_set_new(o, "p50_ms",
	    json_integer(home_days_percentile(d, 50)));
	json_object_set_new(o, "p95_ms",
	    json_integer(home_days_percentile(d, 95)));
	json_object_set_new(o, "p99_ms",
	    json_integer(home_days_percentile(d, 99)));
	json_object_set_new(o, "steps", steps(d));
	return o;
}

json_t *
query_home_line(struct query *q, const struct site_info *s, uint64_t from,
    uint64_t to)
{
	struct home_day d;
	json_t *o;

	if (s->retired || !query_home_days(q, s->number, from, to, &d))
		return NULL;
	o = query_home_day_json(&d);
	json_object_set_new(o, "code", json_string(s->code));
	return o;
}
