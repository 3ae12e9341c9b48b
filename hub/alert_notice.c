/*
 * Notices; see alert_notice.h.
 */
#include "hub/alert_notice.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/alert_what.h"
#include "hub/json.h"
#include "hub/ledger.h"
#include "hub/notice.h"
#include "hub/site.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define NAME_MOST 120		/* bytes of a site's name */

static void
put_site(struct db_txn *t, json_t *o, uint32_t number)
{
	struct span domains, first;
	struct site s;

	if (number == 0 || !site_get(t, number, &s))
		return;
	domains = s.domains;
	json_object_set_new(o, "site", json_span(s.code));
	json_object_set_new(o, "name", json_span(text_cut(s.name,
	    NAME_MOST)));
	if (site_domain_next(&domains, &first))
		json_object_set_new(o, "domain", json_span(first));
}

static json_t *
member(struct db_txn *t, const struct alert_member *m, bool is_new)
{
	json_t *o = json_pack("{s:o, s:o}", "subject", json_span(m->subject),
	    "detail", json_span(m->detail));

	put_site(t, o, m->site);
	json_time(o, "since", m->since);
	json_time(o, "ended", m->ended);
	if (is_new)
		json_object_set_new(o, "new", json_true());
	return o;
}

/* Those of which it is true now come first, if it is about them. */
static void
put_members(struct db_txn *t, json_t *list, const struct alert *a,
    bool ended, uint32_t told)
{
	struct span rest = a->members;
	struct alert_member m;

	for (uint32_t i = 0; alert_member_next(&rest, &m); i++) {
		if ((m.ended != CLOCK_NONE) != ended ||
		    json_array_size(list) >= ALERT_NOTICE_SITES)
			continue;
		json_array_append_new(list, member(t, &m, told > 0 &&
		    i >= told));
	}
}

static int64_t
since(const struct alert *a)
{
	struct span rest = a->members;
	struct alert_member m;
	int64_t first = a->at;

	while (alert_member_next(&rest, &m)) {
		if (m.since < first)
			first = m.since;
	}
	return first;
}

/* --- what came of a closing --------------------------------------------------- */

static bool
take_closing(void *arg, const struct notice *n)
{
	struct notice *last = arg;

	if (n->kind == NOTICE_CLOSING)
		*last = *n;
	return n->kind != NOTICE_CLOSING;
}

/* By the last word on it, and by what became of the site. NULL: an operator
 * has taken that out before its time. */
static const char *
outcome_of(struct db_txn *t, const struct alert *a, int64_t now)
{
	struct notice last = { .kind = NOTICE_NONE };
	struct span rest = a->members;
	struct alert_member m;
	struct site s;

	if (!alert_member_next(&rest, &m) || !site_get(t, m.site, &s))
		return NULL;
	notice_each(t, m.site, take_closing, &last);
	if (last.kind == NOTICE_NONE)
		return NULL;
	if (!notice_is_open(&last))
		return ALERT_TAKEN_BACK;
	if (!s.retired && !s.blocked)
		return ALERT_PUT_OFF;
	return last.from <= now ? ALERT_CLOSED : NULL;
}

/* --- one name ------------------------------------------------------------------ */

struct span
alert_notice_rule(struct db_txn *t, const struct alert *a)
{
	enum alert_what w = ALERT_RULES;
	struct ledger_notice first;
	json_t *o = NULL;

	if (a->notices > 0 && ledger_notice(t, a->number, 1, &first))
		o = json_loadb(first.text.at, first.text.n, 0, NULL);
	if (json_is_string(json_object_get(o, "rule")))
		w = alert_what_named(span_of(json_string_value(
		    json_object_get(o, "rule"))));
	json_decref(o);
	return w < ALERT_RULES ? span_of(alert_what_name(w)) : a->rule;
}

/* Who keeps a list by the rule takes out by it what went in by it. */
static void
put_rule(struct db_txn *t, json_t *o, const struct alert *a)
{
	struct span rule = alert_notice_rule(t, a);

	json_object_set_new(o, "rule", json_span(rule));
	if (a->ended == CLOCK_NONE && !span_is(a->rule, rule))
		json_object_set_new(o, "now", json_span(a->rule));
}

json_t *
alert_notice(struct db_txn *t, const struct alert *a, enum alert_event event,
    const char *hub, uint32_t told, int64_t now)
{
	json_t *sites = json_array(), *o;
	const char *outcome;
	char id[64];

	snprintf(id, sizeof(id), "%" PRIu32 "-%" PRIu64, a->number,
	    a->notices + 1);
	put_members(t, sites, a, false, told);
	put_members(t, sites, a, true, told);
	o = json_pack("{s:s, s:o, s:I, s:I, s:s, s:o, s:s, s:o, s:I, "
	    "s:I, s:o}", "id", id, "hub", json_span(span_of(hub)),
	    "alert", (json_int_t)a->number,
	    "notice", (json_int_t)a->notices + 1,
	    "event", alert_event_name(event),
	    "class", json_span(a->class),
	    "severity", alert_severity_name(a->severity),
	    "group", json_span(a->group), "count", (json_int_t)a->count,
	    "active", (json_int_t)a->active, "sites", sites);
	put_rule(t, o, a);
	json_time(o, "at", now);
	json_time(o, "noticed", a->at);
	json_time(o, "since", since(a));
	json_time(o, "ended", a->ended);
	if (event == ALERT_RESOLVED && alert_what_named(a->rule) ==
	    ALERT_CLOSING && (outcome = outcome_of(t, a, now)) != NULL)
		json_object_set_new(o, "outcome", json_string(outcome));
	return o;
}

json_t *
alert_notice_test(const char *hub, const char *by, int64_t now)
{
	json_t *o = json_pack("{s:o, s:I, s:I, s:s, s:s, s:s, s:I, s:I, s:[], "
	    "s:o}", "hub", json_span(span_of(hub)), "alert", (json_int_t)0,
	    "notice", (json_int_t)0, "event", alert_event_name(ALERT_TEST),
	    "rule", "test", "severity", alert_severity_name(ALERT_INFO),
	    "count", (json_int_t)0, "active", (json_int_t)0, "sites", "by",
	    json_span(span_of(by)));

	json_time(o, "at", now);
	json_time(o, "since", now);
	return o;
}

void
alert_notice_link(json_t *notice, const char *web)
{
	json_int_t n = json_integer_value(json_object_get(notice, "alert"));
	struct buf url;

	if (web[0] == '\0')
		return;
	buf_init(&url, LIMIT_URL + 64);
	must(url_normal(&url, span_of(web), NULL));	/* config.c judged it */
	buf_text(&url, "alerts");
	if (n > 0)
		buf_printf(&url, "/%lld", (long long)n);
	json_object_set_new(notice, "url", json_span(buf_look(&url)));
	buf_clear(&url);
}
