/*
 * Beats: what it costs the hub that many agents are there and have nothing to
 * tell. Each beats, and holds a poll if there are open files enough; the CPU
 * of the parts is divided by the beats that came meanwhile, and what the disk
 * was made to wait for is counted. Then the page that shows all of the sites
 * is asked for, again and again, while they go on (page.h).
 */
#include "tests/load/cost.h"
#include "tests/load/load.h"
#include "tests/load/page.h"

#define LONGEST 300		/* s until all have spoken */
#define WARM 10			/* s then, to settle */
#define LASTS 30		/* s that are measured */
#define BEAT_LASTS 5.25		/* s, on average: see crowd.c */
#define POLLS_MOST 5000		/* agents: each poll is two open files more */

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
	double beats, requests, written;
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
		.written = (double)written_by(take_hub_part(hub, "core")) };
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
	table_row("CPU-seconds of the hub an hour", "beats alone: looks at "
	    "home pages come to it", "%.0f", c->all / LASTS * 3600);
	table_row("written to the disk by the core, a beat", "", "%.0f bytes",
	    (b->written - a->written) / beats);
}

/* --- all of it ------------------------------------------------------------- */

/* Their names lead nowhere: what looking at them costs is another bench. */
static void
leave_homes(const struct take_hub *hub)
{
	char path[CONFIG_PATH_MAX];
	FILE *f = fopen(config_path(path, hub->dir, CONFIG_FILE), "a");

	must(f != NULL && fputs("homes = no\n", f) >= 0 && fclose(f) == 0);
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

int
load_beat(const struct load_options *o)
{
	static struct crowd crowd;
	struct event_base *base = event_base_new();
	struct take_hub hub;
	struct sum before, after;
	struct cost cost;
	char program[512];

	load_files((o->agents > POLLS_MOST ? 1 : 2) * o->agents + 300);
	take_hub_make(&hub);
	leave_homes(&hub);
	crowd.say = load_say;
	crowd_make(&crowd, base, hub.dir, o->agents);
	snprintf(program, sizeof(program), "%s/zqhubd", o->build);
	take_hub_start(&hub, program);
	crowd.end.port = hub.port;
	table_head("beats of agents with nothing to tell");
	start(&crowd);
	warm_up(&crowd, base);
	before = sum_of(&hub);
	load_pass(base, LASTS);
	cost = cost_since(&hub, &before.cost);
	after = sum_of(&hub);
	print(&before, &after, &cost, &crowd);
	page_measure(&hub, &crowd);
	take_hub_stop(&hub);
	crowd_free(&crowd);
	event_base_free(base);
	return 0;
}
