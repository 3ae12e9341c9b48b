/*
 * What the acts about home pages do to the view; see home_act.h.
 */
#include "hub/home_act.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/home_days.h"
#include "hub/home_json.h"
#include "hub/home_judge.h"
#include "hub/home_row.h"

#define NO_ROW "a row has site, offset, outcome, status, ms and flags"
#define NO_LOOK "a look at a home page has hops, and where it ended"
#define NO_HOME "nothing was seen of this site's home page yet"
#define FLAGS (HOME_ACT_EXTRA | HOME_ACT_EXCLUDED)

/* The row's spans stand in g->said meanwhile: the table may move. */
static bool
get(struct group *g, uint32_t site, struct home_row *r)
{
	struct span *const all[] = { &r->detail, &r->candidate, &r->now,
	    &r->before, &r->accepted };
	bool there = home_row_get(g->txn, site, r);
	size_t at = 0;

	buf_reset(&g->said);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		buf_span(&g->said, *all[i]);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		all[i]->at = buf_cstr(&g->said) + at;
		at += all[i]->n;
	}
	return there;
}

/* --- looks ------------------------------------------------------------------- */

struct line {
	uint32_t site;
	struct home_sample sample;
	enum cause cause;
};

static bool
number_at(const json_t *row, size_t i, uint64_t most, uint64_t *n)
{
	const json_t *v = json_array_get(row, i);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > most)
		return false;
	*n = (uint64_t)json_integer_value(v);
	return true;
}

static bool
read_line(struct line *l, const json_t *row, int64_t at)
{
	uint64_t site, offset, outcome, status, ms, flags;
	const json_t *cause = json_array_get(row, 6);

	if (!number_at(row, 0, UINT32_MAX, &site) ||
	    !number_at(row, 1, UINT32_MAX, &offset) ||
	    !number_at(row, 2, HOME_OUTCOMES - 1, &outcome) ||
	    !number_at(row, 3, UINT16_MAX, &status) ||
	    !number_at(row, 4, UINT32_MAX, &ms) ||
	    !number_at(row, 5, FLAGS, &flags))
		return false;
	l->site = (uint32_t)site;
	l->cause = CAUSE_FINE;
	l->sample = (struct home_sample){ .at = at + (int64_t)offset,
	    .outcome = (enum home_outcome)outcome,
	    .status = (uint16_t)status, .ms = (uint32_t)ms,
	    .extra = (flags & HOME_ACT_EXTRA) != 0,
	    .excluded = (flags & HOME_ACT_EXCLUDED) != 0 };
	return cause == NULL || cause_parse(&l->cause,
	    span_of(json_string_value(cause)));
}

/* The same way for good, or the same word, once more; or it is at home
 * again. */
static void
count_candidate(struct home_row *r, const struct home_sample *s)
{
	bool says = r->verdict == HOME_CANDIDATE &&
	    r->why == HOME_WHY_SAYS_DOMAIN;
	bool came = s->outcome == HOME_OK || s->outcome == HOME_SLOW;

	if (r->candidate.n > 0 &&
	    (s->outcome == HOME_MOVED || (came && says))) {
		r->times++;
	} else if (came) {
		r->candidate = SPAN_NONE;
		r->times = 0;
	}
}

static void
take_line(struct group *g, const struct line *l)
{
	const struct home_sample *s = &l->sample;
	struct home_row r;
	bool there = get(g, l->site, &r);

	if (!there || home_is_there(r.outcome) != home_is_there(s->outcome))
		r.since = s->at;
	r.at = s->at;
	r.outcome = s->outcome;
	r.status = s->status;
	r.ms = s->ms;
	r.cause = l->cause;
	count_candidate(&r, s);
	home_row_put(g, l->site, &r);
	home_days_add(g, l->site, s);
}

const char *
home_act_homes(struct group *g, const struct entry *e, const json_t *o)
{
	const json_t *rows = json_object_get(o, "rows");
	int64_t at = act_read_time(o, "at");
	size_t n = json_array_size(rows);
	struct line l;
	struct site s;

	(void)e;
	if (at == CLOCK_NONE || n > HOME_ACT_ROWS)
		return "looks have a time, and up to 500 rows";
	for (size_t i = 0; i < n; i++)
		if (!read_line(&l, json_array_get(rows, i), at))
			return NO_ROW;
	for (size_t i = 0; i < n; i++) {
		(void)read_line(&l, json_array_get(rows, i), at);
		if (site_get(g->txn, l.site, &s))
			take_line(g, &l);
	}
	g->work += n;
	return NULL;
}

