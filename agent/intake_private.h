/*
 * The inside of intake.c; intake_status.c answers questions about it.
 */
#ifndef ZQ_AGENT_INTAKE_PRIVATE_H
#define ZQ_AGENT_INTAKE_PRIVATE_H

#include "agent/delay.h"
#include "agent/intake_host.h"
#include "agent/job.h"

struct intake {
	struct intake_host host;
	struct jobs queued, reading, ready;
	size_t queued_count, reading_count, ready_count, ready_bytes;
	struct delay *settling, *lull;
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

#endif
