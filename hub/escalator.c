/*
 * Sites, one after the other; see escalator.h.
 */
#include "hub/escalator.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/acts.h"
#include "hub/escalate.h"

#define SITES 20		/* looked through at a time */
#define PAUSE 60000		/* ms between two passes, … */
#define PAUSE_LEAST 1000	/* … or the shortest of the times, down to this */

struct escalator {
	struct writer *writer;
	struct turns *turns;
	struct escalate_times times;
	uint32_t site;		/* the pass goes on with this one */
	int64_t rest;		/* ms, mono: not before then */
	struct acts acts;
	bool waits;		/* for a turn */
};

static void
begin(void *arg)
{
	struct escalator *e = arg;

	turn_write(e->turns, &e->acts);
}

static void
written(void *arg, bool good)
{
	struct escalator *e = arg;

	(void)good;		/* else it is found again */
	e->waits = false;
}

static int64_t
pause_after(const struct escalate_times *times)
{
	int64_t pause = PAUSE;

	for (int l = 0; l < REFERRAL_LEVELS; l++)
		if (times->wait[l] > 0 && times->wait[l] < pause)
			pause = times->wait[l];
	return pause > PAUSE_LEAST ? pause : PAUSE_LEAST;
}

void
escalator_look(struct escalator *e)
{
	struct db_txn *t;
	json_t *act;

	if (e->waits || turn_is_stuck(e->turns) || clock_mono() < e->rest)
		return;
	t = view_read(e->writer->view);
	if (escalate_next(t, &e->times, clock_wall(), SITES, &e->site,
	    &act)) {
		acts_put(&e->acts, act, ACTS_HUB, NULL);
		e->waits = true;
	} else if (e->site > site_last(t)) {
		e->site = 1;
		e->rest = clock_mono() + pause_after(&e->times);
	}
	db_abort(t);
	if (e->waits)
		turn_ask(e->turns, begin, written, e);
}

struct escalator *
escalator_new(const struct config *config, struct writer *w, struct turns *t)
{
	struct escalator *e = mem_new(sizeof(*e));

	e->writer = w;
	e->turns = t;
	e->site = 1;
	e->times.wait[REFERRAL_COLUMN] = (int64_t)config->letter_column;
	e->times.wait[REFERRAL_SITE] = (int64_t)config->letter_site;
	e->times.wait[REFERRAL_PARENT] = (int64_t)config->letter_parent;
	acts_init(&e->acts);
	return e;
}

void
escalator_free(struct escalator *e)
{
	if (e == NULL)
		return;
	acts_clear(&e->acts);
	free(e);
}
