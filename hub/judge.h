/*
 * Judging one batch, inside a group: who says it, whether it may, what of it
 * can be read, and what the journal makes of its order.
 *
 * Nothing here is believed because the edge sent it, but for the site that a
 * certificate named. Judging the same batch again (the group was rolled
 * back) gives the same.
 */
#ifndef ZQ_HUB_JUDGE_H
#define ZQ_HUB_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/frame.h"
#include "hub/guests.h"
#include "hub/pending.h"
#include "hub/view.h"
#include "hub/writer.h"

struct judge;

struct judge *judge_new(struct writer *w, struct guests *g);
void judge_free(struct judge *j);

/* Before the first batch of a group and outside of it; at: hub time. */
void judge_begin(struct judge *j, int64_t at);

/* Takes p->body into the open group and leaves p->answer. */
void judge_batch(struct judge *j, struct pending *p);

/* The group is durable: remembers, and logs, what must be said once. Of a
 * batch in a group that was not, nothing is remembered. */
void judge_settled(struct judge *j, const struct pending *p);

#endif
