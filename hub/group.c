/*
 * What a group keeps until it is committed; see group.h.
 */
#include "hub/group.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/graph.h"
#include "hub/item.h"
#include "hub/move.h"
#include "hub/site.h"
#include "hub/table.h"
#include "hub/term.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/sha.h"
#include "protocol/wire.h"

#define WHY_MAX 4096

struct column {		/* of a site, by how many items it changed */
	uint32_t site;
	uint64_t hash;
	int64_t by;		/* items more, or less */
	size_t n;
	char name[];
};

/* --- its life --------------------------------------------------------------------- */

void
group_init(struct group *g)
{
	*g = (struct group){ .txn = NULL };
	stands_init(&g->stands);
	map_init(&g->columns);
	post_init(&g->post);
	terms_init(&g->was);
	terms_init(&g->is);
	g->graph = graph_new();
	buf_init(&g->row, ITEM_ROW_MAX + LIMIT_CHANGE);
	buf_init(&g->said, ITEM_ROW_MAX);
	buf_init(&g->why, WHY_MAX);
}

static void
forget_columns(struct group *g)
{
	size_t at = 0;
	void *one;

	while ((one = map_each(&g->columns, &at)) != NULL)
		free(one);
	map_clear(&g->columns);
}

static void
forget(struct group *g)
{
	stands_clear(&g->stands);
	forget_columns(g);
	post_reset(&g->post);
	graph_forget(g->graph);
	group_forget_host(g);
	group_forget_rules(g);
}

void
group_clear(struct group *g)
{
	must(g->txn == NULL);
	forget(g);
	post_clear(&g->post);
	terms_clear(&g->was);
	terms_clear(&g->is);
	graph_free(g->graph);
	g->graph = NULL;
	buf_clear(&g->row);
	buf_clear(&g->said);
	buf_clear(&g->why);
}

void
group_begin(struct group *g, struct db *db)
{
	must(g->txn == NULL);
	g->txn = db_begin(db, true);
	g->work = 0;
	meta_read(g->txn, &g->meta);
	graph_begin(g->graph, g->txn);
}

static void
write_column(struct group *g, const struct column *c)
{
	struct key k = key_u32_u64(c->site, c->hash);
	struct span is;
	struct buf row;
	uint64_t n = (uint64_t)c->by;

	if (db_get(g->txn, TABLE_COLUMN, key_look(&k), &is))
		n += wire_get_u64((const uint8_t *)is.at);
	buf_init(&row, 8 + LIMIT_TEXT);
	write_u64(&row, n);
	buf_put(&row, c->name, c->n);
	if (n == 0)
		db_del(g->txn, TABLE_COLUMN, key_look(&k));
	else
		db_put(g->txn, TABLE_COLUMN, key_look(&k), buf_look(&row));
	buf_clear(&row);
}

static void
write_columns(struct group *g)
{
	struct column *one;
	size_t at = 0;

	while ((one = map_each(&g->columns, &at)) != NULL)
		if (one->by != 0)
			write_column(g, one);
	forget_columns(g);
}

enum db_result
group_commit(struct group *g)
{
	enum db_result result;

	stands_write(&g->stands, g->txn);
	write_columns(g);
	post_flush(&g->post, g->txn, TABLE_POST);
	g->meta.graph_sum += graph_flush(g->graph);
	meta_write(g->txn, &g->meta, &g->row);
	result = db_commit(g->txn);
	g->txn = NULL;
	if (result != DB_OK)
		forget(g);
	return result;
}

void
group_abort(struct group *g)
{
	db_abort(g->txn);
	g->txn = NULL;
	forget(g);
}

/* --- what is kept -------------------------------------------------------------------- */

struct stand *
group_stand(struct group *g, uint32_t site)
{
	return stands_get(&g->stands, g->txn, site);
}

void
group_column(struct group *g, uint32_t site, struct span name, int by)
{
	uint64_t hash = term_hash(0, name);
	uint64_t key = hash ^ (uint64_t)site << 32;
	struct column *c;

	if (name.n == 0)
		return;
	c = map_get(&g->columns, key);
	if (c != NULL && (c->site != site || c->hash != hash)) {
		write_column(g, c);
		free(c);
		c = NULL;
	}
	if (c == NULL) {
		c = mem_new(sizeof(*c) + name.n);
		c->site = site;
		c->hash = hash;
		c->n = name.n;
		memcpy(c->name, name.at, name.n);
		map_put(&g->columns, key, c);
	}
	c->by += by;
}

uint32_t
group_host(struct group *g, struct span host)
{
	if (host.n == 0 || host.n > sizeof(g->host))
		return 0;
	if (g->host_n == host.n && memcmp(g->host, host.at, host.n) == 0)
		return g->host_site;
	if (!site_of_host(g->txn, host, &g->host_site))
		g->host_site = 0;
	memcpy(g->host, host.at, host.n);
	g->host_n = host.n;
	return g->host_site;
}

void
group_forget_host(struct group *g)
{
	g->host_n = 0;
}

const struct rewrite *
group_rules(struct group *g)
{
	if (g->rules == NULL) {
		g->rules = rewrite_new();
		move_rules(g->txn, g->rules);
	}
	return g->rules;
}

const struct rewrite *
group_effective(struct group *g)
{
	if (g->effective == NULL) {
		g->effective = rewrite_new();
		move_rules_effective(g->txn, g->effective);
	}
	return g->effective;
}

void
group_forget_rules(struct group *g)
{
	rewrite_free(g->rules);
	rewrite_free(g->effective);
	g->rules = g->effective = NULL;
}

void
group_record(struct group *g, const char *what, struct span bytes)
{
	struct sha s;

	sha_begin(&s);
	sha_add(&s, g->meta.record, sizeof(g->meta.record));
	sha_add(&s, what, strlen(what) + 1);
	sha_add(&s, bytes.at, bytes.n);
	sha_end(&s, g->meta.record);
}

void
group_sum(struct group *g, uint32_t item, struct span row, bool there)
{
	struct meta *m = &g->meta;
	uint8_t number[4], hash[32];
	uint64_t high, low, before = m->sum_low;
	struct sha s;

	wire_put_u32(number, item);
	sha_begin(&s);
	sha_add(&s, number, sizeof(number));
	sha_add(&s, row.at, row.n);
	sha_end(&s, hash);
	high = wire_get_u64(hash);
	low = wire_get_u64(hash + 8);
	if (there) {
		m->sum_low += low;
		m->sum_high += high + (m->sum_low < before);
	} else {
		m->sum_low -= low;
		m->sum_high -= high + (m->sum_low > before);
	}
}
