/*
 * Backlog: sites that could not tell for a day come back all at once, with
 * some thousands of changes each, while others tell news. How much memory
 * does the hub take for that, and how long until news are found?
 */
#include "contrib/base/sanitized.h"
#include "tests/bench/procs.h"
#include "tests/bench/table.h"
#include "tests/bench/take_hub.h"
#include "tests/load/load.h"

#define COME_BACK 1000		/* ms within which all do */
#define NEWS_EVERY 1.0		/* s, of each live site */
#define LOOK_EVERY 0.5		/* s between looks at memory */
#define QUIET 3.0		/* s of news alone, before */
#define FILL 5			/* sites that tell what they have at once */
#define LONGEST 1800.0		/* s for all of it */
#define RISE_MOST 64		/* MiB of the hub's own memory */
#define BODIES_MOST (6e6)	/* bytes: the room for large ones, and news */

static const struct {
	const char *name, *label;
} parts[] = {
	{ "edge", "    edge" }, { "core", "    core" },
	{ "web", "    web (searches)" },
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

struct run {
	const struct load_options *o;
	struct take_hub hub;
	struct crowd crowd;
	struct event_base *base;
	struct probes *probes;
	double news, look;	/* when next */
	size_t next;		/* live site to tell some */
	struct procs before;
	pid_t part[PARTS];
	double cpu[PARTS];
	uint64_t usual[PARTS], most[PARTS];	/* KiB */
	uint64_t own, pss;	/* KiB, the most so far */
	uint64_t rest;		/* of the parts that are not looked at */
	size_t found_early;	/* news found while backlog was left */
	double bodies;		/* bytes that the edge held, at most */
};

static uint64_t
left(const struct run *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->o->agents; i++)
		n += r->crowd.agent[i].head - r->crowd.agent[i].taken;
	return n;
}

static void
tell_news(struct run *r)
{
	struct agent *a = &r->crowd.agent[r->o->agents + r->next];
	char word[PROBE_WORD];

	r->next = (r->next + 1) % r->o->live;
	crowd_tell(a, 1);
	load_word(word, a, a->head);
	probes_add(r->probes, word);
}

static void
look(struct run *r)
{
	uint64_t own = r->rest, all = r->rest;

	for (size_t i = 0; i < PARTS; i++) {
		struct procs p = procs_of(r->part[i], true);

		if (p.pss - p.mapped > r->most[i])
			r->most[i] = p.pss - p.mapped;
		own += p.pss - p.mapped;
		all += p.pss;
	}
	if (r->o->test && take_counter(&r->hub, "zq_edge_body_bytes") >
	    r->bodies)
		r->bodies = take_counter(&r->hub, "zq_edge_body_bytes");
	if (own > r->own)
		r->own = own;
	if (all > r->pss)
		r->pss = all;
}

static void
step(struct run *r)
{
	double now = crowd_now();

	if (now >= r->news) {
		tell_news(r);
		r->news = now + NEWS_EVERY / (double)r->o->live;
	}
	if (now >= r->look && r->part[0] != 0) {
		look(r);
		r->look = now + LOOK_EVERY;
	}
	load_turn(r->base, 0.01);
}

static void
run_for(struct run *r, double s)
{
	double end = crowd_now() + s;

	while (crowd_now() < end)
		step(r);
}

static void
set_up(struct run *r)
{
	char program[512];

	take_hub_make(&r->hub);
	r->base = event_base_new();
	r->crowd.say = load_say;
	crowd_make(&r->crowd, r->base, r->hub.dir, r->o->agents + r->o->live);
	r->crowd.end.port = r->hub.port;
	snprintf(program, sizeof(program), "%s/zqhubd", r->o->build);
	take_hub_start(&r->hub, program);
	r->probes = probes_new(r->base, r->hub.web);
	for (size_t i = 0; i < r->crowd.count; i++) {
		r->crowd.agent[i].news = i >= r->o->agents;
		crowd_start(&r->crowd.agent[i],
		    backoff_random((uint32_t)r->crowd.count * 10),
		    (uint32_t)r->crowd.count * 10);
	}
}

/* Some sites at a time, as they were enrolled. */
static void
fill(struct run *r, uint64_t changes)
{
	for (size_t i = 0; i < r->o->agents; i++) {
		crowd_tell(&r->crowd.agent[i], changes);
		while (i % FILL == 0 && left(r) > 0)
			load_turn(r->base, 0.01);
	}
	while (left(r) > 0)
		load_turn(r->base, 0.01);
	while (take_counter(&r->hub, "zq_view_place") <
	    take_counter(&r->hub, "zq_journal_place"))
		load_turn(r->base, 0.1);
}

/* A hub that has shown what its sites had to begin with, and hears news:
 * that is what memory is compared with. Then some are away. */
static void
begin(struct run *r)
{
	double end = crowd_now() + (double)r->crowd.count / 50 + 2;

	while (crowd_now() < end)
		load_turn(r->base, 0.01);
	fill(r, r->o->changes / 10 + 1);
	run_for(r, QUIET);
	while (probes_waiting(r->probes) > 0)
		load_turn(r->base, 0.01);
	r->before = procs_of(r->hub.pid, true);
	r->rest = r->before.pss - r->before.mapped;
	for (size_t i = 0; i < PARTS; i++) {
		struct procs p;

		r->part[i] = take_hub_part(&r->hub, parts[i].name);
		p = procs_of(r->part[i], true);
		r->usual[i] = p.pss - p.mapped;
		r->rest -= r->usual[i];
	}
	for (size_t i = 0; i < r->o->agents; i++)
		crowd_stop(&r->crowd.agent[i]);
}

