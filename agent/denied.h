/*
 * Files below a source's root that are there and that we may not read: a
 * content system with a tight umask wrote them, say. What they say isn't told,
 * so the source is not as well as it would seem without them.
 *
 * They are known by path, each once, from the look that was denied until one
 * that isn't; and until the second scan from there, should one be gone
 * without a word. Of very many only that there are more is known.
 */
#ifndef ZQ_AGENT_DENIED_H
#define ZQ_AGENT_DENIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DENIED_MOST 10000

struct denied_file;

struct denied {			/* all 0: none */
	struct denied_file *file;	/* by path */
	size_t count, room;
	uint32_t scan;
	bool more;		/* than are counted */
};

/* True: it is news. */
bool denied_put(struct denied *d, const char *path);
/* It is not denied any more, or not there, with all below it. */
void denied_drop(struct denied *d, const char *path);
/* All is looked at from now on; who wasn't found in the last such look is
 * dropped. */
void denied_scan(struct denied *d);
const char *denied_first(const struct denied *d);	/* NULL: none */
void denied_clear(struct denied *d);

#endif
