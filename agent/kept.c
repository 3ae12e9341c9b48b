/* See kept.h. */
#include "agent/kept.h"

#include <stdlib.h>
#include <string.h>

#include "agent/known.h"
#include "contrib/base/mem.h"

#define TURN 500		/* rows in one transaction … */
#define LOOKED 10000		/* … of so many that are looked at */

struct turn {
	struct span source;
	struct known_mark mark;
	struct known row[TURN];	/* of their own memory */
	size_t count;
};

static bool
is_to_be_kept(const struct known *k)
{
	static const uint8_t unsaid[sizeof(k->change)];

	return k->adopted && !k->kept &&
	    memcmp(k->change, unsaid, sizeof(unsaid)) != 0;
}

static bool
gather(void *arg, const struct known *k)
{
	struct turn *g = arg;

	if (g->count == TURN)
		return false;
	if (!span_is(k->source, g->source) || !is_to_be_kept(k))
		return true;
	g->row[g->count] = *k;
	known_own(&g->row[g->count]);
	g->row[g->count++].kept = true;
	return true;
}

static bool
put(struct store_txn *t, void *arg)
{
	const struct turn *g = arg;

	for (size_t i = 0; i < g->count; i++)
		known_put(t, &g->row[i]);
	return true;
}

/* True: there may be more. */
static bool
mark_some(struct store *s, struct turn *g)
{
	struct store_txn *t = store_look(s);
	bool more;

	g->count = 0;
	more = known_walk(t, &g->mark, LOOKED, gather, g);
	store_end(t);
	if (g->count > 0 && store_do(s, put, g) != STORE_DONE)
		more = false;
	for (size_t i = 0; i < g->count; i++)
		known_disown(&g->row[i]);
	return more;
}

void
kept_mark(struct store *s, struct span source)
{
	struct turn *g = mem_new(sizeof(*g));

	g->source = source;
	while (mark_some(s, g))
		;
	free(g);
}
