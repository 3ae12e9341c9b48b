/*
 * The evaluation; see alert_eval.h. First the alerts that there are, one
 * after the other: who is a member no more, is it more severe, who has to be
 * told what. Then the facts that are of no alert yet.
 */
#include "hub/alert_eval.h"

#include <jansson.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/alert.h"
#include "hub/alert_crowd.h"
#include "hub/alert_mute.h"
#include "hub/alert_notice.h"
#include "hub/alert_place.h"
#include "hub/json.h"

struct run {
	const struct alert_eval *e;
	struct db_txn *txn;
	int64_t now, next;
	struct acts *acts;	/* or NULL */
	size_t count;
	uint32_t last;		/* number of an alert */
	uint32_t known;		/* … that has a row */
	struct alert_places places;
	struct alert_crowd crowd;
};

/* The rest is done in the next evaluation, at once. */
static bool
is_full(struct run *r)
{
	if (r->count < ALERT_ACTS)
		return false;
	r->next = r->now;
	return true;
}

static void
put(struct run *r, json_t *act)
{
	must(act != NULL);
	if (is_full(r)) {
		json_decref(act);
		return;
	}
	r->count++;
	if (r->acts != NULL)
		acts_put(r->acts, act, ACTS_HUB, NULL);
	else
		json_decref(act);
}

/* When nothing else happens, it is to be looked at again then. */
static void
again_at(struct run *r, int64_t when)
{
	if (when > r->now && when < r->next)
		r->next = when;
}

/* --- members of an alert ------------------------------------------------------ */

struct standing {		/* of an alert's members */
	json_t *gone;		/* subjects that it isn't true of any more */
	json_t *seen;		/* members whose evidence is another now */
	const struct alert_fact *top;
	bool unsure;		/* of one it can't be said now */
};

static void
note(const struct run *r, struct standing *s, const struct alert_fact *f)
{
	if (f->unknown)
		s->unsure = true;
	else if (s->top == NULL || alert_facts_level(r->e->facts, f) >
	    alert_facts_level(r->e->facts, s->top))
		s->top = f;
}

/* Each time is an entry of the journal: so not at every change. But at first
 * it is what sends people to the right place. */
static int64_t
evidence_due(const struct run *r, const struct alert_member *m)
{
	if (m->site == 0)
		return m->seen + ALERT_SEEN_HUB;
	return m->seen + (r->now < m->since + ALERT_JOIN ? ALERT_SEEN_SOON :
	    ALERT_SEEN_SITE);
}

static void
look_at_evidence(struct run *r, struct standing *s,
    const struct alert_member *m, const struct alert_fact *f)
{
	int64_t due = evidence_due(r, m);

	if (f->unknown || span_is(m->detail, f->detail))
		return;
	if (r->now < due)
		again_at(r, due);
	else
		json_array_append_new(s->seen, json_pack("{s:o, s:o}",
		    "subject", json_span(m->subject), "detail",
		    json_span(f->detail)));
}

static void
look_at_members(struct run *r, const struct alert *a, struct standing *s)
{
	bool known = alert_facts_knows(r->e->facts, a->class);
	struct span rest = a->members;
	struct alert_member m;
	struct alert_fact *f;

	*s = (struct standing){ .gone = json_array(),
		.seen = json_array() };
	while (alert_member_next(&rest, &m)) {
		if (m.ended != CLOCK_NONE)
			continue;
		f = alert_facts_find(r->e->facts, a->class, m.subject);
		if (f != NULL) {
			f->alert = a->number;
			note(r, s, f);
			look_at_evidence(r, s, &m, f);
		} else if (known) {
			json_array_append_new(s->gone, json_span(m.subject));
		} else {
			s->unsure = true;
		}
	}
}

static json_t *
raise_of(const struct run *r, const struct alert *a,
    const struct alert_fact *f)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:i}", "do", "alert-raise",
	    "alert", (json_int_t)a->number, "rule",
	    alert_what_name(f->what), "severity",
	    alert_severity_name(alert_facts_severity(r->e->facts, f)),
	    "level", (int)alert_facts_level(r->e->facts, f));
}

static bool
differs(const struct run *r, const struct alert *a,
    const struct alert_fact *f)
{
	return a->level != alert_facts_level(r->e->facts, f) ||
	    !span_is(a->rule, span_of(alert_what_name(f->what)));
}

/* While it can't be said of each how it is, it is at least what it is of the
 * others. */
static bool
is_raised(const struct run *r, const struct alert *a,
    const struct standing *s)
{
	return s->top != NULL && differs(r, a, s->top) && (!s->unsure ||
	    alert_facts_level(r->e->facts, s->top) > a->level);
}

static json_t *
act_of(const struct run *r, const struct alert *a, const struct standing *s)
{
	if (json_array_size(s->gone) > 0)
		return json_pack("{s:s, s:I, s:O}", "do", "alert-leave",
		    "alert", (json_int_t)a->number, "subjects", s->gone);
	if (json_array_size(s->seen) > 0)
		return json_pack("{s:s, s:I, s:O}", "do", "alert-evidence",
		    "alert", (json_int_t)a->number, "members", s->seen);
	return is_raised(r, a, s) ? raise_of(r, a, s->top) : NULL;
}

