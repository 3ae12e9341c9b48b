/*
 * Showing: what it costs to apply items to the view, words included, at its
 * beginning and when it has a million and five million, in groups as large
 * as a backlog makes them and as small as live traffic does.
 *
 *	bench_show [items …]	default 100000 1000000 5000000
 *
 * Dates come in any order (see titles.h): the worst case for a list that is
 * kept by date. CPU is the process's own, user and system.
 */
#include "tests/bench/storebench.h"

#define WINDOW 50000		/* items measured at each size */
#define BACKLOG 8000		/* items in a group */
#define LIVE 500

struct cost {
	double cpu, wall;	/* µs an item */
};

static struct cost
measure(struct bench *b, uint64_t upto, size_t group)
{
	static struct bench_batch m;
	struct cost c = { .cpu = 0 };
	uint64_t from = b->items;

	if (m.rows.most == 0)
		buf_init(&m.rows, 16u << 20);
	while (b->items < upto) {
		double cpu, wall;

		for (size_t n = 0; n < group || n == 0; n += BENCH_BATCH) {
			bench_make(b, &m);
			bench_take(b, &m);
		}
		cpu = bench_cpu();
		wall = bench_now();
		bench_apply(b, group);
		c.cpu += bench_cpu() - cpu;
		c.wall += bench_now() - wall;
	}
	if (b->items > from) {
		c.cpu *= 1e6 / (double)(b->items - from);
		c.wall *= 1e6 / (double)(b->items - from);
	}
	return c;
}

static double
report(struct bench *b, uint64_t at)
{
	struct cost c, live;
	struct store *s;
	struct query *q;
	struct totals t;
	struct buf why;

	measure(b, at > WINDOW ? at - WINDOW : 0, BACKLOG);
	c = measure(b, at, BACKLOG);
	live = measure(b, at + WINDOW / 5, LIVE);
	buf_init(&why, 256);
	s = store_over(b->journal, b->view_dir, &why);
	must(s != NULL);
	q = query_begin(s);
	query_totals(q, &t);
	query_end(q);
	store_close(s);
	printf("show at %llu items: %.1f us CPU an item (limit 60), %.0f "
	    "items/s (limit 10000), in groups of %d: %.1f us CPU\n",
	    (unsigned long long)at, c.cpu, 1e6 / c.wall, LIVE, live.cpu);
	printf("show at %llu items: view %.0f bytes an item, journal %.0f, "
	    "its rows %.0f\n", (unsigned long long)at,
	    (double)t.view_bytes / (double)b->items,
	    (double)t.journal_bytes / (double)b->items,
	    (double)b->row_bytes / (double)b->items);
	fflush(stdout);
	return c.cpu;
}

int
main(int argc, char **argv)
{
	static const char *const usual[] = { "100000", "1000000", "5000000" };
	const char *const *sizes = usual;
	double first = 0, last = 0;
	struct bench b;
	uint64_t n;
	int count = 3;

	if (argc > 1) {
		sizes = (const char *const *)(argv + 1);
		count = argc - 1;
	}
	bench_open(&b, "zq-show");
	for (int i = 0; i < count; i++) {
		if (!text_number(span_of(sizes[i]), 1, 100000000, &n))
			fatal("bench_show: %s is no number of items",
			    sizes[i]);
		last = report(&b, n);
		if (i == 0)
			first = last;
	}
	if (count > 1)
		printf("show: at %s items it costs %.2f times what it costs "
		    "at %s (limit 1.5)\n", sizes[count - 1], last / first,
		    sizes[0]);
	bench_close(&b);
	return 0;
}