/* --- one with evidence --------------------------------------------------------- */

static void
set_candidate(struct home_row *r, struct span to, int64_t at)
{
	if (span_is(r->candidate, to))
		return;
	r->candidate = to;
	r->times = 0;
	r->first = at;
}

static void
set_verdict(struct home_row *r, enum home_verdict v, enum home_why why,
    struct span detail, int64_t at)
{
	bool same = v == r->verdict && (v == HOME_SAME || why == r->why);

	r->verdict = v;
	if (same || v == HOME_SAME)
		return;		/* the last change stays told */
	r->why = why;
	r->changed = at;
	r->detail = detail;
}

struct said {
	struct site site;
	struct home_look look;
	enum home_verdict verdict;
	enum home_why why;
	struct span detail;
};

static const char *
read_said(struct said *s, struct group *g, const json_t *o)
{
	if (!home_json_read(&s->look, json_object_get(o, "look")) ||
	    s->look.at == CLOCK_NONE ||
	    !home_verdict_parse(&s->verdict, act_read_text(o, "verdict")) ||
	    !home_why_parse(&s->why, act_read_text(o, "why")))
		return NO_LOOK;
	s->detail = text_cut(act_read_text(o, "detail"), HOME_DETAIL - 1);
	return act_read_site(g, o, &s->site) ? NULL : ACT_READ_NO_SITE;
}

/* host: room for a name that the row has until it is put. */
static void
take_page(struct home_row *r, const struct said *s, char host[HOME_HOST])
{
	home_host(host, home_end(&s->look)->url);
	if (s->verdict <= HOME_NOTE) {
		r->before = r->now;
		if (!span_is(r->accepted, span_of(host)))
			r->accepted = SPAN_NONE;
	}
	if (s->verdict != HOME_CANDIDATE)
		return;
	if (s->why == HOME_WHY_SAYS_DOMAIN)
		home_judge_said(host, &s->look);
	set_candidate(r, span_of(host), s->look.at);
}

/* Written anew: only what we know of, and with an end. */
static char *
dump(const struct home_look *l)
{
	json_t *o = home_json(l);
	char *text = json_dumps(o, JSON_COMPACT);

	must(text != NULL);
	json_decref(o);
	return text;
}

const char *
home_act_home(struct group *g, const struct entry *e, const json_t *o)
{
	char host[HOME_HOST], *text;
	struct home_row r;
	struct said s;
	const char *why = read_said(&s, g, o);

	(void)e;
	if (why != NULL)
		return why;
	(void)get(g, s.site.number, &r);
	set_verdict(&r, s.verdict, s.why, s.detail, s.look.at);
	text = dump(&s.look);
	r.now = span_of(text);
	if (s.look.has_page)
		take_page(&r, &s, host);
	home_row_put(g, s.site.number, &r);
	free(text);
	return NULL;
}

/* It may end elsewhere: that is no news any more. */
static void
accept_end(struct group *g, uint32_t number, struct home_row *r,
    char host[HOME_HOST])
{
	struct home_look l;
	uint32_t owner;

	r->accepted = SPAN_NONE;
	if (!home_row_look(r->now, &l) || !l.has_page)
		return;
	home_host(host, home_end(&l)->url);
	if (!site_of_host(g->txn, span_of(host), &owner) || owner != number)
		r->accepted = span_of(host);
}

const char *
home_act_accept(struct group *g, const struct entry *e, const json_t *o)
{
	char host[HOME_HOST];
	struct home_row r;
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (!get(g, s.number, &r) || r.now.n == 0)
		return NO_HOME;
	r.before = r.now;
	r.verdict = HOME_SAME;
	r.changed = e->at;
	r.candidate = SPAN_NONE;
	r.times = 0;
	accept_end(g, s.number, &r, host);
	home_row_put(g, s.number, &r);
	return NULL;
}
