/*
 * What a hub costs: seconds of CPU of each of its parts, so that what agents
 * cause can be told from what goes on beside (looking at home pages, say).
 */
#ifndef ZQ_LOAD_COST_H
#define ZQ_LOAD_COST_H

#include "tests/bench/procs.h"
#include "tests/bench/table.h"
#include "tests/bench/take_hub.h"

enum cost_part { COST_EDGE, COST_CORE, COST_CHECK, COST_WEB, COST_PARTS };

static const char *const cost_names[COST_PARTS] = {
	"edge", "core", "check", "web",
};

struct cost {
	double part[COST_PARTS];	/* s */
	double all;			/* s, of main and ca as well */
};

static inline struct cost
cost_of(const struct take_hub *hub)
{
	struct cost c = { .all = procs_cpu(hub->pid) };

	for (int i = 0; i < COST_PARTS; i++) {
		pid_t pid = take_hub_find(hub, cost_names[i]);

		c.part[i] = pid > 0 ? procs_cpu(pid) : 0;
	}
	return c;
}

static inline struct cost
cost_since(const struct take_hub *hub, const struct cost *before)
{
	struct cost c = cost_of(hub);

	for (int i = 0; i < COST_PARTS; i++)
		c.part[i] -= before->part[i];
	c.all -= before->all;
	return c;
}

/* One row: all of it, and how it is divided. */
static inline void
cost_row(const char *figure, const struct cost *c)
{
	char parts[128];

	snprintf(parts, sizeof(parts), "edge %.1f, core %.1f, check %.1f, "
	    "web %.1f", c->part[COST_EDGE], c->part[COST_CORE],
	    c->part[COST_CHECK], c->part[COST_WEB]);
	table_row(figure, parts, "%.1f s", c->all);
}

#endif
