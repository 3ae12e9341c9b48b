/*
 * Receivers; see alert_receiver.h.
 */
#include "hub/alert_receiver.h"

#include <string.h>
#include <time.h>

#include "contrib/base/zone.h"
#include "hub/config_alert.h"

static void
take(struct alert_receiver *r, const char *name,
    const struct config_receiver *c)
{
	*r = (struct alert_receiver){ .name = name, .rules = c->rules,
	    .zone = c->zone,
	    .renewed = strcmp(c->kind, "alertmanager") == 0 };
	(void)alert_severity_parse(&r->least, span_of(c->severity));
	r->has_quiet = config_quiet_parse(span_of(c->quiet), &r->from,
	    &r->to);
}

void
alert_receivers_init(struct alert_receivers *r, const struct conf *file)
{
	const struct config_receiver *c;
	const char *name;

	r->n = 0;
	while (r->n < ALERT_RECEIVERS &&
	    (c = config_receiver(file, r->n, &name)) != NULL)
		take(&r->at[r->n++], name, c);
}

const struct alert_receiver *
alert_receivers_find(const struct alert_receivers *r, struct span name)
{
	for (size_t i = 0; i < r->n; i++) {
		if (span_is(name, span_of(r->at[i].name)))
			return &r->at[i];
	}
	return NULL;
}

/* An empty list has everybody. */
static bool
is_in(char *const *list, struct span name)
{
	if (list == NULL || list[0] == NULL)
		return true;
	for (; *list != NULL; list++) {
		if (span_is(name, span_of(*list)))
			return true;
	}
	return false;
}

bool
alert_receiver_wants(const struct alert_receiver *r,
    const struct alert_rule *rule, struct span name,
    enum alert_severity severity)
{
	return severity >= r->least && is_in(r->rules, name) &&
	    is_in(rule->receivers, span_of(r->name));
}

/* There, or where the hub is. */
static unsigned
minute_of_day(const char *zone, int64_t ms)
{
	time_t at = (time_t)(ms / 1000);
	struct tm tm;

	if (zone[0] != '\0')
		return (unsigned)(zone_civil(zone, ms) / 60000 % 1440);
	if (localtime_r(&at, &tm) == NULL)
		return 0;
	return (unsigned)(tm.tm_hour * 60 + tm.tm_min);
}

bool
alert_receiver_sleeps(const struct alert_receiver *r, int64_t now)
{
	unsigned minute;

	if (!r->has_quiet)
		return false;
	minute = minute_of_day(r->zone, now);
	return r->from <= r->to ? minute >= r->from && minute < r->to :
	    minute >= r->from || minute < r->to;
}
