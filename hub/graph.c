/*
 * What a group keeps of the link graph, and the sum over its rows; see
 * graph.h.
 */
#include "hub/graph.h"

#include <stdlib.h>

#include "contrib/base/mem.h"
#include "hub/mix.h"
#include "protocol/limits.h"

#define OUT_ROW_MAX (LIMIT_LINKS * 12 + 64)

struct graph *
graph_new(void)
{
	struct graph *graph = mem_new(sizeof(*graph));

	post_init(&graph->post);
	map_init(&graph->by_key);
	map_init(&graph->by_number);
	buf_init(&graph->row, RUN_ROW_MAX);
	buf_init(&graph->old, RUN_ROW_MAX);
	buf_init(&graph->room, LIMIT_URL + 16);
	buf_init(&graph->url, LIMIT_URL);
	buf_init(&graph->was, LIMIT_URL);
	buf_init(&graph->out, OUT_ROW_MAX);
	return graph;
}

void
graph_forget(struct graph *graph)
{
	post_reset(&graph->post);
	graph_runs_forget(graph);
}

void
graph_free(struct graph *graph)
{
	graph_forget(graph);
	post_clear(&graph->post);
	buf_clear(&graph->row);
	buf_clear(&graph->old);
	buf_clear(&graph->room);
	buf_clear(&graph->url);
	buf_clear(&graph->was);
	buf_clear(&graph->out);
	free(graph->has.at);
	free(graph->had.at);
	free(graph);
}

void
graph_flush(struct group *g)
{
	graph_runs_flush(g);
	post_flush(&g->graph->post, g->txn, TABLE_LINK);
}

/* --- the sum ------------------------------------------------------------------------- */

static uint64_t
weight(enum table table, struct span key, struct span row)
{
	return mix_hash(mix_hash((uint64_t)table, key), row);
}

void
graph_put(struct group *g, enum table table, struct span key,
    struct span old, struct span now)
{
	if (old.at != NULL)
		g->meta.graph_sum -= weight(table, key, old);
	if (now.at == NULL) {
		db_del(g->txn, table, key);
		return;
	}
	g->meta.graph_sum += weight(table, key, now);
	db_put(g->txn, table, key, now);
}
