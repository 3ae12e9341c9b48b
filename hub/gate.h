/*
 * The gate, as a batch comes (R6): does it withdraw more, with what its site
 * withdrew lately, than passes unasked? Then the gate is closed before any of
 * it is in the journal; what happens behind it stands in act_gate.h.
 *
 * Only withdrawals that no person stands for are counted, none that has a
 * successor, by a move or by its own word if that is an item of the site, and
 * of these what is there to be withdrawn; all of them, while the view is
 * behind.
 */
#ifndef ZQ_HUB_GATE_H
#define ZQ_HUB_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/journal.h"
#include "hub/sift.h"
#include "hub/table.h"
#include "hub/view.h"
#include "hub/writer.h"
#include "protocol/limits.h"

struct gate {
	struct writer *writer;
	/* what came of the batch in hand */
	bool closes;		/* now */
	size_t held;		/* withdrawals of it that are held */
	uint64_t count, of;	/* withdrawn lately, of so many items */

	uint8_t name[LIMIT_BATCH][TABLE_DIGEST];	/* at work */
};

/* Inside the group, before b is taken; what b needs to be counted by is put
 * into it. */
void gate_watch(struct gate *t, const struct view_site *s,
    const struct sift *sift, struct journal_batch *b, int64_t at);

#endif
