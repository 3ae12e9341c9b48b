/*
 * Shared counters: one anonymous shared mapping, made before the forks.
 *
 * A counter or a gauge is one cell; a histogram has a cell per bucket, one
 * for +Inf and one for the sum. Without stats_open() (unit tests, small
 * tools) everything put is forgotten and everything read is 0.
 */
#include "contrib/base/stats.h"

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HISTOGRAM_CELLS (STATS_BUCKETS + 2)
#define SUM_CELL (STATS_BUCKETS + 1)

const uint32_t stats_bounds[STATS_BUCKETS] = { 1, 2, 5, 10, 20, 50, 100, 250,
	500, 1000, 5000, 30000 };

static struct {
	const struct stats_def *table;
	size_t count;
	size_t *first;		/* by number: its first cell */
	void *map;
	size_t size;		/* bytes of the mapping */
	_Atomic uint64_t *cells;
} block;

void
stats_open(const struct stats_def *table, size_t count)
{
	size_t cells = 0;

	must(block.cells == NULL && count > 0);
	block.first = mem_grow(NULL, count, sizeof(*block.first));
	for (size_t i = 0; i < count; i++) {
		block.first[i] = cells;
		cells += table[i].kind == STATS_HISTOGRAM ? HISTOGRAM_CELLS : 1;
	}
	block.table = table;
	block.count = count;
	block.size = cells * sizeof(*block.cells);
	block.map = mmap(NULL, block.size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (block.map == MAP_FAILED)
		fatal("shared memory for %zu counters: %s", count,
		    strerror(errno));
	block.cells = block.map;
}

void
stats_close(void)
{
	if (block.cells == NULL)
		return;
	munmap(block.map, block.size);
	free(block.first);
	memset(&block, 0, sizeof(block));
}

/* NULL if the block isn't open. */
static _Atomic uint64_t *
cell(size_t which, size_t i)
{
	if (block.cells == NULL)
		return NULL;
	must(which < block.count);
	return &block.cells[block.first[which] + i];
}

static void
add(size_t which, size_t i, uint64_t n)
{
	_Atomic uint64_t *c = cell(which, i);

	if (c != NULL)
		atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}

static uint64_t
get(size_t which, size_t i)
{
	_Atomic uint64_t *c = cell(which, i);

	return c != NULL ? atomic_load_explicit(c, memory_order_relaxed) : 0;
}

static bool
is_histogram(size_t which)
{
	return which < block.count &&
	    block.table[which].kind == STATS_HISTOGRAM;
}

void
stats_add(size_t which, uint64_t n)
{
	must(!is_histogram(which));
	add(which, 0, n);
}

void
stats_set(size_t which, uint64_t n)
{
	_Atomic uint64_t *c = cell(which, 0);

	must(!is_histogram(which));
	if (c != NULL)
		atomic_store_explicit(c, n, memory_order_relaxed);
}

void
stats_observe(size_t which, uint64_t ms)
{
	size_t i = 0;

	must(block.cells == NULL || is_histogram(which));
	while (i < STATS_BUCKETS && ms > stats_bounds[i])
		i++;
	add(which, i, 1);
	add(which, SUM_CELL, ms);
}

/* Of a histogram: how many were observed. */
uint64_t
stats_get(size_t which)
{
	uint64_t n = 0;

	if (!is_histogram(which))
		return get(which, 0);
	for (size_t i = 0; i <= STATS_BUCKETS; i++)
		n += get(which, i);
	return n;
}

uint64_t
stats_bucket(size_t which, size_t bucket)
{
	must(bucket <= STATS_BUCKETS);
	must(block.cells == NULL || is_histogram(which));
	return get(which, bucket);
}

uint64_t
stats_sum(size_t which)
{
	must(block.cells == NULL || is_histogram(which));
	return get(which, SUM_CELL);
}
