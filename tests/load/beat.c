/*
 * Beats: what it costs the hub that many agents are there and have nothing to
 * tell. Each beats, and holds a poll if there are open files enough; the CPU
 * of the parts is divided by the beats that came meanwhile, and what the disk
 * was made to wait for is counted. Then the page that shows all of the sites
 * is asked for, again and again, while they go on (page.h).
 *
 * Or (-p) their home pages are looked at meanwhile, so often a day as is said:
 * the hub is started three times, to look at none, at all, and to ask for all
 * of the names between looks as well, as it does by itself.
 */
#include "tests/load/cost.h"
#include "tests/load/load.h"
#include "tests/load/outside.h"
#include "tests/load/page.h"

#define LONGEST 300		/* s until all have spoken */
#define WARM 10			/* s then, to settle */
#define LASTS 30		/* s that are measured */
#define BEAT_LASTS 5.25		/* s, on average: see crowd.c */
#define POLLS_MOST 5000		/* agents: each poll is two open files more */
#define DAY 86400		/* s */
#define LOOKS_LEAST 20		/* a day: see home_every in zqhub.conf(5) */
#define STEP 20			/* ms between first looks: FIRST_STEP, homes.c */
#define ROUND 60		/* s: a round of looks that can be waited for */
#define ENOUGH 500		/* looks, to tell their cost from all else */

/* Handshakes cost more than beats: they aren't to be among them. */
static void
warm_up(const struct crowd *c, struct event_base *base)
{
	double begin = crowd_now();
	size_t spoken = 0;

	while (spoken < c->count && crowd_now() - begin < LONGEST) {
		load_pass(base, 1);
		for (spoken = 0; spoken < c->count; spoken++)
			if (c->agent[spoken].back == 0)
				break;
	}
	if (spoken < c->count)
		printf("    NOT ALL have been answered within %d s\n",
		    LONGEST);
	load_pass(base, WARM);
}

struct sum {
	struct cost cost;
	double beats, requests, written, looks;
};

static uint64_t
written_by(pid_t pid)
{
	unsigned long long n = 0;
	char line[128];
	FILE *f = procs_open(pid, "", "io");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "write_bytes: %llu", &n) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return n;
}

static struct sum
sum_of(const struct take_hub *hub)
{
	return (struct sum){ .cost = cost_of(hub),
		.beats = take_counter(hub, "zq_taken_batches_total"),
		.requests = take_counter(hub, "zq_edge_requests_total"),
		.written = (double)written_by(take_hub_part(hub, "core")),
		.looks = take_counter(hub, "zq_home_looked_total") };
}

static void
print(const struct sum *a, const struct sum *b, const struct cost *c,
    const struct crowd *crowd)
{
	double beats = b->beats - a->beats;

	if (beats < 1)
		fatal("no beat came");
	printf("    %zu agents, %.0f beats (%.0f were due) and %.0f requests "
	    "in %d s; %zu told to come later, %zu refused\n", crowd->count,
	    beats, (double)crowd->count * LASTS / BEAT_LASTS,
	    b->requests - a->requests, LASTS, crowd->busy, crowd->refused);
	table_row("CPU of the edge, a beat", "", "%.0f µs",
	    c->part[COST_EDGE] / beats * 1e6);
	table_row("CPU of the core, a beat", "", "%.0f µs",
	    c->part[COST_CORE] / beats * 1e6);
	table_row("CPU of the hub, of one core", "", "%.2f %%",
	    c->all / LASTS * 100);
	table_row("CPU-seconds of the hub an hour", b->looks > a->looks ? "" :
	    "beats alone: looks at home pages come to it", "%.0f",
	    c->all / LASTS * 3600);
	table_row("written to the disk by the core, a beat", "", "%.0f bytes",
	    (b->written - a->written) / beats);
}

/* --- all of it ------------------------------------------------------------- */

/* In place of what was set here before. */
static void
set(const struct take_hub *hub, const char *settings)
{
	static long size;
	char path[CONFIG_PATH_MAX];
	FILE *f = fopen(config_path(path, hub->dir, CONFIG_FILE), "a");

	must(f != NULL && fseek(f, 0, SEEK_END) == 0);
	if (size == 0)
		size = ftell(f);
	must(ftruncate(fileno(f), size) == 0 && fputs(settings, f) >= 0 &&
	    fclose(f) == 0);
}

static void
start(struct crowd *c)
{
	for (size_t i = 0; i < c->count; i++) {
		uint32_t when = (uint32_t)(i * CROWD_BEAT / c->count);

		crowd_start(&c->agent[i], when, c->count > POLLS_MOST ?
		    CROWD_NEVER : when + 50);
	}
}

