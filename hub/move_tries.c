/*
 * Addresses of moves under way; see move_tries.h.
 */
#include "hub/move_tries.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/frame.h"
#include "hub/look_frame.h"
#include "hub/move_try.h"

#define MOST 1024		/* under way */

struct try {
	TAILQ_ENTRY(try) entry;
	struct move_tries *tries;
	uint64_t number;	/* of the frame */
	char *wanted;
	struct move_known known;
};

struct move_tries {
	struct trips *trips;
	struct channel *channel;
	TAILQ_HEAD(try_list, try) all;
	size_t count;
};

static void
forget(struct try *t)
{
	TAILQ_REMOVE(&t->tries->all, t, entry);
	t->tries->count--;
	free(t->wanted);
	free(t);
}

static void
on_done(void *arg, struct trail *trail)
{
	struct try *t = arg;
	struct move_try m;
	struct buf body;

	move_try_judge(&m, trail, span_of(t->wanted), &t->known);
	buf_init(&body, LOOK_FRAME_MAX);
	move_try_write(&body, &m);
	must(!body.bad);
	channel_send(t->tries->channel, FRAME_TRIED, t->number,
	    buf_look(&body));
	buf_clear(&body);
	forget(t);
}

bool
move_tries_frame(struct move_tries *tries, const struct frame *f)
{
	struct move_try_ask ask;
	struct try *t;

	if (!move_try_ask_read(&ask, f->body) ||
	    tries->count >= MOST)
		return false;
	t = mem_new(sizeof(*t));
	t->tries = tries;
	t->number = f->number;
	t->wanted = mem_copy(ask.wanted.at, ask.wanted.n);
	t->known = ask.known;
	TAILQ_INSERT_TAIL(&tries->all, t, entry);
	tries->count++;
	trip_start(tries->trips, &(struct trip_spec){ .url = ask.asked,
	    .etag = "", .modified = "", .own = true }, on_done, t);
	return true;
}

struct move_tries *
move_tries_new(struct trips *trips, struct channel *c)
{
	struct move_tries *t = mem_new(sizeof(*t));

	t->trips = trips;
	t->channel = c;
	TAILQ_INIT(&t->all);
	return t;
}

void
move_tries_free(struct move_tries *t)
{
	struct try *one, *next;

	if (t == NULL)
		return;
	for (one = TAILQ_FIRST(&t->all); one != NULL; one = next) {
		next = TAILQ_NEXT(one, entry);
		free(one->wanted);
		free(one);
	}
	free(t);
}
