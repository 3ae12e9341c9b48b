/*
 * Live: while 500 items a second come in, one each from ten sites fifty
 * times a second, how long after the hub's answer is an item found by a
 * search of the web part?
 *
 *	bench_live [-b BUILD] [-n ITEMS there before] [-s SECONDS]
 *
 * One item of each round is looked for, the oldest first, every few
 * milliseconds until it is found; its time counts from the first answer of
 * its round, so a little too much rather than too little.
 */
#include <openssl/rand.h>

#include "contrib/base/log.h"
#include "hub/counters.h"
#include "protocol/changelist.h"
#include "protocol/limits.h"
#include "tests/bench/procs.h"
#include "tests/bench/table.h"
#include "tests/bench/take_load.h"
#include "tests/bench/titles.h"

#define LINES 100
#define AT_ONCE 10		/* sites that tell one item in a round */
#define ROUND 0.02		/* s */
#define POLL 0.004		/* s between searches */
#define BATCH 1000		/* items a batch, before the start */
#define LONGEST 30.0		/* s that an item may be looked for */

struct probe {		/* an item that is looked for */
	char word[48];
	double answered;	/* when; then how long until it was found */
};

struct bench {
	const char *build;
	size_t before, seconds;
	struct take_hub hub;
	struct titles titles;
	struct load_line line[LINES];
	struct take_id id[LINES];
	uint64_t incarnation[LINES], next[LINES];
	struct span request[LINES];
	CURL *curl;
	struct buf found;
	struct probe *probe;	/* one a round */
	size_t asked, seen;	/* from `seen` on they are looked for */
};

/* --- what is told ---------------------------------------------------------- */

/* A word that only this item has. */
static void
name_item(char out[48], size_t site, uint64_t seq)
{
	snprintf(out, 48, "zq%zux%llu", site, (unsigned long long)seq);
}

static void
put_item(struct bench *b, struct buf *xml, size_t site)
{
	struct change c;
	char word[48];

	titles_item(&b->titles, b->next[site] - 1, 1, &c);
	name_item(word, site, b->next[site]);
	buf_text(&b->titles.title, word);
	buf_reset(&b->titles.url);
	buf_printf(&b->titles.url, "http://site%zu.example/%s.html", site,
	    word);
	c.word[WORD_TITLE] = buf_look(&b->titles.title);
	c.url = buf_look(&b->titles.url);
	c.seq = b->next[site]++;
	c.when = c.modified = clock_wall();
	changelist_put(xml, &c);
}

static void
make_request(struct bench *b, size_t site, size_t items)
{
	struct buf head, body;
	char *whole;

	buf_init(&head, 1024);
	buf_init(&body, LIMIT_BODY);
	changelist_begin(&body, &(struct batch){
	    .incarnation = b->incarnation[site], .first = b->next[site],
	    .head = b->next[site] + items - 1, .now = clock_wall(),
	    .agent = SPAN("bench/1") });
	for (size_t i = 0; i < items; i++)
		put_item(b, &body, site);
	changelist_end(&body);
	must(!body.bad);
	buf_printf(&head, "POST /v1/changes HTTP/1.1\r\nHost: hub\r\n"
	    "Content-Type: application/xml\r\nContent-Length: %zu\r\n\r\n",
	    body.n);
	whole = mem_grow(NULL, head.n + body.n, 1);
	memcpy(whole, head.at, head.n);
	memcpy(whole + head.n, body.at, body.n);
	b->request[site] = (struct span){ whole, head.n + body.n };
	b->line[site].request = &b->request[site];
	b->line[site].requests = 1;
	b->line[site].at = 0;
	buf_clear(&head);
	buf_clear(&body);
}

/* One batch each of some sites; s until the first answer. */
static double
tell(struct bench *b, size_t from, size_t sites, size_t items)
{
	double time[LINES], first;
	struct load o = { .line = &b->line[from], .lines = sites,
	    .time = time };

	for (size_t i = from; i < from + sites; i++)
		make_request(b, i, items);
	load_run(&o);
	if (o.refused > 0)
		fatal("%zu of %zu batches were not taken", o.refused, sites);
	for (size_t i = from; i < from + sites; i++)
		free((char *)(uintptr_t)b->request[i].at);
	first = time[0];
	for (size_t i = 1; i < o.times; i++)
		if (time[i] < first)
			first = time[i];
	return first;
}

/* --- what is looked for ---------------------------------------------------- */

static bool
search(struct bench *b, const char *word)
{
	char url[160];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/api/v1/items?limit=1"
	    "&q=%s", b->hub.web, word);
	buf_reset(&b->found);
	curl_easy_setopt(b->curl, CURLOPT_URL, url);
	if (curl_easy_perform(b->curl) != CURLE_OK)
		fatal("the web part doesn't answer");
	if (strstr(buf_cstr(&b->found), "\"items\":[") == NULL)
		fatal("search: %s", buf_cstr(&b->found));
	return strstr(buf_cstr(&b->found), word) != NULL;
}

