/*
 * From what a page linked to, to what it links to; see links_turn.h.
 */
#include "hub/links_turn.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/graph_run.h"
#include "hub/graph_target.h"
#include "hub/links.h"
#include "hub/links_keep.h"
#include "hub/links_range.h"
#include "hub/out.h"
#include "hub/place.h"
#include "protocol/rewrite.h"

/* Links that were made or ended count for as much work as one item. */
#define EDGES_OF_ITEM 4

/* --- lists of runs -------------------------------------------------------- */

static void
add(struct graph_list *l, uint32_t number)
{
	if (l->n == l->room) {
		l->room = l->room != 0 ? l->room * 2 : 64;
		l->at = mem_grow(l->at, l->room, sizeof(*l->at));
	}
	l->at[l->n++] = number;
}

static int
compare(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* In order, and each once. */
static void
tidy(struct graph_list *l)
{
	size_t kept = 0;

	if (l->n > 1)
		qsort(l->at, l->n, sizeof(*l->at), compare);
	for (size_t i = 0; i < l->n; i++)
		if (i == 0 || l->at[i] != l->at[kept - 1])
			l->at[kept++] = l->at[i];
	l->n = kept;
}

/* --- what it links to ----------------------------------------------------- */

static void
put_piece(struct group *g, const struct links_turn *t,
    struct out_writer *w, const struct run_piece *p)
{
	struct graph_run *r = graph_run_of(g, t->site, p, t->item);
	int64_t step[RUN_MOST];
	bool own;

	if (r == NULL)
		return;		/* no number is left for another run */
	run_steps(step, p);
	own = run_steps_hash(step, p->n) != r->run.steps;
	out_put(w, r->run.number, p->link[0].line, step, own ? p->n : 0);
	add(&g->graph->has, r->run.number);
}

static void
put_rows(struct group *g, const struct links_turn *t, struct out_writer *w,
    struct span rows)
{
	struct run_piece p;

	while (run_cut(&rows, &p))
		put_piece(g, t, w, &p);
}

/* What is kept makes runs of its own: those stay as they are while the page's
 * list changes. */
static void
read_has(struct group *g, const struct links_turn *t)
{
	struct span told = t->there ? t->said->links : SPAN_NONE;
	struct out_writer w;
	struct buf kept;

	buf_init(&kept, OUT_KEPT_MOST * (LIMIT_URL + 16));
	if (t->there && t->said->links_cut)
		links_keep(g, t->site, told, buf_look(&g->graph->old), &kept);
	g->graph->has.n = 0;
	out_begin(&w, &g->graph->out);
	put_rows(g, t, &w, told);
	put_rows(g, t, &w, buf_look(&kept));
	must(!g->graph->out.bad);
	tidy(&g->graph->has);
	buf_clear(&kept);
}

/* Keeps the row as well: writing would take it away. */
static void
read_had(struct group *g, struct span key)
{
	struct graph *graph = g->graph;
	struct out_reader r;
	struct span row;

	graph->had.n = 0;
	buf_reset(&graph->old);
	if (!db_get(g->txn, TABLE_OUT, key, &row))
		return;
	buf_span(&graph->old, row);
	out_read(&r, row);
	while (out_next(&r))
		add(&graph->had, r.run);
	tidy(&graph->had);
}

static void
change_runs(struct group *g, uint32_t item)
{
	const struct graph_list *has = &g->graph->has, *had = &g->graph->had;
	size_t i = 0, k = 0;

	while (i < has->n) {
		while (k < had->n && had->at[k] < has->at[i])
			k++;
		if (k == had->n || had->at[k] != has->at[i])
			graph_run_join(g, has->at[i], item);
		i++;
	}
	for (i = k = 0; k < had->n; k++) {
		while (i < has->n && has->at[i] < had->at[k])
			i++;
		if (i == has->n || has->at[i] != had->at[k])
			graph_run_leave(g, had->at[k], item);
	}
}

static void
turn_links(struct group *g, const struct links_turn *t)
{
	struct graph *graph = g->graph;
	struct key k = key_u32(t->item);
	uint64_t edges = graph->edges;
	struct span old, now;

	if (graph->by_number.n > GRAPH_RUNS)
		graph_runs_flush(g->graph);
	read_had(g, key_look(&k));
	read_has(g, t);
	change_runs(g, t->item);
	old = graph->old.n > 0 ? buf_look(&graph->old) : SPAN_NONE;
	now = graph->out.n > 0 ? buf_look(&graph->out) : SPAN_NONE;
	if (old.n + now.n > 0 && !span_is(old, now))
		graph_put(g->graph, TABLE_OUT, key_look(&k), old, now);
	g->work += (size_t)(graph->edges - edges) / EDGES_OF_ITEM;
}

/* --- where it is ---------------------------------------------------------- */

typedef void look_fn(struct group *g, const struct target_key *k);

/* At all that is at its place. */
static void
look_with(struct group *g, struct span url, look_fn *look)
{
	struct links_ranges r;
	struct target_key k;

	if (!links_ranges(&r, REWRITE_ALIKE, url))
		return;
	for (size_t i = 0; i < r.n; i++) {
		k = r.range[i].key;
		for (bool behind = false; links_range_next(g->txn,
		    &r.range[i], behind, &k); behind = true)
			look(g, &k);
	}
}

static void
look_at(struct group *g, struct span url)
{
	look_with(g, url, graph_target_look);
}

struct looking {
	struct group *g;
	struct span url;
};

static bool
asks(struct span url)
{
	return memchr(url.at, '?', url.n) != NULL;
}

static bool
look_former(void *arg, struct span former, uint32_t move)
{
	struct looking *l = arg;

	(void)move;
	look_at(l->g, former);
	if (asks(l->url) && !asks(former))	/* with any query */
		links_look(l->g, REWRITE_QUERIED, former);
	return true;
}

/* What links to it, and to what leads to it by a move. */
static void
look(struct group *g, struct span url)
{
	const struct rewrite *rules = group_effective(g);
	struct looking l = { .g = g, .url = url };

	look_at(g, url);
	if (rules != NULL && rewrite_count(rules) > 0)
		rewrite_former(rules, url, INT64_MAX, look_former, &l);
}

void
links_was(struct group *g, const struct change *said, bool there)
{
	struct graph *graph = g->graph;

	buf_reset(&graph->was);
	buf_reset(&graph->was_page);
	graph->was_there = there;
	if (said == NULL)
		return;
	buf_span(&graph->was, said->url);
	buf_span(&graph->was_page, place_page(said->url, said->id));
}

static void
look_again(struct group *g, const struct target_key *k)
{
	graph_target_look(g, k);
	graph_target_again(g, k);
}

/* What it is now; without an address, if it isn't there any more. */
static struct place_turn
turn_to(const struct links_turn *t)
{
	struct place_turn is = { .item = t->item };

	if (t->there) {
		is.url = t->said->url;
		is.page = place_page(t->said->url, t->said->id);
	}
	return is;
}

static void
turn_place(struct group *g, const struct links_turn *t)
{
	struct place_turn was = { .item = t->item,
	    .url = buf_look(&g->graph->was),
	    .page = buf_look(&g->graph->was_page) };
	struct place_turn is = turn_to(t);
	bool was_there = g->graph->was_there;

	if (was_there == t->there && span_is(was.url, t->said->url) &&
	    (!t->there || span_is(was.page, is.page))) {
		if (!was_there)		/* more was said of its end */
			look_with(g, was.url, look_again);
		return;
	}
	if (was_there)
		place_count(g, &was, -1);
	if (is.url.n > 0)
		place_count(g, &is, 1);
	if (was.url.n > 0)
		look(g, was.url);
	if (is.url.n > 0)
		look(g, is.url);
}

void
links_turn(struct group *g, const struct links_turn *t)
{
	turn_place(g, t);
	turn_links(g, t);
}
