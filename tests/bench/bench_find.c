/*
 * Finding: phrases of 2 to 6 characters in generated Chinese titles, newest
 * first, the first page, with and without a site filter. SQLite FTS5 over
 * the same pairs of characters, its rows in the order of dates, stands
 * beside it: the same phrases, the first page only, while ours counts as
 * well. Both must find the same number on the first page.
 *
 *	bench_find [titles]	default 1000000
 */
#include <sqlite3.h>

#include "tests/bench/storebench.h"
#include "tests/bench/table.h"

#define PHRASES 2000
#define PAGE 20
#define GROUP 8000

struct title {
	int64_t date;
	uint64_t number;	/* order of taking */
	uint32_t site;
	char *text;
};

struct phrase_asked {
	char text[32];
	char pairs[128];	/* for FTS5 */
	uint32_t site;
};

static struct title *titles;
static struct phrase_asked asked[PHRASES];

/* --- what is searched ----------------------------------------------------------------- */

/* Pairs of characters with blanks between, as the index of ours has them;
 * letters and digits as words. */
static void
put_pairs(struct buf *b, const char *text)
{
	struct span rest = span_of(text);
	uint32_t before = 0, c;

	while ((c = text_next(&rest)) != UINT32_MAX) {
		bool is_han = c >= 0x4e00 && c <= 0x9fff;

		if (!is_han) {
			if (before >= 0x4e00 || before == 0)
				buf_byte(b, ' ');
			text_put_char(b, c >= 'A' && c <= 'Z' ? c + 32 : c);
		} else if (before >= 0x4e00) {
			buf_byte(b, ' ');
			text_put_char(b, before);
			text_put_char(b, c);
		}
		before = c;
	}
}

/* CPU seconds that applying took. */
static double
fill(struct bench *b, uint64_t count)
{
	static struct bench_batch m;
	double cpu = 0, from_cpu;
	struct change c;

	buf_init(&m.rows, 16u << 20);
	titles = calloc(count, sizeof(*titles));
	must(titles != NULL);
	while (b->items < count) {
		uint64_t from = b->items;

		bench_make(b, &m);
		bench_take(b, &m);
		for (size_t i = 0; i < BENCH_BATCH; i++) {
			must(change_read(&c, m.row[i]));
			titles[from + i] = (struct title){
				.date = c.published / 60000,
				.number = from + i, .site = m.b.site,
				.text = strndup(c.word[WORD_TITLE].at,
				    c.word[WORD_TITLE].n) };
		}
		if (b->items % GROUP != 0 && b->items < count)
			continue;
		from_cpu = bench_cpu();
		bench_apply(b, GROUP);
		cpu += bench_cpu() - from_cpu;
	}
	return cpu;
}

/* Han characters in a row, somewhere in a title. */
static bool
cut_phrase(const char *text, uint64_t start, uint64_t chars,
    char out[32])
{
	struct span rest = span_of(text);
	struct buf b;

	buf_init(&b, 31);
	while (chars > 0) {
		uint32_t c = text_next(&rest);

		if (start > 0 && start--)
			continue;
		if (c < 0x4e00 || c > 0x9fff)
			break;
		text_put_char(&b, c);
		chars--;
	}
	memcpy(out, buf_cstr(&b), b.n + 1);
	buf_clear(&b);
	return chars == 0;
}

static void
choose_phrases(struct bench *b, uint64_t count)
{
	struct buf pairs;

	buf_init(&pairs, 127);
	for (size_t i = 0; i < PHRASES;) {
		const struct title *t = &titles[titles_roll(&b->titles,
		    count)];

		if (!cut_phrase(t->text, titles_roll(&b->titles, 18),
		    2 + i % 5, asked[i].text))
			continue;
		buf_reset(&pairs);
		put_pairs(&pairs, asked[i].text);
		memcpy(asked[i].pairs, buf_cstr(&pairs), pairs.n + 1);
		asked[i].site = t->site;
		i++;
	}
	buf_clear(&pairs);
}

/* --- measuring --------------------------------------------------------------------------- */

