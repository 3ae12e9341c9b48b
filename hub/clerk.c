/*
 * The clerk: a table of chores; see clerk.h.
 */
#include "hub/clerk.h"

#include <jansson.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/act_move.h"
#include "hub/links.h"
#include "hub/move.h"
#include "hub/telling.h"

struct clerk {
	struct writer *writer;
	struct turns *turns;
	bool asked;		/* for a turn */
};

/* --- chores ----------------------------------------------------------------- */

static bool
is_time(struct db_txn *t, int64_t now)
{
	uint32_t number;
	int64_t when;

	return move_due(t, &when, &number) && when <= now;
}

static bool
is_to_look(struct db_txn *t, int64_t now)
{
	(void)now;
	return links_look_left(t);
}

static const struct chore {
	const char *act;	/* {"do": act, "most": most} */
	int most;
	bool (*is_due)(struct db_txn *t, int64_t now);
} chores[] = {
	{ "tick", ACT_MOVE_TICK, is_time },
	{ "look", LINKS_LOOK_SOME, is_to_look },
	{ "tell", TELLING_SOME, telling_is_due },
};

#define CHORES (sizeof(chores) / sizeof(chores[0]))

/* Puts an act for each that is due (acts may be NULL); how many are. */
static size_t
put_due(struct clerk *c, struct acts *acts)
{
	struct db_txn *t = view_read(c->writer->view);
	int64_t now = clock_wall();
	size_t n = 0;

	for (size_t i = 0; i < CHORES; i++) {
		const struct chore *one = &chores[i];

		if (!one->is_due(t, now))
			continue;
		n++;
		if (acts != NULL)
			acts_put(acts, json_pack("{s:s, s:i}", "do",
			    one->act, "most", one->most), ACTS_HUB, NULL);
	}
	db_abort(t);
	return n;
}

/* --- turns -------------------------------------------------------------------- */

static void
begin(void *arg)
{
	struct clerk *c = arg;
	struct acts acts;

	acts_init(&acts);
	if (put_due(c, &acts) > 0) {
		turn_write(c->turns, &acts);
	} else {
		c->asked = false;
		turn_end(c->turns);
	}
	acts_clear(&acts);
}

static void
written(void *arg, bool good)
{
	struct clerk *c = arg;

	c->asked = false;
	if (good)
		clerk_look(c);
}

void
clerk_look(struct clerk *c)
{
	if (c->asked || turn_is_stuck(c->turns) || put_due(c, NULL) == 0)
		return;
	c->asked = true;
	turn_ask(c->turns, begin, written, c);
}

/* --- its life ------------------------------------------------------------------- */

struct clerk *
clerk_new(struct writer *w, struct turns *t)
{
	struct clerk *c = mem_new(sizeof(*c));

	c->writer = w;
	c->turns = t;
	return c;
}

void
clerk_free(struct clerk *c)
{
	free(c);
}
