/*
 * Attributes of an element that begins, read or refused: the reader fails
 * with a sentence that names the attribute and what was expected.
 */
#ifndef ZQ_PROTOCOL_ATTRIBUTES_H
#define ZQ_PROTOCOL_ATTRIBUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/xml.h"

/* Needed. */
bool attributes_number(struct xml *x, const char *name, uint64_t least,
    uint64_t most, uint64_t *n);
bool attributes_hex(struct xml *x, const char *name, void *out, size_t n);

/* As they may be left out: *n and *ms are then as they were. */
bool attributes_count(struct xml *x, const char *name, uint64_t most,
    uint64_t *n);
bool attributes_time(struct xml *x, const char *name, int64_t *ms);

/* Is the element marked zq:critical: not to be passed over? */
bool attributes_are_critical(const struct xml *x);

#endif
