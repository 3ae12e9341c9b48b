/*
 * The evaluation: what has to happen to alerts now, as acts.
 *
 * A function of the facts (alert_facts.h), of the rows of alerts, of the rules
 * and receivers, of who wavers (alert_crowd.h), and of the time. Each
 * evaluation takes each alert one step further and may be done again at any
 * time: what the rows say was done is not done again, and what they don't say
 * is. So it doesn't matter where a hub dies.
 */
#ifndef ZQ_HUB_ALERT_EVAL_H
#define ZQ_HUB_ALERT_EVAL_H

#include <stddef.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/acts.h"
#include "hub/alert_facts.h"
#include "hub/alert_receiver.h"
#include "hub/alert_rule.h"

#define ALERT_JOIN (15 * INT64_C(60000))	/* ms from its beginning on that
					 * others may join an alert */
#define ALERT_MORE_EVERY (5 * INT64_C(60000))	/* ms between two notices of
					 * who has joined … */
#define ALERT_MORE_FIRST INT64_C(60000)	/* … but that it isn't one alone is
					 * news, and so is who was ill within
					 * so long of its beginning */
#define ALERT_SEEN_SITE (60 * INT64_C(60000))	/* ms between two times that
					 * evidence of a site is taken anew, … */
#define ALERT_SEEN_SOON INT64_C(15000)	/* … at first, when it may still be
					 * half of it: until ALERT_JOIN, … */
#define ALERT_SEEN_HUB (10 * INT64_C(60000))	/* … of the hub: its disk */
#define ALERT_ACTS 200		/* of one evaluation; the rest is of the next */

struct alert_eval {
	const char *hub;	/* its name, for notices */
	const struct alert_rules *rules;
	const struct alert_receivers *to;
	struct alert_facts *facts;
	int64_t wait;		/* ms that a grouped alert waits for others */
	int64_t silent_after;	/* ms that an agent may be silent */
	int64_t together;	/* ms that troubles of one cause begin apart */
	uint64_t many;		/* sites that go down or silent within … */
	int64_t many_time;	/* … so many ms are one alert */
};

/* Puts the acts (acts may be NULL: none are put). How many there are to do
 * now; *next: when something else is due by time alone, ms, if nothing
 * happens before; INT64_MAX: never. */
size_t alert_eval(const struct alert_eval *e, struct db_txn *t, int64_t now,
    struct acts *acts, int64_t *next);

#endif
