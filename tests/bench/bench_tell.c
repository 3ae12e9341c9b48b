/*
 * Telling: from the announcement of a move to the last letter, and what that
 * takes of time and memory.
 *
 *	bench_tell [sites [pages]]	default 1000 100
 *
 * A column of 1,000 pages moves. So many sites have so many pages each, and
 * every one of these links to the column itself, in a navigation that all
 * pages of its site share, to two pages of the column, and to ten others. The
 * site announces the move; then what the hub finds due is done,
 * act by act, as the core does it: written into the journal, which is on the
 * disk then, and shown. An act is the longest that what a site says has to
 * wait.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "contrib/base/text.h"
#include "hub/links.h"
#include "hub/outbox.h"
#include "hub/telling.h"
#include "protocol/limits.h"
#include "tests/bench/storebench.h"
#include "tests/bench/table.h"

#define MOVER 1u
#define COLUMN 1000u		/* pages that move */
#define NAV 12
#define OWN 10
#define GROUP 3000		/* entries in a group, as the core shows them */

static struct buf links, url;
static uint64_t sites = 1000, pages = 100;

/* --- what there is before ---------------------------------------------------------- */

static void
add_link(uint32_t line)
{
	struct link l = { .kind = LINK_ANCHOR, .line = line,
	    .text = SPAN("相关信息"), .to = buf_look(&url) };

	change_link_put(&links, &l);
}

static void
add_navigation(uint32_t site)
{
	buf_reset(&url);
	buf_printf(&url, "http://www.site%u.gov.cn/tzgg/", MOVER);
	add_link(40);
	for (uint32_t i = 0; i < NAV; i++) {
		buf_reset(&url);
		buf_printf(&url, "http://www.site%u.gov.cn/list_%u/", site, i);
		add_link(41 + i);
	}
}

static void
add_own(uint64_t n, uint32_t site)
{
	for (uint64_t i = 0; i < 2; i++) {
		buf_reset(&url);
		buf_printf(&url, "http://www.site%u.gov.cn/tzgg/%llu.html",
		    MOVER, (unsigned long long)((site * 37 + n * 2 + i) %
		    COLUMN));
		add_link((uint32_t)(200 + n % 50 + i));
	}
	for (uint64_t i = 0; i < OWN; i++) {
		buf_reset(&url);
		titles_url(&url, n + i * 7, site);
		add_link((uint32_t)(260 + i));
	}
}

/* The mover's pages are those of the column; the others' link there. */
static void
dress(struct change *c, uint64_t n, uint32_t site)
{
	buf_reset(&links);
	buf_reset(&url);
	if (site == MOVER) {
		buf_printf(&url, "http://www.site%u.gov.cn/tzgg/%llu.html",
		    site, (unsigned long long)n);
		c->url = buf_look(&url);
		return;
	}
	add_navigation(site);
	add_own(n, site);
	must(!links.bad);
	c->links = buf_look(&links);
}

static void
act(struct bench *b, const char *json)
{
	journal_begin(b->journal);
	journal_act(b->journal, span_of(json), TITLES_NOW);
	must(journal_commit(b->journal) == DB_OK);
}

static void
more_sites(struct bench *b)
{
	char json[512];

	for (uint32_t s = TITLES_SITES + 1; s <= sites + 1; s++) {
		snprintf(json, sizeof(json), "{\"do\":\"site-add\",\"site\":"
		    "%u,\"code\":\"4101%06u\",\"name\":\"site %u\","
		    "\"domains\":[\"www.site%u.gov.cn\"],\"kind\":"
		    "\"department\",\"parent\":\"\",\"actor\":\"bench\","
		    "\"reason\":\"\"}", s, s, s, s);
		act(b, json);
	}
}

static void
take(struct bench *b, uint32_t site, uint64_t count)
{
	static struct bench_batch m;
	size_t at[BENCH_BATCH + 1];
	struct change c;

	if (m.rows.most == 0)
		buf_init(&m.rows, 32u << 20);
	buf_reset(&m.rows);
	for (size_t i = 0; i < count; i++) {
		at[i] = m.rows.n;
		titles_item(&b->titles, i, site, &c);
		dress(&c, i, site);
		change_write(&m.rows, &c);
		change_hash(&c, m.hash[i]);
	}
	at[count] = m.rows.n;
	must(!m.rows.bad);
	for (size_t i = 0; i < count; i++)
		m.row[i] = (struct span){ m.rows.at + at[i],
		    at[i + 1] - at[i] };
	m.b = (struct journal_batch){ .site = site, .incarnation = 1,
	    .first = 1, .head = count, .now = TITLES_NOW, .row = m.row,
	    .hash = (const uint8_t (*)[32])m.hash, .count = count };
	bench_take(b, &m);
	b->items += count;
}

static void
fill(struct bench *b)
{
	more_sites(b);
	take(b, MOVER, COLUMN);
	for (uint32_t s = MOVER + 1; s <= sites + 1; s++) {
		take(b, s, pages);
		if (b->items % GROUP < pages)
			bench_apply(b, GROUP);
	}
	bench_apply(b, GROUP);
}

/* --- memory -------------------------------------------------------------------------- */

