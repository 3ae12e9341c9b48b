/*
 * Operators' acts about alerts, as operate.h lists them.
 */
#ifndef ZQ_HUB_GOVERN_ALERT_H
#define ZQ_HUB_GOVERN_ALERT_H

#include <stdbool.h>

#include "hub/ask.h"

/* {"do":"alert-ack","alert":N,"until":MS,"reason":…}; until 0: take it back */
bool govern_alert_ack(struct ask *a);
/* {"do":"alert-silence","rule":R,"code":CODE,"until":MS,"reason":…}; one of
 * rule and code at least */
bool govern_alert_silence(struct ask *a);
/* {"do":"alert-unsilence","silence":N,"reason":…} */
bool govern_alert_unsilence(struct ask *a);
/* {"do":"alert-test","receiver":NAME}: {"delivery":N} */
bool govern_alert_test(struct ask *a);

#endif
