/*
 * Recurs: when something comes again and again, as people say it.
 *
 *	daily 02:00-04:00
 *	mon,wed,fri 22:30-01:00		until the next day's one o'clock
 *	monthly:1,15 02:00-04:00	a month without such a day has none
 *	sat 00:00-24:00
 *
 * These are times of local clocks; of which zone, and when that is, is for
 * whoever has the zones (contrib/base/zone.h) to find out.
 */
#ifndef ZQ_PROTOCOL_RECURS_H
#define ZQ_PROTOCOL_RECURS_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"

struct recurs {
	uint8_t weekdays;	/* bits, 1: Sunday … 64: Saturday; or */
	uint32_t dates;		/* … bits 1 to 31, days of the month */
	unsigned from, until;	/* minutes since midnight; until may be on
				 * the next day: then it is over 1440 */
};

/* False, with a constant sentence in why (may be NULL). */
bool recurs_parse(struct recurs *r, struct span text, const char **why);
/* Do both say the same, in other words or not? Not if one can't be read. */
bool recurs_is_same(struct span a, struct span b);
/* Does one begin on this day? weekday: 0 is Sunday. */
bool recurs_begins(const struct recurs *r, int day, int weekday);

/* Could it be the name of a time zone: "Asia/Shanghai"? Whether there is
 * one, the machine knows. */
#define RECURS_ZONE 64		/* bytes of a name */
bool recurs_is_zone(struct span name);

#endif
