/*
 * Moves that are looked at; see move_watch.h.
 */
#include "hub/move_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/act_move.h"
#include "hub/acts.h"
#include "hub/chart.h"
#include "hub/frame.h"
#include "hub/json.h"
#include "hub/look_frame.h"
#include "hub/map.h"
#include "hub/move_sample.h"
#include "hub/move_try.h"
#include "hub/pulse.h"
#include "hub/target.h"
#include "protocol/rewrite.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define SLICE 500		/* moves looked through at a time */
#define PAUSE 2000		/* ms between two passes */
#define LOOKS 4			/* at a time */
#define PATIENCE (10 * MINUTE)	/* for the check part */
#define REMEMBERED 20000	/* moves, when to look at them again */
#define TWICE 2			/* dead … */
#define THRICE 3		/* … and silent, before it counts */

#define NOTE_INDEX "what it leads to is in the index; whether the old " \
	"addresses answer was not looked at"

struct address {
	char *asked;
	bool ahead;		/* that is the new one */
	struct move_try tried;
	bool done;
};

struct look {			/* that is under way */
	uint32_t move;		/* 0: free */
	uint32_t number;	/* of this look */
	bool ahead, settles;
	int64_t until;		/* ms, mono: nobody waits for longer */
	size_t count, left;
	struct address at[MOVE_SAMPLE];
	size_t known, missing;	/* in the index, … */
	char why[MOVE_TEXT];	/* … and which */
};

struct again {			/* what the rows don't tell of a move */
	int64_t next;		/* ms, mono: not before then */
	unsigned dead, silent;	/* looks in a row */
};

struct move_watch {
	struct writer *writer;
	struct turns *turns;
	struct channel *channel;	/* or NULL */
	uint32_t at;		/* the pass goes on with this move */
	int64_t rest;		/* ms, mono: not before then */
	struct look look[LOOKS];
	uint32_t looks;		/* so far */
	struct rewrite *rules;	/* or NULL; of … */
	uint64_t version;	/* … this map (chart.h) */
	struct map again;
	struct acts acts;
	bool waits;		/* for a turn */
};

/* --- whose time it is ----------------------------------------------------------- */

static bool
is_long_ago(int64_t then, int64_t gap, int64_t now)
{
	return then == CLOCK_NONE || now - then >= gap || then - now > gap;
}

bool
move_watch_is_due(const struct move *m, int64_t now)
{
	if (!move_counts(m))
		return false;
	switch (m->state) {
	case MOVE_ANNOUNCED:
		return m->checked == CLOCK_NONE;
	case MOVE_CHECKED:	/* once more, just before */
		return m->from - now < HOUR && m->checked < m->from - HOUR;
	case MOVE_EFFECTIVE:	/* maps have to reach the servers */
		return is_long_ago(m->changed, MINUTE, now);
	case MOVE_VERIFIED:
		return is_long_ago(m->verified, DAY, now);
	case MOVE_FAILED:
		return is_long_ago(m->verified, HOUR, now);
	default:
		return false;
	}
}

static void
forget_again(struct move_watch *w)
{
	struct again *a;
	size_t at = 0;

	while ((a = map_each(&w->again, &at)) != NULL)
		free(a);
	map_clear(&w->again);
	map_init(&w->again);
}

static struct again *
again_of(struct move_watch *w, uint32_t move)
{
	struct again *a = map_get(&w->again, move);

	if (a != NULL)
		return a;
	if (w->again.n >= REMEMBERED)
		forget_again(w);	/* they are only looked at sooner */
	a = mem_new(sizeof(*a));
	map_put(&w->again, move, a);
	return a;
}

static void
look_again(struct move_watch *w, uint32_t move, int64_t after)
{
	again_of(w, move)->next = clock_mono() + after;
}

/* --- what came of it ----------------------------------------------------------- */

