/*
 * Draw: some of the files that a source has told, at random and from all over
 * it, none of them changed just now. The index of the root isn't one: any
 * server answers with something there.
 */
#ifndef ZQ_AGENT_DRAW_H
#define ZQ_AGENT_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "agent/place.h"
#include "agent/store.h"
#include "contrib/base/span.h"

#define DRAW_MOST 3

struct draw {
	size_t n;
	char *path[DRAW_MOST];
	char *url[DRAW_MOST];	/* as told */
};

/* age: ms that a file hasn't been touched, at least. */
void draw_files(struct draw *d, struct store *s, struct span source,
    const struct place *p, int64_t age);
void draw_clear(struct draw *d);

#endif
