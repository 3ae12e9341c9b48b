/*
 * How often a site went up and down lately, by its history (history.h): so a
 * hub that starts again goes on counting (monitor_flap.h). What the history
 * can't tell isn't counted: changes while it flapped, while nobody watched it,
 * and those of a clock that was put back since.
 */
#ifndef ZQ_HUB_MONITOR_PAST_H
#define ZQ_HUB_MONITOR_PAST_H

#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/monitor_flap.h"

/* Its changes from … to (ms), the last MONITOR_FLAPS of them. */
void monitor_past_read(struct monitor_flap *f, struct db_txn *t,
    uint32_t site, int64_t from, int64_t to);

#endif
