/*
 * What alerts are about: the names of the rules, and a line on each.
 */
#ifndef ZQ_HUB_ALERT_WHAT_H
#define ZQ_HUB_ALERT_WHAT_H

#include "contrib/base/span.h"

enum alert_what {
	ALERT_DOWN, ALERT_SILENT, ALERT_UNREACHABLE, ALERT_OVERRUN,
	ALERT_SLOW, ALERT_ISOLATED, ALERT_FLAPPING, ALERT_DOMAIN,
	ALERT_GONE, ALERT_CLOSING, ALERT_CERTIFICATE, ALERT_CLOCK,
	ALERT_FORKED, ALERT_GATE, ALERT_QUARANTINE, ALERT_TROUBLE,
	ALERT_DIFFERS, ALERT_LINKS, ALERT_MOVE, ALERT_AVAILABILITY,
	ALERT_DISK, ALERT_HUB_CERTIFICATE, ALERT_DOMAIN_EXPIRY,
	ALERT_MOVED,
	ALERT_RULES
};

const char *alert_what_name(enum alert_what w);		/* "silent" */
/* ALERT_RULES: there is none of this name. */
enum alert_what alert_what_named(struct span name);
/* One line in the reader's language (lang.h). */
const char *alert_what_about(enum alert_what w);
/* When it is over, and what helps. */
const char *alert_what_ends(enum alert_what w);
/* The first of an alert that is over, when it is to be told otherwise then. */
const char *alert_what_was(enum alert_what w);

#endif
