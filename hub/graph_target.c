/*
 * Targets as runs come and go, and as what is known of them changes; see
 * graph_target.h.
 */
#include "hub/graph_target.h"

#include <string.h>

#include "contrib/base/err.h"
#include "hub/danger.h"
#include "hub/graph.h"
#include "hub/link_news.h"
#include "hub/seen.h"
#include "hub/target_row.h"
#include "protocol/wire.h"

/* --- of a run ------------------------------------------------------------- */

static bool
is_key(const struct target_key *a, const struct target_key *b)
{
	return a->n == b->n && memcmp(a->at, b->at, a->n) == 0;
}

void
graph_targets_add(struct graph_targets *t, size_t link, struct span url)
{
	struct target_key *k = &t->key[t->n];

	must(t->n < RUN_MOST);
	if (!target_key(k, url))
		return;
	for (size_t i = 0; i < t->n; i++)
		if (is_key(&t->key[i], k))
			return;
	t->link[t->n++] = (uint8_t)link;
}

/* --- hosts that a site links to ------------------------------------------- */

static size_t
host_of(const struct target_key *k)
{
	const uint8_t *end = memchr(k->at, TARGET_HOST_END, k->n);

	return end != NULL ? (size_t)(end - k->at) : k->n;
}

static void
count_host(struct group *g, uint32_t site, const struct target_key *k,
    int by)
{
	struct target_key key = { .n = 4 + host_of(k) };
	struct span at = target_key_look(&key), old = SPAN_NONE, now;
	uint64_t n = (uint64_t)by;
	struct reader r;

	wire_put_u32(key.at, site);
	memcpy(key.at + 4, k->at, host_of(k));
	if (db_get(g->txn, TABLE_BETWEEN, at, &old)) {
		r = reader_of(old);
		n += read_varint(&r);
	}
	buf_reset(&g->graph->row);
	write_varint(&g->graph->row, n);
	now = n > 0 ? buf_look(&g->graph->row) : SPAN_NONE;
	graph_put(g->graph, TABLE_BETWEEN, at, old, now);
}

/* Once for each run. */
static void
count_hosts(struct group *g, const struct graph_targets *t, uint32_t site,
    int by)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t n = host_of(&t->key[i]), k = 0;

		while (k < i && (host_of(&t->key[k]) != n ||
		    memcmp(t->key[k].at, t->key[i].at, n) != 0))
			k++;
		if (k == i)
			count_host(g, site, &t->key[i], by);
	}
}

/* --- rows ----------------------------------------------------------------- */

static struct span
old_row(struct group *g, const struct target_key *k, struct target *t)
{
	struct span row;

	if (!db_get(g->txn, TABLE_TARGET, target_key_look(k), &row))
		return SPAN_NONE;
	target_read(row, k, t, &g->graph->url);
	return row;
}

static void
put(struct group *g, const struct target_key *k, struct span old,
    const struct target *t)
{
	struct graph *graph = g->graph;

	buf_reset(&graph->row);
	target_write(&graph->row, k, t, &graph->room);
	must(!graph->row.bad);
	graph_put(g->graph, TABLE_TARGET, target_key_look(k), old,
	    buf_look(&graph->row));
}

static void
list_broken(struct group *g, const struct target_key *k, bool broken)
{
	struct span key = target_key_look(k);

	if (broken)
		db_put(g->txn, TABLE_BROKEN, key, SPAN_NONE);
	else
		db_del(g->txn, TABLE_BROKEN, key);
}

/* Nothing is there, and it isn't broken either: not yet (target_judge.c). Who
 * was told before that it is hears what comes of it. */
static bool
is_awaited(const struct target *t)
{
	return !t->broken && (t->state == TARGET_NEVER ||
	    t->state == TARGET_WITHDRAWN);
}

static bool
is_news(struct group *g, const struct target_key *k, const struct target *t)
{
	return t->broken || t->state == TARGET_MOVED || is_awaited(t) ||
	    (seen_is_asked(t->state) && danger_of(g->txn, k, NULL)) ||
	    seen_gone(g->txn, t->state, t->url, NULL);
}

static void
tell(struct group *g, uint32_t site, const struct target_key *k)
{
	link_news_put(g->txn, site, k);
}

