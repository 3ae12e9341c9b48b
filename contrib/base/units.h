/*
 * Sizes and times with their units, as settings have them: 4096, 64k, 256M,
 * 1G; 500ms, 5s, 10m, 24h, 90d. A size is in bytes and k is 1024; a time is
 * in milliseconds and has a unit, unless it is 0.
 */
#ifndef ZQ_BASE_UNITS_H
#define ZQ_BASE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"

#define UNITS_TEXT_MAX 32

bool units_parse_bytes(struct span s, uint64_t *n);
bool units_parse_time(struct span s, uint64_t *ms);

/* In the largest unit that loses nothing; what is written reads back. */
const char *units_format_bytes(char out[UNITS_TEXT_MAX], uint64_t n);
const char *units_format_time(char out[UNITS_TEXT_MAX], uint64_t ms);
/* For people, rounded down: "642 B", "17 KiB", "256 MiB". */
const char *units_show_bytes(char out[UNITS_TEXT_MAX], uint64_t n);

#endif
