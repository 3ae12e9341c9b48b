/*
 * The writing part of intake.h: what was read, or is gone, goes into the store
 * in groups; what follows from that is looked at.
 */
#include "agent/intake.h"

#include <stdlib.h>

#include "agent/group.h"
#include "agent/intake_private.h"
#include "agent/spool.h"
#include "contrib/base/log.h"
#include "contrib/base/timer.h"

#define STUCK_WAIT 5000		/* ms until a full disk is tried again */
#define GROUP_WAIT 200		/* ms until a small group is written, too */

static void
finish(struct intake *in, struct job *j)
{
	bool again = j->again;

	if (!again) {
		job_free(j);
		return;
	}
	buf_clear(&j->row);
	j->why = INTAKE_READY;
	j->counted = false;
	j->since = 0;
	intake_enqueue(in, j);
}

static void
get_stuck(struct intake *in, enum intake_stuck how)
{
	if (in->stuck_told != how)
		log_error("source=%.*s %s; nothing is lost, it goes on when "
		    "there is room", SPAN_ARGS(in->host.source),
		    how == INTAKE_DISK_FULL ? "the disk is full" :
		    "the spool is full");
	in->stuck = in->stuck_told = how;
	timer_after(in->retry, STUCK_WAIT);
}

void
intake_write_beside(void *arg, const char *path)
{
	intake_look(arg, path, INTAKE_FOUND);
}

/* What was put away may still be there, and is something else now: unless it
 * is removed, which often follows. */
static enum intake_moved
look_at_former(struct intake *in, const struct job *j)
{
	place_beside(&in->host.place, j->former, intake_write_beside, in);
	if (left_is(in->host.left, span_of(j->path), span_of(j->former))) {
		left_copy(in->host.left, span_of(j->former),
		    span_of(j->path));
		intake_look(in, j->former, INTAKE_SOON);
		return INTAKE_BACK;
	}
	if (j->left)		/* its directory may be one that was renamed */
		left_note(in->host.left, span_of(j->former),
		    span_of(j->path));
	return INTAKE_AWAY;
}

/* The file of before may be seen elsewhere. */
static void
look_for_copies(struct intake *in, const struct job *j)
{
	struct span path = span_of(j->path);

	if (j->todo != JOB_TELL || j->was.inode == j->stat.inode)
		return;
	if (!j->touched)
		left_lives(in->host.left, path);
	left_came(in->host.left, path, &j->stat);
	if (j->touched && j->was.inode != 0)
		left_displaced(in->host.left, path, &j->was);
}

/* Who else stands for a directory now, and what moved. */
static void
look_around(struct intake *in, const struct job *j)
{
	enum intake_moved how = j->todo == JOB_WITHDRAW ? INTAKE_WITHDRAWN :
	    INTAKE_AWAY;

	if (j->created || j->former != NULL)
		place_beside(&in->host.place, j->path, intake_write_beside,
		    in);
	if (j->former != NULL)
		how = look_at_former(in, j);
	look_for_copies(in, j);
	if (j->created)
		in->host.created(in->host.arg, j->url,
		    j->stat.ctime / 1000000);
	if (j->former_url != NULL)
		in->host.moved(in->host.arg, j->former_url, j->url, how);
}

static void
take_off(struct intake *in, size_t count)
{
	for (; count > 0; count--) {
		struct job *j = TAILQ_FIRST(&in->ready);

		TAILQ_REMOVE(&in->ready, j, entry);
		in->ready_count--;
		in->ready_bytes -= j->row.n;
		look_around(in, j);
		finish(in, j);
	}
}

/* What was read may have lost its name since, in a directory that was renamed:
 * then it was not yet known, and nobody else would say that it is gone. */
static void
look_again(struct intake *in)
{
	struct job *j, *next;
	struct stat st;

	for (j = TAILQ_FIRST(&in->ready); j != NULL; j = next) {
		enum root_found found;

		next = TAILQ_NEXT(j, entry);
		if (j->todo == JOB_WITHDRAW)
			continue;
		found = root_look(in->host.place.root, j->path, &st);
		if (found == ROOT_FILE || found == ROOT_HIDDEN)
			continue;
		TAILQ_REMOVE(&in->ready, j, entry);
		in->ready_count--;
		in->ready_bytes -= j->row.n;
		j->again = true;
		finish(in, j);
	}
}

/* What is ready into the store. False: the spool has no room for the next. */
static bool
write_some(struct intake *in)
{
	const struct group_of of = { .where = { .source = in->host.source,
	    .root = in->host.place.root, .left = in->host.left,
	    .arg = in->host.arg, .find = in->host.find }, .anew = in->anew };
	struct group_written g;
	enum store_result rc;

	rc = group_write(in->host.store, &of, &in->ready, &g);
	if (rc == STORE_FULL) {
		get_stuck(in, INTAKE_DISK_FULL);
		return true;
	}
	if (rc == STORE_DONE) {
		in->counts.told += g.told;
		in->counts.withdrawn += g.withdrawn;
		in->counts.unfit += g.unfit;
		in->counts.blind.more |= g.unfit > 0;
		take_off(in, g.done);
		if (g.told + g.withdrawn > 0)
			in->host.news(in->host.arg, g.told + g.withdrawn);
	}
	return !g.no_room;
}

/* Changes of one item become one, as they do all the time on a site that has
 * more pages than the spool. What is made so may be too little for a change
 * that is large: if not one gets in, only the hub's confirming helps, and that
 * is waited for. */
static void
out_of_room(struct intake *in)
{
	size_t before = in->ready_count;

	if (spool_make_room(in->host.store)) {
		if (write_some(in))
			return;
		if (in->ready_count < before) {
			timer_after(in->soon, 0);
			return;
		}
	}
	get_stuck(in, store_owes(in->host.store) ? INTAKE_DISK_FULL :
	    INTAKE_SPOOL_FULL);
}

void
intake_write(struct intake *in)
{
	if (in->paused)
		return;
	look_again(in);
	if (in->ready_count > 0 && !write_some(in))
		out_of_room(in);
}

void
intake_write_soon(struct intake *in, struct job *j, enum job_todo todo)
{
	j->todo = todo;
	TAILQ_INSERT_TAIL(&in->ready, j, entry);
	in->ready_count++;
	in->ready_bytes += j->row.n;
	if (in->ready_count == 1)
		timer_after(in->soon, GROUP_WAIT);
}

/* The others of its group are slow: it doesn't wait for them. */
void
intake_write_late(evutil_socket_t fd, short what, void *arg)
{
	struct intake *in = arg;

	(void)fd;
	(void)what;
	if (in->stuck == INTAKE_GOING)
		intake_write(in);
}
