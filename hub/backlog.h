/*
 * Backlog: batches of sites that have more to tell than news, and when they
 * are taken.
 *
 * What is taken is shown in the order it was taken. So a thousand entries
 * taken from a site that was away for a day are a thousand that the next
 * live change waits behind. Therefore: live batches are taken always, and
 * backlog only while the view is less than BACKLOG_BEHIND from the journal's
 * end, a piece at a time. Nothing is lost by that: the view would have had to
 * show it all anyway, and until it can, a batch is as safe with its agent.
 *
 * Live is a batch whose agent has little more to tell than what is in it. An
 * agent may lie about that; so a large batch is backlog whatever it says.
 *
 * Few wait here, for the edge lets in few (room.h). While any does, the
 * answers grant less credit, so that the turns come round sooner and no site
 * falls silent for want of a beat. Who has waited for BACKLOG_PATIENCE (the
 * disk is full, or live changes take all there is) is told to come again.
 */
#ifndef ZQ_HUB_BACKLOG_H
#define ZQ_HUB_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/pending.h"
#include "hub/show.h"

#define BACKLOG_LIVE 50			/* changes left to tell, at most */
#define BACKLOG_BEHIND 300		/* ms of showing */
#define BACKLOG_PIECE (1u << 20)	/* bytes of a group; one batch always */
#define BACKLOG_MOST (16u << 20)	/* bytes that may wait here */
#define BACKLOG_CREDIT (256u << 10)	/* bytes, while others wait */
#define BACKLOG_PATIENCE 30000		/* ms */

struct backlog {
	struct pending_queue queue;
};

void backlog_init(struct backlog *b);
void backlog_clear(struct backlog *b);

/* Is this the frame of a batch that has to wait its turn? */
bool backlog_is(struct span frame);
/* Copies it. False: there is no room, it has to come again. */
bool backlog_put(struct backlog *b, uint64_t number, struct span frame);

/* Is there any that may be taken now? */
bool backlog_may(const struct backlog *b, const struct show *s);
/* Moves a piece to the end of a group. */
void backlog_take(struct backlog *b, struct pending_queue *group);
/* One whose patience is at its end, the caller's to answer and free; or
 * NULL. */
struct pending *backlog_overdue(struct backlog *b);

#endif
