/*
 * Places in a list; see alert_place.h.
 */
#include "hub/alert_place.h"

#include <stdlib.h>

#include "contrib/base/mem.h"
#include "hub/alert_crowd.h"
#include "hub/json.h"

void
alert_places_clear(struct alert_places *p)
{
	free(p->at);
	p->at = NULL;
	p->count = p->room = 0;
}

/* --- more of them ------------------------------------------------------------- */

static struct alert_place *
add(struct alert_places *p, const struct alert_place *one)
{
	if (p->count == p->room) {
		p->room = p->room == 0 ? 16 : p->room * 2;
		p->at = mem_grow(p->at, p->room, sizeof(*p->at));
	}
	p->at[p->count] = *one;
	return &p->at[p->count++];
}

static int64_t
latest_of(struct span members)
{
	struct alert_member m;
	int64_t latest = 0;

	while (alert_member_next(&members, &m))
		latest = m.since > latest ? m.since : latest;
	return latest;
}

void
alert_places_add(struct alert_places *p, const struct alert *a)
{
	(void)add(p, &(struct alert_place){ .number = a->number,
	    .class = a->class, .group = a->group,
	    .cause = alert_crowd_cause(alert_what_named(a->rule)),
	    .count = a->count, .row = a->members,
	    .latest = latest_of(a->members) });
}

static const struct alert_rule *
rule_of(const struct alert_places *p, const struct alert_fact *f)
{
	return &p->rules->rule[f->what];
}

/* What it has in common with those who come after it. */
static struct span
group_of(const struct alert_places *p, const struct alert_fact *f)
{
	if (!rule_of(p, f)->grouped)
		return SPAN_NONE;
	return f->crowd > f->beside ? SPAN(ALERT_MANY) : f->group;
}

struct alert_place *
alert_places_new(struct alert_places *p, const struct alert_fact *f,
    uint32_t number)
{
	return add(p, &(struct alert_place){ .number = number,
	    .class = span_of(rule_of(p, f)->class), .group = group_of(p, f),
	    .cause = alert_crowd_cause(f->what), .latest = f->since });
}

/* --- whom it is one with -------------------------------------------------------- */

static bool
has_member(struct span members, struct span subject)
{
	struct alert_member m;

	while (alert_member_next(&members, &m))
		if (span_is(m.subject, subject))
			return true;
	return false;
}

/* One cause strikes all at nearly one time. Who was well again meanwhile is a
 * new matter, and so is who falls ill beside those that are ill for long. */
static bool
has_room(const struct alert_places *p, const struct alert_place *at,
    const struct alert_fact *f)
{
	int64_t apart = span_is(at->group, SPAN(ALERT_MANY)) ?
	    p->many_time : p->together;

	return at->count < ALERT_MEMBERS && !has_member(at->row, f->subject) &&
	    at->cause == alert_crowd_cause(f->what) &&
	    f->since <= at->latest + apart && at->latest <= f->since + apart;
}

static struct alert_place *
find(const struct alert_places *p, const struct alert_fact *f,
    struct span group)
{
	struct span class = span_of(rule_of(p, f)->class);

	for (size_t i = 0; group.n > 0 && i < p->count; i++) {
		struct alert_place *at = &p->at[i];

		if (span_is(at->group, group) && span_is(at->class, class) &&
		    has_room(p, at, f))
			return at;
	}
	return NULL;
}

/* Beside others at its address, unless it is one of many and most of them are
 * elsewhere. */
struct alert_place *
alert_places_find(const struct alert_places *p, const struct alert_fact *f)
{
	struct alert_place *at = NULL;

	if (!rule_of(p, f)->grouped)
		return NULL;
	if (f->crowd == 0 || f->beside > f->crowd / 2)
		at = find(p, f, f->group);
	if (at == NULL && f->crowd > 0)
		at = find(p, f, SPAN(ALERT_MANY));
	return at;
}

/* The most severe stands first: what is said of all of them is true of that
 * one, whose name is in the subject of the notice. */
void
alert_places_join(const struct alert_places *p, struct alert_place *at,
    const struct alert_fact *f)
{
	bool tops = at->top == NULL || alert_facts_level(p->facts, f) >
	    alert_facts_level(p->facts, at->top);

	if (at->members == NULL)
		at->members = json_array();
	json_array_insert_new(at->members, tops ? 0 :
	    json_array_size(at->members), json_pack("{s:o, s:I, s:I, s:o}",
	    "subject", json_span(f->subject), "site", (json_int_t)f->site,
	    "since", (json_int_t)f->since, "detail", json_span(f->detail)));
	at->count++;
	at->latest = f->since > at->latest ? f->since : at->latest;
	if (tops)
		at->top = f;
}
