/*
 * The rules of alerts: what is told, how long it must be so before, how
 * severe it is, to whom, and how often again. A table with presets, which
 * [rule NAME] of hub.conf changes.
 */
#ifndef ZQ_HUB_ALERT_RULE_H
#define ZQ_HUB_ALERT_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/conf.h"
#include "hub/alert.h"
#include "hub/alert_what.h"

struct alert_rule {
	const char *class;	/* "state": one of these is true at a time */
	bool on;
	bool grouped;		/* sites behind one address are one alert */
	enum alert_severity severity;
	uint64_t hold;		/* ms that it must be so */
	uint64_t remind;	/* ms until the first reminder, doubled each
				 * time … */
	uint64_t reminders;	/* … and at most so many */
	char *const *receivers;	/* NULL or empty: those that want it */
};

/* The table as the settings make it; file may be NULL. */
struct alert_rules {
	struct alert_rule rule[ALERT_RULES];
};
void alert_rules_init(struct alert_rules *r, const struct conf *file);

#endif
