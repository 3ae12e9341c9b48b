/*
 * News of the link graph: what links.h hands out, for whoever writes letters.
 */
#ifndef ZQ_HUB_LINK_NEWS_H
#define ZQ_HUB_LINK_NEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/target.h"

/* site 0: the target has turned; else the site has a link to it now, or has
 * one no more. Each stands once. */
void link_news_put(struct db_txn *t, uint32_t site,
    const struct target_key *k);
/* The target had moved, and where it moved to has. What is put over it later
 * doesn't take that away. */
void link_news_put_end(struct db_txn *t, const struct target_key *k);
bool link_news_is_end(struct db_txn *t, const struct target_key *k);
void link_news_del(struct db_txn *t, uint32_t site,
    const struct target_key *k);
bool link_news_has(struct db_txn *t, uint32_t site,
    const struct target_key *k);

#endif