/* True: the row changes, so the rest is for the next evaluation. */
static bool
step_members(struct run *r, const struct alert *a)
{
	struct standing s;
	json_t *act;

	if (a->ended != CLOCK_NONE)
		return false;
	look_at_members(r, a, &s);
	act = act_of(r, a, &s);
	json_decref(s.gone);
	json_decref(s.seen);
	if (act != NULL)
		put(r, act);
	return act != NULL;
}

/* --- who is told what ---------------------------------------------------------- */

struct telling {
	json_t *to[ALERT_EVENTS];	/* names, or NULL */
	uint32_t members[ALERT_EVENTS];	/* that all of them know of */
};

static void
tell(struct telling *t, enum alert_event e, struct span name,
    uint32_t members)
{
	if (t->to[e] == NULL) {
		t->to[e] = json_array();
		t->members[e] = members;
	}
	if (members < t->members[e])
		t->members[e] = members;
	json_array_append_new(t->to[e], json_span(name));
}

static bool
find_told(const struct alert *a, const char *name, struct alert_told *told)
{
	struct span rest = a->told;

	while (alert_told_next(&rest, told)) {
		if (span_is(told->receiver, span_of(name)))
			return true;
	}
	return false;
}

/* So long after it was told; at once if that is far ahead: the clock was, and
 * has been put back. */
static int64_t
after_told(const struct run *r, const struct alert_told *told, int64_t ms)
{
	return told->at > r->now + ms ? r->now : told->at + ms;
}

/* Each waits twice as long as the one before. */
static int64_t
reminder_at(const struct run *r, const struct alert_rule *rule,
    const struct alert_told *told)
{
	unsigned doubled = told->reminders < 20 ? told->reminders : 20;

	return after_told(r, told, (int64_t)rule->remind << doubled);
}

static void
remind(struct run *r, const struct alert *a, const struct alert_rule *rule,
    const struct alert_told *told, struct telling *t)
{
	int64_t at = reminder_at(r, rule, told);

	if (told->reminders >= rule->reminders || rule->remind == 0)
		return;
	if (alert_is_acked(a, r->now))
		again_at(r, a->ack_until);
	else if (r->now >= at)
		tell(t, ALERT_REMINDER, told->receiver, told->members);
	else
		again_at(r, at);
}

/* When it began for the first that the receiver wasn't told of. */
static int64_t
since_of_more(const struct alert *a, const struct alert_told *told)
{
	struct span rest = a->members;
	struct alert_member m = { .since = a->at };
	uint32_t i = 0;

	while (i <= told->members && alert_member_next(&rest, &m))
		i++;
	return m.since;
}

/* Who falls ill just after it was told is of it from the beginning. */
static int64_t
more_at(const struct run *r, const struct alert *a,
    const struct alert_told *told)
{
	int64_t early = a->at + ALERT_MORE_FIRST;

	return after_told(r, told, told->members <= 1 || (told->at < early &&
	    since_of_more(a, told) < early) ? ALERT_MORE_FIRST :
	    ALERT_MORE_EVERY);
}

static void
go_on(struct run *r, const struct alert *a, const struct alert_rule *rule,
    const struct alert_told *told, struct telling *t)
{
	if (a->level > told->level) {
		tell(t, ALERT_RAISED, told->receiver, told->members);
	} else if (a->count > told->members) {
		if (r->now >= more_at(r, a, told))
			tell(t, ALERT_MORE, told->receiver, told->members);
		else
			again_at(r, more_at(r, a, told));
	} else {
		remind(r, a, rule, told, t);
	}
}

static void
consider(struct run *r, const struct alert *a,
    const struct alert_receiver *to, struct telling *t)
{
	enum alert_what w = alert_what_named(a->rule);
	const struct alert_rule *rule;
	struct alert_told told;

	if (w == ALERT_RULES)
		return;
	rule = &r->e->rules->rule[w];
	if (!alert_receiver_wants(to, rule, a->rule, a->severity))
		return;
	if (alert_receiver_sleeps(to, r->now) &&
	    a->severity != ALERT_DANGER)
		again_at(r, r->now + 60000);
	else if (find_told(a, to->name, &told))
		go_on(r, a, rule, &told, t);
	else
		tell(t, ALERT_FIRING, span_of(to->name), 0);
}

/* Everybody who was told of it; muted, asleep or taken out of the settings. In
 * years they may be more than one act tells: the rest is told after that. */
static void
tell_the_end(const struct alert *a, struct telling *t)
{
	struct span rest = a->told;
	struct alert_told told;
	size_t n = 0;

	while (n < ALERT_RECEIVERS && alert_told_next(&rest, &told)) {
		if (told.over)
			continue;
		tell(t, ALERT_RESOLVED, told.receiver, 0);
		n++;
	}
}

