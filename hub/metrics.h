/*
 * /metrics: the counters table and what the store says of each site, in the
 * Prometheus text format 0.0.4.
 */
#ifndef ZQ_HUB_METRICS_H
#define ZQ_HUB_METRICS_H

#include "hub/visit.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

void metrics_make(struct visit *v);

#endif
