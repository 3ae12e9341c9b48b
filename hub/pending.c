/*
 * Pending: a queue with a known size.
 */
#include "hub/pending.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/frame.h"
#include "protocol/limits.h"

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

void
pending_push(struct pending_queue *q, struct pending *p)
{
	*q->end = p;
	q->end = &p->next;
	q->count++;
	q->bytes += p->body.n;
}

static struct pending *
make(void)
{
	struct pending *p = mem_new(sizeof(*p));

	p->since = clock_mono();
	p->credit = LIMIT_BODY;
	buf_init(&p->body, FRAME_MAX);
	buf_init(&p->answer, FRAME_MAX);
	acts_init(&p->acts);
	return p;
}

void
pending_batch(struct pending_queue *q, uint64_t number, struct span body)
{
	struct pending *p = make();

	must(body.n <= FRAME_MAX);
	p->number = number;
	buf_span(&p->body, body);
	pending_push(q, p);
}

void
pending_acts(struct pending_queue *q, struct acts *acts,
    pending_done_fn *done, void *arg)
{
	struct pending *p;

	must(acts->count > 0 && done != NULL);
	p = make();
	acts_move(&p->acts, acts);
	p->done = done;
	p->arg = arg;
	pending_push(q, p);
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
