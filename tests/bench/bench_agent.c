/*
 * The agent: a real one beside a real hub, with a document root of 60,000
 * pages of 20 KB. Its first scan, a scan when nothing has changed, what it
 * takes when idle afterwards, and how long from a rename into the root to
 * the hub's answer.
 *
 *	bench_agent [-b BUILD] [-p PAGES] [-r RENAMES] [-i SECONDS idle]
 *
 * CPU and memory are of all its processes. The pages were just written, so
 * they are in the page cache. Prints, and judges nothing.
 */
#include <openssl/rand.h>

#include "contrib/base/log.h"
#include "tests/bench/agent_pages.h"
#include "tests/bench/agent_run.h"
#include "tests/bench/table.h"

#define SCAN_MOST 1800.0	/* s that a scan may take */
#define READER_GONE 45.0	/* s: its reader ends after 30 */
#define RESCANS 3
#define RESCAN_EVERY 600.0	/* s, as the settings have it */
#define CALM 0.002		/* s of CPU in half a second: nothing is done */

struct bench {
	size_t pages, renames;
	double idle;
	struct take_hub hub;
	struct agent_run agent;
	struct pages site;
	char root[128], work[128];
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
set_up(struct bench *b)
{
	double started = now();
	uint64_t bytes;

	take_hub_make(&b->hub);
	snprintf(b->root, sizeof(b->root), "%s/site", b->hub.dir);
	snprintf(b->work, sizeof(b->work), "%s/work.html", b->hub.dir);
	pages_open(&b->site, b->root);
	bytes = pages_fill(&b->site, b->pages);
	printf("  %zu pages of %.1f KB, one in ten in GBK, written in %.0f "
	    "s\n", b->pages, (double)bytes / 1e3 / (double)b->pages,
	    now() - started);
}

static void
start_all(struct bench *b)
{
	char program[512];

	snprintf(program, sizeof(program), "%s/zqhubd", b->agent.build);
	take_hub_start(&b->hub, program);
	b->agent.root = b->root;
	agent_make(&b->agent, &b->hub);
}

static void
first_scan(struct bench *b)
{
	double started = now(), took, cpu, hub_cpu;

	hub_cpu = procs_cpu(b->hub.pid);
	agent_start(&b->agent);
	if (!agent_wait(&b->agent, b->pages, SCAN_MOST))
		fatal("the first scan: only %llu of %zu pages are taken",
		    (unsigned long long)b->agent.taken, b->pages);
	took = now() - started;
	cpu = procs_cpu(b->agent.pid);
	hub_cpu = procs_cpu(b->hub.pid) - hub_cpu;
	table_head("first scan, until the hub has taken the last page");
	table_row("pages", "", "%.0f /s", (double)b->pages / took);
	table_row("time", "", "%.1f s", took);
	table_row("CPU of the agent", "", "%.2f s", cpu);
	table_row("  a page", "", "%.0f us", cpu * 1e6 / (double)b->pages);
	table_row("CPU of the hub meanwhile", "", "%.2f s", hub_cpu);
}

/* Until the agent does nothing any more; when it last did something. */
static double
until_calm(struct bench *b)
{
	double last = now(), before = procs_cpu(b->agent.pid), cpu;

	while (now() - last < 1.5) {
		(void)agent_wait(&b->agent, UINT64_MAX, 0.5);
		cpu = procs_cpu(b->agent.pid);
		if (cpu - before > CALM)
			last = now();
		before = cpu;
	}
	return last;
}

static void
scan_again(struct bench *b, double *cpu, double *took)
{
	double started, before;

	until_calm(b);
	before = procs_cpu(b->agent.pid);
	started = now();
	json_decref(ctl_ask(b->agent.control, json_pack("{s:s}", "do",
	    "rescan"), NULL, NULL));
	*took = until_calm(b) - started;
	*cpu = procs_cpu(b->agent.pid) - before;
	if (agent_number(&b->agent, "scan") >= 0)
		fatal("a scan doesn't end");
}

static double
rescan(struct bench *b)
{
	double cpu[RESCANS], took[RESCANS], median;

	for (size_t i = 0; i < RESCANS; i++)
		scan_again(b, &cpu[i], &took[i]);
	median = table_percentile(cpu, RESCANS, 50);
	table_head("a scan when nothing has changed (paced on purpose), "
	    "median of 3");
	table_row("time", "", "%.1f s", table_percentile(took, RESCANS, 50));
	table_row("CPU of the agent", "", "%.2f s", median);
	table_row("  a page", "", "%.1f us",
	    median * 1e6 / (double)b->pages);
	return median;
}

static void
idle(struct bench *b, double rescan_cpu)
{
	double cpu, share;
	struct procs p;

	(void)agent_wait(&b->agent, UINT64_MAX, READER_GONE);
	cpu = procs_cpu(b->agent.pid);
	(void)agent_wait(&b->agent, UINT64_MAX, b->idle);
	p = procs_of(b->agent.pid, true);
	share = (p.cpu - cpu) / b->idle;
	table_head("idle, with all of them known");
	table_row("items", "", "%lld",
	    (long long)agent_number(&b->agent, "items"));
	table_row("processes", "", "%zu", p.count);
	if (p.hidden)
		table_row("PSS", "goal: at most 8 MiB", "not readable");
	else
		table_row("PSS, all processes", "goal: at most 8 MiB",
		    "%.2f MiB", (double)p.pss / 1024);
	table_row("CPU", "goal: at most 0.1 %", "%.3f %%", share * 100);
	table_row("  and with a scan every 10 minutes", "", "%.3f %%",
	    (share + rescan_cpu / RESCAN_EVERY) * 100);
}

/* Renames a page into the root; seconds until the answer. */
static double
publish(struct bench *b, size_t n)
{
	char path[512];
	double started;

	pages_make(&b->site, n);
	pages_write(b->work, buf_look(&b->site.page));
	snprintf(path, sizeof(path), "%s/art/%zu/new_%zu.html", b->root,
	    n % ((b->pages + PAGES_IN_DIR - 1) / PAGES_IN_DIR), n);
	if (n % 2 == 0)
		pages_path(&b->site, n % b->pages, path);
	started = now();
	if (rename(b->work, path) != 0)
		fatal("%s: %s", path, strerror(errno));
	if (!agent_wait(&b->agent, b->agent.taken + 1, 60))
		fatal("a page renamed into the root isn't taken in a minute");
	return now() - started;
}

static void
renames(struct bench *b)
{
	double *took = mem_grow(NULL, b->renames, sizeof(took[0]));
	double p50, p99;
	unsigned char chance;

	for (size_t i = 0; i < b->renames; i++) {
		took[i] = publish(b, b->pages + i * 13);
		RAND_bytes(&chance, 1);
		(void)agent_wait(&b->agent, UINT64_MAX, chance / 2000.0);
	}
	p50 = table_percentile(took, b->renames, 50) * 1e3;
	p99 = table_percentile(took, b->renames, 99) * 1e3;
	table_head("from a rename into the root to the hub's answer");
	table_row("renames, half of them new pages", "", "%zu", b->renames);
	table_row("p50", "", "%.1f ms", p50);
	table_row("p99", "goal: at most 1000 ms", "%.1f ms", p99);
	table_row("slowest", "", "%.1f ms", took[b->renames - 1] * 1e3);
	free(took);
}

static bool
options(struct bench *b, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "b:p:r:i:")) != -1) {
		if (c == 'b')
			b->agent.build = optarg;
		else if (c == 'p')
			b->pages = strtoul(optarg, NULL, 10);
		else if (c == 'r')
			b->renames = strtoul(optarg, NULL, 10);
		else if (c == 'i')
			b->idle = strtod(optarg, NULL);
		else
			return false;
	}
	return b->pages > 0 && b->renames > 0;
}

int
main(int argc, char **argv)
{
	static struct bench b = { .pages = 60000, .renames = 300,
	    .idle = 60, .agent = { .build = "build" } };
	double rescan_cpu;

	if (!options(&b, argc, argv))
		return 2;
	log_open("bench", LOG_LEVEL_WARN);
	signal(SIGPIPE, SIG_IGN);
	set_up(&b);
	start_all(&b);
	first_scan(&b);
	rescan_cpu = rescan(&b);
	idle(&b, rescan_cpu);
	renames(&b);
	agent_stop(&b.agent);
	pages_close(&b.site);
	take_hub_stop(&b.hub);
	return 0;
}
