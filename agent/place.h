/*
 * Places: where a file below a document root is on the web.
 *
 * The name's raw bytes are percent-encoded, whatever character set they are
 * in; that is what the server gets to see. An index file is told as its
 * directory, if no file that comes before it in the list stands beside it.
 */
#ifndef ZQ_AGENT_PLACE_H
#define ZQ_AGENT_PLACE_H

#include <stdbool.h>

#include "agent/root.h"
#include "contrib/base/buf.h"

struct place {
	const struct root *root;
	const char *url;	/* of the root, ending with a slash */
	char *const *index;	/* NULL-ended */
};

/* The normal form. False: too long to be told. */
bool place_url(struct buf *out, const struct place *p, const char *path);

/* The other way: below the root, the file that the server answers with at
 * this normal form. False: there is none. */
bool place_path(struct buf *out, const struct place *p, struct span url);

/* The same without a look: what the file's path would be. It ends with a slash,
 * or is empty, where a directory is meant. False: no file has it. */
bool place_name(struct buf *out, const struct place *p, struct span url);

/* Is its last name in the list? */
bool place_is_index(const struct place *p, const char *path);

/* An index file that comes or goes changes which of its neighbours stands
 * for the directory: those, if it is one. */
typedef void place_fn(void *arg, const char *path);
void place_beside(const struct place *p, const char *path, place_fn *fn,
    void *arg);

#endif
