/*
 * Vantage: a look at a site's home page from where another site is. When the
 * hub can't get a page, it asks agents that have said that they would look
 * (FEATURE_LOOK) whether they can: a page that nobody gets is down, one that
 * others get is only out of the hub's reach.
 *
 * The task comes as a letter of the kind LETTER_LOOK, said in passing: it has
 * no number, isn't kept, and nobody confirms it. Its `about` is the address,
 * its body a zq:look. The answer goes with the next batches, as a zq:looked
 * in front of them, like health. Either may be lost: the hub then does
 * without.
 */
#ifndef ZQ_PROTOCOL_VANTAGE_H
#define ZQ_PROTOCOL_VANTAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/health.h"
#include "protocol/letter.h"
#include "protocol/wire.h"
#include "protocol/xml.h"

#define VANTAGE_LIMIT 15000	/* ms: a page that takes longer has failed */

struct vantage_task {
	uint64_t number;	/* random, not 0: whoever answers was asked */
	int64_t until;		/* ms, the hub's clock: no answer is taken
				 * after that */
	struct span url;
};

/* The letter's body. */
void vantage_task_put(struct buf *b, const struct vantage_task *t);
/* url is the letter's. False: why. */
bool vantage_task_read(struct vantage_task *t, const struct letter *l,
    struct buf *why);

struct vantage_answer {		/* zeros: none */
	uint64_t task;
	uint16_t status;	/* HTTP; 0: it didn't answer, and … */
	enum health_error error;	/* … this is why */
	uint32_t ms;		/* until its end, or it was given up */
};

/* Did the page come, or an answer that sends visitors on to it? */
bool vantage_is_well(const struct vantage_answer *a);

/* The element; nothing if there is no answer. */
void vantage_answer_put(struct buf *b, const struct vantage_answer *a);
/* At its start; as health_take(). */
bool vantage_answer_take(struct vantage_answer *a, struct xml *x);

/* The row, between parts. */
void vantage_answer_write(struct buf *b, const struct vantage_answer *a);
void vantage_answer_read(struct vantage_answer *a, struct reader *r);

#endif
