/*
 * When something comes again, as people say it, and the zone that they mean
 * (before a NUL): what is read is within a day or two, says the same as
 * itself, and has moments in that zone that are in order.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/zone.h"
#include "protocol/recurs.h"

#define DAY INT64_C(86400000)
#define MINUTE INT64_C(60000)
/* Days whose nights are short, long or none of both, since 1970. */
#define FIRST 20000
#define LAST 20700

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge(const struct recurs *r)
{
	must((r->weekdays != 0) != (r->dates != 0));
	must(r->weekdays < 128 && (r->dates & 1) == 0);
	must(r->from < 1440 && r->until > r->from);
	must(r->until <= r->from + 1440);
	for (int day = 1; day <= 31; day++)
		for (int weekday = 0; weekday < 7; weekday++)
			must(recurs_begins(r, day, weekday) ==
			    ((r->weekdays >> weekday & 1) == 1 ||
			    (r->dates >> day & 1) == 1));
}

static void
judge_moment(const char *zone, int64_t civil)
{
	int64_t first = zone_first(zone, civil), last = zone_last(zone, civil);

	must(first <= last && last - first <= DAY);
	must(first >= civil - DAY - MINUTE && last <= civil + DAY + MINUTE);
	/* or such a time never comes, and it is the moment of the jump */
	if (zone_civil(zone, first) == civil)
		must(zone_civil(zone, last) == civil);
	else
		must(first == last && zone_civil(zone, first) > civil);
}

static void
in_zone(const char *zone, const struct recurs *r)
{
	for (int64_t day = FIRST; day < LAST; day += 7) {
		judge_moment(zone, day * DAY + r->from * MINUTE);
		judge_moment(zone, day * DAY + r->until * MINUTE);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size > 0 ? memchr(data, 0, size) : NULL;
	size_t n = nul != NULL ? (size_t)(nul - data) : 0;
	size_t skip = nul != NULL ? n + 1 : 0;
	struct span name = { (const char *)data, n };
	struct span text = { (const char *)data + skip, size - skip };
	const char *why = NULL;
	struct recurs r;
	char *zone;

	if (!recurs_parse(&r, text, &why)) {
		must(why != NULL && !recurs_is_same(text, text));
		return 0;
	}
	judge(&r);
	must(recurs_is_same(text, text));
	zone = mem_copy(name.at != NULL ? name.at : "", n);
	if (recurs_is_zone(name) && zone_is_known(zone))
		in_zone(zone, &r);
	free(zone);
	return 0;
}
