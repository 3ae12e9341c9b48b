#include "hub/edge_take.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "protocol/changelist.h"
#include "protocol/limits.h"

struct edge_take {
	struct changelist *list;
	struct frame_peer from;
	char *address;
	struct buf frame;
	struct buf row;
	bool headed;
	int64_t waited;
};

static void
on_head(void *arg, const struct batch *h)
{
	struct edge_take *t = arg;
	struct batch now = *h;

	if (now.now > 0 && now.now < INT64_MAX - t->waited)
		now.now += t->waited;
	frame_batch_begin(&t->frame, &t->from, &now, clock_mono());
	t->headed = true;
}

static void
on_change(void *arg, uint64_t seq, const struct change *c, const char *why)
{
	struct edge_take *t = arg;

	if (c == NULL) {
		frame_batch_refused(&t->frame, seq, span_of(why));
		return;
	}
	buf_reset(&t->row);
	change_write(&t->row, c);
	if (t->row.bad)
		frame_batch_refused(&t->frame, seq,
		    span_of(_("the change is longer than 512 KiB")));
	else
		frame_batch_change(&t->frame, seq, buf_look(&t->row));
}

struct edge_take *
edge_take_new(const struct frame_peer *from)
{
	struct edge_take *t = mem_new(sizeof(*t));

	t->address = mem_copy(from->address.at, from->address.n);
	t->from = *from;
	t->from.address.at = t->address;
	buf_init(&t->frame, FRAME_MAX - 1024);
	buf_init(&t->row, LIMIT_CHANGE);
	t->list = changelist_new(on_head, on_change, t);
	return t;
}

void
edge_take_free(struct edge_take *t)
{
	if (t == NULL)
		return;
	changelist_free(t->list);
	buf_clear(&t->frame);
	buf_clear(&t->row);
	free(t->address);
	free(t);
}

/* After an error the rest is read and forgotten: the answer says why, and
 * the connection can go on. */
void
edge_take_feed(struct edge_take *t, struct span bytes, int64_t waited)
{
	t->waited = waited;
	changelist_feed(t->list, bytes.at, bytes.n);
}

bool
edge_take_finish(struct edge_take *t, struct span *frame, const char **why)
{
	if (!changelist_finish(t->list))
		*why = changelist_error(t->list);
	else if (!t->headed)
		*why = _("the change list has no zq:batch at its head");
	else if (t->frame.bad)
		*why = _("the batch is too long when it is decoded");
	else {
		*frame = buf_look(&t->frame);
		return true;
	}
	return false;
}