/* Of its own, without what is mapped from files. */
static uint64_t
own_memory(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned long long kib = 0;
	char line[256];

	must(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "RssAnon: %llu", &kib) == 1)
			break;
	fclose(f);
	return kib << 10;
}

static _Atomic uint64_t peak;
static atomic_bool enough;

static void *
watch(void *arg)
{
	(void)arg;
	while (!enough) {
		uint64_t now = own_memory();

		if (now > peak)
			peak = now;
		usleep(1000);
	}
	return NULL;
}

/* --- telling ------------------------------------------------------------------------- */

struct telling {
	uint64_t acts;
	double took, cpu;	/* s */
	double longest;		/* ms: an act */
	uint64_t letters, bytes, told;
};

/* As background.c does. */
static bool
do_due(struct bench *b, struct telling *t)
{
	struct db_txn *view = view_read(b->view);
	bool look = links_look_left(view);
	bool tell = telling_is_due(view, TITLES_NOW);
	char json[128];
	double began = bench_now();

	db_abort(view);
	if (!look && !tell)
		return false;
	snprintf(json, sizeof(json), "{\"do\":\"%s\",\"most\":%u,"
	    "\"actor\":\"hub\",\"reason\":\"\"}", look ? "look" : "tell",
	    look ? (unsigned)LINKS_LOOK_SOME : (unsigned)TELLING_SOME);
	act(b, json);
	bench_apply(b, GROUP);
	began = (bench_now() - began) * 1e3;
	if (began > t->longest)
		t->longest = began;
	t->acts++;
	return true;
}

static void
count_letter(void *arg, const struct letter *l)
{
	struct telling *t = arg;

	t->letters++;
	t->bytes += l->body.n;
}

static void
count_letters(struct bench *b, struct telling *t)
{
	struct db_txn *view = view_read(b->view);

	for (uint32_t s = MOVER + 1; s <= sites + 1; s++) {
		uint64_t before = t->letters;

		outbox_each(view, s, 0, OUTBOX_KEPT, count_letter, t);
		t->told += t->letters > before;
	}
	db_abort(view);
}

static void
announce(struct bench *b, struct telling *t)
{
	char json[512];
	pthread_t watcher;

	snprintf(json, sizeof(json), "{\"do\":\"move-announce\",\"site\":%u,"
	    "\"old\":\"http://www.site%u.gov.cn/tzgg/\",\"new\":"
	    "\"http://www.site%u.gov.cn/gonggao/\",\"scope\":\"prefix\","
	    "\"from\":%lld,\"actor\":\"bench\",\"reason\":\"\"}", MOVER,
	    MOVER, MOVER, (long long)TITLES_NOW + 86400000);
	peak = own_memory();
	enough = false;
	must(pthread_create(&watcher, NULL, watch, NULL) == 0);
	t->cpu = bench_cpu();
	t->took = bench_now();
	act(b, json);
	bench_apply(b, GROUP);
	while (do_due(b, t))
		;
	t->took = bench_now() - t->took;
	t->cpu = bench_cpu() - t->cpu;
	enough = true;
	must(pthread_join(watcher, NULL) == 0);
}

/* What follows from the pages themselves is done before. */
static void
settle(struct bench *b)
{
	struct telling t = { .acts = 0 };

	while (do_due(b, &t))
		;
}

static void
report(const struct telling *t, uint64_t before)
{
	uint64_t all = sites * pages;
	char head[120];

	snprintf(head, sizeof(head), "a column moves to which %llu pages of "
	    "%llu sites link", (unsigned long long)all,
	    (unsigned long long)sites);
	table_head(head);
	table_row("from the announcement to the last letter",
	    all == 100000 ? "goal: at most 10" : "", "%.2f s",
	    t->took);
	table_row("  CPU of it", "", "%.2f s", t->cpu);
	table_row("  a page that links there", "", "%.1f us",
	    t->took * 1e6 / (double)all);
	table_row("sites that were told", "", "%llu",
	    (unsigned long long)t->told);
	table_row("  letters", "", "%llu", (unsigned long long)t->letters);
	table_row("  of bytes, together", "", "%.1f MB",
	    (double)t->bytes / 1e6);
	table_row("acts of the hub", "", "%llu", (unsigned long long)t->acts);
	table_row("  the longest", "", "%.0f ms", t->longest);
	table_row("memory of its own, at most more than before", "",
	    "%.1f MB", (double)(peak - before) / 1e6);
}

int
main(int argc, char **argv)
{
	struct telling t = { .acts = 0 };
	struct bench b;
	uint64_t before;

	if ((argc > 1 && !text_number(span_of(argv[1]), 1, 20000, &sites)) ||
	    (argc > 2 && !text_number(span_of(argv[2]), 1, BENCH_BATCH,
	    &pages)))
		fatal("bench_tell [sites [pages]]: up to 20000 sites of up to "
		    "%d pages", BENCH_BATCH);
	buf_init(&links, LIMIT_CHANGE);
	buf_init(&url, LIMIT_URL);
	bench_open(&b, "zq-tell");
	fill(&b);
	settle(&b);
	before = own_memory();
	announce(&b, &t);
	count_letters(&b, &t);
	report(&t, before);
	bench_close(&b);
	buf_clear(&links);
	buf_clear(&url);
	return 0;
}
