/*
 * Counters and gauges that all parts of a daemon share.
 *
 * The owner describes them in a table and opens the block before it forks;
 * every part adds to the same shared memory, without locks (relaxed
 * atomics). A counter only grows; a gauge is set. Histograms are a row of
 * counters with upper bounds in milliseconds.
 */
#ifndef ZQ_BASE_STATS_H
#define ZQ_BASE_STATS_H

#include <stddef.h>
#include <stdint.h>

enum stats_kind { STATS_COUNTER, STATS_GAUGE, STATS_HISTOGRAM };

/* Bounds of every histogram's buckets, in ms; one more, +Inf, follows. */
#define STATS_BUCKETS 12
extern const uint32_t stats_bounds[STATS_BUCKETS];

struct stats_def {
	const char *name;	/* as Prometheus has it: zq_taken_items_total */
	const char *labels;	/* "part=\"edge\"" or NULL */
	enum stats_kind kind;
	const char *help;
};

/* The table is kept. One block per process family; call before fork(). */
void stats_open(const struct stats_def *table, size_t count);
void stats_close(void);

void stats_add(size_t which, uint64_t n);
void stats_set(size_t which, uint64_t n);
void stats_observe(size_t which, uint64_t ms);
uint64_t stats_get(size_t which);
uint64_t stats_bucket(size_t which, size_t bucket);	/* not cumulative */
uint64_t stats_sum(size_t which);			/* of observed ms */

#endif