static void
come_back(struct run *r)
{
	for (size_t i = 0; i < r->o->agents; i++) {
		struct agent *a = &r->crowd.agent[i];

		crowd_tell(a, r->o->changes);
		crowd_start(a, backoff_random(COME_BACK),
		    backoff_random(CROWD_POLL_FIRST));
	}
}

static void
print_found(struct run *r, size_t from, const char *when, bool goal)
{
	size_t n;
	double *took = probes_found(r->probes, &n) + from;
	double p50, p99;

	n -= from;
	p50 = table_percentile(took, n, 50);
	p99 = table_percentile(took, n, 99);
	printf("    %s: %zu news looked for\n", when, n);
	table_row("  told to found by a search, p50", "", "%.0f ms", p50 * 1e3);
	table_row("  p99", goal ? "goal: at most 2000 ms" : "", "%.0f ms",
	    p99 * 1e3);
	table_row("  slowest", "", "%.0f ms", n > 0 ? took[n - 1] * 1e3 : 0);
}

static void
report(struct run *r, double seconds, double cpu, size_t quiet)
{
	uint64_t all = r->o->agents * r->o->changes;
	double rise = ((double)r->own -
	    (double)(r->before.pss - r->before.mapped)) / 1024;

	print_found(r, quiet, "while it was told", true);
	table_row("backlog told and taken", "", "%llu changes",
	    (unsigned long long)all);
	table_row("  a second", "", "%.0f", (double)all / seconds);
	table_row("  CPU of the hub per 100,000", "", "%.2f s",
	    cpu / (double)all * 1e5);
	for (size_t i = 0; i < PARTS; i++)
		table_row(parts[i].label, "", "%.2f s",
		    (take_cpu_of(r->part[i]) - r->cpu[i]) /
		    (double)all * 1e5);
	table_row("memory of all parts before, PSS", "", "%.1f MiB",
	    (double)(r->before.pss - r->before.mapped) / 1024);
	table_row("  at most more than that", "goal: at most 64 MiB",
	    "%.1f MiB", rise);
	for (size_t i = 0; i < PARTS; i++)
		table_row(parts[i].label, "", "%.1f MiB",
		    ((double)r->most[i] - (double)r->usual[i]) / 1024);
	table_row("  pages of the store, mapped, at most", "the kernel's cache",
	    "%.1f MiB", (double)(r->pss - r->own) / 1024);
	table_row("told to come later (503)", "", "%zu", r->crowd.busy);
	table_row("connections, of them resumed", "", "%zu, %zu",
	    r->crowd.end.opened, r->crowd.end.resumed);
}

static int
judge(const struct run *r)
{
	double rise = ((double)r->own -
	    (double)(r->before.pss - r->before.mapped)) / 1024;

	if (r->crowd.refused > 0 || r->found_early == 0) {
		printf("FAILED: %zu refused, %zu news found while backlog was "
		    "left\n", r->crowd.refused, r->found_early);
		return 1;
	}
	if (r->bodies > BODIES_MOST) {
		printf("FAILED: the edge held %.0f bytes of bodies\n",
		    r->bodies);
		return 1;
	}
	if (rise > RISE_MOST && !SANITIZED) {
		printf("FAILED: %.1f MiB more\n", rise);
		return 1;
	}
	return 0;
}

int
load_backlog(const struct load_options *o)
{
	static struct run r;
	double started, cpu, seconds;
	size_t quiet, early;
	int status;

	r.o = o;
	load_files(2 * (o->agents + o->live) + 200);
	set_up(&r);
	begin(&r);
	probes_found(r.probes, &quiet);
	table_head("backlog of many, and news of others meanwhile");
	print_found(&r, 0, "before", false);
	come_back(&r);
	for (size_t i = 0; i < PARTS; i++)
		r.cpu[i] = take_cpu_of(r.part[i]);
	started = crowd_now();
	cpu = procs_cpu(r.hub.pid);
	while (left(&r) > 0 && crowd_now() - started < LONGEST)
		step(&r);
	seconds = crowd_now() - started;
	cpu = procs_cpu(r.hub.pid) - cpu;
	probes_found(r.probes, &early);
	r.found_early = early - quiet;
	while (probes_waiting(r.probes) > 0 &&
	    crowd_now() - started < LONGEST)
		load_turn(r.base, 0.01);
	report(&r, seconds, cpu, quiet);
	status = o->test ? judge(&r) : 0;
	if (left(&r) > 0) {
		printf("FAILED: %llu changes were not taken\n",
		    (unsigned long long)left(&r));
		status = 1;
	}
	for (size_t i = 0; i < r.crowd.count; i++)
		crowd_stop(&r.crowd.agent[i]);
	take_hub_stop(&r.hub);
	probes_free(r.probes);
	crowd_free(&r.crowd);
	event_base_free(r.base);
	return status;
}
