/*
 * Time zones: when clocks on the wall of another place show what time.
 *
 * The zones are those of this machine (tzdata), so what comes out may change
 * with the laws of a country. A local time that comes twice (clocks were put
 * back) has a first and a last moment; one that never comes (they were put
 * forward) is taken as the moment of the jump.
 *
 * Civil times are ms as clock_civil() makes them: what the clocks show, read
 * as if it were UTC. Not for several threads: the C library knows one zone at
 * a time.
 */
#ifndef ZQ_BASE_ZONE_H
#define ZQ_BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

/* Is there a zone of this name ("Asia/Shanghai")? */
bool zone_is_known(const char *name);
/* What the clocks show there at this moment; of a zone that isn't known it is
 * UTC. */
int64_t zone_civil(const char *name, int64_t ms);
/* The first and the last moment at which they show this. */
int64_t zone_first(const char *name, int64_t civil);
int64_t zone_last(const char *name, int64_t civil);

#endif
