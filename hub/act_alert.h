/*
 * The acts of alerts, as alert.h lists them: their rules, as in act.c.
 *
 * What the hub does of itself is judged by the evaluation, from the newest
 * view, in a turn; so a rule here only refuses what can't have come of that.
 */
#ifndef ZQ_HUB_ACT_ALERT_H
#define ZQ_HUB_ACT_ALERT_H

#include "hub/act_read.h"

#define ACT_ALERT_FORGET 50	/* alerts at a time … */
#define ACT_ALERT_KEEP (INT64_C(400) * 86400000)	/* … that ended so
							 * many ms ago */

act_read_fn act_alert_fire, act_alert_join, act_alert_leave,
    act_alert_evidence, act_alert_raise, act_alert_say, act_alert_sent,
    act_alert_ack, act_alert_forget;

/* Is there anything that is to be forgotten by now? */
bool act_alert_is_old(struct db_txn *t, int64_t now);

#endif
