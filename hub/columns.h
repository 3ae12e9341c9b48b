/*
 * Tables on a terminal, aligned by what characters measure (Han is two
 * columns wide).
 */
#ifndef ZQ_HUB_COLUMNS_H
#define ZQ_HUB_COLUMNS_H

#include <stdint.h>
#include <stdio.h>

#include "contrib/base/span.h"

#define COLUMNS_MAX 16
#define COLUMNS_WIDEST 48	/* a column; only the last may be wider */

struct columns;

/* One heading per column, "" for none; NULL ends the list. */
struct columns *columns_new(const char *const *headings);
void columns_free(struct columns *c);

/* The next cell; a row is over when all columns have one. Copies. */
void columns_put(struct columns *c, struct span text);
void columns_number(struct columns *c, uint64_t n);	/* to the right */
void columns_time(struct columns *c, int64_t ms);	/* "-" for none */

void columns_print(const struct columns *c, FILE *f);

#endif
