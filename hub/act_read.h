/*
 * Reading an act: its parts, as the rules want them. What is missing or of
 * another type is told by the return value; nothing here changes anything.
 */
#ifndef ZQ_HUB_ACT_READ_H
#define ZQ_HUB_ACT_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/group.h"
#include "hub/journal.h"
#include "hub/site.h"

#define ACT_READ_REASON 255	/* bytes of a reason that a row keeps */
#define ACT_READ_NO_SITE "there is no such site"

/* A rule: NULL, or why the act can't be followed, before anything was
 * changed. */
typedef const char *act_read_fn(struct group *g, const struct entry *e,
    const json_t *o);

struct span act_read_text(const json_t *o, const char *name);	/* or empty */
bool act_read_number(const json_t *o, const char *name, uint64_t most,
    uint64_t *n);
bool act_read_flag(const json_t *o, const char *name);
/* 64 bits are no JSON number: 16 hex digits. 0 if it is not there. */
uint64_t act_read_id(const json_t *o, const char *name);
/* ms, or CLOCK_NONE. */
int64_t act_read_time(const json_t *o, const char *name);
/* The site it is about. */
bool act_read_site(struct group *g, const json_t *o, struct site *s);

#endif
