/*
 * Extra: addresses below a source's url that answer though it has no file there
 * (beyond.h asks), what of its cover they make blind, and their row in the
 * store.
 *
 * An address is left out with the topmost of its directories in which the source
 * has nothing; or alone, and when EXTRA_FEW are of one directory, with that. Of a
 * directory that the server lists it is the page, whatever that is called.
 */
#ifndef ZQ_AGENT_EXTRA_H
#define ZQ_AGENT_EXTRA_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/blind.h"
#include "agent/place.h"
#include "agent/store.h"
#include "contrib/base/span.h"

#define EXTRA_MOST 64
#define EXTRA_FEW 3

struct extra {
	struct span source;	/* its name */
	struct place place;
	char *url[EXTRA_MOST];
	size_t count;
	struct blind out;	/* what they leave out, as of the last settle */
};

void extra_clear(struct extra *e);

/* Where it is in the list; e->count: nowhere. */
size_t extra_find(const struct extra *e, const char *url);
void extra_add(struct extra *e, struct span url);	/* copies; no more than
							 * EXTRA_MOST */
void extra_drop(struct extra *e, size_t i);

/* The path that it would have below the root. False: none, or the root's. */
bool extra_path(const struct extra *e, struct buf *path, struct span url);
/* How much of a path or an address is its directory, with the slash. */
size_t extra_dir(struct span path);

/* By what the source has now. */
void extra_settle(struct extra *e, struct store *s);

bool extra_save(struct store_txn *t, void *arg);	/* a store_work_fn */
void extra_load(struct extra *e, struct store *s);

#endif
