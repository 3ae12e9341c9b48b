/*
 * The query of an address: a=1&b=%E6%94%BF, taken apart.
 */
#ifndef ZQ_HUB_HTTP_QUERY_H
#define ZQ_HUB_HTTP_QUERY_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

/* The first argument of that name, decoded into *out (reset first). False if
 * there is none, it doesn't decode (then *out is empty: no half of it is
 * taken for the whole), or is over out's ceiling (then *out is bad). */
bool http_query_get(struct span query, const char *name, struct buf *out);
/* Is there one? */
bool http_query_has(struct span query, const char *name);

/* Appends s with %41 decoded, and '+' as a blank if `plus`. False if
 * something else than two hex digits stands behind a '%'. */
bool http_query_decode(struct buf *out, struct span s, bool plus);

#endif
