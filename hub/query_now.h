/*
 * Questions about how sites were and what is announced of them.
 */
#ifndef ZQ_HUB_QUERY_NOW_H
#define ZQ_HUB_QUERY_NOW_H

#include "hub/history.h"
#include "hub/notice.h"
#include "hub/query.h"

/* Another number whenever alerts, silences or notices are others: what a page
 * that shows them waits for. */
uint64_t query_now_news(struct query *q);

/* As history_each(), newest first. */
void query_now_history(struct query *q, uint32_t site, history_fn *each,
    void *arg);
/* Newest first, of a site (0: of all); open ones alone, or all. */
void query_now_notices(struct query *q, uint32_t site, bool open,
    notice_fn *each, void *arg);

#endif
