/*
 * What waits for the next group: batches of sites and acts of the hub, in
 * the order they came (but see backlog.h). The group is whoever came while
 * the last fsync ran.
 *
 * A pending thing keeps its own copy of what it says, and the answer to it
 * from the moment it is judged until it is durable.
 */
#ifndef ZQ_HUB_PENDING_H
#define ZQ_HUB_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/acts.h"
#include "hub/fork.h"
#include "protocol/answer.h"

/* Place of the last of the acts, or 0: the disk is full, nothing happened. */
typedef void pending_done_fn(void *arg, uint64_t place);

struct pending {
	struct pending *next;
	int64_t since;		/* ms, mono: when it came */

	/* a batch: */
	uint64_t number;	/* of its frame */
	struct buf body;	/* FRAME_BATCH */
	struct buf answer;	/* FRAME_ANSWER, to be sent once durable */
	enum verdict verdict;
	uint64_t credit;	/* bytes, to be granted with the answer */
	uint32_t site;
	size_t changes, fresh, refused, held, gated;
	const char *cause;	/* of a fork; a constant of answer.h */
	uint64_t fork, heir, begun, settled, gate;	/* places of acts that
				 * came of it; 0 */
	struct fork_pair pair;	/* of that fork */

	/* acts, if done is given: */
	struct acts acts;
	pending_done_fn *done;
	void *arg;
	uint64_t place;
};

struct pending_queue {
	struct pending *first, **end;
	size_t count, bytes;
};

void pending_init(struct pending_queue *q);
void pending_clear(struct pending_queue *q);	/* done is not called */

/* Copies body. */
void pending_batch(struct pending_queue *q, uint64_t number,
    struct span body);
/* Takes what is in acts. */
void pending_acts(struct pending_queue *q, struct acts *acts,
    pending_done_fn *done, void *arg);

/* Everything that is there now becomes the caller's; q is empty then. */
void pending_take(struct pending_queue *q, struct pending_queue *out);
/* The oldest, or NULL; free it with pending_free(). */
struct pending *pending_pop(struct pending_queue *q);
/* Takes p, which came from another queue. */
void pending_push(struct pending_queue *q, struct pending *p);
void pending_free(struct pending *p);

#endif
