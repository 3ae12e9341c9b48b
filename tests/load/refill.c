/*
 * Refill: an empty hub is told everything by some sites with much, which is
 * what comes after its store was lost. How long until it shows all of it?
 */
#include "tests/bench/procs.h"
#include "tests/bench/table.h"
#include "tests/bench/take_hub.h"
#include "tests/load/load.h"

#define LONGEST 3600.0		/* s */

static size_t
left(const struct crowd *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++)
		n += (size_t)(c->agent[i].head - c->agent[i].taken);
	return n;
}

static bool
is_shown(const struct take_hub *h)
{
	return take_counter(h, "zq_view_place") >=
	    take_counter(h, "zq_journal_place");
}

static void
print(const struct load_options *o, double taken, double shown, double cpu,
    const struct procs *after)
{
	double items = (double)(o->agents * o->changes);

	table_head("an empty hub is told everything");
	table_row("items, from so many agents", "", "%.0f, %zu", items,
	    o->agents);
	table_row("until all is taken", "", "%.1f s", taken);
	table_row("until all is shown", "", "%.1f s", shown);
	table_row("  a second", "", "%.0f", items / shown);
	table_row("CPU of the hub", "", "%.1f s", cpu);
	table_row("  per 100,000", "", "%.2f s", cpu / items * 1e5);
	table_row("memory of all parts, afterwards", "", "%.1f MiB",
	    (double)(after->pss - after->mapped) / 1024);
}

int
load_refill(const struct load_options *o)
{
	static struct crowd c;
	struct event_base *base = event_base_new();
	double started, cpu, taken, shown;
	struct take_hub hub;
	struct procs after;
	char program[512];
	size_t rest;

	take_hub_make(&hub);
	c.say = load_say;
	crowd_make(&c, base, hub.dir, o->agents);
	c.end.port = hub.port;
	snprintf(program, sizeof(program), "%s/zqhubd", o->build);
	take_hub_start(&hub, program);
	cpu = procs_cpu(hub.pid);
	started = crowd_now();
	for (size_t i = 0; i < c.count; i++) {
		crowd_tell(&c.agent[i], o->changes);
		crowd_start(&c.agent[i], 0, 5000);
	}
	while ((rest = left(&c)) > 0 && crowd_now() - started < LONGEST)
		load_turn(base, 0.01);
	taken = crowd_now() - started;
	while (!is_shown(&hub) && crowd_now() - started < LONGEST)
		load_turn(base, 0.05);
	shown = crowd_now() - started;
	cpu = procs_cpu(hub.pid) - cpu;
	after = procs_of(hub.pid, true);
	print(o, taken, shown, cpu, &after);
	if (rest > 0)
		printf("FAILED: %zu were not taken\n", rest);
	for (size_t i = 0; i < c.count; i++)
		crowd_stop(&c.agent[i]);
	take_hub_stop(&hub);
	crowd_free(&c);
	event_base_free(base);
	return rest > 0;
}