struct bed {
	struct crowd crowd;
	struct event_base *base;
	struct take_hub hub;
	char program[512];
	struct sum before, after;
	struct cost cost;
};

/* wait: for so many looks, before anything is measured. */
static void
measure(struct bed *b, const char *what, double wait)
{
	struct crowd *c = &b->crowd;

	for (size_t i = 0; i < c->count; i++)
		c->agent[i].back = 0;
	take_hub_start(&b->hub, b->program);
	c->end.port = b->hub.port;
	table_head(what);
	if (!c->agent[0].started)
		start(c);
	warm_up(c, b->base);
	b->before = sum_of(&b->hub);
	for (int i = 0; b->before.looks < wait && i < LONGEST; i++) {
		load_pass(b->base, 1);
		b->before.looks = take_counter(&b->hub,
		    "zq_home_looked_total");
	}
	b->before = sum_of(&b->hub);
	load_pass(b->base, LASTS);
	b->cost = cost_since(&b->hub, &b->before.cost);
	b->after = sum_of(&b->hub);
	print(&b->before, &b->after, &b->cost, c);
}

/* --- with looks at home pages ----------------------------------------------- */

static const struct phase {
	const char *what, *settings;
} phases[] = {
	{ "beats alone", "homes = no\n" },
	{ "beats, and looks at all home pages", "home_dns_every = 0\n" },
	{ "beats and looks, and all names asked for every minute", "" },
};

/* Of a site that was not looked at since the hub started, a path that can't
 * exist is asked for, too. */
static void
print_looks(const struct bed *b, size_t a_day, bool first, double alone)
{
	double looks = b->after.looks - b->before.looks;
	char due[64];

	snprintf(due, sizeof(due), "%.1f were due%s", (double)(a_day *
	    b->crowd.count) / DAY * LASTS, first ? "; each is of two "
	    "requests, as the first of a day" : "");
	table_row("home pages looked at", due, "%.0f", looks);
	if (looks < 1)
		return;
	table_row("CPU of the part that looks, 1,000 looks", "", "%.2f s",
	    b->cost.part[COST_CHECK] / looks * 1e3);
	if (looks >= ENOUGH)
		table_row("CPU that they add to the hub, 1,000 looks",
		    "a probe of blackbox was measured at 0.9", "%.2f s",
		    (b->cost.all - alone) / looks * 1e3);
}

static void
measure_looks(struct bed *b, size_t a_day)
{
	bool first = DAY / a_day > ROUND;
	double alone = 0;
	char settings[256];

	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		snprintf(settings, sizeof(settings), "home_every = %zus\n"
		    "check_allow = 127.0.0.0/8\n%s", DAY / a_day,
		    phases[i].settings);
		if (i > 0)
			take_hub_kill(&b->hub);
		set(&b->hub, settings);
		measure(b, phases[i].what, i == 0 || first ? 0 :
		    (double)b->crowd.count);
		if (i == 0)
			alone = b->cost.all;
		else
			print_looks(b, a_day, first, alone);
	}
}

/* The hub spreads its first looks over the time between two of a page, or
 * over STEP for each site: by a site with a high number, over the former. */
static uint32_t
last_of(const struct load_options *o)
{
	size_t last = (size_t)DAY * 1000 / o->looks / STEP;

	return last > o->agents ? (uint32_t)last : 0;
}

static bool
is_possible(const struct load_options *o)
{
	if (o->looks == 0)
		return true;
	if (o->looks < LOOKS_LEAST || o->looks > DAY)
		fatal("-p: from %d to %d looks a day", LOOKS_LEAST, DAY);
	if (outside_open())
		return true;
	printf("  no network of its own here (as root there is): left out\n");
	return false;
}

int
load_beat(const struct load_options *o)
{
	static struct bed b;

	if (!is_possible(o))
		return 0;
	b.base = event_base_new();
	load_files((o->agents > POLLS_MOST ? 1 : 2) * o->agents + 300);
	take_hub_make(&b.hub);
	b.crowd.say = load_say;
	b.crowd.last = o->looks > 0 ? last_of(o) : 0;
	set(&b.hub, "homes = no\n");
	crowd_make(&b.crowd, b.base, b.hub.dir, o->agents);
	snprintf(b.program, sizeof(b.program), "%s/zqhubd", o->build);
	if (o->looks > 0) {
		measure_looks(&b, o->looks);
	} else {
		measure(&b, "beats of agents with nothing to tell", 0);
		page_measure(&b.hub, &b.crowd);
	}
	take_hub_stop(&b.hub);
	crowd_free(&b.crowd);
	event_base_free(b.base);
	return 0;
}
