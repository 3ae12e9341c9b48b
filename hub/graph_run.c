/*
 * Runs as pages come and go; see graph_run.h.
 */
#include "hub/graph_run.h"

#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/graph_target.h"
#include "hub/target_row.h"
#include "hub/term.h"
#include "protocol/wire.h"

static uint64_t
head(const uint8_t key[TABLE_DIGEST])
{
	return wire_get_u64(key);
}

/* --- birth and death ------------------------------------------------------ */

static uint32_t
new_number(struct group *g)
{
	struct db_cursor *c = db_cursor_open(g->txn, TABLE_RUN_FREE);
	struct span key, row;
	uint32_t number = 0;

	if (db_cursor_get(c, MDB_FIRST, &key, &row) && key.n == 4)
		number = wire_get_u32((const uint8_t *)key.at);
	if (number != 0)
		db_cursor_del(c);
	else if (g->meta.runs < UINT32_MAX)
		number = (uint32_t)++g->meta.runs;
	db_cursor_close(c);
	return number;
}

/* A cell of a dead run may still have the number. */
static struct graph_run *
cell(struct graph *graph, uint32_t number)
{
	struct graph_run *r = map_get(&graph->by_number, number);

	if (r == NULL) {
		r = mem_new(sizeof(*r));
		map_put(&graph->by_number, number, r);
	}
	return r;
}

static void
store(struct group *g, const struct graph_run *r, const struct run_piece *p)
{
	struct graph *graph = g->graph;
	struct key number = key_u32(r->run.number);
	struct key key = key_digest(r->run.key);

	buf_reset(&graph->row);
	run_write(&graph->row, &r->run);
	run_links_write(&graph->row, p);
	must(!graph->row.bad);
	graph_put(g->graph, TABLE_RUN, key_look(&number), SPAN_NONE,
	    buf_look(&graph->row));
	db_put(g->txn, TABLE_RUN_KEY, key_look(&key), key_look(&number));
}

static struct graph_run *
make(struct group *g, const struct run *run, const struct run_piece *p)
{
	struct graph_targets t = { .n = 0 };
	struct graph_run *r = cell(g->graph, run->number);

	*r = (struct graph_run){ .run = *run, .fresh = true };
	map_put(&g->graph->by_key, head(run->key), r);
	store(g, r, p);
	for (size_t i = 0; i < p->n; i++)
		graph_targets_add(&t, i, p->link[i].to);
	graph_targets_join(g, &t, p, run);
	g->graph->edges += p->n;
	return r;
}

/* --- of a page ------------------------------------------------------------ */

static struct graph_run *
find(struct group *g, const uint8_t key[TABLE_DIGEST])
{
	struct graph_run *r = map_get(&g->graph->by_key, head(key));
	struct key k = key_digest(key);
	struct span row;

	if (r != NULL && r->run.pages > 0 &&
	    memcmp(r->run.key, key, TABLE_DIGEST) == 0)
		return r;
	if (!db_get(g->txn, TABLE_RUN_KEY, key_look(&k), &row))
		return NULL;
	return graph_get(g->graph, wire_get_u32((const uint8_t *)row.at));
}

struct graph_run *
graph_run_of(struct group *g, uint32_t site, const struct run_piece *p,
    uint32_t item)
{
	struct run run = { .site = site, .pages = 1, .item = item };
	int64_t step[RUN_MOST];
	struct graph_run *r;

	run_key(run.key, site, p);
	r = find(g, run.key);
	if (r != NULL)
		return r;
	run.number = new_number(g);
	if (run.number == 0)
		return NULL;
	run_steps(step, p);
	run.steps = run_steps_hash(step, p->n);
	return make(g, &run, p);
}

static void
post(struct group *g, uint32_t number, uint32_t item, bool there)
{
	(there ? post_put : post_drop)(&g->graph->post,
	    term_of(TARGET_RUN_TERM, number), GRAPH_STAMP, item);
}

void
graph_run_join(struct group *g, uint32_t number, uint32_t item)
{
	struct graph_run *r = graph_get(g->graph, number);

	if (r->fresh) {
		r->fresh = false;
		return;
	}
	if (!r->run.shared)
		post(g, number, r->run.item, true);
	post(g, number, item, true);
	r->run.shared = true;
	r->run.pages++;
	r->dirty = true;
}

static void
end(struct group *g, struct graph_run *r)
{
	struct key number = key_u32(r->run.number);
	struct key key = key_digest(r->run.key);
	struct graph_targets t = { .n = 0 };
	struct run_reader reader;
	struct run_link l;
	struct run run;
	struct span row;

	if (!run_get(g->txn, r->run.number, &run) ||
	    !db_get(g->txn, TABLE_RUN, key_look(&number), &row))
		fatal("view: run %u is gone: run zqhub rebuild",
		    r->run.number);
	run_read(&reader, run.links);
	for (size_t i = 0; i < RUN_MOST && run_link_next(&reader, &l); i++) {
		graph_targets_add(&t, i, l.to);
		g->graph->edges++;
	}
	graph_put(g->graph, TABLE_RUN, key_look(&number), row, SPAN_NONE);
	db_del(g->txn, TABLE_RUN_KEY, key_look(&key));
	db_put(g->txn, TABLE_RUN_FREE, key_look(&number), SPAN_NONE);
	graph_targets_leave(g, &t, &r->run);
}

void
graph_run_leave(struct group *g, uint32_t number, uint32_t item)
{
	struct graph_run *r = graph_get(g->graph, number);

	must(r->run.pages > 0);
	if (r->run.shared)
		post(g, number, item, false);
	r->run.pages--;
	r->dirty = true;
	if (r->run.pages == 0)
		end(g, r);
}
