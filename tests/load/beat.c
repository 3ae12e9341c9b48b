/*
 * Beats: what it costs the hub that many agents are there and have nothing to
 * tell. Each beats, and holds a poll; the CPU of edge and core is divided by
 * the beats that came meanwhile, and what the disk was made to wait for is
 * counted.
 */
#include "tests/bench/procs.h"
#include "tests/bench/table.h"
#include "tests/bench/take_hub.h"
#include "tests/load/load.h"

#define WARM 15			/* s: all have spoken, and settled */
#define LASTS 30		/* s that are measured */

static void
pass(struct event_base *base, double seconds)
{
	double begin = crowd_now();

	while (crowd_now() - begin < seconds)
		load_turn(base, 0.01);
}

struct sum {
	double edge, core, beats, requests, written;
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
sum_of(const struct take_hub *hub, pid_t edge, pid_t core)
{
	return (struct sum){ .edge = take_cpu_of(edge),
		.core = take_cpu_of(core),
		.beats = take_counter(hub, "zq_taken_batches_total"),
		.requests = take_counter(hub, "zq_edge_requests_total"),
		.written = (double)written_by(core) };
}

static void
print(const struct sum *a, const struct sum *b, const struct crowd *c)
{
	double beats = b->beats - a->beats;

	if (beats < 1)
		fatal("no beat came");
	printf("    %zu agents, %.0f beats and %.0f requests in %d s; %zu "
	    "told to come later, %zu refused\n", c->count, beats,
	    b->requests - a->requests, LASTS, c->busy, c->refused);
	table_row("CPU of the edge, a beat", "", "%.0f µs",
	    (b->edge - a->edge) / beats * 1e6);
	table_row("CPU of the core, a beat", "", "%.0f µs",
	    (b->core - a->core) / beats * 1e6);
	table_row("CPU of both, of one core", "", "%.2f %%",
	    (b->edge - a->edge + b->core - a->core) / LASTS * 100);
	table_row("written to the disk by the core, a beat", "", "%.0f bytes",
	    (b->written - a->written) / beats);
}

int
load_beat(const struct load_options *o)
{
	static struct crowd crowd;
	struct event_base *base = event_base_new();
	struct take_hub hub;
	struct sum before, after;
	char program[512];
	pid_t edge, core;

	load_files(2 * o->agents + 200);
	take_hub_make(&hub);
	crowd.say = load_say;
	crowd_make(&crowd, base, hub.dir, o->agents);
	snprintf(program, sizeof(program), "%s/zqhubd", o->build);
	take_hub_start(&hub, program);
	crowd.end.port = hub.port;
	edge = take_hub_part(&hub, "edge");
	core = take_hub_part(&hub, "core");
	table_head("beats of agents with nothing to tell");
	for (size_t i = 0; i < o->agents; i++)
		crowd_start(&crowd.agent[i],
		    (uint32_t)(i * CROWD_BEAT / o->agents),
		    (uint32_t)(i * CROWD_BEAT / o->agents) + 50);
	pass(base, WARM);
	before = sum_of(&hub, edge, core);
	pass(base, LASTS);
	after = sum_of(&hub, edge, core);
	print(&before, &after, &crowd);
	take_hub_stop(&hub);
	crowd_free(&crowd);
	event_base_free(base);
	return 0;
}
