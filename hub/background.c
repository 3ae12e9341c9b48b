/*
 * Background work: a table of chores; see background.h.
 */
#include "hub/background.h"

#include <jansson.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/act_move.h"
#include "hub/act_retire.h"
#include "hub/links.h"
#include "hub/move.h"
#include "hub/telling.h"

struct background {
	struct writer *writer;
	struct turns *turns;
	int64_t grace;		/* ms that a move may settle */
	bool asked;		/* for a turn */
};

/* --- chores ----------------------------------------------------------------- */

static bool
is_time(const struct background *c, struct db_txn *t, int64_t now)
{
	uint32_t number;
	int64_t when;

	return (move_due(t, &when, &number) && when <= now) ||
	    (move_settling(t, &when, &number) &&
	    move_is_settled(when, c->grace, now));
}

static bool
is_to_look(const struct background *c, struct db_txn *t, int64_t now)
{
	(void)c, (void)now;
	return links_look_left(t);
}

static bool
is_to_clear(const struct background *c, struct db_txn *t, int64_t now)
{
	struct span row;
	uint32_t site;

	(void)c, (void)now;
	return act_retire_left(t, &site, &row);
}

static bool
is_to_tell(const struct background *c, struct db_txn *t, int64_t now)
{
	(void)c;
	return telling_is_due(t, now);
}

static const struct chore {
	const char *act;	/* {"do": act, "most": most} */
	int most;
	bool (*is_due)(const struct background *c, struct db_txn *t,
	    int64_t now);
} chores[] = {
	{ "tick", ACT_MOVE_TICK, is_time },
	{ "clear", ACT_RETIRE_SOME, is_to_clear },
	{ "look", LINKS_LOOK_SOME, is_to_look },
	{ "tell", TELLING_SOME, is_to_tell },
};

#define CHORES (sizeof(chores) / sizeof(chores[0]))

static json_t *
act_of(const struct background *c, const struct chore *one)
{
	json_t *o = json_pack("{s:s, s:i}", "do", one->act, "most",
	    one->most);

	if (one->is_due == is_time)
		json_object_set_new(o, "grace", json_integer(c->grace));
	return o;
}

/* Puts an act for each that is due (acts may be NULL); how many are. */
static size_t
put_due(struct background *c, struct acts *acts)
{
	struct db_txn *t = view_read(c->writer->view);
	int64_t now = clock_wall();
	size_t n = 0;

	for (size_t i = 0; i < CHORES; i++) {
		const struct chore *one = &chores[i];

		if (!one->is_due(c, t, now))
			continue;
		n++;
		if (acts != NULL)
			acts_put(acts, act_of(c, one), ACTS_HUB, NULL);
	}
	db_abort(t);
	return n;
}

/* --- turns -------------------------------------------------------------------- */

static void
begin(void *arg)
{
	struct background *c = arg;
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
	struct background *c = arg;

	c->asked = false;
	if (good)
		background_look(c);
}

void
background_look(struct background *c)
{
	if (c->asked || turn_is_stuck(c->turns) || put_due(c, NULL) == 0)
		return;
	c->asked = true;
	turn_ask(c->turns, begin, written, c);
}

/* --- its life ------------------------------------------------------------------- */

struct background *
background_new(struct writer *w, struct turns *t, int64_t grace)
{
	struct background *c = mem_new(sizeof(*c));

	c->writer = w;
	c->turns = t;
	c->grace = grace;
	return c;
}

void
background_free(struct background *c)
{
	free(c);
}