static void
say(struct move_watch *w, uint32_t move, size_t looked, size_t wrong,
    const char *why, const char *note)
{
	json_t *act = json_pack("{s:s, s:I, s:I, s:I, s:o}", "do",
	    "move-looked", "move", (json_int_t)move, "looked",
	    (json_int_t)looked, "wrong", (json_int_t)wrong, "why",
	    json_span(span_of(why)));

	json_object_set_new(act, "note", json_string(note));
	acts_put(&w->acts, act, ACTS_HUB, NULL);
	look_again(w, move, MINUTE);	/* the row tells the rest */
}

static bool
is_bad(size_t looked, size_t wrong)
{
	return wrong * ACT_MOVE_WRONG >= looked;
}

struct found {
	size_t looked, wrong, dead, silent;
	char why[MOVE_TEXT];
};

static bool
is_cut_off(void)
{
	struct pulse_head head;

	return pulse_look(&head) && head.isolated;
}

static void
judge_one(const struct address *a, bool cut, struct found *v)
{
	bool good = a->done && move_try_is_good(&a->tried, a->ahead);
	bool silent = !a->done || !a->tried.answered;

	if ((a->done && a->tried.blind) || (silent && cut))
		return;		/* that is no fault of the move */
	v->looked++;
	v->wrong += !good;
	v->dead += a->done && move_try_is_dead(&a->tried);
	v->silent += silent;
	if (!good && v->why[0] == '\0')
		snprintf(v->why, sizeof(v->why), "%.220s: %.220s", a->asked,
		    a->done ? a->tried.said : "not looked at in time");
}

static void
judge(const struct look *l, struct found *v)
{
	bool cut = is_cut_off();

	*v = (struct found){ .looked = 0 };
	for (size_t i = 0; i < l->count; i++)
		judge_one(&l->at[i], cut, v);
}

/* The network says nothing: what the index says is all there is, and before
 * its time that was not enough. */
static void
conclude_blind(struct move_watch *w, const struct look *l)
{
	if (l->ahead || l->known == 0 || is_bad(l->known, l->missing))
		look_again(w, l->move, HOUR);
	else
		say(w, l->move, l->known, l->missing, l->why, NOTE_INDEX);
}

static void
conclude(struct move_watch *w, const struct look *l)
{
	struct again *a = again_of(w, l->move);
	struct found v;
	bool bad, all_dead, silent;

	judge(l, &v);
	bad = is_bad(v.looked, v.wrong);
	all_dead = v.looked > 0 && v.dead == v.looked;
	silent = v.looked > 0 && v.silent == v.looked;
	a->dead = all_dead ? a->dead + 1 : 0;
	a->silent = silent ? a->silent + 1 : 0;
	if (v.looked == 0)
		conclude_blind(w, l);
	else if (!bad)
		say(w, l->move, v.looked, v.wrong, v.why, "");
	else if (l->ahead)
		look_again(w, l->move, HOUR);
	else if ((l->settles && a->dead < TWICE) ||
	    (silent && a->silent < THRICE))
		look_again(w, l->move, 2 * MINUTE);
	else
		say(w, l->move, v.looked, v.wrong, v.why, "");
}

static void
end_look(struct move_watch *w, struct look *l)
{
	conclude(w, l);
	for (size_t i = 0; i < l->count; i++)
		free(l->at[i].asked);
	*l = (struct look){ .move = 0 };
}

bool
move_watch_frame(struct move_watch *w, const struct frame *f)
{
	uint32_t number = (uint32_t)(f->number >> 32);
	size_t i = (size_t)(f->number & UINT32_MAX);
	struct move_try tried;

	if (!move_try_read(&tried, f->body))
		return false;
	for (struct look *l = w->look; l < w->look + LOOKS; l++) {
		if (l->move == 0 || l->number != number)
			continue;
		if (i >= l->count || l->at[i].done)
			return false;
		l->at[i].tried = tried;
		l->at[i].done = true;
		if (--l->left == 0)
			end_look(w, l);
		return true;
	}
	return number <= w->looks;	/* nobody waits for it any more */
}

/* --- looking ---------------------------------------------------------------------- */

