/*
 * Shortening the mending log; see mendlog.h. What is kept is copied into a
 * file beside it, which takes its place when it is durable.
 */
#include "agent/mendlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/mendlog_private.h"
#include "protocol/wire.h"

#define NEW MENDLOG_NAME ".new"
#define WORTH 8			/* … if it gets shorter by an eighth */

/* Bytes of the page's record, and of what says it was undone. */
static uint64_t
length(const struct mendlog *l, size_t i)
{
	return (i + 1 < l->count ? l->place[i + 1].at : l->end) -
	    l->place[i].at;
}

/* The oldest run that stays. */
static uint64_t
first_run(const struct mendlog *l, int64_t since, uint64_t size)
{
	uint64_t from = l->last, bytes = 0;
	size_t end = l->count, i = end;

	while (end > 0) {
		const struct mendlog_place *newest = &l->place[end - 1];

		for (; i > 0 && l->place[i - 1].run == newest->run; i--)
			bytes += l->place[i - 1].undone ? 0 :
			    length(l, i - 1);
		if (end < l->count && (bytes > size || newest->when < since))
			break;
		from = newest->run;
		end = i;
	}
	return from;
}

static bool
stays(const struct mendlog_place *p, uint64_t from)
{
	return p->run >= from && !p->undone;
}

static bool
is_worth_it(const struct mendlog *l, uint64_t from, uint64_t size)
{
	uint64_t gone = 0;

	for (size_t i = 0; i < l->count; i++)
		gone += stays(&l->place[i], from) ? 0 : length(l, i);
	return gone > 0 && (gone >= l->end / WORTH || l->end > size);
}

static bool
copy_page(struct mendlog *to, struct mendlog *l, size_t i)
{
	const struct mendlog_place *from = &l->place[i];
	struct mendlog_page p = { .place = to->end, .run = from->run,
	    .when = from->when, .letters = from->letters };

	memcpy(p.after, from->after, sizeof(p.after));
	errno = EIO;
	if (mendlog_read_record(l, from->at) == 0 ||
	    !mendlog_add_record(to, buf_look(&l->row)))
		return false;
	mendlog_note(to, &p);
	return true;
}

/* Runs that are gone keep their numbers. */
static bool
copy(struct mendlog *to, struct mendlog *l, uint64_t from, uint64_t *dropped)
{
	struct buf b;
	bool ok;

	buf_init(&b, 64);
	write_u8(&b, MENDLOG_LAST);
	write_u64(&b, l->last);
	ok = mendlog_add_record(to, buf_look(&b));
	buf_clear(&b);
	for (size_t i = 0; ok && i < l->count; i++) {
		if (stays(&l->place[i], from))
			ok = copy_page(to, l, i);
		else
			*dropped += !l->place[i].undone;
	}
	return ok;
}

static bool
put_in_place(struct mendlog *n)
{
	return fdatasync(n->fd) == 0 &&
	    renameat(n->dir, NEW, n->dir, MENDLOG_NAME) == 0 &&
	    fsync(n->dir) == 0;
}

/* l becomes what n is, and the other way round. */
static void
change_places(struct mendlog *l, struct mendlog *n)
{
	struct mendlog_place *place = l->place;
	uint32_t *slot = l->slot;
	size_t count = l->count, room = l->room;
	int fd = l->fd;

	l->fd = n->fd;
	l->end = n->end;
	l->place = n->place;
	l->slot = n->slot;
	l->count = n->count;
	l->room = n->room;
	n->fd = fd;
	n->place = place;
	n->slot = slot;
	n->count = count;
	n->room = room;
}

bool
mendlog_trim(struct mendlog *l, int64_t since, uint64_t size,
    uint64_t *dropped, struct buf *why)
{
	uint64_t from = first_run(l, since, size);
	struct mendlog *n;
	bool ok;

	*dropped = 0;
	if (!is_worth_it(l, from, size))
		return true;
	n = mendlog_new(dup(l->dir));
	/* Of a crash one may be left, cut off. */
	(void)unlinkat(l->dir, NEW, 0);
	ok = n->dir >= 0 && mendlog_open_file(n, NEW, O_EXCL) &&
	    mendlog_mark(n) && copy(n, l, from, dropped) && put_in_place(n);
	if (ok) {
		change_places(l, n);
	} else {
		*dropped = 0;
		buf_printf(why, NEW ": %s", strerror(errno));
		(void)unlinkat(l->dir, NEW, 0);
	}
	mendlog_close(n);
	return ok;
}
