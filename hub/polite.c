/*
 * Polite: lanes by name in a tree, and those from which one may go in a heap
 * by the time when; see polite.h.
 */
#include "hub/polite.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/tree.h"

#define NOT_IN_HEAP SIZE_MAX
#define SWEEP_LEAST 256		/* lanes, before forgotten ones are looked for */
#define BUSY_WAIT 50		/* ms until an address that is being asked is
				 * looked at again */

struct polite_lane {
	char *name;		/* "d:" a domain, "a:" an address */
	TAILQ_HEAD(items, polite_item) items;
	unsigned busy;		/* being asked now */
	int64_t next;		/* ms, not before then */
	uint64_t turn;		/* of lanes that may go, who waited longest */
	size_t at;		/* in the heap */
};

struct slot {
	struct polite_lane *lane;
};

struct polite {
	uint32_t delay;
	unsigned abreast;
	void *tree;
	size_t lanes, waiting, sweep;
	struct slot *heap;
	size_t count, room;
	uint64_t turns;
};

/* --- the heap --------------------------------------------------------------- */

static bool
is_before(const struct polite_lane *a, const struct polite_lane *b)
{
	return a->next != b->next ? a->next < b->next : a->turn < b->turn;
}

static void
set(struct polite *p, size_t at, struct polite_lane *l)
{
	p->heap[at].lane = l;
	l->at = at;
}

static void
rise(struct polite *p, size_t at, struct polite_lane *l)
{
	while (at > 0 && is_before(l, p->heap[(at - 1) / 2].lane)) {
		set(p, at, p->heap[(at - 1) / 2].lane);
		at = (at - 1) / 2;
	}
	set(p, at, l);
}

static void
sink(struct polite *p, size_t at, struct polite_lane *l)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < p->count &&
		    is_before(p->heap[child + 1].lane,
		    p->heap[child].lane))
			child++;
		if (child >= p->count || !is_before(p->heap[child].lane, l))
			break;
		set(p, at, p->heap[child].lane);
		at = child;
	}
	set(p, at, l);
}

static void
heap_out(struct polite *p, struct polite_lane *l)
{
	size_t at = l->at;
	struct polite_lane *last;

	if (at == NOT_IN_HEAP)
		return;
	l->at = NOT_IN_HEAP;
	last = p->heap[--p->count].lane;
	if (last == l)
		return;
	if (at > 0 && is_before(last, p->heap[(at - 1) / 2].lane))
		rise(p, at, last);
	else
		sink(p, at, last);
}

static void
heap_in(struct polite *p, struct polite_lane *l)
{
	if (p->count == p->room) {
		p->room = p->room > 0 ? 2 * p->room : 64;
		p->heap = mem_grow(p->heap, p->room, sizeof(*p->heap));
	}
	l->turn = ++p->turns;
	rise(p, p->count++, l);
}

/* --- lanes ------------------------------------------------------------------ */

static int
compare(const void *a, const void *b)
{
	const struct polite_lane *one = a, *two = b;

	return strcmp(one->name, two->name);
}

static bool
is_forgotten(const struct polite_lane *l, int64_t now)
{
	return l->busy == 0 && TAILQ_EMPTY(&l->items) && l->next <= now;
}

static void
forget(struct polite *p, struct polite_lane *l)
{
	heap_out(p, l);
	tree_del(&p->tree, l, compare);
	p->lanes--;
	free(l->name);
	free(l);
}

struct sweep {
	struct slot *found;
	size_t count, room;
	int64_t now;
	bool all;
};

static void
look(void *node, void *arg)
{
	struct polite_lane *l = node;
	struct sweep *s = arg;

	if (s->count < s->room && (s->all || is_forgotten(l, s->now)))
		s->found[s->count++].lane = l;
}

static void
sweep(struct polite *p, int64_t now, bool all)
{
	struct sweep s = { .room = p->lanes, .now = now, .all = all };

	if (p->lanes == 0)
		return;
	s.found = mem_grow(NULL, p->lanes, sizeof(*s.found));
	tree_each(p->tree, look, &s);
	for (size_t i = 0; i < s.count; i++)
		forget(p, s.found[i].lane);
	free(s.found);
}

static struct polite_lane *
lane(struct polite *p, const char *kind, struct span name, int64_t now)
{
	struct polite_lane *l = mem_new(sizeof(*l)), *there;

	l->name = mem_new(name.n + 3);
	memcpy(l->name, kind, 2);
	if (name.n > 0)
		memcpy(l->name + 2, name.at, name.n);
	there = tree_put(&p->tree, l, compare);
	if (there != l) {
		free(l->name);
		free(l);
		return there;
	}
	TAILQ_INIT(&l->items);
	l->next = now;
	l->at = NOT_IN_HEAP;
	if (++p->lanes > p->sweep) {
		l->busy = 1;	/* not this one */
		sweep(p, now, false);
		l->busy = 0;
		p->sweep = 2 * p->lanes + SWEEP_LEAST;
	}
	return l;
}

