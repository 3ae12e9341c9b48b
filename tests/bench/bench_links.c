/*
 * The link graph: what links add to showing a page, in time and in bytes, and
 * how fast it answers who links to a page, to a column, to a site, and where
 * a page links to.
 *
 *	bench_links [edges …]	default 100000 1000000
 *
 * Each page has a navigation of 100 links, which all pages of its site have,
 * and ten links of its own: to the pages before and behind it, to seven of
 * its site and to one of another. Edges are counted without the navigation.
 * The same pages are shown without their links first, and what that takes is
 * taken off. CPU is the process's own, user and system.
 */
#include <sys/resource.h>
#include <unistd.h>

#include "hub/links.h"
#include "hub/query_links.h"
#include "protocol/limits.h"
#include "tests/bench/storebench.h"
#include "tests/bench/table.h"

#define NAV 100
#define OWN 10
#define GROUP 3000		/* entries in a group, as the core shows them */
#define BATCH_BYTES (32u << 20)
#define ASKED 5000
#define SHOWN 100		/* links on a page of the web, of many */
#define SOME 200		/* questions about many, which take longer */

static struct buf links, url;

static uint64_t
spread(uint64_t n)		/* the same for ever */
{
	n = (n ^ n >> 31) * UINT64_C(0x9e3779b97f4a7c15);
	n = (n ^ n >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	return n ^ n >> 32;
}

static void
add(uint64_t n, uint32_t site, unsigned line)
{
	struct link l = { .kind = LINK_ANCHOR, .line = line,
	    .text = SPAN("相关信息") };

	buf_reset(&url);
	titles_url(&url, n, site);
	l.to = buf_look(&url);
	change_link_put(&links, &l);
}

static void
add_nav(uint32_t site)
{
	struct link l = { .kind = LINK_ANCHOR, .text = SPAN("栏目") };

	for (unsigned i = 0; i < NAV; i++) {
		buf_reset(&url);
		buf_printf(&url, "http://www.site%u.gov.cn/%s/list_%u/",
		    i % 20 == 0 ? i + 1 : site, i % 3 == 0 ? "zwgk" :
		    "bsfw", i);
		l.line = 40 + i;
		l.to = buf_look(&url);
		change_link_put(&links, &l);
	}
}

static void
dress(struct change *c, uint64_t n, uint32_t site)
{
	unsigned line = 200 + (unsigned)(n % 50);

	buf_reset(&links);
	add_nav(site);
	add(n > 0 ? n - 1 : 0, site, line);
	add(n + 1, site, line + 1);
	for (unsigned i = 2; i < OWN - 1; i++)
		add(spread(n * OWN + i) % (n + n / 8 + 100), site,
		    line + 10 + i);
	add(spread(n) % (n + 1), 1 + (uint32_t)(spread(n + 7) %
	    TITLES_SITES), line + 30);
	must(!links.bad);
	c->links = buf_look(&links);
}

/* --- showing -------------------------------------------------------------- */

struct cost {
	double cpu;		/* µs a page, of the last quarter */
	double bytes;		/* of the view, a page */
};

static struct store *
open_store(struct bench *b)
{
	struct store *s;
	struct buf why;

	buf_init(&why, 256);
	s = store_over(b->journal, b->view_dir, &why);
	must(s != NULL);
	buf_clear(&why);
	return s;
}

static uint64_t
view_bytes(struct bench *b)
{
	struct store *s = open_store(b);
	struct query *q = query_begin(s);
	struct totals t;

	query_counts(q, &t);
	query_end(q);
	store_close(s);
	return t.view_bytes;
}

static struct cost
show(struct bench *b, uint64_t pages)
{
	static struct bench_batch m;
	uint64_t from = b->items + (pages - b->items) * 3 / 4, n = 0;
	struct cost c = { .cpu = 0 };

	if (m.rows.most == 0)
		buf_init(&m.rows, BATCH_BYTES);
	while (b->items < pages) {
		double cpu;

		for (size_t i = 0; i < GROUP; i += BENCH_BATCH) {
			bench_make(b, &m);
			bench_take(b, &m);
		}
		cpu = bench_cpu();
		bench_apply(b, GROUP);
		if (b->items < from)
			continue;
		c.cpu += bench_cpu() - cpu;
		n += GROUP;
	}
	c.cpu = n > 0 ? c.cpu * 1e6 / (double)n : 0;
	c.bytes = (double)view_bytes(b) / (double)b->items;
	return c;
}

/* --- asking --------------------------------------------------------------- */

static bool
count_hit(void *arg, const struct link_hit *h)
{
	uint64_t *n = arg;

	*n += 1 + h->more;
	return true;
}

static double			/* ms */
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double			/* ms */
ask(struct db_txn *t, uint64_t *hits)
{
	int64_t steps = LINKS_STEPS;
	double begin = now();

	(void)links_to(t, REWRITE_ADDRESS, buf_look(&url), 0, NULL,
	    count_hit, hits, &steps);
	return now() - begin;
}

/* Any page; its site. */
static uint32_t
pick(const struct bench *b, uint64_t i)
{
	uint32_t site = 1 + (uint32_t)(spread(i) % TITLES_SITES);

	while (b->said[site] == 0)
		site = 1 + site % TITLES_SITES;
	buf_reset(&url);
	titles_url(&url, spread(i + 99) % b->said[site], site);
	return site;
}

static void
ask_pages(struct bench *b)
{
	static double took[ASKED];
	struct db_txn *t = view_read(b->view);
	uint64_t hits = 0, nav = 0;
	double template;

	for (uint64_t i = 0; i < ASKED; i++) {
		(void)pick(b, i);
		took[i] = ask(t, &hits);
	}
	buf_reset(&url);
	buf_printf(&url, "http://www.site1.gov.cn/bsfw/list_1/");
	template = ask(t, &nav);
	db_abort(t);
	table_row("links to a page, p99", "goal: at most 5", "%.3f ms",
	    table_percentile(took, ASKED, 99));
	table_row("  half of them within", "", "%.3f ms",
	    table_percentile(took, ASKED, 50));
	table_row("  links found, on average", "", "%.1f",
	    (double)hits / ASKED);
	table_row("links to a page of the navigation", "", "%.3f ms",
	    template);
	table_row("  pages that have it", "", "%llu",
	    (unsigned long long)nav);
}

/* --- asking as the web does ------------------------------------------------ */

struct asked {
	double took[SOME];	/* ms */
	uint64_t found;		/* in all: links that came, or pages counted */
	long read;		/* pages of the store, from the disk */
};

static long
pages_read(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return use.ru_majflt;
}

/* One more was asked for since then. */
static void
note_asked(struct asked *a, uint64_t i, double begin, long read)
{
	a->took[i] = now() - begin;
	a->read += pages_read() - read;
}

static void
print_asked(struct asked *a, const char *what, const char *limit,
    const char *found)
{
	char name[64];

	snprintf(name, sizeof(name), "%s, p99", what);
	table_row(name, limit, "%.3f ms", table_percentile(a->took, SOME,
	    99));
	table_row("  half of them within", "", "%.3f ms",
	    table_percentile(a->took, SOME, 50));
	table_row(found, "", "%.1f", (double)a->found / SOME);
	table_row("  pages of the store read from the disk", "", "%.1f",
	    (double)a->read / SOME);
}

static bool
count_link(void *arg, const struct link_info *l)
{
	uint64_t *n = arg;

	(void)l;
	*n += 1;
	return true;
}

/* All below a day's path, or all of a site. */
static void
ask_scope(struct bench *b, struct query *q, enum rewrite_scope scope,
    struct asked *list, struct asked *count)
{
	for (uint64_t i = 0; i < SOME; i++) {
		struct link_spec spec = { .scope = scope, .limit = SHOWN,
		    .steps = QUERY_LINKS_WEB };
		uint32_t site = pick(b, i);
		struct link_page page;
		struct link_count n;
		long read = pages_read();
		double begin;

		buf_reset(&url);
		buf_printf(&url, "http://www.site%u.gov.cn/", site);
		if (scope == REWRITE_PREFIX)
			buf_printf(&url, "art/2026/%u/%u/",
			    (unsigned)(i % 12 + 1), (unsigned)(i % 28 + 1));
		spec.url = buf_look(&url);
		begin = now();
		query_links_to(q, &spec, count_link, &list->found, &page);
		note_asked(list, i, begin, read);
		read = pages_read();
		begin = now();
		query_links_count(q, &spec, &n);
		note_asked(count, i, begin, read);
		count->found += n.pages;
	}
}

static void
ask_from(struct bench *b, struct query *q, struct asked *a)
{
	for (uint64_t i = 0; i < SOME; i++) {
		long read = pages_read();
		struct item_info item;
		double begin;

		(void)pick(b, i);
		begin = now();
		must(query_item(q, buf_look(&url), &item));
		query_links_from(q, &item, count_link, &a->found);
		note_asked(a, i, begin, read);
	}
}

/* What a list or a number may cost there, its purse, is QUERY_LINKS_WEB. */
static void
ask_many(struct bench *b)
{
	static const char purse[] = "at most 400: what the web may cost";
	static struct asked prefix[2], domain[2], from;
	struct store *s = open_store(b);
	struct query *q = query_begin(s);

	memset(prefix, 0, sizeof(prefix));
	memset(domain, 0, sizeof(domain));
	memset(&from, 0, sizeof(from));
	ask_scope(b, q, REWRITE_PREFIX, &prefix[0], &prefix[1]);
	ask_scope(b, q, REWRITE_DOMAIN, &domain[0], &domain[1]);
	ask_from(b, q, &from);
	query_end(q);
	store_close(s);
	print_asked(&prefix[0], "links to a prefix, the first 100",
	    "goal: at most 5", "  links listed, on average");
	print_asked(&prefix[1], "how many there are", purse,
	    "  pages that have one, on average");
	print_asked(&domain[0], "links to a domain, the first 100",
	    "goal: at most 5", "  links listed, on average");
	print_asked(&domain[1], "how many there are", purse,
	    "  pages that have one, on average");
	print_asked(&from, "links from a page, and what they lead to",
	    "goal: at most 5", "  links on it, on average");
}

static void
report(struct bench *plain, struct bench *linked, uint64_t edges)
{
	uint64_t pages = edges / OWN;
	struct cost without = show(plain, pages), with = show(linked, pages);
	char head[80];

	snprintf(head, sizeof(head), "%llu edges: %llu pages, and %u links "
	    "of a navigation on each", (unsigned long long)edges,
	    (unsigned long long)linked->items, NAV);
	table_head(head);
	table_row("CPU that links add", "", "%.1f us a page",
	    with.cpu - without.cpu);
	table_row("  a page without them", "", "%.1f us", without.cpu);
	table_row("  an edge", "", "%.2f us", (with.cpu - without.cpu) / OWN);
	table_row("view on disk that links add", "", "%.0f bytes a page",
	    with.bytes - without.bytes);
	table_row("  an edge", "", "%.1f bytes",
	    (with.bytes - without.bytes) / OWN);
	sync();			/* not while the disk still writes it */
	ask_pages(linked);
	ask_many(linked);
}

int
main(int argc, char **argv)
{
	static const char *const usual[] = { "100000", "1000000" };
	const char *const *sizes = usual;
	struct bench plain, linked;
	int count = 2;
	uint64_t n;

	if (argc > 1) {
		sizes = (const char *const *)(argv + 1);
		count = argc - 1;
	}
	buf_init(&links, LIMIT_CHANGE);
	buf_init(&url, LIMIT_URL);
	bench_open(&plain, "zq-plain");
	bench_open(&linked, "zq-links");
	linked.dress = dress;
	for (int i = 0; i < count; i++) {
		if (!text_number(span_of(sizes[i]), OWN, 100000000, &n))
			fatal("bench_links: %s is no number of edges",
			    sizes[i]);
		report(&plain, &linked, n);
	}
	bench_close(&plain);
	bench_close(&linked);
	buf_clear(&links);
	buf_clear(&url);
	return 0;
}
