/*
 * Pending: a queue with a known size.
 */
#include "hub/pending.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/frame.h"

void
pending_init(struct pending_queue *q)
{
	*q = (struct pending_queue){ .first = NULL };
	q->end = &q->first;
}

void
pending_clear(struct pending_queue *q)
{
	struct pending *p;

	while ((p = pending_pop(q)) != NULL)
		pending_free(p);
}

static struct pending *
add(struct pending_queue *q)
{
	struct pending *p = mem_new(sizeof(*p));

	p->since = clock_mono();
	buf_init(&p->body, FRAME_MAX);
	buf_init(&p->answer, FRAME_MAX);
	acts_init(&p->acts);
	*q->end = p;
	q->end = &p->next;
	q->count++;
	return p;
}

void
pending_batch(struct pending_queue *q, uint64_t number, struct span body)
{
	struct pending *p = add(q);

	must(body.n <= FRAME_MAX);
	p->number = number;
	buf_span(&p->body, body);
	q->bytes += body.n;
}

void
pending_acts(struct pending_queue *q, struct acts *acts,
    pending_done_fn *done, void *arg)
{
	struct pending *p;

	must(acts->count > 0 && done != NULL);
	p = add(q);
	acts_move(&p->acts, acts);
	p->done = done;
	p->arg = arg;
}

void
pending_take(struct pending_queue *q, struct pending_queue *out)
{
	*out = *q;
	if (out->first == NULL)
		out->end = &out->first;
	pending_init(q);
}

struct pending *
pending_pop(struct pending_queue *q)
{
	struct pending *p = q->first;

	if (p == NULL)
		return NULL;
	q->first = p->next;
	if (q->first == NULL)
		q->end = &q->first;
	q->count--;
	q->bytes -= p->body.n;
	p->next = NULL;
	return p;
}

void
pending_free(struct pending *p)
{
	if (p == NULL)
		return;
	buf_clear(&p->body);
	buf_clear(&p->answer);
	acts_clear(&p->acts);
	free(p);
}
