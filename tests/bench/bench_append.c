/*
 * Appending: changes of some 450 bytes into the journal, judged, chained and
 * durable, beside a bare LMDB append of the same bytes; in groups of 1, 10,
 * 100 and 1,000. One fsync per group in both.
 */
#include "contrib/base/db.h"
#include "protocol/wire.h"
#include "tests/bench/storebench.h"
#include "tests/bench/table.h"

#define SECONDS 2.0		/* of each measurement, about */

struct figure {
	double rate;		/* items/s */
	double cpu;		/* µs an item */
};

typedef void append_fn(void *arg, const struct bench_batch *m, size_t from,
    size_t n);

static void
into_journal(void *arg, const struct bench_batch *m, size_t from, size_t n)
{
	struct bench *b = arg;
	struct journal_batch one = m->b;
	struct journal_verdict v;

	one.first += from;
	one.row += from;
	one.hash += from;
	one.count = n;
	do {
		journal_begin(b->journal);
		journal_take(b->journal, &one, TITLES_NOW, &v);
	} while (journal_commit(b->journal) != DB_OK);
	must(v.fresh == n);
}

struct bare {
	struct db *db;
	uint64_t last;
};

static void
into_lmdb(void *arg, const struct bench_batch *m, size_t from, size_t n)
{
	struct bare *b = arg;
	enum db_result result;
	uint8_t key[8];

	do {
		struct db_txn *t = db_begin(b->db, true);

		for (size_t i = 0; i < n; i++) {
			wire_put_u64(key, b->last + i + 1);
			db_append(t, 0, (struct span){ .at = (char *)key,
			    .n = 8 }, m->row[from + i]);
		}
		result = db_commit(t);
	} while (result != DB_OK);
	b->last += n;
}

static struct figure
measure(struct bench *b, append_fn *append, void *arg, size_t group)
{
	static struct bench_batch m;
	double wall = 0, cpu = 0;
	uint64_t items = 0;

	if (m.rows.most == 0)
		buf_init(&m.rows, 16u << 20);
	while (wall < SECONDS) {
		double w, c;

		bench_make(b, &m);
		w = bench_now();
		c = bench_cpu();
		for (size_t i = 0; i < BENCH_BATCH; i += group)
			append(arg, &m, i, group);
		wall += bench_now() - w;
		cpu += bench_cpu() - c;
		items += BENCH_BATCH;
	}
	return (struct figure){ .rate = (double)items / wall,
	    .cpu = cpu * 1e6 / (double)items };
}

static void
print(size_t group, const struct figure *journal, const struct figure *bare)
{
	char figure[48], beside[64];

	snprintf(figure, sizeof(figure), "%zu a group", group);
	snprintf(beside, sizeof(beside), "bare LMDB: %.0f /s", bare->rate);
	table_row(figure, beside, "%.0f items/s", journal->rate);
	snprintf(beside, sizeof(beside), "bare LMDB: %.1f us", bare->cpu);
	table_row("  CPU", beside, "%.1f us an item", journal->cpu);
}

int
main(void)
{
	static const size_t groups[] = { 1, 10, 100, 1000 };
	static const struct db_table table = { .name = "entry" };
	struct bench b;
	struct bare bare = { .last = 0 };
	char dir[700];

	bench_open(&b, "zq-append");
	snprintf(dir, sizeof(dir), "%s/bare", b.dir);
	if (mkdir(dir, 0700) != 0)
		fatal("%s: %s", dir, strerror(errno));
	bare.db = db_open(dir, DB_WRITE | DB_CREATE, &table, 1, BENCH_MOST);
	must(bare.db != NULL);
	table_head("appended to the journal, an fsync a group");
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		struct figure l, j;

		j = measure(&b, into_journal, &b, groups[i]);
		/* It must not be told of what it hasn't taken. */
		struct bench other = b;

		l = measure(&other, into_lmdb, &bare, groups[i]);
		print(groups[i], &j, &l);
	}
	db_close(bare.db);
	bench_close(&b);
	return 0;
}
