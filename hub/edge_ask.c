#include "hub/edge_ask.h"

#include <stdlib.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#define NOWHERE UINT32_MAX

/* A number is a slot and, above it, how often that was given out before. */
struct edge_ask_slot {
	void *who;		/* NULL: vacant */
	uint32_t turn;
	uint32_t next;		/* of the vacant ones */
};

void
edge_ask_init(struct edge_ask *a)
{
	*a = (struct edge_ask){ .vacant = NOWHERE };
}

void
edge_ask_clear(struct edge_ask *a)
{
	free(a->slot);
	edge_ask_init(a);
}

static void
grow(struct edge_ask *a)
{
	size_t more = a->slots > 0 ? a->slots * 2 : 64;

	must(more < NOWHERE);
	a->slot = mem_grow(a->slot, more, sizeof(a->slot[0]));
	for (size_t i = more; i-- > a->slots;) {
		a->slot[i] = (struct edge_ask_slot){ .turn = 1,
		    .next = a->vacant };
		a->vacant = (uint32_t)i;
	}
	a->slots = more;
}

uint64_t
edge_ask_put(struct edge_ask *a, void *who)
{
	struct edge_ask_slot *s;
	uint32_t i;

	must(who != NULL);
	if (a->vacant == NOWHERE)
		grow(a);
	i = a->vacant;
	s = &a->slot[i];
	a->vacant = s->next;
	s->who = who;
	a->waiting++;
	return (uint64_t)s->turn << 32 | i;
}

static struct edge_ask_slot *
find(const struct edge_ask *a, uint64_t number)
{
	uint32_t i = (uint32_t)number;

	if (i >= a->slots || a->slot[i].who == NULL ||
	    a->slot[i].turn != number >> 32)
		return NULL;
	return &a->slot[i];
}

void *
edge_ask_get(const struct edge_ask *a, uint64_t number)
{
	const struct edge_ask_slot *s = find(a, number);

	return s != NULL ? s->who : NULL;
}

void
edge_ask_del(struct edge_ask *a, uint64_t number)
{
	struct edge_ask_slot *s = find(a, number);

	must(s != NULL);
	s->who = NULL;
	s->turn++;
	s->next = a->vacant;
	a->vacant = (uint32_t)number;
	a->waiting--;
}
