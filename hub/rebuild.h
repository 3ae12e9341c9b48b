/*
 * Rebuilding: a second view is made from the first entry on, beside the one
 * in use, until both stand at the same place. Their digests must be equal
 * then; the new one takes the old one's place either way.
 *
 * The hub serves meanwhile: this is a few entries at a time. Whoever has the
 * old view open for reading keeps it until he opens it again.
 */
#ifndef ZQ_HUB_REBUILD_H
#define ZQ_HUB_REBUILD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/writer.h"

struct rebuild;

/* NULL: why. Keeps w. */
struct rebuild *rebuild_begin(struct writer *w, struct buf *why);
/* Gives up; the old view stays as it is. */
void rebuild_abort(struct rebuild *r);

enum rebuild_state {
	REBUILD_MORE,
	REBUILD_THERE,	/* both stand at the same place: rebuild_swap() */
	REBUILD_FULL,	/* the disk is full; nothing happened in this step */
};
/* Up to `most` entries. */
enum rebuild_state rebuild_step(struct rebuild *r, size_t most);
uint64_t rebuild_place(const struct rebuild *r);
uint64_t rebuild_goal(const struct rebuild *r);

struct rebuild_result {
	bool same;
	uint64_t place;
	uint8_t before[32], after[32];	/* digests */
};
/* Ends it. False: why; the old view stays then. */
bool rebuild_swap(struct rebuild *r, struct rebuild_result *result,
    struct buf *why);

/* {"same", "place", "before", "after"}, the caller's. */
json_t *rebuild_json(const struct rebuild_result *result);

#endif
