/*
 * The rules of alerts: what is told, how long it must be so before, how
 * severe it is, to whom, and how often again. A table with presets, which
 * [rule NAME] of hub.conf changes.
 */
#ifndef ZQ_HUB_ALERT_RULE_H
#define ZQ_HUB_ALERT_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/alert.h"
#include "hub/config.h"

enum alert_what {
	ALERT_DOWN, ALERT_SILENT, ALERT_UNREACHABLE, ALERT_OVERRUN,
	ALERT_SLOW, ALERT_ISOLATED, ALERT_FLAPPING, ALERT_DOMAIN,
	ALERT_GONE, ALERT_CLOSING, ALERT_CERTIFICATE, ALERT_CLOCK,
	ALERT_FORKED, ALERT_GATE, ALERT_QUARANTINE, ALERT_TROUBLE,
	ALERT_DIFFERS, ALERT_LINKS, ALERT_MOVE, ALERT_AVAILABILITY,
	ALERT_DISK,
	ALERT_RULES
};

struct alert_rule {
	const char *name;	/* "silent" */
	const char *class;	/* "state": one of these is true at a time */
	const char *about;	/* one line, in English; N_() */
	bool on;
	bool grouped;		/* sites behind one address are one alert */
	bool state;		/* of a site's state: not told while it has
				 * announced an outage */
	enum alert_severity severity;
	uint64_t hold;		/* ms that it must be so */
	uint64_t remind;	/* ms until the first reminder, doubled each
				 * time … */
	uint64_t reminders;	/* … and at most so many */
	char *const *receivers;	/* NULL or empty: those that want it */
};

/* The table as the settings make it. */
struct alert_rules {
	struct alert_rule rule[ALERT_RULES];
};
void alert_rules_init(struct alert_rules *r, const struct config *c);
/* ALERT_RULES: there is none of this name. */
enum alert_what alert_rule_named(struct span name);
const char *alert_rule_name(enum alert_what w);
/* One line in the reader's language (lang.h); the name itself if it is not
 * of this version. */
const char *alert_rule_about(struct span name);

#endif