/* Into the heap, or out of it, as it should be now. */
static void
settle(struct polite *p, struct polite_lane *l)
{
	heap_out(p, l);
	if (!TAILQ_EMPTY(&l->items) && l->busy < p->abreast)
		heap_in(p, l);
}

struct polite *
polite_new(uint32_t delay, unsigned abreast)
{
	struct polite *p = mem_new(sizeof(*p));

	must(abreast > 0);
	p->delay = delay;
	p->abreast = delay > 0 ? 1 : abreast;
	p->sweep = SWEEP_LEAST;
	return p;
}

void
polite_free(struct polite *p)
{
	if (p == NULL)
		return;
	sweep(p, 0, true);
	free(p->heap);
	free(p);
}

/* --- waiting and going -------------------------------------------------------- */

void
polite_put(struct polite *p, struct polite_item *item, struct span name,
    bool in_front, int64_t now)
{
	struct polite_lane *l = lane(p, "d:", name, now);

	must(item->lane == NULL);
	item->lane = l;
	if (in_front)
		TAILQ_INSERT_HEAD(&l->items, item, entry);
	else
		TAILQ_INSERT_TAIL(&l->items, item, entry);
	p->waiting++;
	if (l->at == NOT_IN_HEAP)
		settle(p, l);
}

struct polite_item *
polite_take(struct polite *p, int64_t now)
{
	struct polite_lane *l = p->count > 0 ? p->heap[0].lane : NULL;
	struct polite_item *item;

	if (l == NULL || l->next > now)
		return NULL;
	item = TAILQ_FIRST(&l->items);
	TAILQ_REMOVE(&l->items, item, entry);
	p->waiting--;
	l->busy++;
	l->next = now;
	settle(p, l);
	return item;
}

int64_t
polite_wait(const struct polite *p, int64_t now)
{
	int64_t next;

	if (p->count == 0)
		return -1;
	next = p->heap[0].lane->next;
	return next > now ? next - now : 0;
}

static void
hold(struct polite *p, struct polite_lane *l, int64_t now, int64_t pause)
{
	int64_t next = now + (pause > p->delay ? pause : p->delay);

	must(l->busy > 0);
	l->busy--;
	if (next > l->next)
		l->next = next;
}

void
polite_end(struct polite *p, struct polite_item *item, int64_t now,
    int64_t pause)
{
	struct polite_lane *l = item->lane;

	item->lane = NULL;
	hold(p, l, now, pause);
	settle(p, l);
}

void
polite_again(struct polite *p, struct polite_item *item, int64_t now,
    int64_t wait)
{
	struct polite_lane *l = item->lane;

	must(l->busy > 0);
	l->busy--;
	if (now + wait > l->next)
		l->next = now + wait;
	TAILQ_INSERT_HEAD(&l->items, item, entry);
	p->waiting++;
	settle(p, l);
}

int64_t
polite_item_wait(const struct polite_item *item, int64_t now)
{
	return item->lane->next > now ? item->lane->next - now : 0;
}

struct polite_item *
polite_give_up(struct polite *p, int64_t now, int64_t patience)
{
	for (size_t i = 0; i < p->count; i++) {
		struct polite_lane *l = p->heap[i].lane;
		struct polite_item *item;

		if (l->next - now <= patience)
			continue;
		item = TAILQ_FIRST(&l->items);
		TAILQ_REMOVE(&l->items, item, entry);
		p->waiting--;
		item->lane = NULL;
		settle(p, l);
		return item;
	}
	return NULL;
}

size_t
polite_waiting(const struct polite *p)
{
	return p->waiting;
}

size_t
polite_lanes(const struct polite *p)
{
	return p->lanes;
}

/* --- addresses ---------------------------------------------------------------- */

struct polite_lane *
polite_connect(struct polite *p, struct span address, int64_t now,
    int64_t *wait)
{
	struct polite_lane *l = lane(p, "a:", address, now);

	if (l->busy < p->abreast && l->next <= now) {
		l->busy++;
		return l;
	}
	*wait = l->next > now ? l->next - now :
	    p->delay > BUSY_WAIT ? p->delay : BUSY_WAIT;
	return NULL;
}

void
polite_disconnect(struct polite *p, struct polite_lane *l, int64_t now,
    int64_t pause)
{
	hold(p, l, now, pause);
}
