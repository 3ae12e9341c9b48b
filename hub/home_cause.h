/*
 * Why a site is down, if its home page leads to a host that can't be reached:
 * then it isn't the site's own name, certificate or firewall, which the
 * sentence of the monitor's cause speaks of.
 */
#ifndef ZQ_HUB_HOME_CAUSE_H
#define ZQ_HUB_HOME_CAUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/monitor_state.h"

#define HOME_CAUSE_MAX 400	/* bytes of the sentence */

/* In English, as protocol/reason.h knows it. False: it isn't that. */
bool home_cause_sent_to(struct db_txn *t, uint32_t site,
    enum monitor_cause c, char text[HOME_CAUSE_MAX]);

#endif
