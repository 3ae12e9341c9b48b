/*
 * Alerts and deliveries on a terminal: as rows of a table, and one alert as a
 * whole, with who was told of it.
 */
#ifndef ZQ_HUB_ALERT_PRINT_H
#define ZQ_HUB_ALERT_PRINT_H

#include "hub/columns.h"
#include "hub/query_alert.h"

/* Tables without rows; columns_print() and columns_free() are the caller's. */
struct columns *alert_print_table(void);
struct columns *alert_print_deliveries(void);

/* The site is that of the first member of which it is true still. */
void alert_print_row(struct columns *table, struct query *q,
    const struct alert *a);
void alert_print_delivery(struct columns *table, const struct delivery *d);
/* To standard output. */
void alert_print_whole(struct query *q, const struct alert *a);

#endif