/* Has its state turned, and those that link there don't know yet? */
static bool
has_turned(struct group *g, const struct target_key *k)
{
	return link_news_has(g->txn, 0, k);
}

/* --- state ---------------------------------------------------------------- */

static void
judge(struct group *g, struct target *t)
{
	struct target_judge j = { .txn = g->txn, .group = g,
	    .rules = group_effective(g), .when = INT64_MAX };
	struct target_verdict v;

	target_judge_by(&j, t->url, &v, NULL);
	t->state = v.state;
	t->broken = v.broken;
	if (v.state != TARGET_MOVED)
		return;
	t->move = v.move;
	t->end = v.end;
}

/* It has moved by the same move as before, and another one after that leads it
 * elsewhere now, or no longer does. In between it may have seemed gone. */
static bool
goes_elsewhere(const struct target *was, const struct target *now)
{
	return now->state == TARGET_MOVED && was->move == now->move &&
	    was->end != now->end;
}

/* It leads where it led; only that nothing is there yet, or is at last. */
static bool
leads_there_still(const struct target *was, const struct target *now)
{
	return was->state == TARGET_MOVED && now->state == TARGET_MOVED &&
	    was->move == now->move && was->end == now->end;
}

void
graph_target_look(struct group *g, const struct target_key *k)
{
	struct target was, now;
	struct span old = old_row(g, k, &was);

	if (old.at == NULL)
		return;
	now = was;
	judge(g, &now);
	if (now.state == was.state && now.broken == was.broken &&
	    now.move == was.move && now.end == was.end)
		return;
	put(g, k, old, &now);
	if (now.broken != was.broken)
		list_broken(g, k, now.broken);
	if (goes_elsewhere(&was, &now))
		link_news_put_end(g->txn, k);
	else if (!leads_there_still(&was, &now) &&
	    (is_news(g, k, &was) || is_news(g, k, &now)))
		tell(g, 0, k);
}

void
graph_target_again(struct group *g, const struct target_key *k)
{
	struct target t;

	if (old_row(g, k, &t).at != NULL && t.broken)
		tell(g, 0, k);
}

/* --- links to it ---------------------------------------------------------- */

static void
post(struct group *g, const struct target_key *k, uint32_t site,
    uint32_t run, bool there)
{
	(there ? post_put : post_drop)(&g->graph->post, target_term(k), site,
	    run);
}

static void
join(struct group *g, const struct target_key *k, struct span url,
    const struct run *run)
{
	struct target t = { .runs = 0 };
	struct span old = old_row(g, k, &t);

	if (old.at == NULL) {
		t = (struct target){ .url = url, .run = run->number };
		judge(g, &t);
	} else if (!t.shared) {
		post(g, k, graph_get(g->graph, t.run)->run.site, t.run, true);
		t.shared = true;
	}
	/* Judging and getting have written nothing: old is still good. */
	t.runs++;
	if (t.shared)
		post(g, k, run->site, run->number, true);
	put(g, k, old, &t);
	if (old.at == NULL && t.broken)
		list_broken(g, k, true);
	if (is_news(g, k, &t))
		tell(g, run->site, k);
}

static void
leave(struct group *g, const struct target_key *k, const struct run *run)
{
	struct target t;
	struct span old = old_row(g, k, &t);

	if (old.at == NULL)
		fatal("view: a target is gone: run zqhub rebuild");
	must(t.runs > 0);
	t.runs--;
	if (t.shared)
		post(g, k, run->site, run->number, false);
	if (t.runs > 0) {
		put(g, k, old, &t);
	} else {
		graph_put(g->graph, TABLE_TARGET, target_key_look(k), old,
		    SPAN_NONE);
		list_broken(g, k, false);
	}
	/* whoever leaves now would not be among them */
	if (is_news(g, k, &t) || has_turned(g, k))
		tell(g, run->site, k);
}

void
graph_targets_join(struct group *g, const struct graph_targets *t,
    const struct run_piece *p, const struct run *run)
{
	for (size_t i = 0; i < t->n; i++)
		join(g, &t->key[i], p->link[t->link[i]].to, run);
	count_hosts(g, t, run->site, 1);
}

void
graph_targets_leave(struct group *g, const struct graph_targets *t,
    const struct run *run)
{
	for (size_t i = 0; i < t->n; i++)
		leave(g, &t->key[i], run);
	count_hosts(g, t, run->site, -1);
}
