/*
 * What a group keeps of the link graph, and the sum over its rows; see
 * graph.h.
 */
#include "hub/graph.h"

#include <stdlib.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/hash64.h"
#include "hub/out.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

struct graph *
graph_new(void)
{
	struct graph *g = mem_new(sizeof(*g));

	post_init(&g->post);
	map_init(&g->by_key);
	map_init(&g->by_number);
	buf_init(&g->row, RUN_ROW_MAX);
	buf_init(&g->old, RUN_ROW_MAX);
	buf_init(&g->room, LIMIT_URL + 16);
	buf_init(&g->url, LIMIT_URL);
	buf_init(&g->was, LIMIT_URL);
	buf_init(&g->was_page, LIMIT_URL);
	buf_init(&g->out, OUT_ROW_MAX);
	return g;
}

void
graph_begin(struct graph *g, struct db_txn *t)
{
	g->txn = t;
	g->sum = g->edges = 0;
}

static void
forget_runs(struct graph *g)
{
	size_t at = 0;
	void *one;

	while ((one = map_each(&g->by_number, &at)) != NULL)
		free(one);
	map_clear(&g->by_number);
	map_clear(&g->by_key);
}

void
graph_forget(struct graph *g)
{
	post_reset(&g->post);
	forget_runs(g);
}

void
graph_free(struct graph *g)
{
	graph_forget(g);
	post_clear(&g->post);
	buf_clear(&g->row);
	buf_clear(&g->old);
	buf_clear(&g->room);
	buf_clear(&g->url);
	buf_clear(&g->was);
	buf_clear(&g->was_page);
	buf_clear(&g->out);
	free(g->has.at);
	free(g->had.at);
	free(g);
}

/* --- the sum -------------------------------------------------------------- */

static uint64_t
weight(enum table table, struct span key, struct span row)
{
	return hash64(hash64((uint64_t)table, key), row);
}

void
graph_put(struct graph *g, enum table table, struct span key,
    struct span old, struct span now)
{
	if (old.at != NULL)
		g->sum -= weight(table, key, old);
	if (now.at == NULL) {
		db_del(g->txn, table, key);
		return;
	}
	g->sum += weight(table, key, now);
	db_put(g->txn, table, key, now);
}

/* --- runs ----------------------------------------------------------------- */

_Noreturn static void
gone(uint32_t number)
{
	fatal("view: run %u is gone: run zqhub rebuild", number);
}

static void
write_run(struct graph *g, const struct graph_run *r)
{
	struct key k = key_u32(r->run.number);
	struct run row = r->run, was;
	struct span old;

	if (!run_get(g->txn, r->run.number, &was) ||
	    !db_get(g->txn, TABLE_RUN, key_look(&k), &old))
		gone(r->run.number);
	row.links = was.links;
	buf_reset(&g->row);
	run_write(&g->row, &row);
	graph_put(g, TABLE_RUN, key_look(&k), old, buf_look(&g->row));
}

void
graph_runs_flush(struct graph *g)
{
	struct graph_run *r;
	size_t at = 0;

	while ((r = map_each(&g->by_number, &at)) != NULL)
		if (r->dirty && r->run.pages > 0)
			write_run(g, r);
	forget_runs(g);
}

struct graph_run *
graph_get(struct graph *g, uint32_t number)
{
	struct graph_run *r = map_get(&g->by_number, number);
	struct run run;

	if (r != NULL)
		return r;
	if (!run_get(g->txn, number, &run))
		gone(number);
	r = mem_new(sizeof(*r));
	r->run = run;
	r->run.links = SPAN_NONE;
	map_put(&g->by_number, number, r);
	map_put(&g->by_key, wire_get_u64(run.key), r);
	return r;
}

uint64_t
graph_flush(struct graph *g)
{
	uint64_t sum;

	graph_runs_flush(g);
	post_flush(&g->post, g->txn, TABLE_LINK);
	sum = g->sum;
	g->sum = 0;
	return sum;
}