static double
micros(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

typedef size_t find_fn(void *arg, const struct phrase_asked *p, bool site);

struct found {
	double p50, p99, most;	/* ms */
	double cpu99;		/* ms of CPU: what a quiet machine takes */
	size_t shown[PHRASES];
};

static void
measure(find_fn *find, void *arg, bool site, struct found *f)
{
	static double took[PHRASES], cpu[PHRASES];

	for (size_t i = 0; i < PHRASES; i++) {
		double from = micros(CLOCK_MONOTONIC);
		double cpu_from = micros(CLOCK_PROCESS_CPUTIME_ID);

		f->shown[i] = find(arg, &asked[i], site);
		cpu[i] = (micros(CLOCK_PROCESS_CPUTIME_ID) - cpu_from) / 1e3;
		took[i] = (micros(CLOCK_MONOTONIC) - from) / 1e3;
	}
	f->cpu99 = table_percentile(cpu, PHRASES, 99);
	f->p50 = table_percentile(took, PHRASES, 50);
	f->p99 = table_percentile(took, PHRASES, 99);
	f->most = took[PHRASES - 1];
}

static bool
see(void *arg, const struct item_info *i)
{
	(void)arg, (void)i;
	return true;
}

static size_t
find_ours(void *arg, const struct phrase_asked *p, bool site)
{
	struct query *q = query_begin(arg);
	struct query_spec s = { .phrase = span_of(p->text), .limit = PAGE,
	    .site = site ? p->site : 0, .since = CLOCK_NONE,
	    .until = CLOCK_NONE };
	struct query_page page;

	query_items(q, &s, see, NULL, &page);
	query_end(q);
	must(page.error == NULL);
	return page.shown;
}

/* --- FTS5 ------------------------------------------------------------------------------------ */

static void
sql(sqlite3 *db, const char *text)
{
	char *why = NULL;

	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		fatal("sqlite: %s: %s", text, why);
}

static int
by_date(const void *a, const void *b)
{
	const struct title *x = a, *y = b;

	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static sqlite3 *
fill_fts5(struct bench *b, uint64_t count)
{
	char path[700];
	sqlite3_stmt *put;
	sqlite3 *db;
	struct buf text;

	snprintf(path, sizeof(path), "%s/fts5.db", b->dir);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		fatal("sqlite: %s", sqlite3_errmsg(db));
	sql(db, "PRAGMA journal_mode=off; PRAGMA synchronous=off;"
	    "PRAGMA cache_size=-262144; PRAGMA mmap_size=4294967296;");
	sql(db, "CREATE VIRTUAL TABLE f USING fts5(site, pairs, content='')");
	sql(db, "BEGIN");
	if (sqlite3_prepare_v2(db, "INSERT INTO f(rowid, site, pairs) "
	    "VALUES(?, ?, ?)", -1, &put, NULL) != SQLITE_OK)
		fatal("sqlite: %s", sqlite3_errmsg(db));
	buf_init(&text, 4096);
	qsort(titles, count, sizeof(*titles), by_date);
	for (uint64_t i = 0; i < count; i++) {
		char site[32];

		snprintf(site, sizeof(site), "site%u", titles[i].site);
		buf_reset(&text);
		put_pairs(&text, titles[i].text);
		sqlite3_bind_int64(put, 1, (sqlite3_int64)i + 1);
		sqlite3_bind_text(put, 2, site, -1, SQLITE_TRANSIENT);
		sqlite3_bind_text(put, 3, buf_cstr(&text), (int)text.n,
		    SQLITE_TRANSIENT);
		if (sqlite3_step(put) != SQLITE_DONE)
			fatal("sqlite: %s", sqlite3_errmsg(db));
		sqlite3_reset(put);
	}
	sqlite3_finalize(put);
	sql(db, "COMMIT");
	sql(db, "INSERT INTO f(f) VALUES('optimize')");
	buf_clear(&text);
	return db;
}

static size_t
find_fts5(void *arg, const struct phrase_asked *p, bool site)
{
	static sqlite3_stmt *get;
	char match[256];
	size_t n = 0;

	if (get == NULL && sqlite3_prepare_v2(arg, "SELECT rowid FROM f WHERE "
	    "f MATCH ? ORDER BY rowid DESC LIMIT 20", -1, &get, NULL) !=
	    SQLITE_OK)
		fatal("sqlite: %s", sqlite3_errmsg(arg));
	if (site)
		snprintf(match, sizeof(match), "site:site%u AND pairs:\"%s\"",
		    p->site, p->pairs);
	else
		snprintf(match, sizeof(match), "pairs:\"%s\"", p->pairs);
	sqlite3_bind_text(get, 1, match, -1, SQLITE_TRANSIENT);
	while (sqlite3_step(get) == SQLITE_ROW)
		n++;
	sqlite3_reset(get);
	return n;
}

/* --- both ---------------------------------------------------------------------------------------- */

static void
beside(const char *figure, const char *unit, double ours, double fts5,
    const char *goal)
{
	char text[80];

	snprintf(text, sizeof(text), "FTS5: %.3f %s%s%s", fts5, unit,
	    goal[0] != '\0' ? "; goal: at most " : "", goal);
	table_row(figure, text, "%.3f %s", ours, unit);
}

static void
report(const char *what, const char *goal, const struct found *o,
    const struct found *f)
{
	size_t differ = 0;

	for (size_t i = 0; i < PHRASES; i++)
		differ += o->shown[i] != f->shown[i];
	table_head(what);
	beside("p50", "ms", o->p50, f->p50, "");
	beside("p99", "ms", o->p99, f->p99, goal);
	beside("  p99 of the CPU it took", "ms", o->cpu99, f->cpu99, "");
	beside("slowest", "ms", o->most, f->most, "");
	table_row("first pages that differ in length", "of 2000", "%zu",
	    differ);
}

struct filled {		/* what it took, for each title */
	double cpu, bytes;
};

static struct filled
ours_filled(struct store *s, double cpu, uint64_t count)
{
	struct query *q = query_begin(s);
	struct totals t;

	query_totals(q, &t);
	query_end(q);
	return (struct filled){ .cpu = cpu * 1e6 / (double)count,
	    .bytes = (double)t.view_bytes / (double)count };
}

static struct filled
fts5_filled(const struct bench *b, double cpu, uint64_t count)
{
	char path[700];
	struct stat st;

	snprintf(path, sizeof(path), "%s/fts5.db", b->dir);
	must(stat(path, &st) == 0);
	return (struct filled){ .cpu = cpu * 1e6 / (double)count,
	    .bytes = (double)st.st_size / (double)count };
}

static void
report_filled(const struct filled *o, const struct filled *f)
{
	char text[80];

	table_head("filling, titles only; the view also has rows, addresses, "
	    "lists by site and date");
	snprintf(text, sizeof(text), "FTS5: %.1f us, optimized", f->cpu);
	table_row("CPU", text, "%.1f us a title", o->cpu);
	snprintf(text, sizeof(text), "FTS5: %.0f bytes, words only",
	    f->bytes);
	table_row("on disk", text, "%.0f bytes a title", o->bytes);
}

int
main(int argc, char **argv)
{
	static struct found o, f;
	struct filled of, ff;
	uint64_t count = 1000000;
	double cpu;
	struct store *s;
	struct bench b;
	struct buf why;
	sqlite3 *fts;

	if (argc > 1 && !text_number(span_of(argv[1]), 1000, 10000000,
	    &count))
		fatal("bench_find: %s is no number of titles", argv[1]);
	bench_open(&b, "zq-find");
	b.titles.titles_only = true;
	cpu = fill(&b, count);
	count = b.items;
	choose_phrases(&b, count);
	buf_init(&why, 256);
	s = store_over(b.journal, b.view_dir, &why);
	must(s != NULL);
	of = ours_filled(s, cpu, count);
	cpu = bench_cpu();
	fts = fill_fts5(&b, count);
	ff = fts5_filled(&b, bench_cpu() - cpu, count);
	printf("  %llu titles, %d phrases of 2 to 6 characters, the first "
	    "page, newest first\n", (unsigned long long)count, PHRASES);
	report_filled(&of, &ff);
	for (int site = 0; site < 2; site++) {
		measure(find_ours, s, site, &o);
		measure(find_ours, s, site, &o);
		measure(find_fts5, fts, site, &f);
		measure(find_fts5, fts, site, &f);
		report(site ? "found, in one site" : "found, in all sites",
		    site ? "5" : "1", &o, &f);
	}
	store_close(s);
	sqlite3_close_v2(fts);
	bench_close(&b);
	return 0;
}
