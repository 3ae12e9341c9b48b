/*
 * What acts do to alerts and the ledger; see act_alert.h.
 *
 * A row's lists are made anew in a turn: what the old row's spans point to is
 * copied into buffers that live until the new row is stored.
 */
#include "hub/act_alert.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/alert.h"
#include "hub/ledger.h"

#define NO_ALERT "there is no such alert, or it has ended"

struct edit {			/* of one alert */
	struct group *group;
	struct buf old;		/* the row it had */
	struct buf members, told;
	struct alert alert;
};

static bool
read_u32_of(const json_t *o, const char *name, uint32_t *n)
{
	uint64_t wide;

	if (!act_read_number(o, name, UINT32_MAX, &wide))
		return false;
	*n = (uint32_t)wide;
	return true;
}

static struct span
text_of(const json_t *o, const char *name, size_t most)
{
	return text_cut(act_read_text(o, name), most);
}

/* --- one alert, changed ------------------------------------------------------ */

static void
begin(struct edit *c, struct group *g)
{
	*c = (struct edit){ .group = g };
	buf_init(&c->old, ALERT_ROW_MAX);
	buf_init(&c->members, ALERT_ROW_MAX);
	buf_init(&c->told, ALERT_ROW_MAX);
}

static void
drop(struct edit *c)
{
	buf_clear(&c->old);
	buf_clear(&c->members);
	buf_clear(&c->told);
}

/* Its spans live in c->old from here on: the table may move. */
static bool
load(struct edit *c, struct group *g, uint32_t number)
{
	struct alert there;

	if (!alert_get(g->txn, number, &there))
		return false;
	begin(c, g);
	alert_write(&c->old, &there);
	must(!c->old.bad);
	alert_read(&c->alert, number, buf_look(&c->old));
	return true;
}

static bool
load_said(struct edit *c, struct group *g, const json_t *o)
{
	uint32_t number;

	return read_u32_of(o, "alert", &number) && load(c, g, number);
}

static void
store(struct edit *c)
{
	struct buf row;

	buf_init(&row, ALERT_ROW_MAX);
	alert_put(c->group->txn, &c->alert, &row);
	buf_clear(&row);
	drop(c);
}

/* --- members ------------------------------------------------------------------ */

static bool
read_member(struct alert_member *m, const json_t *o, int64_t at)
{
	*m = (struct alert_member){
		.subject = text_of(o, "subject", ALERT_SUBJECT),
		.since = act_read_time(o, "since"), .ended = CLOCK_NONE,
		.detail = text_of(o, "detail", ALERT_DETAIL), .seen = at,
	};
	return m->subject.n > 0 && m->since != CLOCK_NONE &&
	    read_u32_of(o, "site", &m->site);
}

/* Who had left and is named by the act is there again, in the same row. */
static void
copy_members(struct edit *c, const json_t *o, int64_t at)
{
	const json_t *list = json_object_get(o, "members"), *one;
	struct span rest = c->alert.members;
	struct alert_member m, again;
	size_t i;

	buf_reset(&c->members);
	while (alert_member_next(&rest, &m)) {
		json_array_foreach(list, i, one) {
			if (m.ended == CLOCK_NONE || !read_member(&again,
			    one, at) || !span_is(again.subject, m.subject))
				continue;
			m.ended = CLOCK_NONE;
			m.detail = again.detail;
			m.seen = at;
			c->alert.active++;
		}
		alert_member_write(&c->members, &m);
	}
}

static bool
is_member(const struct edit *c, struct span subject)
{
	struct span rest = buf_look(&c->members);
	struct alert_member m;

	while (alert_member_next(&rest, &m)) {
		if (span_is(m.subject, subject))
			return true;
	}
	return false;
}

/* Adds those that the act names and that aren't there. False: one makes no
 * sense, or too many. */
static bool
add_members(struct edit *c, const json_t *o, int64_t at)
{
	const json_t *list = json_object_get(o, "members"), *one;
	struct alert_member m;
	size_t i;

	if (json_array_size(list) == 0 ||
	    json_array_size(list) > ALERT_MEMBERS - c->alert.count)
		return false;
	json_array_foreach(list, i, one) {
		if (!read_member(&m, one, at))
			return false;
		if (is_member(c, m.subject))
			continue;
		alert_member_write(&c->members, &m);
		c->alert.count++;
		c->alert.active++;
	}
	c->alert.members = buf_look(&c->members);
	return true;
}