static void
put_telling(struct run *r, const struct alert *a, struct telling *t)
{
	struct alert next = *a;

	for (int e = 0; e < ALERT_EVENTS; e++) {
		if (t->to[e] == NULL)
			continue;
		put(r, json_pack("{s:s, s:I, s:s, s:o, s:o}", "do",
		    "alert-say", "alert", (json_int_t)a->number, "event",
		    alert_event_name((enum alert_event)e), "to", t->to[e],
		    "notice", alert_notice(r->txn, &next,
		    (enum alert_event)e, r->e->hub, t->members[e],
		    r->now)));
		next.notices++;
	}
}

static void
step_telling(struct run *r, const struct alert *a)
{
	struct telling t = { .to = { NULL } };

	if (is_full(r))
		return;
	if (a->ended != CLOCK_NONE)
		tell_the_end(a, &t);
	else if (alert_mute(r->txn, a, r->now))
		again_at(r, r->now + 5000);
	else
		for (size_t i = 0; i < r->e->to->n; i++)
			consider(r, a, &r->e->to->at[i], &t);
	put_telling(r, a, &t);
}

/* --- the alerts that there are --------------------------------------------------- */

static bool
step(void *arg, const struct alert *a)
{
	struct run *r = arg;

	if (!step_members(r, a))
		step_telling(r, a);
	if (a->ended == CLOCK_NONE && a->group.n > 0 &&
	    r->now < a->at + ALERT_JOIN)
		alert_places_add(&r->places, a);
	return true;
}

/* --- facts that are of none ------------------------------------------------------- */

/* When it has been so for long enough; … */
static int64_t
held(const struct run *r, const struct alert_fact *f)
{
	return f->since + (int64_t)r->e->rules->rule[f->what].hold;
}

/* … and when it is an alert, if it stays so. */
static int64_t
due(const struct run *r, const struct alert_fact *f)
{
	int64_t waited = f->first + (r->e->rules->rule[f->what].grouped ?
	    r->e->wait : 0);

	return held(r, f) > waited ? held(r, f) : waited;
}

static bool
is_free(const struct alert_fact *f)
{
	return f->alert == 0 && !f->unknown;
}

static void
take(void *arg, struct alert_fact *f)
{
	struct run *r = arg;
	struct alert_place *p;

	if (!is_free(f) || due(r, f) > r->now)
		return;
	if (r->last - r->known >= ALERT_ACTS) {
		r->next = r->now;
		return;
	}
	p = alert_places_find(&r->places, f);
	if (p == NULL)
		p = alert_places_new(&r->places, f, ++r->last);
	alert_places_join(&r->places, p, f);
}

/* Who waits for others is told of with those that don't wait any more. */
static void
take_along(void *arg, struct alert_fact *f)
{
	struct run *r = arg;
	bool waits = is_free(f) && due(r, f) > r->now;
	struct alert_place *p = NULL;

	f->alert = 0;
	if (!waits)
		return;
	if (held(r, f) <= r->now)
		p = alert_places_find(&r->places, f);
	if (p != NULL && p->number > r->known)
		alert_places_join(&r->places, p, f);
	else
		again_at(r, due(r, f));
}

static void
put_place(struct run *r, const struct alert_place *p)
{
	if (p->members == NULL)
		return;
	if (p->number <= r->known)
		put(r, json_pack("{s:s, s:I, s:o}", "do", "alert-join",
		    "alert", (json_int_t)p->number, "members", p->members));
	else
		put(r, json_pack("{s:s, s:I, s:s, s:s, s:s, s:i, s:o, s:o}",
		    "do", "alert-fire", "alert", (json_int_t)p->number,
		    "rule", alert_what_name(p->top->what),
		    "class", r->e->rules->rule[p->top->what].class,
		    "severity", alert_severity_name(alert_facts_severity(
		    r->e->facts, p->top)), "level",
		    (int)alert_facts_level(r->e->facts, p->top),
		    "group", json_span(p->group), "members", p->members));
}

size_t
alert_eval(const struct alert_eval *e, struct db_txn *t, int64_t now,
    struct acts *acts, int64_t *next)
{
	struct run r = { .e = e, .txn = t, .now = now, .next = INT64_MAX,
	    .acts = acts, .places = { .facts = e->facts,
	    .rules = e->rules, .together = e->together,
	    .many_time = e->many_time } };

	r.last = r.known = alert_last(t);
	alert_each_open(t, step, &r);
	alert_crowd_read(&r.crowd, e->facts);
	alert_crowd_expect(&r.crowd, now, e->silent_after);
	alert_crowd_judge(&r.crowd, e->many, e->many_time);
	alert_facts_each(e->facts, take, &r);
	alert_facts_each(e->facts, take_along, &r);
	for (size_t i = 0; i < r.places.count; i++)
		put_place(&r, &r.places.at[i]);
	alert_places_clear(&r.places);
	alert_crowd_clear(&r.crowd);
	*next = r.next;
	return r.count;
}
