/*
 * Twins: which rows of `known` have the same bytes.
 *
 * A file that appears may be one that has just vanished, at another path: its
 * hash finds the row. Kept by known.h as rows come and go. What is found is a
 * hint; the row itself has to be asked, because it may be gone or another.
 */
#ifndef ZQ_AGENT_TWIN_H
#define ZQ_AGENT_TWIN_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/store.h"
#include "contrib/base/span.h"

#define TWIN_MOST 32		/* rows that one question looks at */

/* A row of a file with these bytes (SHA-256); of zeros nothing is kept. */
void twin_put(struct store_txn *t, const uint8_t hash[32],
    struct span source, struct span path);
void twin_del(struct store_txn *t, const uint8_t hash[32],
    struct span source, struct span path);

/* Those with the bytes, the ones of the same file name as `path` first; at
 * most TWIN_MOST. Until the callback says false; it doesn't write. */
typedef bool twin_fn(void *arg, struct span source, struct span path);
void twin_each(struct store_txn *t, const uint8_t hash[32],
    struct span path, twin_fn *fn, void *arg);

/* How many are kept. */
uint64_t twin_count(struct store_txn *t);

#endif
