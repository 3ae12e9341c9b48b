/*
 * Hits that are to be written down; see hits_keeper.h.
 */
#include "hub/hits_keeper.h"

#include <jansson.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/acts.h"
#include "hub/hits.h"

#define EVERY 20000		/* ms, at most so often: the web part stands in
				 * the weather */

struct hits_keeper {
	struct turns *turns;
	struct acts acts;
	int64_t next;		/* ms, mono */
	bool waits;		/* for a turn */
};

static void
begin(void *arg)
{
	struct hits_keeper *k = arg;

	turn_write(k->turns, &k->acts);
}

static void
written(void *arg, bool good)
{
	struct hits_keeper *k = arg;

	(void)good;		/* some are not counted: the disk is full */
	k->waits = false;
}

bool
hits_keeper_take(struct hits_keeper *k, struct span body)
{
	json_t *rows = json_loadb(body.at != NULL ? body.at : "", body.n,
	    JSON_REJECT_DUPLICATES, NULL);
	size_t n = json_array_size(rows);

	if (n == 0 || n > HITS_ROWS) {
		json_decref(rows);
		return false;
	}
	if (k->waits || turn_is_stuck(k->turns) || clock_mono() < k->next) {
		json_decref(rows);
		return true;
	}
	acts_put(&k->acts, json_pack("{s:s, s:o}", "do", "former", "rows",
	    rows), ACTS_HUB, NULL);
	k->next = clock_mono() + EVERY;
	k->waits = true;
	turn_ask(k->turns, begin, written, k);
	return true;
}

struct hits_keeper *
hits_keeper_new(struct turns *t)
{
	struct hits_keeper *k = mem_new(sizeof(*k));

	k->turns = t;
	acts_init(&k->acts);
	return k;
}

void
hits_keeper_free(struct hits_keeper *k)
{
	if (k == NULL)
		return;
	acts_clear(&k->acts);
	free(k);
}
