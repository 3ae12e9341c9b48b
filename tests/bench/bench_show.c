/*
 * Showing: what it costs to apply items to the view, words included, at its
 * beginning and when it has a million and five million, in groups as large
 * as a backlog makes them and as small as live traffic does.
 *
 *	bench_show [items …]	default 50000 100000 1000000 5000000
 *
 * Dates come in any order (see titles.h): the worst case for a list that is
 * kept by date. CPU is the process's own, user and system.
 */
#include "tests/bench/storebench.h"
#include "tests/bench/table.h"

#define WINDOW 50000		/* items measured at each size */
#define BACKLOG 8000		/* items in a group */
#define LIVE 500
#define BASE 100000		/* what larger ones are compared to */

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

static void
print(const struct bench *b, uint64_t at, const struct cost *c,
    const struct cost *live, const struct totals *t)
{
	bool million = at >= 1000000;
	char head[64];

	snprintf(head, sizeof(head), at <= WINDOW ? "from nothing to %llu "
	    "items" : "at %llu items", (unsigned long long)at);
	table_head(head);
	table_row("applied, words included", million ?
	    "goal: at least 10000" : "", "%.0f items/s", 1e6 / c->wall);
	table_row("  CPU", "goal: at most 60", "%.1f us an item", c->cpu);
	table_row("  CPU, in groups of 500", "", "%.1f us an item",
	    live->cpu);
	table_row("view on disk", "", "%.0f bytes an item",
	    (double)t->view_bytes / (double)b->items);
	table_row("journal on disk", "", "%.0f bytes an item",
	    (double)t->journal_bytes / (double)b->items);
	table_row("  its rows alone", "", "%.0f bytes an item",
	    (double)b->row_bytes / (double)b->items);
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
	buf_clear(&why);
	print(b, at, &c, &live, &t);
	return c.cpu;
}

int
main(int argc, char **argv)
{
	static const char *const usual[] = { "50000", "100000", "1000000",
		"5000000" };
	const char *const *sizes = usual;
	double base = 0, last = 0;
	struct bench b;
	uint64_t n = 0;
	int count = 4;

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
		if (i == 0 || n == BASE)
			base = last;
	}
	if (n > BASE) {
		table_head("as it grows");
		table_row("CPU an item at the largest, to that at 100000",
		    "goal: at most 1.5", "%.2f times", last / base);
	}
	bench_close(&b);
	return 0;
}
