/* See moves_ask.h. */
#include "agent/moves_ask.h"

#include <string.h>

#include "agent/held_there.h"
#include "agent/moves.h"
#include "agent/moves_waits.h"
#include "agent/say_move.h"
#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/url_place.h"

static const char *const lists[] = {
	[MOVES_SAID] = "announced", [MOVES_PROPOSED] = "proposed",
	[MOVES_REFUSED] = "refused", [MOVES_HEARD] = "heard",
	[MOVES_OFF] = "off",
};
#define STATES (sizeof(lists) / sizeof(lists[0]))

/* --- showing ------------------------------------------------------------------ */

static void
set(json_t *o, const char *name, struct span s)
{
	if (s.n > 0)
		json_object_set_new(o, name, json_stringn(s.at, s.n));
}

static void
set_time(json_t *o, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms != CLOCK_NONE)
		json_object_set_new(o, name,
		    json_string(clock_format(text, ms)));
}

static json_t *
show(const struct moved *m)
{
	json_t *o = json_object();

	set(o, "scope", m->scope);
	set(o, "old", m->old);
	set(o, "new", m->new);
	set_time(o, "from", m->from);
	set_time(o, "until", m->until);
	set_time(o, "when", m->when);
	set(o, "by", m->by);
	set(o, "reason", m->reason);
	set(o, "source", m->source);
	json_object_set_new(o, "items", json_integer((json_int_t)m->items));
	return o;
}

struct listing {
	struct store_txn *t;
	json_t *all;
	json_t *held;		/* letters about what the hub holds */
	int64_t skew;		/* ms: the hub's clock minus ours */
};

static int64_t
time_of(json_t *letter)
{
	const char *when = json_text(letter, "when");
	int64_t ms;

	return clock_parse(when, strlen(when), 0, &ms) ? ms : 0;
}

/* The hub has written since it was said that it can't be taken so. */
static void
add_held(json_t *o, const struct moved *m, const struct listing *l)
{
	json_t *letter;
	size_t i;

	json_array_foreach(l->held, i, letter)
		if (span_is(json_text_span(letter, "about"), m->old) &&
		    time_of(letter) - l->skew >= m->when)
			json_object_set(o, "held",
			    json_object_get(letter, "text"));
}

static bool
add(void *arg, const struct moved *m)
{
	const struct listing *l = arg;
	json_t *list, *o;

	if ((unsigned)m->state >= STATES || lists[m->state] == NULL)
		return true;
	list = json_object_get(l->all, lists[m->state]);
	if (json_array_size(list) >= MOVES_SHOWN)
		return true;
	json_array_append_new(list, o = show(m));
	if (m->state == MOVES_SAID)
		add_held(o, m, l);
	if (json_object_get(o, "held") == NULL && moves_waits(l->t, m))
		json_object_set_new(o, "waits", json_true());
	return true;
}

json_t *
moves_list(struct store_txn *t)
{
	struct listing l = { .t = t, .all = json_object(),
	    .held = held_there(t, MOVES_SHOWN), .skew = t->meta.skew };

	for (size_t i = 0; i < STATES; i++)
		if (lists[i] != NULL)
			json_object_set_new(l.all, lists[i], json_array());
	moves_each(t, add, &l);
	json_decref(l.held);
	return l.all;
}

/* --- deciding ------------------------------------------------------------------- */

struct deciding {
	struct span old;		/* empty: all */
	json_t *moves;			/* those that are meant */
};

static bool
gather(void *arg, const struct moved *m)
{
	struct deciding *d = arg;
	json_t *o;

	if (m->state != MOVES_PROPOSED || (d->old.n > 0 &&
	    !url_place_same(d->old, m->old)))
		return true;
	o = json_object();
	set(o, "old", m->old);
	set(o, "new", m->new);
	set(o, "scope", m->scope);
	json_array_append_new(d->moves, o);
	return json_array_size(d->moves) < SAY_MOVES_MOST;
}

static bool
refuse(struct store_txn *t, void *arg)
{
	json_t *o;
	size_t i;

	json_array_foreach(arg, i, o) {
		struct moved old, m = { .state = MOVES_REFUSED,
			.scope = json_text_span(o, "scope"),
			.old = json_text_span(o, "old"),
			.new = json_text_span(o, "new"), .from = CLOCK_NONE,
			.until = CLOCK_NONE, .when = clock_wall() };

		if (moves_get(t, m.scope, m.old, &old) &&
		    old.state == MOVES_PROPOSED)
			(void)moves_put(t, &m);
	}
	return true;
}

static json_t *
refuse_all(struct store *s, json_t *moves, struct buf *why)
{
	if (store_do(s, refuse, moves) == STORE_DONE)
		return json_pack("{s:I}", "refused",
		    (json_int_t)json_array_size(moves));
	buf_text(why, _("the disk is full: nothing was kept"));
	return NULL;
}

static json_t *
announce_all(struct store *s, json_t *ask, json_t *moves, int zone,
    struct buf *why)
{
	json_t *say = json_deep_copy(ask), *o, *answer;
	size_t i;

	json_array_foreach(moves, i, o) {
		set(o, "at", json_text_span(ask, "at"));
		set(o, "until", json_text_span(ask, "until"));
	}
	json_object_set(say, "moves", moves);
	answer = say_move(s, say, zone, why);
	json_decref(say);
	return answer;
}

static bool
take_old(struct deciding *d, json_t *ask, struct buf *url, struct buf *why)
{
	const char *wrong = "";

	if (json_text_span(ask, "old").n == 0)
		return true;
	if (!url_normal(url, json_text_span(ask, "old"), &wrong)) {
		buf_printf(why, "%.*s: %s", 
		    SPAN_ARGS(json_text_span(ask, "old")),
		    wrong);
		return false;
	}
	d->old = buf_look(url);
	return true;
}

json_t *
moves_decide(struct store *s, json_t *ask, int zone, struct buf *why)
{
	struct deciding d = { .moves = json_array() };
	struct store_txn *t = store_look(s);
	json_t *answer = NULL;
	struct buf url;

	buf_init(&url, LIMIT_URL);
	if (take_old(&d, ask, &url, why))
		moves_each(t, gather, &d);
	store_end(t);
	if (json_array_size(d.moves) == 0) {
		if (why->n == 0)
			buf_text(why, _("no such move is proposed; zqagent "
			    "moves shows them"));
	} else if (span_is(json_text_span(ask, "word"), SPAN("refuse"))) {
		answer = refuse_all(s, d.moves, why);
	} else {
		answer = announce_all(s, ask, d.moves, zone, why);
	}
	buf_clear(&url);
	json_decref(d.moves);
	return answer;
}
