/*
 * Files for others: written whole, put in place at once, and only if they say
 * something else than before.
 */
#ifndef ZQ_AGENT_OUTFILE_H
#define ZQ_AGENT_OUTFILE_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

/* False: why says. *news: it was written, because it was missing or other. */
bool outfile_write(const char *path, struct span text, bool *news,
    struct buf *why);

#endif
