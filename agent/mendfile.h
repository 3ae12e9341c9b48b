/*
 * Mending files: the bytes of one below a document root, and other bytes put
 * in their place at once.
 *
 * Beside the old file a new one is written, made durable, given mode, owner
 * and extended attributes of the old one, and renamed over it. Whoever reads
 * meanwhile gets the one or the other. Nothing outside the root is touched,
 * links are not followed at the end of a path, and a file that changes
 * between reading and writing stays as it is.
 */
#ifndef ZQ_AGENT_MENDFILE_H
#define ZQ_AGENT_MENDFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "agent/root.h"
#include "contrib/base/buf.h"

#define MENDFILE_MAX (64u << 20)	/* bytes of a page */

struct mendfile {
	struct stat stat;
	struct buf bytes;
	uint8_t hash[32];	/* of them */
};

void mendfile_init(struct mendfile *f);
void mendfile_clear(struct mendfile *f);

/* False: why has a sentence, without the path. */
bool mendfile_read(struct mendfile *f, const struct root *r, const char *path,
    struct buf *why);

/* May it be replaced? mendfile_replace() asks, too; this is to know before. */
bool mendfile_may(const struct mendfile *f, const struct root *r,
    const char *path, struct buf *why);

/* The file that was read gets these bytes. agent: mendlog_agent(); what is
 * written beside has that in its name, so that no other agent takes it for its
 * own, and what a run left that was killed goes with the next one there. */
bool mendfile_replace(const struct mendfile *f, const struct root *r,
    const char *path, struct span bytes, uint64_t agent, struct buf *why);
/* Nothing is left beside it by a run that was killed. */
void mendfile_tidy(const struct root *r, const char *path, uint64_t agent);

#endif
