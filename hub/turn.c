/*
 * Turn: a line of people, one of whom is being served.
 */
#include "hub/turn.h"

#include <stdlib.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

struct turn {
	struct turn *next;
	turn_begin_fn *begin;
	turn_written_fn *written;
	void *arg;
};

struct turns {
	struct pending_queue *pending;
	struct show *show;
	void (*on_work)(void *arg);
	void *arg;
	struct turn *first, **end;	/* the first is being served … */
	bool begun;			/* … when this is set */
	bool durable;			/* and waits to be shown */
};

struct turns *
turns_new(struct pending_queue *pending, struct show *show,
    void (*on_work)(void *arg), void *arg)
{
	struct turns *t = mem_new(sizeof(*t));

	t->pending = pending;
	t->show = show;
	t->on_work = on_work;
	t->arg = arg;
	t->end = &t->first;
	return t;
}

void
turns_free(struct turns *t)
{
	struct turn *n;

	if (t == NULL)
		return;
	while ((n = t->first) != NULL) {
		t->first = n->next;
		free(n);
	}
	free(t);
}

/* The acts of those before are in the view: shown() saw to that. */
static void
start(struct turns *t)
{
	if (t->first == NULL || t->begun)
		return;
	t->begun = true;
	t->first->begin(t->first->arg);
}

void
turn_ask(struct turns *t, turn_begin_fn *begin_fn, turn_written_fn *written,
    void *arg)
{
	struct turn *n = mem_new(sizeof(*n));

	*n = (struct turn){ .begin = begin_fn, .written = written,
		.arg = arg };
	*t->end = n;
	t->end = &n->next;
	start(t);
}

/* Takes whose turn it was out of the line. */
static struct turn
finish(struct turns *t)
{
	struct turn *n = t->first, was;

	must(t->begun);		/* so there is a first one */
	was = *n;
	t->first = n->next;
	if (t->first == NULL)
		t->end = &t->first;
	t->begun = t->durable = false;
	free(n);
	return was;
}

static void
shown(void *arg)
{
	struct turns *t = arg;
	struct turn was = finish(t);

	was.written(was.arg, true);
	start(t);
}

static void
durable(void *arg, uint64_t place)
{
	struct turns *t = arg;
	struct turn was;

	if (place != 0) {
		t->durable = true;
		show_wait(t->show, place, shown, t);
		return;
	}
	was = finish(t);
	was.written(was.arg, false);
	start(t);
}

void
turn_write(struct turns *t, struct acts *acts)
{
	must(t->first != NULL && t->begun && acts->count > 0);
	pending_acts(t->pending, acts, durable, t);
	t->on_work(t->arg);
}

void
turn_end(struct turns *t)
{
	finish(t);
	start(t);
}

bool
turn_is_durable(const struct turns *t)
{
	return t->durable;
}

bool
turn_is_stuck(const struct turns *t)
{
	return show_is_full(t->show);
}
