/*
 * What a notice of an alert says, as JSON: the facts that it is about, for
 * webhooks as it is, and for people as text made of it (notify_text.h). It is
 * made once, when the notice is decided on, and kept: whenever it is sent
 * again it says the same.
 */
#ifndef ZQ_HUB_ALERT_NOTICE_H
#define ZQ_HUB_ALERT_NOTICE_H

#include <jansson.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/alert.h"

#define ALERT_NOTICE_SITES 60	/* listed; the rest is counted */

/* What came of a closing, in "outcome". */
#define ALERT_TAKEN_BACK "taken-back"
#define ALERT_PUT_OFF "put-off"
#define ALERT_CLOSED "closed"

/* {"id","hub","alert","notice","event","rule","now","severity","at","since",
 *  "ended","group","count","active","sites":[{"subject","site","name",
 *  "domain","since","ended","detail","new"}]}, and "outcome" of a closing
 * that isn't one any more. "rule" is the first notice's; "now" the one that
 *  is true now, if that is another. `told` of the members were told before. The
 * caller's. */
json_t *alert_notice(struct db_txn *t, const struct alert *a,
    enum alert_event event, const char *hub, uint32_t told, int64_t now);
/* The rule by which it was told first: its name, for ever. */
struct span alert_notice_rule(struct db_txn *t, const struct alert *a);
/* A test of a receiver. */
json_t *alert_notice_test(const char *hub, const char *by, int64_t now);

/* Where its alert has a page, as "url"; a test leads to the list of alerts.
 * web: the setting web_public; "": nothing is put. */
void alert_notice_link(json_t *notice, const char *web);

#endif