struct sampling {
	struct move_watch *w;
	struct db_txn *txn;
	const struct move *move;
	struct look *look;	/* its asking, if that is needed */
	struct {
		char *asked, *wanted;
		bool ahead;
		struct move_known known;
	} at[MOVE_SAMPLE];
	size_t count;
	size_t here, missing;	/* in the index */
	char why[MOVE_TEXT];
};

static void
note(void *arg, struct span url, struct span to, bool kept)
{
	struct sampling *s = arg;
	bool ahead = move_is_ahead(s->move->state) || kept;
	struct span asked = ahead ? to : url;
	struct target_verdict v;

	target_judge(s->txn, NULL, to, 0, &v, NULL);
	if (s->move->scope != REWRITE_ADDRESS && span_is(url, s->move->old))
		v.broken = false;	/* no page has to be just there */
	s->here += v.state == TARGET_HERE;
	s->missing += v.broken;
	if (v.broken && s->why[0] == '\0')
		snprintf(s->why, sizeof(s->why), "%.*s: not in the index",
		    (int)(to.n < 400 ? to.n : 400), to.at);
	if (s->count == MOVE_SAMPLE)
		return;
	if (!kept)
		move_known_read(&s->at[s->count].known, s->txn,
		    s->w->writer->journal, s->move, url, to);
	s->at[s->count].ahead = ahead;
	s->at[s->count].asked = mem_copy(asked.at, asked.n);
	s->at[s->count++].wanted = mem_copy(to.at, to.n);
}

static void
ask(struct sampling *s)
{
	struct look *l = s->look;
	struct buf body;

	*l = (struct look){ .move = s->move->number,
	    .number = ++s->w->looks, .ahead = move_is_ahead(s->move->state),
	    .settles = s->move->settle != CLOCK_NONE,
	    .until = clock_mono() + PATIENCE, .count = s->count,
	    .left = s->count, .known = s->here + s->missing,
	    .missing = s->missing };
	snprintf(l->why, sizeof(l->why), "%s", s->why);
	buf_init(&body, LOOK_FRAME_MAX);
	for (size_t i = 0; i < s->count; i++) {
		l->at[i].asked = s->at[i].asked;
		l->at[i].ahead = s->at[i].ahead;
		s->at[i].asked = NULL;
		buf_reset(&body);
		move_try_ask_write(&body, &(struct move_try_ask){
		    .asked = span_of(l->at[i].asked),
		    .wanted = span_of(s->at[i].wanted),
		    .known = s->at[i].known });
		must(!body.bad);
		channel_send(s->w->channel, FRAME_TRY,
		    (uint64_t)l->number << 32 | i, buf_look(&body));
	}
	buf_clear(&body);
}

/* What the index says; false: it says nothing, the network has to. */
static bool
is_told_by_index(struct sampling *s)
{
	size_t known = s->here + s->missing;
	const struct move *m = s->move;
	bool bad = known == 0 || is_bad(known, s->missing);

	if (move_is_ahead(m->state)) {
		if (s->here < s->count)
			return false;
		say(s->w, m->number, s->count, 0, "", "");
	} else if (known > 0 && bad && m->settle == CLOCK_NONE) {
		say(s->w, m->number, known, s->missing, s->why,
		    "");
	} else if (!bad && s->w->channel == NULL) {
		say(s->w, m->number, known, s->missing, s->why,
		    NOTE_INDEX);
	} else {
		return false;
	}
	return true;
}

static void
look_at(struct move_watch *w, struct db_txn *t, const struct rewrite *rules,
    const struct move *m, struct look *l)
{
	struct sampling s = { .w = w, .txn = t, .move = m, .look = l };

	move_sample(t, rules, m, clock_wall(), MOVE_SAMPLE, note, &s);
	if (s.count == 0)
		look_again(w, m->number, HOUR);	/* others lead it all on */
	else if (is_told_by_index(&s))
		;
	else if (w->channel != NULL)
		ask(&s);
	else
		look_again(w, m->number, move_is_ahead(m->state) ? HOUR :
		    2 * MINUTE);
	for (size_t i = 0; i < s.count; i++) {
		free(s.at[i].asked);
		free(s.at[i].wanted);
	}
}

