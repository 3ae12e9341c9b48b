/*
 * Questions about alerts, silences and deliveries, for zqhub, the web and
 * the API.
 */
#ifndef ZQ_HUB_QUERY_ALERT_H
#define ZQ_HUB_QUERY_ALERT_H

#include <jansson.h>

#include "hub/alert.h"
#include "hub/ledger.h"
#include "hub/query.h"
#include "hub/silence.h"

struct alert_spec {
	bool open, over;	/* only what goes on, only what doesn't */
	uint32_t site;		/* 0: all */
	struct span rule;	/* "": all */
	uint32_t before;	/* only lower numbers; 0: from the last */
	size_t limit;
};

/* Newest first; false: stop. The number of the last that was handed out, if
 * there may be more; else 0. */
uint32_t query_alerts(struct query *q, const struct alert_spec *spec,
    alert_fn *each, void *arg);
bool query_alert(struct query *q, uint32_t number, struct alert *a);
/* Is it kept from being told now: all that it is true of is silenced, or has
 * announced an outage? */
bool query_alert_muted(struct query *q, const struct alert *a);
int64_t query_alert_now(const struct query *q);
void query_silences(struct query *q, bool all, silence_fn *each, void *arg);
/* Newest first; alert 0: of all. */
void query_deliveries(struct query *q, uint32_t alert, ledger_fn *each,
    void *arg);

struct alert_counts {		/* of what goes on */
	uint64_t severity[ALERT_SEVERITIES];
	uint64_t all, acked, muted;
	uint64_t failed;	/* deliveries given up, of the last 1000 … */
	uint64_t waiting;	/* … and that wait to be done */
};
void query_alert_counts(struct query *q, struct alert_counts *n);

/* Codes and names of the sites with it; the caller's. */
json_t *json_alert(struct query *q, const struct alert *a);
json_t *json_silence(struct query *q, const struct silence *s);
json_t *json_delivery(const struct delivery *d);

#endif
