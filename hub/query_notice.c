/*
 * Questions about notices and states; see query_notice.h.
 */
#include "hub/query_notice.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/json.h"
#include "hub/monitor_state.h"
#include "hub/pulse.h"
#include "hub/query_inside.h"
#include "hub/site.h"
#include "hub/stand.h"

/* --- notices ------------------------------------------------------------- */

/* Nobody said that it is over, but it can be seen. Of one service it can't. */
static void
look_at_site(struct notice_info *i)
{
	struct pulse_row p;

	i->well = CLOCK_NONE;
	if (i->phase != NOTICE_LATE || i->notice.service.n > 0 ||
	    !pulse_read(i->notice.site, &p) ||
	    !monitor_is_good((enum monitor_state)p.state))
		return;
	i->phase = NOTICE_UNSAID;
	i->well = p.since;
}

void
query_notice_info(struct db_txn *t, const struct notice *n, int64_t now,
    int64_t ahead, struct notice_info *i)
{
	struct site s;

	i->notice = *n;
	i->ahead = ahead;
	i->code[0] = '\0';
	if (site_get(t, n->site, &s) && s.code.n <= CODE_MAX) {
		memcpy(i->code, s.code.at, s.code.n);
		i->code[s.code.n] = '\0';
	}
	i->phase = notice_phase(n, now);
	look_at_site(i);
	i->has_window = notice_is_open(n) && notice_next(n, now, &i->window);
}

struct listing {
	struct query *query;
	size_t left;
	query_notice_fn *each;
	void *arg;
};

static bool
hand_out(void *arg, const struct notice *n)
{
	struct listing *l = arg;
	struct notice_info info;

	query_notice_info(l->query->txn, n, l->query->now,
	    l->query->store->closing, &info);
	l->left--;
	return l->each(l->arg, &info) && l->left > 0;
}

void
query_notices(struct query *q, const struct notice_spec *spec,
    query_notice_fn *each, void *arg)
{
	struct listing l = { q, spec->limit, each, arg };

	if (spec->limit == 0)
		return;
	if (spec->open)
		notice_each_open(q->txn, spec->site, hand_out, &l);
	else
		notice_each(q->txn, spec->site, hand_out, &l);
}

bool
query_notice(struct query *q, uint32_t number, struct notice_info *i)
{
	struct notice n;

	if (!notice_get(q->txn, number, &n))
		return false;
	query_notice_info(q->txn, &n, q->now, q->store->closing, i);
	return true;
}

/* --- who was told -------------------------------------------------------- */

struct told {
	struct query *query;
	query_told_fn *each;
	void *arg;
};

static bool
take_told(void *arg, const struct referral *r)
{
	struct told *t = arg;
	struct notice_told one = { .said = *r };
	struct stand stand;
	struct site s;

	if (site_get(t->query->txn, r->site, &s))
		snprintf(one.code, sizeof(one.code), "%.*s",
		    SPAN_ARGS(s.code));
	stand_look(t->query->txn, r->site, &stand);
	one.seen = r->letter > 0 && stand.confirmed >= r->letter;
	return t->each(t->arg, &one);
}

void
query_notice_told(struct query *q, uint32_t number, query_told_fn *each,
    void *arg)
{
	struct told t = { .query = q, .each = each, .arg = arg };

	referral_each(q->txn, referral_closing(number), 0, take_told, &t);
}

/* --- states -------------------------------------------------------------- */

struct states {
	size_t left;
	history_fn *each;
	void *arg;
};

static bool
count_down(void *arg, const struct history *h)
{
	struct states *s = arg;

	s->left--;
	return s->each(s->arg, h) && s->left > 0;
}

void
query_states(struct query *q, uint32_t site, size_t limit, history_fn *each,
    void *arg)
{
	struct states s = { limit, each, arg };

	if (limit > 0)
		history_each(q->txn, site, CLOCK_NONE, count_down, &s);
}

/* --- as JSON ------------------------------------------------------------- */

static void
put_text(json_t *j, const char *name, struct span s)
{
	if (s.n > 0)
		json_object_set_new(j, name, json_span(s));
}

static const char *const phases[NOTICE_PHASES] = {
	[NOTICE_COMING] = "coming", [NOTICE_CURRENT] = "current",
	[NOTICE_BETWEEN] = "between", [NOTICE_LATE] = "late",
	[NOTICE_UNSAID] = "unsaid", [NOTICE_ENDED] = "ended",
};

const char *
query_phase_name(enum notice_phase p)
{
	must(p < NOTICE_PHASES);
	return phases[p];
}

enum notice_phase
query_phase_named(struct span name)
{
	enum notice_phase p = 0;

	while (p < NOTICE_PHASES && !span_is(name, span_of(phases[p])))
		p++;
	return p;
}

static void
put_now(json_t *j, const struct notice_info *i)
{
	json_object_set_new(j, "site", json_string(i->code));
	json_object_set_new(j, "phase", json_string(phases[i->phase]));
	json_time(j, "well_since", i->well);
	if (!i->has_window)
		return;
	json_time(j, "window_from", i->window.from);
	json_time(j, "window_until", i->window.until);
}

json_t *
json_notice(const struct notice_info *info)
{
	const struct notice *n = &info->notice;
	json_t *j = json_pack("{s:I, s:s, s:s, s:b, s:b}",
	    "notice", (json_int_t)n->number,
	    "kind", notice_kind_name(n->kind),
	    "state", notice_state_name(n->state),
	    "operated", n->operated, "brief",
	    notice_is_brief(n, info->ahead));

	put_now(j, info);
	json_time(j, "announced", n->announced);
	json_time(j, "from", n->from);
	json_time(j, "until", n->until);
	json_time(j, "changed", n->changed);
	json_time(j, "ended", n->ended);
	put_text(j, "service", n->service);
	put_text(j, "recurs", n->recurs);
	put_text(j, "zone", n->zone);
	put_text(j, "see", n->see);
	put_text(j, "reason", n->reason);
	put_text(j, "by", n->by);
	put_text(j, "end_reason", n->end_reason);
	put_text(j, "end_by", n->end_by);
	return j;
}

json_t *
json_notice_told(const struct notice_told *t)
{
	const struct referral *r = &t->said;
	json_t *j = json_pack("{s:s, s:s, s:b, s:I}", "site", t->code,
	    "state", referral_state_name(r->state), "seen", t->seen,
	    "pages_told", (json_int_t)r->pages);

	json_time(j, "told", r->told);
	put_text(j, "reason", r->reason);
	put_text(j, "by", r->by);
	return j;
}

json_t *
json_history(const struct history *h)
{
	json_t *j = json_pack("{s:s, s:s, s:b}",
	    "state", monitor_state_name(h->state),
	    "cause", monitor_cause_name(h->cause),
	    "flapping", h->flapping);

	json_time(j, "at", h->at);
	json_time(j, "since", h->since);
	return j;
}
