/* See repair.h. */
#include "agent/repair.h"

#include <stdlib.h>
#include <string.h>

#include "agent/compare.h"
#include "agent/hashes.h"
#include "agent/known.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define TURN 500		/* rows written in one */
#define LIST_MAX (16u << 20)	/* bytes of a list of names */

struct repair {
	struct repair_host host;
	struct hashes missing;
	bool sorted;
	struct hashes held;	/* … but for these */
	bool dropped;		/* more was missing than is remembered */
	struct known_mark mark;	/* of naming, then of telling */
	size_t named;
	struct buf extra;	/* hash, id and url, one after the other */
	size_t adopted;		/* bytes of it that are done */
	size_t strays;		/* items that only the index had */
	struct buf looks;	/* source and path, likewise */
	size_t looks_count;
	bool no_room;
};

struct repair *
repair_new(const struct repair_host *host)
{
	struct repair *r = mem_new(sizeof(*r));

	r->host = *host;
	buf_init(&r->extra, LIST_MAX);
	buf_init(&r->looks, LIST_MAX);
	return r;
}

void
repair_free(struct repair *r)
{
	if (r == NULL)
		return;
	hashes_clear(&r->missing);
	hashes_clear(&r->held);
	buf_clear(&r->extra);
	buf_clear(&r->looks);
	free(r);
}

void
repair_missing(struct repair *r, const uint8_t hash[RECONCILE_HASH])
{
	if (r->missing.count < REPAIR_MISSING_MOST)
		hashes_add(&r->missing, hash);
	else
		r->dropped = true;
	r->sorted = false;
}

/* No agent tells longer ones: they would be nobody's to withdraw. */
static bool
is_odd(struct span id, struct span url)
{
	return id.n > LIMIT_ID || url.n > LIMIT_URL || url.n == 0;
}

void
repair_extra(struct repair *r, const uint8_t hash[32], struct span id,
    struct span url)
{
	size_t before = r->extra.n;

	if (is_odd(id, url))
		return;
	buf_put(&r->extra, hash, 32);
	write_span(&r->extra, id);
	write_span(&r->extra, url);
	if (!r->extra.bad)
		return;
	buf_cut(&r->extra, before);
	r->extra.bad = false;
	r->dropped = true;
}

bool
repair_is_whole(const struct repair *r)
{
	return !r->dropped && !r->no_room;
}

/* Of too many none is remembered: there is a scan then. */
static void
note_look(struct repair *r, struct span source, struct span path)
{
	if (++r->looks_count > REPAIR_LOOKS)
		return;
	write_span(&r->looks, source);
	write_span(&r->looks, path);
	must(!r->looks.bad);
}

size_t
repair_count(const struct repair *r)
{
	return r->missing.count - r->held.count + r->strays;
}

/* --- what the index has too much ------------------------------------------- */

struct item {			/* an extra one */
	struct span hash, id, url, source, path;
	struct buf keep;
};

static bool
take_extra(struct repair *r, struct item *i)
{
	struct span left = { .at = r->extra.at + r->adopted,
	    .n = r->extra.n - r->adopted };
	struct reader in = reader_of(left);

	if (left.n == 0)
		return false;
	i->hash = read_bytes(&in, 32);
	i->id = read_span(&in);
	i->url = read_span(&in);
	must(!in.bad);
	r->adopted = r->extra.n - reader_left(&in);
	known_of_id(i->id, i->url, &i->keep, &i->source, &i->path);
	return true;
}

/* A person withdrew it, and the hub has it all the same: said again. The row
 * stays, so that no scan publishes it. */
static void
withdraw_again(struct store_txn *t, const struct known *old)
{
	struct known k = *old, was;

	known_own(&k);
	was = k;
	k.told = k.adopted = true;
	memset(k.change, 0, sizeof(k.change));
	known_put(t, &k);
	if (compare_gone(t, k.source, k.path, SPAN("withdrawn before"),
	    SPAN_NONE) == COMPARE_DELETED)
		known_put(t, &was);
	known_disown(&k);
}

static bool
is_said(const struct item *i)
{
	static const uint8_t unsaid[32];

	return memcmp(i->hash.at, unsaid, sizeof(unsaid)) != 0;
}

/* Whoever keeps it needs to know how the hub has it. */
static void
adopt(struct store_txn *t, const struct known *k, const struct item *i)
{
	struct known row = *k;

	known_own(&row);
	row.told = row.adopted = true;
	row.kept = k->kept && is_said(i);
	memcpy(row.change, i->hash.at, sizeof(row.change));
	known_put(t, &row);
	known_disown(&row);
}

/* True: it has to be looked at. */
static bool
judge_extra(struct repair *r, struct store_txn *t, const struct item *i)
{
	static const uint8_t none[32];
	struct known k, fresh = { .source = i->source, .path = i->path,
	    .url = i->url };

	if (!known_get(t, i->source, i->path, &k)) {
		adopt(t, &fresh, i);
		r->strays++;
		return true;
	}
	if (k.told && k.adopted)
		adopt(t, &k, i);
	if (k.told)
		return k.adopted;	/* else: it is told as missing */
	r->strays++;
	if (memcmp(k.hash, none, sizeof(none)) != 0)
		withdraw_again(t, &k);
	else
		adopt(t, &k, i);	/* unreadable; it waits for that */
	return false;
}

struct adopting {
	struct repair *r;
	size_t from;		/* in r->extra */
	size_t looks, looks_count, strays;
};

