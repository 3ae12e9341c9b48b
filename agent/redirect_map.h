/*
 * The redirect map: the cluster's moves, as the hub has signed it, kept in
 * the store.
 *
 * Rules of all sites, whether in effect or still to come. A map that is whole
 * replaces what is kept; one that changes the version that is kept does just
 * that. Any other is refused, and the whole one is to be asked for.
 */
#ifndef ZQ_AGENT_REDIRECT_MAP_H
#define ZQ_AGENT_REDIRECT_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/store.h"
#include "contrib/base/buf.h"
#include "protocol/movemap.h"
#include "protocol/rewrite.h"

/* Takes a document whose signature is good. False: why says. */
bool redirect_map_take(struct store *s, struct span xml, struct buf *why);

/* 0: none is kept. */
uint64_t redirect_map_version(struct store_txn *t);

/* Each rule, by number; spans live until the transaction ends. */
void redirect_map_each(struct store_txn *t, movemap_rule_fn *each, void *arg);

/* All of them, so that they can be asked; the caller's. */
struct rewrite *redirect_map_rules(struct store_txn *t);

#endif
