/*
 * Has anything happened that open pages show, besides the states of sites?
 */
#ifndef ZQ_HUB_QUERY_NOW_H
#define ZQ_HUB_QUERY_NOW_H

#include "hub/query.h"

/* Another number whenever alerts, silences or notices are others: what a page
 * that shows them waits for. */
uint64_t query_now_news(struct query *q);

#endif
