/*
 * What of the link graph is not a page's turn: looking again, and news; see
 * links.h. Questions are in links_ask.c.
 */
#include "hub/links.h"

#include <string.h>

#include "contrib/base/err.h"
#include "hub/act_read.h"
#include "hub/graph.h"
#include "hub/graph_target.h"
#include "hub/link_news.h"
#include "hub/links_range.h"
#include "hub/meta.h"
#include "hub/table.h"
#include "protocol/wire.h"

void
links_settle(struct group *g)
{
	g->meta.graph_sum += graph_flush(g->graph);
	meta_write(g->txn, &g->meta, &g->row);
}

/* --- looking again -------------------------------------------------------- */

/* The key of a row says whether it is of one target or of a range, and what
 * their keys begin with; the row is the key to go on behind. */
enum { LOOK_ONE = 1, LOOK_RANGE = 2 };
#define LOOKS_OF_ITEM 4		/* count for as much work as one item */

static void
look_key(struct target_key *k, const struct links_range *r)
{
	size_t n = r->key.n < TARGET_KEY ? r->key.n : TARGET_KEY - 1;

	k->at[0] = r->one ? LOOK_ONE : LOOK_RANGE;
	memcpy(k->at + 1, r->key.at, n);
	k->n = n + 1;
}

/* A key that was cut off stands for all that begin alike. */
static bool
look_range(struct links_range *r, struct span key)
{
	if (key.n < 2 || key.n > TARGET_KEY)
		return false;
	r->one = key.at[0] == LOOK_ONE && key.n < TARGET_KEY;
	r->key.n = key.n - 1;
	memcpy(r->key.at, key.at + 1, r->key.n);
	return true;
}

static void
look_at(struct group *g, const struct links_ranges *r)
{
	struct target_key at;

	for (size_t i = 0; i < r->n; i++) {
		at = r->range[i].key;
		if (!links_range_next(g->txn, &r->range[i], false, &at))
			continue;	/* nobody links there */
		look_key(&at, &r->range[i]);
		db_put(g->txn, TABLE_LOOK, target_key_look(&at),
		    SPAN_NONE);
	}
}

void
links_look(struct group *g, enum rewrite_scope scope, struct span url)
{
	struct links_ranges r;

	if (links_ranges(&r, scope, url))
		look_at(g, &r);
}

void
links_look_host(struct group *g, struct span host)
{
	struct links_ranges r = { .n = 2 };

	if (target_key_domain(&r.range[0].key, &r.range[1].key, host))
		look_at(g, &r);
}

bool
links_look_left(struct db_txn *t)
{
	return db_count(t, TABLE_LOOK) > 0;
}

struct looking {
	struct target_key row;		/* in TABLE_LOOK */
	struct links_range range;
	struct target_key at;		/* done up to here; n = 0: nothing */
};

static bool
first_look(struct db_txn *t, struct looking *l)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_LOOK);
	struct span key, at;
	bool found = db_cursor_get(c, MDB_FIRST, &key, &at) &&
	    target_key_set(&l->row, key) && look_range(&l->range, key) &&
	    target_key_set(&l->at, at);

	db_cursor_close(c);
	return found;
}

/* Goes on with one row; how many it looked at. */
static uint64_t
look_some(struct group *g, struct looking *l, uint64_t most)
{
	bool behind = l->at.n > 0, more = true;
	uint64_t n = 0;

	if (!behind)
		l->at = l->range.key;
	while (n < most && (more = links_range_next(g->txn, &l->range,
	    behind, &l->at))) {
		graph_target_look(g, &l->at);
		behind = true;
		n++;
	}
	if (more)
		db_put(g->txn, TABLE_LOOK, target_key_look(&l->row),
		    target_key_look(&l->at));
	else
		db_del(g->txn, TABLE_LOOK, target_key_look(&l->row));
	return n;
}

const char *
links_look_act(struct group *g, const struct entry *e, const json_t *o)
{
	struct looking l;
	uint64_t most, n = 0;

	(void)e;
	if (!act_read_number(o, "most", LINKS_LOOK_MOST, &most) || most == 0)
		return "\"most\" is how many targets are looked at again";
	while (n < most && first_look(g->txn, &l))
		n += look_some(g, &l, most - n) + 1;
	g->work += (size_t)n / LOOKS_OF_ITEM;
	return NULL;
}

/* --- news ----------------------------------------------------------------- */

bool
links_news(struct db_txn *t, struct link_news *n, struct buf *room)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_LINK_NEWS);
	struct target target;
	struct span key, row;
	bool found = db_cursor_get(c, MDB_FIRST, &key, &row) && key.n > 4 &&
	    target_key_set(&n->target, (struct span){ .at = key.at + 4,
	    .n = key.n - 4 });

	if (found)
		n->site = wire_get_u32((const uint8_t *)key.at);
	db_cursor_close(c);
	n->end = found && n->site == 0 && link_news_is_end(t, &n->target);
	n->url = SPAN_NONE;
	if (found && target_get(t, &n->target, &target, room))
		n->url = target.url;
	return found;
}

void
links_news_done(struct group *g, const struct link_news *n)
{
	link_news_del(g->txn, n->site, &n->target);
}
