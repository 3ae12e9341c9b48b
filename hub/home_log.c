/*
 * Looks on their way into the journal; see home_log.h.
 */
#include "hub/home_log.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/acts.h"
#include "hub/home_act.h"

#define WRITE 10000		/* ms, that looks wait to be written down */
#define ACTS_MOST 256		/* that wait for their turn */
#define DOUBT 60000		/* ms, after which it was each its site … */
#define DOUBTS_MOST 4096	/* … and so many */

struct doubt {
	struct home_seen seen;
	unsigned flags;
	json_t *news;		/* or NULL */
};

struct home_log {
	struct turns *turns;
	json_t *rows;		/* that aren't an act yet … */
	int64_t at;		/* … the first of them: ms, wall, and … */
	int64_t since;		/* … mono */
	struct acts acts;
	bool waits;		/* for a turn */
	struct doubt *doubt;	/* in order */
	size_t doubts, room;
	int64_t doubted;	/* ms, mono: the first of them */
};

static void
make_act(struct home_log *l)
{
	if (json_array_size(l->rows) == 0)
		return;
	acts_put(&l->acts, json_pack("{s:s, s:I, s:o}", "do", "homes", "at",
	    (json_int_t)l->at, "rows", l->rows), ACTS_HUB, NULL);
	l->rows = json_array();
}

static void
add_row(struct home_log *l, const struct home_seen *s, unsigned flags)
{
	json_t *row;

	if (json_array_size(l->rows) == 0 || s->at < l->at) {
		make_act(l);
		l->at = s->at;
		l->since = clock_mono();
	}
	row = json_pack("[I, I, i, i, I, i]", (json_int_t)s->site,
	    (json_int_t)(s->at - l->at), (int)s->outcome, (int)s->status,
	    (json_int_t)s->ms, (int)flags);
	if (s->cause != CAUSE_FINE)
		json_array_append_new(row,
		    json_string(cause_name(s->cause)));
	json_array_append_new(l->rows, row);
	if (json_array_size(l->rows) >= HOME_ACT_ROWS)
		make_act(l);
}

void
home_log_add(struct home_log *l, const struct home_seen *s, unsigned flags,
    json_t *news)
{
	if (news != NULL) {
		make_act(l);	/* in the order in which it was seen */
		acts_put(&l->acts, news, ACTS_HUB, NULL);
	}
	add_row(l, s, flags);
	if (news != NULL)
		make_act(l);
}

/* --- doubts ------------------------------------------------------------------ */

void
home_log_doubt(struct home_log *l, const struct home_seen *s, unsigned flags,
    json_t *news)
{
	if (l->doubts == DOUBTS_MOST)
		home_log_settle(l, false);
	if (l->doubts == l->room) {
		l->room = l->room == 0 ? 16 : l->room * 2;
		l->doubt = mem_grow(l->doubt, l->room, sizeof(*l->doubt));
	}
	if (l->doubts == 0)
		l->doubted = clock_mono();
	l->doubt[l->doubts++] = (struct doubt){ *s, flags, news };
}

void
home_log_settle(struct home_log *l, bool ours)
{
	for (size_t i = 0; i < l->doubts; i++) {
		struct doubt *d = &l->doubt[i];

		if (ours) {
			d->seen.outcome = HOME_UNKNOWN;
			d->seen.cause = CAUSE_ISOLATED;
			json_decref(d->news);
			d->news = NULL;
		}
		home_log_add(l, &d->seen, d->flags, d->news);
	}
	l->doubts = 0;
}

/* --- turns ------------------------------------------------------------------- */

static void
begin(void *arg)
{
	struct home_log *l = arg;

	turn_write(l->turns, &l->acts);
}

static void
written(void *arg, bool good)
{
	struct home_log *l = arg;

	(void)good;	/* else it is seen again, some day */
	l->waits = false;
}

/* A disk that is full, for long: the oldest are not missed. */
void
home_log_write(struct home_log *l)
{
	if (l->doubts > 0 && clock_mono() - l->doubted >= DOUBT)
		home_log_settle(l, false);
	if (clock_mono() - l->since >= WRITE)
		make_act(l);
	if (l->waits || l->acts.count == 0)
		return;
	if (turn_is_stuck(l->turns)) {
		if (l->acts.count > ACTS_MOST)
			acts_clear(&l->acts);
		return;
	}
	l->waits = true;
	turn_ask(l->turns, begin, written, l);
}

/* --- its life ------------------------------------------------------------------ */

struct home_log *
home_log_new(struct turns *t)
{
	struct home_log *l = mem_new(sizeof(*l));

	l->turns = t;
	l->rows = json_array();
	acts_init(&l->acts);
	return l;
}

void
home_log_free(struct home_log *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->doubts; i++)
		json_decref(l->doubt[i].news);
	free(l->doubt);
	json_decref(l->rows);
	acts_clear(&l->acts);
	free(l);
}
