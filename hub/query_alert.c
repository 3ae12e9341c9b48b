/*
 * Questions about alerts; see query_alert.h.
 */
#include "hub/query_alert.h"

#include "contrib/base/clock.h"
#include "hub/alert_mute.h"
#include "hub/alert_notice.h"
#include "hub/json.h"
#include "hub/query_inside.h"

#define LOOKED 1000		/* deliveries that are counted */

/* --- lists ------------------------------------------------------------------ */

static bool
has_site(const struct alert *a, uint32_t site)
{
	struct span members = a->members;
	struct alert_member m;

	while (alert_member_next(&members, &m)) {
		if (m.site == site)
			return true;
	}
	return false;
}

/* What is over is called as it was told: what it was at last is in nobody's
 * list. */
static void
name_as_told(struct db_txn *t, struct alert *a)
{
	if (a->ended != CLOCK_NONE)
		a->rule = alert_notice_rule(t, a);
}

struct pick {
	struct db_txn *txn;
	const struct alert_spec *spec;
	size_t left;
	uint32_t last;		/* 0: that was all */
	alert_fn *each;
	void *arg;
};

static bool
pick(void *arg, const struct alert *a)
{
	struct pick *p = arg;
	const struct alert_spec *s = p->spec;
	struct alert one = *a;

	if ((s->open && a->ended != CLOCK_NONE) ||
	    (s->over && a->ended == CLOCK_NONE))
		return true;
	name_as_told(p->txn, &one);
	if ((s->rule.n > 0 && !span_is(s->rule, one.rule)) ||
	    (s->site != 0 && !has_site(a, s->site)))
		return true;
	p->left--;
	p->last = a->number;
	return p->each(p->arg, &one) && p->left > 0;
}

uint32_t
query_alerts(struct query *q, const struct alert_spec *spec, alert_fn *each,
    void *arg)
{
	struct pick p = { .txn = q->txn, .spec = spec, .left = spec->limit, .each = each,
	    .arg = arg };

	if (spec->limit == 0)
		return 0;
	alert_each(q->txn, spec->before, pick, &p);
	return p.left == 0 ? p.last : 0;
}

bool
query_alert(struct query *q, uint32_t number, struct alert *a)
{
	if (!alert_get(q->txn, number, a))
		return false;
	name_as_told(q->txn, a);
	return true;
}

bool
query_alert_muted(struct query *q, const struct alert *a)
{
	return alert_mute(q->txn, a, q->now);
}

int64_t
query_alert_now(const struct query *q)
{
	return q->now;
}

void
query_silences(struct query *q, bool all, silence_fn *each, void *arg)
{
	silence_each(q->txn, q->now, all, each, arg);
}

void
query_deliveries(struct query *q, uint32_t alert, ledger_fn *each, void *arg)
{
	if (alert != 0)
		ledger_each_of(q->txn, alert, each, arg);
	else
		ledger_each(q->txn, 0, each, arg);
}

/* --- counts ----------------------------------------------------------------- */

struct counting {
	struct query *query;
	struct alert_counts *n;
	uint64_t looked;
};

static bool
count_alert(void *arg, const struct alert *a)
{
	struct counting *c = arg;

	if (a->ended != CLOCK_NONE)
		return true;
	c->n->all++;
	c->n->severity[a->severity]++;
	c->n->acked += alert_is_acked(a, c->query->now);
	c->n->muted += query_alert_muted(c->query, a);
	return true;
}

static bool
count_delivery(void *arg, const struct delivery *d)
{
	struct counting *c = arg;

	c->n->failed += d->state == DELIVERY_FAILED;
	c->n->waiting += !ledger_is_done(d->state);
	return ++c->looked < LOOKED;
}

void
query_alert_counts(struct query *q, struct alert_counts *n)
{
	struct counting c = { .query = q, .n = n };

	*n = (struct alert_counts){ .all = 0 };
	alert_each_open(q->txn, count_alert, &c);
	ledger_each(q->txn, 0, count_delivery, &c);
}

/* --- as JSON ---------------------------------------------------------------- */

static json_t *
json_members(struct query *q, struct span members)
{
	json_t *list = json_array(), *o;
	struct alert_member m;
	struct site_info s;

	while (alert_member_next(&members, &m)) {
		o = json_pack("{s:o, s:o}", "subject", json_span(m.subject),
		    "detail", json_span(m.detail));
		json_time(o, "since", m.since);
		json_time(o, "ended", m.ended);
		json_time(o, "seen", m.seen);
		if (m.site != 0 && query_site_by_number(q, m.site, &s)) {
			json_object_set_new(o, "site", json_string(s.code));
			json_object_set_new(o, "name", json_span(s.name));
			json_object_set_new(o, "domain", json_span(s.domain));
		}
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
json_told(struct span told)
{
	json_t *list = json_array(), *o;
	struct alert_told r;

	while (alert_told_next(&told, &r)) {
		o = json_pack("{s:o, s:I, s:b}", "receiver",
		    json_span(r.receiver), "reminders",
		    (json_int_t)r.reminders, "over", r.over);
		json_time(o, "at", r.at);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
json_ack(const struct alert *a)
{
	json_t *o = json_pack("{s:o, s:o}", "by", json_span(a->ack_by),
	    "reason", json_span(a->ack_reason));

	json_time(o, "at", a->acked);
	json_time(o, "until", a->ack_until);
	return o;
}

json_t *
json_alert(struct query *q, const struct alert *a)
{
	json_t *o = json_pack("{s:I, s:o, s:s, s:o, s:I, s:I, s:b}",
	    "alert", (json_int_t)a->number, "rule", json_span(a->rule),
	    "severity", alert_severity_name(a->severity),
	    "group", json_span(a->group), "count", (json_int_t)a->count,
	    "active", (json_int_t)a->active, "muted",
	    query_alert_muted(q, a));

	json_time(o, "at", a->at);
	json_time(o, "ended", a->ended);
	json_object_set_new(o, "members", json_members(q, a->members));
	json_object_set_new(o, "told", json_told(a->told));
	if (a->acked != CLOCK_NONE)
		json_object_set_new(o, "ack", json_ack(a));
	return o;
}

json_t *
json_silence(struct query *q, const struct silence *s)
{
	json_t *o = json_pack("{s:I, s:o, s:o, s:o, s:b}", "silence",
	    (json_int_t)s->number, "rule", json_span(s->rule), "by",
	    json_span(s->by), "reason", json_span(s->reason), "lifted",
	    s->lifted);
	struct site_info site;

	json_time(o, "from", s->from);
	json_time(o, "until", s->until);
	if (s->site != 0 && query_site_by_number(q, s->site, &site))
		json_object_set_new(o, "site", json_string(site.code));
	return o;
}

json_t *
json_delivery(const struct delivery *d)
{
	json_t *o = json_pack("{s:I, s:I, s:I, s:o, s:s, s:I, s:o}",
	    "delivery", (json_int_t)d->number, "alert",
	    (json_int_t)d->alert, "notice", (json_int_t)d->notice,
	    "receiver", json_span(d->receiver), "state",
	    ledger_state_name(d->state), "tries", (json_int_t)d->tries,
	    "error", json_span(d->error));

	json_time(o, "intended", d->intended);
	json_time(o, "at", d->at);
	return o;
}