static bool
is_named(const json_t *list, struct span subject)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		if (json_is_string(one) && span_is(subject, (struct span){
		    json_string_value(one), json_string_length(one) }))
			return true;
	}
	return false;
}

/* Those that the act names have ended at `at`. False: none has. */
static bool
end_members(struct edit *c, const json_t *o, int64_t at)
{
	const json_t *list = json_object_get(o, "subjects");
	struct span rest = c->alert.members;
	struct alert_member m;
	uint32_t before = c->alert.active;

	while (alert_member_next(&rest, &m)) {
		if (m.ended == CLOCK_NONE && is_named(list, m.subject)) {
			m.ended = at;
			c->alert.active--;
		}
		alert_member_write(&c->members, &m);
	}
	c->alert.members = buf_look(&c->members);
	return c->alert.active < before;
}

/* What is seen of a member now; NULL: the act doesn't name it. */
static const json_t *
evidence_of(const json_t *o, struct span subject)
{
	const json_t *list = json_object_get(o, "members"), *one;
	size_t i;

	json_array_foreach(list, i, one) {
		if (span_is(text_of(one, "subject", ALERT_SUBJECT), subject))
			return one;
	}
	return NULL;
}

/* False: none is named that it is still true of. */
static bool
renew_evidence(struct edit *c, const json_t *o, int64_t at)
{
	struct span rest = c->alert.members;
	struct alert_member m;
	const json_t *one;
	bool any = false;

	while (alert_member_next(&rest, &m)) {
		one = m.ended == CLOCK_NONE ? evidence_of(o, m.subject) :
		    NULL;
		if (one != NULL) {
			m.detail = text_of(one, "detail", ALERT_DETAIL);
			m.seen = at;
			any = true;
		}
		alert_member_write(&c->members, &m);
	}
	c->alert.members = buf_look(&c->members);
	return any;
}

/* --- from beginning to end --------------------------------------------------- */

static bool
read_rank(struct alert *a, const json_t *o)
{
	uint64_t level;

	a->rule = text_of(o, "rule", ALERT_NAME);
	if (a->rule.n == 0 || !alert_severity_parse(&a->severity,
	    act_read_text(o, "severity")) ||
	    !act_read_number(o, "level", UINT8_MAX, &level))
		return false;
	a->level = (uint8_t)level;
	return true;
}

const char *
act_alert_fire(struct group *g, const struct entry *e, const json_t *o)
{
	struct alert *a;
	struct edit c;

	begin(&c, g);
	a = &c.alert;
	*a = (struct alert){ .at = e->at, .ended = CLOCK_NONE,
	    .acked = CLOCK_NONE, .ack_until = CLOCK_NONE,
	    .class = text_of(o, "class", ALERT_NAME),
	    .group = text_of(o, "group", ALERT_SUBJECT) };
	if (!read_u32_of(o, "alert", &a->number) ||
	    a->number != alert_last(g->txn) + 1 || !read_rank(a, o) ||
	    a->class.n == 0 || !add_members(&c, o, e->at)) {
		drop(&c);
		return "an alert has the next number, a rule, a severity, and "
		    "members";
	}
	store(&c);
	return NULL;
}

const char *
act_alert_join(struct group *g, const struct entry *e, const json_t *o)
{
	struct edit c;

	if (!load_said(&c, g, o))
		return NO_ALERT;
	copy_members(&c, o, e->at);
	if (c.alert.ended != CLOCK_NONE || !add_members(&c, o, e->at)) {
		drop(&c);
		return "who joins an alert is named, and it goes on";
	}
	store(&c);
	return NULL;
}

const char *
act_alert_leave(struct group *g, const struct entry *e, const json_t *o)
{
	struct edit c;

	if (!load_said(&c, g, o))
		return NO_ALERT;
	if (c.alert.ended != CLOCK_NONE || !end_members(&c, o, e->at)) {
		drop(&c);
		return "nobody who is named is a member of the alert";
	}
	if (c.alert.active == 0)
		c.alert.ended = e->at;
	store(&c);
	return NULL;
}

const char *
act_alert_evidence(struct group *g, const struct entry *e, const json_t *o)
{
	struct edit c;

	if (!load_said(&c, g, o))
		return NO_ALERT;
	if (!renew_evidence(&c, o, e->at)) {
		drop(&c);
		return "nobody who is named is a member of the alert";
	}
	store(&c);
	return NULL;
}

