/*
 * What a source keeps of itself in the store: a row by the source's kind and
 * name, beginning with the number of its format. What a newer zqagentd wrote
 * is as good as none.
 */
#ifndef ZQ_AGENT_SOURCE_ROW_H
#define ZQ_AGENT_SOURCE_ROW_H

#include <stdbool.h>

#include "agent/store.h"
#include "contrib/base/buf.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define SOURCE_ROW_MAX (64 * LIMIT_TEXT + 4096)	/* left.h has 64 paths, a hold
						 * four texts */

/* Begin, write into b, put; that clears b. */
void source_row_begin(struct buf *b);
void source_row_put(struct store_txn *t, const char *kind, const char *name,
    struct buf *b);
/* False: there is none. r stands after the format, and lives as t does. */
bool source_row_get(struct store_txn *t, const char *kind, const char *name,
    struct reader *r);

#endif
