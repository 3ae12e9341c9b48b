/*
 * Services of this site that were announced with their address, "网上办事大厅
 * https://www.example.gov.cn/bmfw/": whoever names one of them later means that
 * address as well (announcement.h).
 */
#ifndef ZQ_AGENT_SERVICES_H
#define ZQ_AGENT_SERVICES_H

#include <stdbool.h>

#include "agent/store.h"
#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define SERVICES_MOST 200	/* newest first */

/* Appends the service as it was said last with its address. False: a name
 * that was never said with one. */
bool services_find(struct store_txn *t, struct span name, struct buf *out);
/* One is said; kept if it has a name and an address. */
void services_keep(struct store_txn *t, struct span service);

#endif
