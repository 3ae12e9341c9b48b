/*
 * Alerts on the page: those that go on, those that ended, what is silenced;
 * and one of them with all that was told of it, and to whom.
 */
#ifndef ZQ_HUB_DASH_ALERT_H
#define ZQ_HUB_DASH_ALERT_H

#include "hub/visit.h"

void dash_alerts(struct visit *v);	/* /alerts?site=&after= */
void dash_alert(struct visit *v);	/* /alerts/NUMBER */

#endif