const char *
act_alert_raise(struct group *g, const struct entry *e, const json_t *o)
{
	struct edit c;

	(void)e;
	if (!load_said(&c, g, o))
		return NO_ALERT;
	if (c.alert.ended != CLOCK_NONE || !read_rank(&c.alert, o)) {
		drop(&c);
		return "an alert that goes on has a rule, a severity and a "
		    "level";
	}
	store(&c);
	return NULL;
}

/* --- what is told ------------------------------------------------------------ */

static void
intend(struct group *g, uint32_t alert, uint64_t notice, struct span receiver,
    int64_t at)
{
	struct delivery d = { .number = ledger_last(g->txn) + 1,
		.alert = alert, .notice = notice, .receiver = receiver,
		.state = DELIVERY_INTENDED, .intended = at,
		.at = CLOCK_NONE };

	buf_reset(&g->row);
	ledger_put(g->txn, &d, &g->row);
}

static void
intend_all(struct group *g, const json_t *o, uint32_t alert, uint64_t notice,
    int64_t at)
{
	const json_t *to = json_object_get(o, "to"), *one;
	size_t i;

	json_array_foreach(to, i, one)
		intend(g, alert, notice, text_cut(span_of(
		    json_string_value(one)), ALERT_NAME), at);
}

static bool
read_receivers(const json_t *o)
{
	const json_t *to = json_object_get(o, "to"), *one;
	size_t i;

	if (json_array_size(to) == 0 ||
	    json_array_size(to) > ALERT_RECEIVERS)
		return false;
	json_array_foreach(to, i, one) {
		if (!json_is_string(one) || json_string_length(one) == 0)
			return false;
	}
	return true;
}

/* As JSON again: in the order of its words, so that it is the same whenever
 * it is applied. */
static bool
put_notice(struct group *g, const json_t *o, uint32_t alert, uint64_t number,
    enum alert_event event, int64_t at)
{
	const json_t *doc = json_object_get(o, "notice");
	struct ledger_notice n = { .event = event, .at = at };
	struct buf row;
	char *text;

	if (!json_is_object(doc))
		return false;
	text = json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS);
	must(text != NULL);
	n.text = span_of(text);
	if (n.text.n <= LEDGER_NOTICE_MAX) {
		buf_init(&row, LEDGER_NOTICE_MAX + 64);
		ledger_put_notice(g->txn, alert, number, &n, &row);
		buf_clear(&row);
	}
	free(text);
	return true;
}

static void
note_told(struct alert_told *r, const struct alert *a,
    enum alert_event event, int64_t at)
{
	if (a->level > r->level)
		r->level = a->level;
	r->members = a->count;
	r->reminders += event == ALERT_REMINDER;
	r->over = event == ALERT_RESOLVED;
	r->at = at;
}

/* Who is in the row, and who is new to it. */
static bool
tell_all(struct edit *c, const json_t *o, enum alert_event event,
    int64_t at)
{
	const json_t *to = json_object_get(o, "to"), *one;
	struct span rest = c->alert.told;
	uint64_t seen = 0;
	struct alert_told r;
	size_t i;

	must(json_array_size(to) <= ALERT_RECEIVERS);
	while (alert_told_next(&rest, &r)) {
		json_array_foreach(to, i, one) {
			if (!span_is(r.receiver, span_of(
			    json_string_value(one))))
				continue;
			note_told(&r, &c->alert, event, at);
			seen |= UINT64_C(1) << i;
		}
		alert_told_write(&c->told, &r);
	}
	json_array_foreach(to, i, one) {
		if ((seen >> i & 1) != 0)
			continue;
		r = (struct alert_told){ .receiver = text_cut(span_of(
		    json_string_value(one)), ALERT_NAME) };
		note_told(&r, &c->alert, event, at);
		alert_told_write(&c->told, &r);
		c->alert.receivers++;
	}
	c->alert.told = buf_look(&c->told);
	return !c->told.bad;
}

/* Of no alert: its notices have numbers of their own. */
static const char *
say_test(struct group *g, const struct entry *e, const json_t *o)
{
	if (!put_notice(g, o, 0, e->place, ALERT_TEST, e->at))
		return "a notice is missing";
	intend_all(g, o, 0, e->place, e->at);
	return NULL;
}

