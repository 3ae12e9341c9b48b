/*
 * The store's answers as JSON, for /api/v1/ and for `zqhub --json`: one
 * shape for both, with names that stay. Times are RFC 3339 in UTC, absent
 * values are absent, not null. A site is named by its code; in the journal's
 * entries, which codes come out of, by its number.
 */
#ifndef ZQ_HUB_JSON_H
#define ZQ_HUB_JSON_H

#include <jansson.h>

#include "contrib/base/span.h"
#include "hub/query.h"

/* New objects, the caller's. Text that is no UTF-8 is repaired. */
json_t *json_site(const struct site_info *s);
json_t *json_item(const struct item_info *i, const char *site_code);
json_t *json_past(const struct past *p);
json_t *json_held(const struct held *h, const char *site_code);
json_t *json_totals(const struct totals *t);
json_t *json_journal(const struct journal_line *l);
/* "total", "exact", "next" of a page, into an object. */
void json_page(json_t *into, const struct query_page *p);

json_t *json_span(struct span s);	/* a string */
json_t *json_bytes(const void *at, size_t n);	/* hex */
/* Sets name to the time, unless it is CLOCK_NONE. */
void json_time(json_t *into, const char *name, int64_t ms);

#endif
