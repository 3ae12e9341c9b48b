/*
 * The proof of sync: what it costs a real agent and a real hub to find out
 * that the index has exactly the site's 100,000 items, or all but 1, or all
 * but 1,000; and beside it what sending the list of them would cost.
 *
 *	bench_reconcile [-b BUILD] [-p PAGES]
 *
 * Bytes are what TCP carries between the two, with TLS and HTTP; CPU is of all
 * processes of each side. What differs is made to differ in the hub's view
 * while the hub is stopped and the agent is held by a signal; what is measured
 * then is all from the agent's being let go until the outcome is told: two
 * handshakes, a beat, a poll for letters, and the comparison. Prints, and
 * judges nothing.
 */
#include <getopt.h>
#include <sys/resource.h>

#include "contrib/base/log.h"
#include "tests/bench/agent_pages.h"
#include "tests/bench/agent_run.h"
#include "tests/bench/count_wire.h"
#include "tests/bench/table.h"
#include "tests/load/spoil.h"

#define SCAN_MOST 1800.0	/* s that a first scan may take */
#define MENDED 8.0		/* s */
#define PROVE_MOST 120000	/* ms until an agent is back, and compared */

struct bench {
	size_t pages;
	struct take_hub hub;
	struct agent_run agent;
	struct count_wire wire;
	char root[128], program[512], control[CONFIG_PATH_MAX];
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- hub and agent ---------------------------------------------------------- */

/* Pages of a few hundred bytes: it isn't reading that is measured. */
static void
fill_root(struct bench *b)
{
	char path[512];
	struct titles t;
	struct buf page;

	titles_open(&t, 20261122);
	buf_init(&page, 1 << 16);
	pages_mkdir(b->root);
	for (size_t n = 0; n < b->pages; n++) {
		snprintf(path, sizeof(path), "%s/%zu", b->root,
		    n / PAGES_IN_DIR);
		if (n % PAGES_IN_DIR == 0)
			pages_mkdir(path);
		titles_words(&t, &t.title, 60, "");
		buf_reset(&page);
		buf_printf(&page, "<!DOCTYPE html><meta charset=utf-8>"
		    "<title>%s</title><h1>%s</h1>\n", buf_cstr(&t.title),
		    buf_cstr(&t.title));
		snprintf(path, sizeof(path), "%s/%zu/t20261122_%07zu.html",
		    b->root, n / PAGES_IN_DIR, n);
		pages_write(path, buf_look(&page));
	}
	buf_clear(&page);
	titles_close(&t);
}

static void
set_up(struct bench *b)
{
	double started = now();
	struct take_hub seen;

	take_hub_make(&b->hub);
	config_path(b->control, b->hub.dir, CONFIG_SOCKET);
	snprintf(b->root, sizeof(b->root), "%s/site", b->hub.dir);
	snprintf(b->program, sizeof(b->program), "%s/zqhubd",
	    b->agent.build);
	fill_root(b);
	take_hub_start(&b->hub, b->program);
	count_wire_start(&b->wire, b->hub.port);
	b->agent.root = b->root;
	seen = b->hub;		/* as the agent sees it */
	seen.port = b->wire.port;
	agent_make(&b->agent, &seen);
	agent_start(&b->agent);
	if (!agent_wait(&b->agent, b->pages, SCAN_MOST))
		fatal("the first scan: only %llu of %zu pages are taken",
		    (unsigned long long)b->agent.taken, b->pages);
	printf("  %zu items told and taken in %.0f s\n", b->pages,
	    now() - started);
}

/* --- what it costs ---------------------------------------------------------- */

struct cost {
	double hub, agent, seconds;
	uint64_t there, back;
};

static struct cost
look(const struct bench *b)
{
	return (struct cost){ .hub = procs_cpu(b->hub.pid),
	    .agent = procs_cpu(b->agent.pid), .seconds = now(),
	    .there = *b->wire.there, .back = *b->wire.back };
}

struct heard {
	char outcome[32], why[200];
};

static void
on_heard(void *arg, json_t *what)
{
	struct heard *h = arg;
	const json_t *site = json_object_get(what, "site");
	const char *outcome = json_string_value(json_object_get(site,
	    "outcome"));
	const char *why = json_string_value(json_object_get(site, "why"));

	if (outcome == NULL)
		return;
	snprintf(h->outcome, sizeof(h->outcome), "%s", outcome);
	snprintf(h->why, sizeof(h->why), "%s", why != NULL ? why : "");
}

static struct cost
since(const struct bench *b, const struct cost *before)
{
	struct cost c = look(b);

	return (struct cost){ .hub = c.hub - before->hub,
	    .agent = c.agent - before->agent,
	    .seconds = c.seconds - before->seconds,
	    .there = c.there - before->there,
	    .back = c.back - before->back };
}

/* As `zqhub prove` does it. */
static void
prove(struct bench *b, const char *outcome)
{
	struct heard h = { .outcome = "" };

	json_decref(ctl_ask_within(b->control, json_pack("{s:s, s:[s], s:i}",
	    "do", "prove-sync", "codes", AGENT_CODE, "wait", PROVE_MOST),
	    PROVE_MOST, on_heard, &h));
	if (strcmp(h.outcome, outcome) != 0)
		fatal("proof: expected \"%s\", and heard \"%s\": %s", outcome,
		    h.outcome, h.why);
}

/* Over the connections that are there. */
static struct cost
call(struct bench *b)
{
	struct cost before;

	(void)agent_wait(&b->agent, UINT64_MAX, 2);
	before = look(b);
	prove(b, "same");
	return since(b, &before);
}

static void
show(const char *title, const struct cost *c)
{
	table_head(title);
	table_row("bytes, agent to hub", "", "%.1f KB",
	    (double)c->there / 1e3);
	table_row("bytes, hub to agent", "", "%.1f KB",
	    (double)c->back / 1e3);
	table_row("CPU of the agent", "", "%.1f ms", c->agent * 1e3);
	table_row("CPU of the hub", "", "%.1f ms", c->hub * 1e3);
	table_row("time", "", "%.0f ms",
	    c->seconds * 1e3);
}

/* --- what differs ----------------------------------------------------------- */

/* Hub and agent meet again. */
static struct cost
meet(struct bench *b, size_t differ)
{
	struct cost before;

	must(kill(b->agent.pid, SIGSTOP) == 0);
	take_hub_kill(&b->hub);
	if (differ > 0)
		spoil_hub(b->hub.dir, differ, b->pages / differ, b->pages,
		    NULL);
	take_hub_start(&b->hub, b->program);
	sleep(1);
	before = look(b);
	must(kill(b->agent.pid, SIGCONT) == 0);
	prove(b, differ > 0 ? "differs" : "same");
	return since(b, &before);
}

static void
differ(struct bench *b, size_t count)
{
	uint64_t taken = b->agent.taken;
	char title[100];
	struct cost c = meet(b, count);
	double started = now();

	snprintf(title, sizeof(title), "meeting again: %zu of them differ%s",
	    count, count == 1 ? "s" : "");
	show(title, &c);
	if (!agent_wait(&b->agent, taken + count, 60))
		fatal("what differs isn't mended in a minute");
	table_row("until they are told again, after that", "", "%.1f s",
	    now() - started);
	/* The agent proves by itself what it has mended. */
	(void)agent_wait(&b->agent, UINT64_MAX, MENDED);
	prove(b, "same");
}

/* --- beside it --------------------------------------------------------------- */

static double
children(void)
{
	struct rusage r;

	getrusage(RUSAGE_CHILDREN, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	    (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static double
run(const char *fmt, const char *dir)
{
	char command[512];
	double before = children();

	snprintf(command, sizeof(command), fmt, dir, dir, dir, dir);
	if (system(command) != 0)
		fatal("%s", command);
	return children() - before;
}

static double
size_of(const char *dir, const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return stat(path, &st) == 0 ? (double)st.st_size : -1;
}

/* One line an item: its address and the SHA-256 of its bytes, as one would
 * send it with curl and compare it with comm(1). Reading the pages isn't
 * counted: an agent knows their hashes. */
static void
whole_list(struct bench *b)
{
	double packed, compared;

	run("cd %s/site && find . -type f -print0 | xargs -0 sha256sum | "
	    "awk '{ print \"" AGENT_URL "\" substr($2, 3), $1 }' | "
	    "LC_ALL=C sort >%s/list && cp %s/list %s/list.hub", b->hub.dir);
	packed = run("gzip -kf %s/list", b->hub.dir);
	compared = run("cd %s && gzip -dc list.gz | LC_ALL=C comm -3 - "
	    "list.hub >differ", b->hub.dir);
	table_head("beside it: the whole list sent each time, one way");
	table_row("bytes, plain", "", "%.0f KB",
	    size_of(b->hub.dir, "list") / 1e3);
	table_row("bytes, gzip", "", "%.0f KB",
	    size_of(b->hub.dir, "list.gz") / 1e3);
	table_row("CPU of gzip", "", "%.0f ms", packed * 1e3);
	table_row("CPU of gzip -d and comm, sorted already", "", "%.0f ms",
	    compared * 1e3);
}

int
main(int argc, char **argv)
{
	struct bench b = { .pages = 100000, .agent.build = "build" };
	struct cost c;
	int o;

	while ((o = getopt(argc, argv, "b:p:")) != -1) {
		if (o == 'b')
			b.agent.build = optarg;
		else if (o == 'p')
			b.pages = (size_t)strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (b.pages < 1000)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	set_up(&b);
	prove(&b, "same");	/* when the first scan is at its end, too */
	c = call(&b);
	show("called for proof: all of them the same", &c);
	c = meet(&b, 0);
	show("meeting again: all of them the same", &c);
	differ(&b, 1);
	differ(&b, 1000);
	whole_list(&b);
	agent_stop(&b.agent);
	count_wire_stop(&b.wire);
	take_hub_stop(&b.hub);
	return 0;
}
