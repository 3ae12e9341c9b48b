/*
 * The one writer of both stores: the journal, the view made from it, and the
 * step from one to the other.
 *
 * The core has one while the daemon runs; zqhub has one for an operator's
 * act while it doesn't (DIR/lock says which). The fields are open to be
 * read; `view` may become another one (a rebuild), so nobody keeps it.
 */
#ifndef ZQ_HUB_WRITER_H
#define ZQ_HUB_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "hub/acts.h"
#include "hub/config.h"
#include "hub/journal.h"
#include "hub/view.h"

struct writer {
	struct journal *journal;
	struct view *view;
	const struct config *config;
	bool fresh;		/* the view started from nothing … */
	const char *reason;	/* … for this reason */
	bool bereft;		/* the journal is new, and there was one */
};

/* False: why, with what to do about it. The config is kept. */
bool writer_open(struct writer *w, const struct config *config,
    struct buf *why);
void writer_close(struct writer *w);
/* Was the journal's file cut off or damaged? Trying again is of no use. */
bool writer_is_lost(const struct config *config);

uint64_t writer_backlog(struct writer *w);	/* entries not yet shown */

/* Applies up to `most` entries; false: the disk is full, nothing changed. */
bool writer_apply(struct writer *w, size_t most, size_t *applied);

/* Applies all there is. tell (may be NULL) is called after each group. */
typedef void writer_tell_fn(void *arg, uint64_t done, uint64_t of);
bool writer_catch_up(struct writer *w, writer_tell_fn *tell, void *arg);

/* Acts in a group of their own, durable and shown: for whoever has no other
 * group to put them in. False: the disk is full. */
bool writer_act(struct writer *w, const struct acts *a);

#endif
