/*
 * The judge's inside: the batch in hand, and what the files that judge it
 * share. Not for others; see judge.h.
 */
#ifndef ZQ_HUB_JUDGE_INSIDE_H
#define ZQ_HUB_JUDGE_INSIDE_H

#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/acts.h"
#include "hub/fork.h"
#include "hub/frame.h"
#include "hub/gate.h"
#include "hub/guests.h"
#include "hub/pending.h"
#include "hub/sift.h"
#include "hub/welcome.h"
#include "hub/writer.h"

struct judge {
	struct writer *writer;
	struct guests *guests;
	int64_t at;		/* ms, this group's hub time */
	int64_t mono;
	uint64_t backlog;	/* entries not yet shown, as it began */

	/* the batch in hand */
	struct frame_batch frame;
	struct welcome welcome;
	struct sift sift;
	struct gate gate;
	struct buf why;
};

/* Who says it. */
struct fork_word judge_word(const struct frame_batch *f);
/* The one act in `acts`, which is empty then, among the entries of this group;
 * its place. */
uint64_t judge_act(struct judge *j, struct acts *acts);
/* Two agents have one key: holds the site, once per fork, and names both
 * addresses in j->why (R4); cause is one of answer.h. */
void judge_hold_fork(struct judge *j, struct pending *p, const char *cause,
    const struct fork_pair *pair);

#endif
