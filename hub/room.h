/*
 * Room for large bodies: who may bring one in, and who stands in line.
 *
 * A hub's memory is that of the bodies under way, from their first byte until
 * their answer has left. A small body, which is what a site says as it
 * happens, comes in at once. A large one, which is what has gathered while a
 * site could not be heard, comes in while there is room for it; else its
 * sender stands in line and is read no further: the rest stays in the kernel
 * and with him. So memory doesn't grow with the backlog, however many come
 * back after however long, and nobody's live change waits behind one.
 *
 * The line is first come, first served, and of limited length: who finds it
 * full is told to come again. One alone may always come in, however large.
 */
#ifndef ZQ_HUB_ROOM_H
#define ZQ_HUB_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

/* Some fifty changes with all their words. Larger ones are no news. */
#define ROOM_SMALL (64u << 10)

enum room_place { ROOM_OUTSIDE, ROOM_INSIDE, ROOM_IN_LINE };

struct room_seat {		/* of one request; all 0: outside */
	TAILQ_ENTRY(room_seat) entry;
	enum room_place place;
	size_t bytes;
};

struct room {
	size_t most, taken;	/* bytes */
	size_t longest, waiting;	/* of the line */
	TAILQ_HEAD(room_line, room_seat) line;
};

void room_init(struct room *r, size_t most, size_t longest);
/* Where its body of so many bytes goes; ROOM_OUTSIDE: not now. A small one
 * needs no seat, and is INSIDE. */
enum room_place room_ask(struct room *r, struct room_seat *s, size_t bytes);
/* From wherever it is; before its memory is another's. */
void room_leave(struct room *r, struct room_seat *s);
/* The first in line, for whom there is room now and who is inside with that;
 * NULL: nobody. */
struct room_seat *room_next(struct room *r);

#endif
