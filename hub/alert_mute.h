/*
 * Muting: what is noticed and not told. An alert is muted while all that it
 * is true of is silenced by an operator or, where it is about the state of a
 * site, has announced an outage; and a little longer after such an outage,
 * for the site needs time to come up.
 */
#ifndef ZQ_HUB_ALERT_MUTE_H
#define ZQ_HUB_ALERT_MUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/alert.h"

#define ALERT_SETTLE 120000	/* ms after the end of what was announced */

bool alert_mute(struct db_txn *t, const struct alert *a, int64_t now);

#endif
