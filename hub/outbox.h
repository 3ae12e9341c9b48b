/*
 * The outbox: letters to sites, numbered per site without holes, as apply
 * wrote them. They wait here until the site has confirmed them, and some
 * time longer, for an agent that was restored from a backup.
 */
#ifndef ZQ_HUB_OUTBOX_H
#define ZQ_HUB_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/group.h"
#include "protocol/letter.h"

/*
 * Letters that a site has not fetched, and that are kept for it after it has.
 * What is written for one change each (held.c) asks outbox_is_busy() first: a
 * site that has a thousand pages held knows. All others are few, and say what
 * is said once only, such as which links are to be changed: their ceiling is
 * for a site that is away for months. Whom to trust is always written.
 */
#define OUTBOX_BUSY 1000
#define OUTBOX_WAITING 10000
#define OUTBOX_KEPT 1000

bool outbox_is_busy(struct group *g, uint32_t site);

/* Gives it the next number. */
void outbox_put(struct group *g, uint32_t site, struct letter *l);
/* The site has fetched up to `number`; up to the newest, if that is of a hub
 * whose rules wrote more letters by then. */
void outbox_confirm(struct group *g, uint32_t site, uint64_t number);

/* Letters after `after`, in order, at most `most`. */
void outbox_each(struct db_txn *t, uint32_t site, uint64_t after,
    size_t most, letter_fn *each, void *arg);

#endif