const char *
act_alert_say(struct group *g, const struct entry *e, const json_t *o)
{
	enum alert_event event;
	struct edit c;

	if (!alert_event_parse(&event, act_read_text(o, "event")) ||
	    !read_receivers(o))
		return "what is told to whom is missing";
	if (event == ALERT_TEST)
		return say_test(g, e, o);
	if (!load_said(&c, g, o))
		return NO_ALERT;
	if ((event == ALERT_RESOLVED) != (c.alert.ended != CLOCK_NONE) ||
	    !put_notice(g, o, c.alert.number, c.alert.notices + 1, event,
	    e->at) || !tell_all(&c, o, event, e->at)) {
		drop(&c);
		return "the end of an alert is told when it has ended, and "
		    "nothing else";
	}
	c.alert.notices++;
	intend_all(g, o, c.alert.number, c.alert.notices, e->at);
	store(&c);
	return NULL;
}

const char *
act_alert_sent(struct group *g, const struct entry *e, const json_t *o)
{
	char receiver[ALERT_NAME + 1];
	struct delivery d;
	uint64_t number;

	if (!act_read_number(o, "delivery", INT64_MAX, &number) ||
	    !ledger_get(g->txn, number, &d) || ledger_is_done(d.state))
		return "there is no such delivery, or it is done";
	if (!ledger_state_parse(&d.state, act_read_text(o, "outcome")) ||
	    d.state == DELIVERY_INTENDED)
		return "a delivery was sent or confirmed, is tried again, or "
		    "has failed";
	memcpy(receiver, d.receiver.at, d.receiver.n);
	d.receiver.at = receiver;
	d.tries++;
	d.at = e->at;
	d.error = text_of(o, "error", LEDGER_ERROR);
	buf_reset(&g->row);
	ledger_put(g->txn, &d, &g->row);
	return NULL;
}

/* --- what operators say ------------------------------------------------------- */

const char *
act_alert_ack(struct group *g, const struct entry *e, const json_t *o)
{
	int64_t until = act_read_time(o, "until");
	struct edit c;

	if (until == CLOCK_NONE || !load_said(&c, g, o))
		return NO_ALERT;
	c.alert.acked = until > 0 ? e->at : CLOCK_NONE;
	c.alert.ack_until = until > 0 ? until : CLOCK_NONE;
	c.alert.ack_by = until > 0 ? text_of(o, "actor", ALERT_TEXT) :
	    SPAN_NONE;
	c.alert.ack_reason = until > 0 ? text_of(o, "reason", ALERT_TEXT) :
	    SPAN_NONE;
	store(&c);
	return NULL;
}

/* --- what ended long ago ------------------------------------------------------ */

struct oldest {
	int64_t now, before;	/* ms: it ended then at the latest */
	uint32_t last, told;	/* which stay */
	uint32_t number;	/* 0: none */
};

/* One that never ends keeps none of those after it, nor does one of a clock
 * that was ahead. */
static bool
is_oldest(void *arg, const struct alert *a)
{
	struct oldest *o = arg;

	if (alert_is_over(a) && a->ended <= o->before &&
	    a->number != o->last && a->number != o->told)
		o->number = a->number;
	return o->number == 0 && (a->at <= o->before || a->at > o->now);
}

/* The oldest that may be forgotten. The newest stays, and the alert of the
 * newest delivery: numbers are never given again. */
static bool
find_old(struct db_txn *t, int64_t now, uint32_t *number)
{
	struct oldest o = { .now = now, .before = now - ACT_ALERT_KEEP,
		.last = alert_last(t) };
	struct delivery d;

	if (ledger_get(t, ledger_last(t), &d))
		o.told = d.alert;
	alert_each_oldest(t, is_oldest, &o);
	*number = o.number;
	return o.number != 0;
}

bool
act_alert_is_old(struct db_txn *t, int64_t now)
{
	uint32_t number;

	return find_old(t, now, &number);
}

const char *
act_alert_forget(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t most = ACT_ALERT_FORGET;
	uint32_t number;

	(void)act_read_number(o, "most", ACT_ALERT_FORGET, &most);
	for (; most > 0 && find_old(g->txn, e->at, &number); most--) {
		ledger_forget(g->txn, number);
		alert_drop(g->txn, number);
		g->work++;
	}
	return NULL;
}
