/*
 * What core and notify say to each other: deliveries to be made, and what
 * came of each.
 */
#ifndef ZQ_HUB_NOTIFY_FRAME_H
#define ZQ_HUB_NOTIFY_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/ledger.h"

#define NOTIFY_FRAME_MAX (LEDGER_NOTICE_MAX + 4096)

struct notify_frame_job {	/* FRAME_NOTIFY */
	uint64_t delivery;	/* 0: a renewal, of which nothing is
				 * reported */
	enum alert_event event;
	int64_t give_up;	/* ms, hub time: no try after that */
	struct span receiver;
	struct span notice;	/* JSON */
};

struct notify_frame_done {	/* FRAME_NOTIFIED */
	uint64_t delivery;
	enum delivery_state state;	/* TRYING: it goes on with it */
	struct span error;
};

void notify_frame_job_write(struct buf *b, const struct notify_frame_job *j);
bool notify_frame_job_read(struct notify_frame_job *j, struct span body);
void notify_frame_done_write(struct buf *b,
    const struct notify_frame_done *d);
bool notify_frame_done_read(struct notify_frame_done *d, struct span body);

#endif