/* The oldest that isn't found yet, and those that are found with it. */
static void
look(struct bench *b)
{
	while (b->seen < b->asked) {
		struct probe *p = &b->probe[b->seen];
		double took;
		bool there = search(b, p->word);

		took = load_now() - p->answered;
		if (!there && took > LONGEST)
			fatal("%s isn't found within %.0f s", p->word,
			    LONGEST);
		if (!there)
			return;
		p->answered = took;
		b->seen++;
	}
}

static void
look_until(struct bench *b, double end)
{
	double left;

	while ((left = end - load_now()) > 0) {
		look(b);
		usleep((useconds_t)((left < POLL ? left : POLL) * 1e6));
	}
}

/* --- all of it --------------------------------------------------------------- */

static void
set_up(struct bench *b)
{
	char program[512];

	snprintf(program, sizeof(program), "%s/zqhubd", b->build);
	take_hub_make(&b->hub);
	take_hub_start(&b->hub, program);
	for (size_t i = 0; i < LINES; i++) {
		b->id[i] = take_enroll(&b->hub, i);
		load_connect(&b->line[i], &b->hub, &b->id[i]);
		must(RAND_bytes((unsigned char *)&b->incarnation[i], 8) == 1);
		b->next[i] = 1;
	}
	titles_open(&b->titles, 20261123);
	buf_init(&b->found, 1 << 20);
	b->curl = curl_easy_init();
	curl_easy_setopt(b->curl, CURLOPT_WRITEFUNCTION, take_gather);
	curl_easy_setopt(b->curl, CURLOPT_WRITEDATA, &b->found);
	curl_easy_setopt(b->curl, CURLOPT_TIMEOUT_MS, 10000L);
}

static void
fill(struct bench *b)
{
	for (size_t n = 0; n < b->before; n += AT_ONCE * BATCH)
		(void)tell(b, n / BATCH % LINES, AT_ONCE, BATCH);
	for (int i = 0; i < 6000; i++) {
		if (take_counter(&b->hub, "zq_view_place") >=
		    take_counter(&b->hub, "zq_journal_place"))
			return;
		usleep(100000);
	}
	fatal("the view is still behind after ten minutes");
}

static void
run(struct bench *b)
{
	size_t rounds = (size_t)((double)b->seconds / ROUND);
	double started = load_now();

	for (size_t i = 0; i < rounds; i++) {
		size_t from = i * AT_ONCE % LINES;
		double round = load_now(), first;

		first = tell(b, from, AT_ONCE, 1);
		b->probe[b->asked].answered = round + first;
		name_item(b->probe[b->asked++].word, from,
		    b->next[from] - 1);
		look_until(b, started + (double)(i + 1) * ROUND);
	}
}

static void
find_the_rest(struct bench *b)
{
	while (b->seen < b->asked)
		look_until(b, load_now() + ROUND);
}

static void
report(struct bench *b, double seconds, double cpu)
{
	double items = (double)(b->seconds / ROUND * AT_ONCE);
	double *took = mem_grow(NULL, b->seen, sizeof(took[0]));
	double p50, p99;

	for (size_t i = 0; i < b->seen; i++)
		took[i] = b->probe[i].answered;
	p50 = table_percentile(took, b->seen, 50) * 1e3;
	p99 = table_percentile(took, b->seen, 99) * 1e3;
	table_head("from the hub's answer to found by a search, live");
	table_row("items there before", "", "%zu", b->before);
	table_row("items coming in, one a batch", "wanted: 500", "%.0f /s",
	    items / seconds);
	table_row("items looked for", "", "%zu", b->seen);
	table_row("p50", "", "%.0f ms", p50);
	table_row("p99", "goal: at most 1000 ms", "%.0f ms", p99);
	table_row("slowest", "", "%.0f ms", took[b->seen - 1] * 1e3);
	table_row("CPU of the hub, searches included", "", "%.1f %% of a core",
	    cpu / seconds * 100);
	free(took);
}

int
main(int argc, char **argv)
{
	static struct bench b = { .build = "build", .before = 100000,
	    .seconds = 30 };
	double started, cpu, seconds;
	int c;

	while ((c = getopt(argc, argv, "b:n:s:")) != -1) {
		if (c == 'b')
			b.build = optarg;
		else if (c == 'n')
			b.before = strtoul(optarg, NULL, 10);
		else if (c == 's')
			b.seconds = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	log_open("bench", LOG_LEVEL_WARN);
	signal(SIGPIPE, SIG_IGN);
	counters_open();
	set_up(&b);
	fill(&b);
	b.probe = mem_grow(NULL, (size_t)((double)b.seconds / ROUND) + 1,
	    sizeof(b.probe[0]));
	started = load_now();
	cpu = procs_cpu(b.hub.pid);
	run(&b);
	seconds = load_now() - started;
	cpu = procs_cpu(b.hub.pid) - cpu;
	find_the_rest(&b);
	report(&b, seconds, cpu);
	for (size_t i = 0; i < LINES; i++)
		load_disconnect(&b.line[i]);
	curl_easy_cleanup(b.curl);
	free(b.probe);
	titles_close(&b.titles);
	take_hub_stop(&b.hub);
	return 0;
}
