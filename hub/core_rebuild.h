/*
 * A rebuild of the view while the core serves: a slice whenever there is
 * nothing else to do, and what the desk is told of it.
 */
#ifndef ZQ_HUB_CORE_REBUILD_H
#define ZQ_HUB_CORE_REBUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/desk.h"
#include "hub/writer.h"

struct core_rebuild {
	struct writer *writer;
	struct desk *desk;
	struct rebuild *rebuild;	/* NULL: none is under way */
	int64_t told;			/* ms, mono */
};

/* One that is under way will do. False: why. */
bool core_rebuild_begin(struct core_rebuild *c, struct buf *why);
bool core_rebuild_is_on(const struct core_rebuild *c);
void core_rebuild_step(struct core_rebuild *c);
void core_rebuild_abort(struct core_rebuild *c);

#endif
