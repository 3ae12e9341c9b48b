/* See redirect_map.h. */
#include "agent/redirect_map.h"

#include <stdlib.h>

#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define NAME "atlas"		/* the row: its version */
#define FORMAT 1
#define ROW_MAX (3 * LIMIT_URL)

/* --- rows --------------------------------------------------------------- */

static struct span
number_key(uint8_t key[4], uint32_t n)
{
	wire_put_u32(key, n);
	return (struct span){ (const char *)key, 4 };
}

static void
write_rule(struct buf *b, const struct movemap_rule *m)
{
	write_u8(b, FORMAT);
	write_u32(b, m->site);
	write_u8(b, (uint8_t)m->rule.scope);
	write_u64(b, (uint64_t)m->rule.at);
	write_u64(b, (uint64_t)m->rule.until);
	write_span(b, m->rule.from);
	write_span(b, m->rule.to);
}

/* See write_rule() for the other side. */
static bool
read_rule(struct movemap_rule *m, struct span key, struct span row)
{
	struct reader r = reader_of(row);
	bool ok = key.n == 4 && read_u8(&r) == FORMAT;

	*m = (struct movemap_rule){ .site = read_u32(&r) };
	m->rule.scope = (enum rewrite_scope)read_u8(&r);
	m->rule.at = (int64_t)read_u64(&r);
	m->rule.until = (int64_t)read_u64(&r);
	m->rule.from = read_span(&r);
	m->rule.to = read_span(&r);
	if (ok)
		m->rule.number = wire_get_u32((const uint8_t *)key.at);
	return ok && reader_done(&r);
}

uint64_t
redirect_map_version(struct store_txn *t)
{
	struct span row;

	return store_get(t, NAME, &row) && row.n == 8 ?
	    wire_get_u64((const uint8_t *)row.at) : 0;
}

/* --- taking one --------------------------------------------------------- */

struct taking {
	struct span xml;
	struct store_txn *t;
	struct movemap m;
	const char *why;
};

static void
on_rule(void *arg, const struct movemap_rule *m)
{
	struct taking *k = arg;
	uint8_t key[4];
	struct buf row;

	if (m->gone) {
		db_del(k->t->db, STORE_REDIRECT_MAP, number_key(key,
		    m->rule.number));
		return;
	}
	buf_init(&row, ROW_MAX);
	write_rule(&row, m);
	if (!row.bad)
		db_put(k->t->db, STORE_REDIRECT_MAP, number_key(key,
		    m->rule.number), buf_look(&row));
	buf_clear(&row);
}

/* The head is known only when all is read, so it is read twice. */
static void
on_none(void *arg, const struct movemap_rule *m)
{
	(void)arg;
	(void)m;
}

static bool
work(struct store_txn *t, void *arg)
{
	struct taking *k = arg;
	uint8_t version[8];

	k->t = t;
	k->why = NULL;
	if (k->m.since != 0 && k->m.since != redirect_map_version(t)) {
		k->why = _("it changes another version than the one that is "
		    "here");
		return false;
	}
	if (k->m.since == 0)
		db_empty(t->db, STORE_REDIRECT_MAP);
	if (!movemap_read(&k->m, k->xml, on_rule, k, &k->why))
		return false;
	wire_put_u64(version, k->m.version);
	store_put(t, NAME, (struct span){ (const char *)version, 8 });
	return true;
}

bool
redirect_map_take(struct store *s, struct span xml, struct buf *why)
{
	struct taking k = { .xml = xml };
	enum store_result rc;

	if (!movemap_read(&k.m, xml, on_none, NULL, &k.why)) {
		buf_text(why, k.why);
		return false;
	}
	rc = store_do(s, work, &k);
	if (rc == STORE_FULL)
		buf_text(why, _("the disk is full"));
	else if (rc == STORE_REFUSED)
		buf_text(why, k.why);
	return rc == STORE_DONE;
}

/* --- reading ------------------------------------------------------------ */

void
redirect_map_each(struct store_txn *t, movemap_rule_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t->db, STORE_REDIRECT_MAP);
	struct span key, row;
	bool more = db_cursor_get(c, MDB_FIRST, &key, &row);
	struct movemap_rule m;

	for (; more; more = db_cursor_get(c, MDB_NEXT, &key, &row))
		if (read_rule(&m, key, row))
			each(arg, &m);
	db_cursor_close(c);
}

struct gathering {
	struct rewrite_rule *rule;
	size_t count, room;
};

static void
gather(void *arg, const struct movemap_rule *m)
{
	struct gathering *g = arg;

	if (g->count == g->room) {
		g->room = g->room > 0 ? g->room * 2 : 64;
		g->rule = mem_grow(g->rule, g->room, sizeof(*g->rule));
	}
	g->rule[g->count++] = m->rule;
}

static int
by_time(const void *a, const void *b)
{
	const struct rewrite_rule *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Earlier ones first, which costs least. The hub has judged them together:
 * what stands there, stands here. */
struct rewrite *
redirect_map_rules(struct store_txn *t)
{
	struct rewrite *w = rewrite_new();
	struct gathering g = { .count = 0 };

	redirect_map_each(t, gather, &g);
	if (g.count > 0)
		qsort(g.rule, g.count, sizeof(*g.rule), by_time);
	for (size_t i = 0; i < g.count; i++)
		rewrite_put(w, &g.rule[i]);
	free(g.rule);
	return w;
}
