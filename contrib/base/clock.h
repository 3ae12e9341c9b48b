/*
 * The clock: the one place that asks what time it is.
 *
 * Wall time is milliseconds since 1970 UTC; mono time only measures
 * distances. Tests and the simulator set both with clock_set(), so nothing
 * else in the tree may call time(), gettimeofday() or clock_gettime() for
 * the time of day. Times shown to people always carry their zone.
 */
#ifndef ZQ_BASE_CLOCK_H
#define ZQ_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_TEXT_MAX 40	/* any text written here, with its NUL */
#define CLOCK_NONE INT64_MIN	/* "no time given" */

int64_t clock_wall(void);	/* ms since 1970-01-01T00:00:00Z */
int64_t clock_mono(void);	/* ms since some fixed point */
uint64_t clock_cpu(void);	/* µs of CPU this process has used */

/* From now on both clocks stand at these values; see clock_release(). */
void clock_set(int64_t wall, int64_t mono);
void clock_release(void);

/* RFC 3339: "2026-11-21T19:02:03.456Z"; CLOCK_NONE gives "". Returns out. */
const char *clock_format(char out[CLOCK_TEXT_MAX], int64_t ms);

/* For people, in local time (TZ): "2026-11-22 03:02:03 +08:00". */
const char *clock_show(char out[CLOCK_TEXT_MAX], int64_t ms);

/* For people: "12 s", "3 min", "2 h", "5 d"; ms is a distance. */
const char *clock_span(char out[CLOCK_TEXT_MAX], int64_t ms);

/*
 * RFC 3339 date-time (any offset, any fraction), or the W3C short forms
 * YYYY-MM-DD and YYYY-MM-DDThh:mmTZD that sitemaps use. A date without a
 * zone is taken at `zone` minutes east of UTC. The text ends at n bytes.
 */
bool clock_parse(const char *at, size_t n, int zone, int64_t *ms);

/* Days and time of day to ms: a proleptic Gregorian civil date, UTC. */
int64_t clock_civil(int year, int month, int day, int hour, int minute,
    int second);

#endif
