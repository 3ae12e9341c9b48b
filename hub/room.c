#include "hub/room.h"

#include "contrib/base/err.h"

void
room_init(struct room *r, size_t most, size_t longest)
{
	*r = (struct room){ .most = most, .longest = longest };
	TAILQ_INIT(&r->line);
}

static bool
fits(const struct room *r, size_t bytes)
{
	return r->taken == 0 ||
	    (r->taken < r->most && bytes <= r->most - r->taken);
}

static void
come_in(struct room *r, struct room_seat *s)
{
	s->place = ROOM_INSIDE;
	r->taken += s->bytes;
}

enum room_place
room_ask(struct room *r, struct room_seat *s, size_t bytes)
{
	must(s->place == ROOM_OUTSIDE);
	if (bytes <= ROOM_SMALL)
		return ROOM_INSIDE;
	s->bytes = bytes;
	if (r->waiting == 0 && fits(r, bytes)) {
		come_in(r, s);
	} else if (r->waiting < r->longest) {
		s->place = ROOM_IN_LINE;
		TAILQ_INSERT_TAIL(&r->line, s, entry);
		r->waiting++;
	}
	return s->place;
}

void
room_leave(struct room *r, struct room_seat *s)
{
	if (s->place == ROOM_INSIDE) {
		must(r->taken >= s->bytes);
		r->taken -= s->bytes;
	} else if (s->place == ROOM_IN_LINE) {
		TAILQ_REMOVE(&r->line, s, entry);
		r->waiting--;
	}
	s->place = ROOM_OUTSIDE;
}

struct room_seat *
room_next(struct room *r)
{
	struct room_seat *s = TAILQ_FIRST(&r->line);

	if (s == NULL || !fits(r, s->bytes))
		return NULL;
	TAILQ_REMOVE(&r->line, s, entry);
	r->waiting--;
	come_in(r, s);
	return s;
}
