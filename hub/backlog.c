#include "hub/backlog.h"

#include "contrib/base/clock.h"
#include "hub/frame.h"
#include "hub/room.h"

void
backlog_init(struct backlog *b)
{
	pending_init(&b->queue);
}

void
backlog_clear(struct backlog *b)
{
	pending_clear(&b->queue);
}

bool
backlog_is(struct span frame)
{
	struct frame_batch f;

	if (frame.n > ROOM_SMALL)
		return true;
	/* What is no batch at all is soon answered. */
	return frame_batch_read(&f, frame) && f.head.head >= f.head.first &&
	    f.head.head - f.head.first >= BACKLOG_LIVE;
}

bool
backlog_put(struct backlog *b, uint64_t number, struct span frame)
{
	if (b->queue.count > 0 && b->queue.bytes + frame.n > BACKLOG_MOST)
		return false;
	pending_batch(&b->queue, number, frame);
	return true;
}

bool
backlog_may(const struct backlog *b, const struct show *s)
{
	return b->queue.count > 0 && show_behind(s) < BACKLOG_BEHIND;
}

void
backlog_take(struct backlog *b, struct pending_queue *group)
{
	size_t bytes = 0;

	while (b->queue.first != NULL && bytes < BACKLOG_PIECE) {
		struct pending *p = pending_pop(&b->queue);

		bytes += p->body.n;
		p->credit = b->queue.count > 0 ? BACKLOG_CREDIT : p->credit;
		pending_push(group, p);
	}
}

struct pending *
backlog_overdue(struct backlog *b)
{
	const struct pending *p = b->queue.first;

	if (p == NULL || clock_mono() - p->since < BACKLOG_PATIENCE)
		return NULL;
	return pending_pop(&b->queue);
}
