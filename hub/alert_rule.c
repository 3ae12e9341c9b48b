/*
 * The table of rules; see alert_rule.h.
 */
#include "hub/alert_rule.h"

#include <string.h>

#include "contrib/base/text.h"
#include "contrib/base/units.h"
#include "hub/config_alert.h"

#define MINUTE 60000u
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static const struct alert_rule table[ALERT_RULES] = {
	[ALERT_DOWN] = { .class = "state", .on = true,
	  .grouped = true, .severity = ALERT_CRITICAL,
	  .remind = 4 * HOUR, .reminders = 3 },
	[ALERT_SILENT] = { .class = "state", .on = true,
	  .grouped = true, .severity = ALERT_WARNING,
	  .remind = 8 * HOUR, .reminders = 3 },
	[ALERT_UNREACHABLE] = { .class = "state",
	  .on = true, .grouped = true,
	  .severity = ALERT_CRITICAL, .remind = 4 * HOUR, .reminders = 3 },
	[ALERT_OVERRUN] = { .class = "state", .on = true,
	  .grouped = true, .severity = ALERT_CRITICAL, .remind = 4 * HOUR,
	  .reminders = 3 },
	/* Longer than until its next turn (home_every): late by chance, twice
	 * in a row, it isn't then any more. */
	[ALERT_SLOW] = { .class = "state", .on = false,
	  .grouped = true, .severity = ALERT_INFO,
	  .hold = 20 * MINUTE, .remind = DAY, .reminders = 1 },
	[ALERT_ISOLATED] = { .class = "isolated",
	  .on = true, .severity = ALERT_CRITICAL, .remind = HOUR,
	  .reminders = 5 },
	[ALERT_FLAPPING] = { .class = "flapping",
	  .on = true, .severity = ALERT_WARNING,
	  .remind = DAY, .reminders = 3 },
	[ALERT_DOMAIN] = { .class = "domain", .on = true,
	  .severity = ALERT_DANGER, .remind = HOUR, .reminders = 8 },
	[ALERT_GONE] = { .class = "gone", .on = true, .hold = 3 * DAY,
	  .severity = ALERT_CRITICAL, .remind = DAY, .reminders = 7 },
	[ALERT_CLOSING] = { .class = "closing",
	  .on = true, .severity = ALERT_INFO, .remind = 7 * DAY,
	  .reminders = 1 },
	[ALERT_CERTIFICATE] = { .class = "certificate", .on = true,
	  .severity = ALERT_INFO,
	  .remind = DAY, .reminders = 1 },
	[ALERT_CLOCK] = { .class = "clock", .on = true,
	  .severity = ALERT_WARNING, .hold = MINUTE, .remind = DAY,
	  .reminders = 3 },
	[ALERT_FORKED] = { .class = "forked", .on = true,
	  .severity = ALERT_CRITICAL, .remind = 8 * HOUR, .reminders = 3 },
	[ALERT_GATE] = { .class = "gate", .on = true,
	  .severity = ALERT_WARNING, .remind = 8 * HOUR, .reminders = 3 },
	[ALERT_QUARANTINE] = { .class = "quarantine",
	  .on = true, .severity = ALERT_WARNING, .remind = DAY,
	  .reminders = 3 },
	[ALERT_TROUBLE] = { .class = "trouble",
	  .on = true, .severity = ALERT_WARNING, .hold = 10 * MINUTE,
	  .remind = DAY, .reminders = 3 },
	[ALERT_DIFFERS] = { .class = "differs",
	  .on = true, .severity = ALERT_WARNING, .hold = HOUR,
	  .remind = DAY, .reminders = 3 },
	[ALERT_LINKS] = { .class = "links", .on = true, .grouped = true,
	  .severity = ALERT_DANGER, .remind = DAY, .reminders = 3 },
	[ALERT_MOVE] = { .class = "move", .on = true, .grouped = true,
	  .severity = ALERT_WARNING, .remind = DAY, .reminders = 3 },
	[ALERT_AVAILABILITY] = { .class = "availability", .on = true,
	  .severity = ALERT_WARNING,
	  .remind = 2 * DAY, .reminders = 3 },
	[ALERT_DISK] = { .class = "disk", .on = true,
	  .severity = ALERT_CRITICAL, .remind = 4 * HOUR, .reminders = 10 },
	[ALERT_HUB_CERTIFICATE] = { .class = "hub-certificate", .on = true,
	  .severity = ALERT_WARNING, .remind = DAY, .reminders = 3 },
	[ALERT_DOMAIN_EXPIRY] = { .class = "domain-expiry", .on = true,
	  .severity = ALERT_INFO, .remind = DAY, .reminders = 1 },
	[ALERT_MOVED] = { .class = "moved", .on = true,
	  .severity = ALERT_WARNING, .remind = DAY, .reminders = 3 },
};

static void
change(struct alert_rule *r, const struct config_rule *c)
{
	(void)alert_severity_parse(&r->severity, span_of(c->severity));
	(void)units_parse_time(span_of(c->hold), &r->hold);
	(void)units_parse_time(span_of(c->remind), &r->remind);
	(void)text_number(span_of(c->reminders), 0, 1000, &r->reminders);
	if (c->tell[0] != '\0')
		r->on = strcmp(c->tell, "yes") == 0;
	r->receivers = c->receivers;
}

void
alert_rules_init(struct alert_rules *r, const struct conf *file)
{
	const struct config_rule *said;
	const char *name;

	memcpy(r->rule, table, sizeof(table));
	for (size_t n = 0; (said = config_rule(file, n, &name)) != NULL; n++) {
		enum alert_what w = alert_what_named(span_of(name));

		if (w < ALERT_RULES)
			change(&r->rule[w], said);
	}
}
