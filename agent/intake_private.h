/*
 * The inside of intake.c; intake_write.c is its end, intake_status.c
 * answers questions about it.
 */
#ifndef ZQ_AGENT_INTAKE_PRIVATE_H
#define ZQ_AGENT_INTAKE_PRIVATE_H

#include "agent/delay.h"
#include "agent/going.h"
#include "agent/intake_host.h"
#include "agent/job.h"
#include "agent/restless.h"

struct intake {
	struct intake_host host;
	struct jobs queued, reading, slow, ready;
	size_t queued_count, reading_count, slow_count, ready_count;
	size_t ready_bytes;
	struct going going;		/* to be queued when there is room */
	struct delay *settling, *lull, *big;
	struct restless *restless;
	struct event *turn, *retry, *soon;
	enum intake_stuck stuck, stuck_told;
	bool paused, anew;
	struct intake_counts counts;
};

/* There is a file of which nothing can be made; one that can't be opened,
 * with this errno. */
void intake_note_unread(struct intake *in, const char *path);
void intake_note_unfit(struct intake *in, const char *path);
void intake_note_denied(struct intake *in, const char *path, int error);

void intake_enqueue(struct intake *in, struct job *j);	/* to be looked at */

/* --- intake_write.c ------------------------------------------------------- */

/* It is written with its group, soon; all that is ready is, now. */
void intake_write_soon(struct intake *in, struct job *j, enum job_todo todo);
void intake_write(struct intake *in);
void intake_write_late(evutil_socket_t fd, short what, void *arg);	/* soon */
/* Who may stand for a directory instead of what is gone, or new. */
void intake_write_beside(void *arg, const char *path);

#endif