/* May be called again from the start: the map had to grow. */
static bool
adopt_some(struct store_txn *t, void *arg)
{
	struct adopting *a = arg;
	struct repair *r = a->r;
	struct item i;

	r->adopted = a->from;
	buf_cut(&r->looks, a->looks);
	r->looks_count = a->looks_count;
	r->strays = a->strays;
	buf_init(&i.keep, KNOWN_ID_MAX);
	for (int n = 0; n < TURN && take_extra(r, &i); n++)
		if (judge_extra(r, t, &i))
			note_look(r, i.source, i.path);
	buf_clear(&i.keep);
	return true;
}

bool
repair_adopt(struct repair *r)
{
	struct adopting a = { .r = r, .from = r->adopted,
	    .looks = r->looks.n, .looks_count = r->looks_count,
	    .strays = r->strays };

	if (r->adopted == r->extra.n)
		return false;
	if (store_do(r->host.store, adopt_some, &a) != STORE_DONE)
		r->no_room = true;
	else if (r->adopted < r->extra.n)
		return true;
	buf_reset(&r->extra);
	r->adopted = 0;
	return false;
}

/* --- what the index lacks --------------------------------------------------- */

static bool
is_missing(const struct repair *r, const struct known *k)
{
	uint8_t hash[32];

	return known_hash(hash, k) && hashes_has(&r->missing, hash) &&
	    !hashes_has(&r->held, hash);
}

bool
repair_held(struct repair *r, struct span id, struct span url)
{
	struct store_txn *t = store_look(r->host.store);
	struct span source, path;
	struct known k;
	struct buf keep;
	uint8_t hash[32];
	bool was;

	buf_init(&keep, KNOWN_ID_MAX);
	known_of_id(id, url, &keep, &source, &path);
	was = known_get(t, source, path, &k) && is_missing(r, &k) &&
	    known_hash(hash, &k);
	store_end(t);
	buf_clear(&keep);
	if (!was)
		return false;
	hashes_add(&r->held, hash);
	hashes_sort(&r->held);
	return true;
}

static void
sort_missing(struct repair *r)
{
	if (!r->sorted)
		hashes_sort(&r->missing);
	r->sorted = true;
}

struct naming {
	struct repair *r;
	struct buf *xml;
};

static bool
name(void *arg, const struct known *k)
{
	struct naming *n = arg;
	uint8_t hash[32];
	struct buf id;

	if (!is_missing(n->r, k) || !known_hash(hash, k))
		return true;
	buf_init(&id, KNOWN_ID_MAX);
	known_id(&id, k->source, k->path);
	reconcile_put_name(n->xml, hash, id.n > 0 ? buf_look(&id) : k->url,
	    k->url);
	buf_clear(&id);
	return ++n->r->named < RECONCILE_NAMES;
}

bool
repair_name(struct repair *r, struct buf *xml)
{
	struct naming n = { .r = r, .xml = xml };
	struct store_txn *t = store_look(r->host.store);
	bool more;

	sort_missing(r);
	more = known_walk(t, &r->mark, HASHES_TURN, name, &n) &&
	    r->named < RECONCILE_NAMES && r->named < r->missing.count;
	store_end(t);
	if (!more)
		r->mark = (struct known_mark){ .n = 0 };
	return more;
}

bool
repair_has_named(const struct repair *r)
{
	return r->named > 0;
}

struct telling {
	struct repair *r;
	struct known row[TURN];	/* of their own memory */
	size_t count;
};

static bool
gather(void *arg, const struct known *k)
{
	struct telling *g = arg;

	if (g->count == TURN)
		return false;
	if (!is_missing(g->r, k))
		return true;
	g->row[g->count] = *k;
	known_own(&g->row[g->count++]);
	return true;
}

/* What a person said is said again; a file is looked at as if it were new. */
static bool
tell(struct store_txn *t, const struct known *row)
{
	struct known k = *row;
	struct change c;

	known_del(t, k.source, k.path);
	if (k.said.n == 0)
		return true;
	if (!change_read(&c, k.said))
		fatal("what was said of an item can't be read: the store is "
		    "damaged");
	if (compare_again(t, &k, &c) != COMPARE_NO_ROOM)
		return true;
	known_put(t, row);
	return false;
}

static bool
tell_some(struct store_txn *t, void *arg)
{
	struct telling *g = arg;

	for (size_t i = 0; i < g->count; i++)
		if (!tell(t, &g->row[i]))
			g->r->no_room = true;
	return true;
}

static void
look_later(struct telling *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->row[i].said.n == 0)
			note_look(g->r, g->row[i].source, g->row[i].path);
}

bool
repair_tell(struct repair *r)
{
	struct telling *g = mem_new(sizeof(*g));
	struct store_txn *t = store_look(r->host.store);
	bool more;

	g->r = r;
	sort_missing(r);
	more = known_walk(t, &r->mark, HASHES_TURN, gather, g);
	store_end(t);
	if (g->count > 0 && store_do(r->host.store, tell_some, g) !=
	    STORE_DONE) {
		r->no_room = true;
		more = false;
	} else {
		look_later(g);
	}
	for (size_t i = 0; i < g->count; i++)
		known_disown(&g->row[i]);
	free(g);
	return more;
}

void
repair_look(struct repair *r)
{
	struct reader in = reader_of(buf_look(&r->looks));

	if (r->looks_count > REPAIR_LOOKS) {
		r->host.rescan(r->host.arg);
		return;
	}
	for (size_t i = 0; i < r->looks_count; i++) {
		struct span source = read_span(&in);

		r->host.look(r->host.arg, source, read_span(&in));
	}
}
