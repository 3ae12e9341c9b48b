/*
 * Questions about home pages as seen from outside: the last look and its
 * evidence, the looks one by one, what they come to over days; and about the
 * domains that a site has had.
 */
#ifndef ZQ_HUB_QUERY_HOME_H
#define ZQ_HUB_QUERY_HOME_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "hub/domains.h"
#include "hub/home_days.h"
#include "hub/home_row.h"
#include "hub/monitor_state.h"
#include "hub/query.h"

/* False: never looked at. Spans live as long as q. */
bool query_home(struct query *q, uint32_t site, struct home_row *row);
/* Does the site's page lead to, or name, another domain so lastingly that it
 * is believed, and is that announced by nobody? */
bool query_home_moved(const struct query *q, uint32_t site,
    const struct home_row *row);
/* The same; false, too, if it was never looked at. */
bool query_home_has_moved(struct query *q, uint32_t site);
/* Each look that is kept, from … to (ms), in order; false stops. */
void query_home_looks(struct query *q, uint32_t site, int64_t from,
    int64_t to, home_sample_fn *each, void *arg);
/* Of the seven days up to now; of these days, both in it. False: no look. */
bool query_home_week(struct query *q, uint32_t site, struct home_day *sum);
bool query_home_days(struct query *q, uint32_t site, uint64_t from,
    uint64_t to, struct home_day *sum);
/* The days of a report from … to (ms; CLOCK_NONE: now, and the seven days up
 * to then), both in it. False: `to` comes before `from`. */
bool query_home_range(int64_t from, int64_t to, uint64_t *first,
    uint64_t *last);
/* The history of the site's domains, in order. */
void query_home_domains(struct query *q, uint32_t site, domains_fn *each,
    void *arg);
/* Why it is down, if its page leads to a host that can't be reached, in the
 * language. False, and nothing put: it isn't that. */
bool query_home_sent_to(struct query *q, uint32_t site,
    enum monitor_cause c, struct buf *b);
/* That, or the sentence of the monitor's cause. */
void query_home_cause(struct query *q, uint32_t site, enum monitor_cause c,
    struct buf *b);
int64_t query_home_now(const struct query *q);

/* For people and programs. A new object, the caller's. */
json_t *query_home_json(const struct query *q,
    const struct home_row *row);
json_t *query_home_day_json(const struct home_day *d);
/* A site's line of a report of these days: that, with its code. NULL: there
 * was no look, or it is retired. */
json_t *query_home_line(struct query *q, const struct site_info *s,
    uint64_t from, uint64_t to);

#endif
