/*
 * Zones, by way of the C library's TZ; see zone.h.
 */
#include "contrib/base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#define DAY_MS INT64_C(86400000)
#define ZONES "/usr/share/zoneinfo"
#define NAME_MOST 64

bool
zone_is_known(const char *name)
{
	char path[sizeof(ZONES) + 1 + NAME_MOST];
	struct stat st;

	if (name[0] == '\0' || name[0] == '/' || strchr(name, '.') != NULL ||
	    strlen(name) > NAME_MOST)
		return false;
	(void)snprintf(path, sizeof(path), "%s/%s", ZONES, name);
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* --- offsets ------------------------------------------------------------- */

static void
enter(const char *zone)
{
	if (zone != NULL)
		must(setenv("TZ", zone, 1) == 0);
	else
		must(unsetenv("TZ") == 0);
	tzset();
}

/* ms that the clocks of the zone are ahead of UTC then. */
static int64_t
offset(const char *name, int64_t ms)
{
	const char *tz = getenv("TZ");
	char *was = mem_text(tz);
	time_t t = (time_t)(ms >= 0 ? ms / 1000 : (ms - 999) / 1000);
	int64_t ahead = 0;
	struct tm tm;

	enter(name);
	if (localtime_r(&t, &tm) != NULL)
		ahead = (int64_t)tm.tm_gmtoff * 1000;
	enter(was);
	free(was);
	return ahead;
}

int64_t
zone_civil(const char *name, int64_t ms)
{
	return ms + offset(name, ms);
}

/* --- the other way ------------------------------------------------------- */

/* Between two moments the offset changes: when? */
static int64_t
jump(const char *name, int64_t before, int64_t after)
{
	int64_t was = offset(name, before);

	while (after - before > 1000) {
		int64_t middle = before + (after - before) / 2000 * 1000;

		if (offset(name, middle) == was)
			before = middle;
		else
			after = middle;
	}
	return after;
}

static int64_t
find(const char *name, int64_t civil, bool last)
{
	int64_t was = offset(name, civil - DAY_MS);
	int64_t is = offset(name, civil + DAY_MS);
	int64_t a = civil - was, b = civil - is;
	bool fits_a = offset(name, a) == was, fits_b = offset(name, b) == is;

	if (fits_a && fits_b)
		return (a < b) == last ? b : a;
	if (fits_a)
		return a;
	return fits_b ? b : jump(name, b, a);
}

int64_t
zone_first(const char *name, int64_t civil)
{
	return find(name, civil, false);
}

int64_t
zone_last(const char *name, int64_t civil)
{
	return find(name, civil, true);
}
