/*
 * How benches print: one line a figure, its value, and beside it the limit
 * or what a peer does in the same run. A bench judges nothing.
 */
#ifndef ZQ_BENCH_TABLE_H
#define ZQ_BENCH_TABLE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static inline void
table_head(const char *what)
{
	printf("\n  %s\n", what);
	fflush(stdout);
}

/* beside may be "". */
static inline void __attribute__((format(printf, 3, 4)))
table_row(const char *figure, const char *beside, const char *fmt, ...)
{
	char value[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	printf("    %-46s %18s   %s\n", figure, value, beside);
	fflush(stdout);
}

static inline int
table_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts; the smallest value that `percent` of all don't exceed. */
static inline double
table_percentile(double *v, size_t n, unsigned percent)
{
	size_t at = (n * percent + 99) / 100;

	qsort(v, n, sizeof(v[0]), table_order);
	return n == 0 ? 0 : v[at > 0 ? at - 1 : 0];
}

#endif
