/*
 * /metrics: the counters table, and what store and pulse say of the cluster,
 * in the Prometheus text format 0.0.4.
 *
 * What isn't known has no sample: a site that was not heard since the hub
 * started is neither up nor down.
 */
#ifndef ZQ_HUB_METRICS_H
#define ZQ_HUB_METRICS_H

#include "contrib/base/buf.h"
#include "hub/visit.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

void metrics_make(struct visit *v);

/* The families that have a sample for each site (metrics_site.c). */
void metrics_sites(struct visit *v);
/* "# HELP …" and "# TYPE …". */
void metrics_family(struct buf *b, const char *name, const char *kind,
    const char *help);

#endif