struct pass {
	struct move_watch *w;
	uint32_t due[LOOKS];
	size_t n, room, slice;
	bool more;
};

static bool
is_under_way(const struct move_watch *w, uint32_t move)
{
	for (size_t i = 0; i < LOOKS; i++)
		if (w->look[i].move == move)
			return true;
	return false;
}

static bool
consider(void *arg, const struct move *m)
{
	struct pass *p = arg;
	const struct again *a = map_get(&p->w->again, m->number);

	p->more = p->slice-- > 0 && p->n < p->room;
	if (!p->more)
		return false;
	p->w->at = m->number + 1;
	if (move_watch_is_due(m, clock_wall()) &&
	    (a == NULL || a->next <= clock_mono()) &&
	    !is_under_way(p->w, m->number))
		p->due[p->n++] = m->number;
	return true;
}

static struct look *
free_look(struct move_watch *w)
{
	for (size_t i = 0; i < LOOKS; i++)
		if (w->look[i].move == 0)
			return &w->look[i];
	return NULL;
}

/* There may be 100,000: they are kept until one is another. */
static const struct rewrite *
rules_of(struct move_watch *w, struct db_txn *t)
{
	uint64_t version = chart_version(t);

	if (w->rules != NULL && w->version == version)
		return w->rules;
	rewrite_free(w->rules);
	w->rules = rewrite_new();
	w->version = version;
	move_rules(t, w->rules);
	return w->rules;
}

static void
go_on(struct move_watch *w, struct db_txn *t)
{
	struct pass p = { .w = w, .slice = SLICE };
	struct move m;

	for (size_t i = 0; i < LOOKS; i++)
		p.room += w->look[i].move == 0;
	move_each(t, w->at, consider, &p);
	if (!p.more) {
		w->at = 0;
		w->rest = clock_mono() + PAUSE;
	}
	if (p.n == 0)
		return;
	for (size_t i = 0; i < p.n; i++)
		if (move_get(t, p.due[i], &m))
			look_at(w, t, rules_of(w, t), &m, free_look(w));
}

/* --- turns ---------------------------------------------------------------------------- */

static void
begin(void *arg)
{
	struct move_watch *w = arg;

	turn_write(w->turns, &w->acts);
}

static void
written(void *arg, bool good)
{
	struct move_watch *w = arg;

	(void)good;		/* else it is looked at again */
	w->waits = false;
}

static void
write_down(struct move_watch *w)
{
	if (w->waits || w->acts.count == 0 || turn_is_stuck(w->turns))
		return;
	w->waits = true;
	turn_ask(w->turns, begin, written, w);
}

static void
end_late(struct move_watch *w)
{
	for (struct look *l = w->look; l < w->look + LOOKS; l++)
		if (l->move != 0 && l->until <= clock_mono())
			end_look(w, l);
}

void
move_watch_look(struct move_watch *w)
{
	struct db_txn *t;

	end_late(w);
	write_down(w);
	if (w->acts.count > 0 || clock_mono() < w->rest ||
	    free_look(w) == NULL)
		return;
	t = view_read(w->writer->view);
	go_on(w, t);
	db_abort(t);
}

/* --- its life --------------------------------------------------------------------------- */

void
move_watch_connect(struct move_watch *w, struct channel *c)
{
	w->channel = c;
}

struct move_watch *
move_watch_new(struct writer *w, struct turns *t)
{
	struct move_watch *m = mem_new(sizeof(*m));

	m->writer = w;
	m->turns = t;
	map_init(&m->again);
	acts_init(&m->acts);
	return m;
}

void
move_watch_free(struct move_watch *w)
{
	if (w == NULL)
		return;
	for (struct look *l = w->look; l < w->look + LOOKS; l++)
		for (size_t i = 0; l->move != 0 && i < l->count; i++)
			free(l->at[i].asked);
	forget_again(w);
	map_clear(&w->again);
	acts_clear(&w->acts);
	rewrite_free(w->rules);
	free(w);
}
