/*
 * What the owners of old addresses must answer by the map of moves, as the
 * naive oracle has it: by the times of the moves, whatever the hub's next tick
 * will say of them.
 */
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/move.h"
#include "hub/signer.h"
#include "hub/view.h"
#include "tests/sim/hub_graph.h"

uint64_t
hub_map(void)
{
	struct view *v = hub_live();

	return v != NULL ? signer_version(v) : 0;
}

static void
hand_out(const struct naive *n, const struct site_link *at,
    hub_redirect_fn *each, void *arg)
{
	struct hub_redirect r = { .site = site_of_own(at->host),
		.old = site_link_name(at) };
	struct site_link to;
	uint32_t first = graph_follow(n, at, &to);

	if (first == 0)
		return;
	r.new = site_link_name(&to);
	for (size_t i = 0; i < n->rules; i++)
		if (n->rule[i].move == first)
			r.from = n->rule[i].from;
	each(arg, &r);
}

/* A rule counts from its time on, and before its end; at that very instant
 * nothing is said. */
static bool
settle(struct naive *n, int64_t now)
{
	bool sure = !n->early;

	for (size_t i = 0; i < n->rules; i++) {
		struct graph_rule *r = &n->rule[i];

		sure &= r->until == CLOCK_NONE || r->until > now;
		r->effective |= r->from <= now;
	}
	return sure;
}

bool
hub_redirects(int64_t now, hub_redirect_fn *each, void *arg)
{
	struct view *v = hub_live();
	struct naive *n;
	bool sure;

	if (v == NULL || view_place(v) == 0)
		return false;
	n = mem_new(sizeof(*n));
	graph_read_rules(n, view_read(v));
	sure = settle(n, now);
	for (uint8_t h = 1; h < SITE_HOSTS && sure && n->rules > 0; h++)
		for (uint16_t p = 0; p < GRAPH_TARGETS; p++) {
			struct site_link at = { .host = h, .path = p };

			hand_out(n, &at, each, arg);
		}
	db_abort(n->t);
	graph_free_all(n);
	free(n);
	return sure;
}
