/*
 * Look: an open file becomes a record.
 *
 * Its type, length and hash, and what it says if it is a page. If somebody
 * writes to it meanwhile, the record says so and nothing else. Runs in the
 * parse child; needs no files after look_new().
 */
#ifndef ZQ_AGENT_LOOK_H
#define ZQ_AGENT_LOOK_H

#include <stddef.h>

#include "agent/record.h"
#include "contrib/base/span.h"

struct look;

/* Of a page, the first page_max bytes are looked into; the hash is always of
 * the whole file. */
struct look *look_new(size_t page_max, int zone);
void look_free(struct look *l);

/* fd stays the caller's, and its offset is not moved. What r points to lives
 * until the next look_at() or look_free(), and as long as name. */
void look_at(struct look *l, int fd, struct span url, struct span name,
    struct record *r);

#endif
