/*
 * The view: opening it and applying to it; see view.h. The rules are in
 * apply.c, what the core asks it in view_ask.c.
 */
#include "hub/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/apply.h"
#include "hub/graph.h"
#include "hub/mark.h"
#include "hub/meta.h"
#include "hub/view_inside.h"

/* Changes to posting lists that a group gathers at most: 16 bytes each, and
 * as much again to sort them. A group that has more ends early. */
#define POSTINGS_MOST (1u << 20)
#define PATH_MAX_ 1100

/* --- opening and closing ---------------------------------------------------------------- */

static const char *
why_fresh(enum mark m)
{
	switch (m) {
	case MARK_NONE:
		return "there was none yet";
	case MARK_OTHER_VERSION:
		return "it was made by other rules";
	case MARK_TORN:
		return "the machine went down while it was open";
	case MARK_DAMAGED:
		return "a page of it was damaged, or opening it never ended";
	default:
		return NULL;
	}
}

static void
remove_files(const char *dir)
{
	char path[PATH_MAX_];

	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	unlink(path);
}

static struct db *
open_db(const char *dir, uint64_t most)
{
	return db_open(dir, DB_WRITE | DB_NOSYNC | DB_CREATE, table_list,
	    TABLE_COUNT, most);
}

/* What can be made again isn't worth a word with the operator. */
static struct db *
open_files(const char *dir, uint64_t most, const char **reason)
{
	struct db *db;
	int error;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return NULL;
	*reason = why_fresh(mark_read(dir, VIEW_VERSION));
	if (*reason != NULL)
		remove_files(dir);
	/* LMDB may well die of what it finds there. Where that can't be
	 * written, the mark may still be what it has to be. */
	(void)mark_damage(dir, VIEW_VERSION);
	db = open_db(dir, most);
	if (db == NULL && db_is_lost(errno)) {
		*reason = "its file was cut off, or damaged";
		remove_files(dir);
		db = open_db(dir, most);
	}
	error = errno;
	if (mark_write(dir, VIEW_VERSION, false) && db != NULL)
		return db;
	db_close(db);
	errno = error;
	return NULL;
}

static uint64_t
read_place(struct db *db)
{
	struct db_txn *t = db_begin(db, false);
	struct meta m;

	meta_read(t, &m);
	db_abort(t);
	return m.place;
}

static void
on_damage(const char *dir)
{
	(void)mark_damage(dir, VIEW_VERSION);
}

struct view *
view_open(const char *dir, uint64_t most, bool *fresh, const char **reason,
    struct buf *why)
{
	struct db *db = open_files(dir, most, reason);
	struct view *v;

	if (db == NULL) {
		db_explain(why, dir, errno);
		return NULL;
	}
	*fresh = *reason != NULL;
	v = mem_new(sizeof(*v));
	v->db = db;
	db_on_damage(db, _(": the next start makes it again from the "
	    "journal"), on_damage);
	v->dir = mem_text(dir);
	group_init(&v->group);
	v->place = read_place(db);
	return v;
}

void
view_close(struct view *v)
{
	if (v == NULL)
		return;
	group_clear(&v->group);
	db_sync(v->db);
	db_close(v->db);
	if (!mark_write(v->dir, VIEW_VERSION, true))
		log_warn("view %s: its mark: %s: if the machine goes down "
		    "now, it is made anew", v->dir, strerror(errno));
	free(v->dir);
	free(v);
}

uint64_t
view_place(struct view *v)
{
	return v->place;
}

/* --- is it this journal's? ---------------------------------------------------------------- */

struct compare {
	struct meta meta;
	bool same;
};

static bool
compare(void *arg, const struct entry *e)
{
	struct compare *c = arg;

	if (e->place != c->meta.place)
		return e->place < c->meta.place;
	c->same = memcmp(e->chain, c->meta.chain, JOURNAL_CHAIN) == 0;
	return false;
}

bool
view_fits(struct view *v, struct journal *j)
{
	struct compare c = { .same = v->place == 0 };
	struct db_txn *t;

	if (v->fits)
		return true;
	if (!c.same) {
		t = db_begin(v->db, false);
		meta_read(t, &c.meta);
		db_abort(t);
		journal_read(j, c.meta.place, 1, compare, &c);
	}
	v->fits = c.same || view_empty(v) == DB_OK;
	return c.same;
}

enum db_result
view_empty(struct view *v)
{
	enum db_result result;
	struct db_txn *t;

	do {
		t = db_begin(v->db, true);
		for (size_t i = 0; i < TABLE_COUNT; i++)
			db_empty(t, i);
		result = db_commit(t);
	} while (result == DB_AGAIN);
	if (result != DB_OK)
		return result;
	group_clear(&v->group);
	group_init(&v->group);
	v->place = 0;
	return DB_OK;
}

/* --- applying ---------------------------------------------------------------------------------- */

struct pass {
	struct group *group;
	size_t most, n;
};

/* The journal may hand out an entry twice, and never leaves one out. */
static bool
take(void *arg, const struct entry *e)
{
	struct pass *p = arg;

	if (e->place <= p->group->meta.place)
		return true;
	apply_entry(p->group, e);
	p->n++;
	return p->n + p->group->work < p->most &&
	    p->group->post.n < POSTINGS_MOST &&
	    p->group->graph->post.n < POSTINGS_MOST &&
	    !db_failed(p->group->txn);
}

static enum db_result
apply_once(struct view *v, struct journal *j, size_t most, int64_t now,
    size_t *applied)
{
	struct group *g = &v->group;
	struct pass p = { .group = g, .most = most };
	struct key k, shown = key_u64((uint64_t)now);
	enum db_result result;

	group_begin(g, v->db);
	journal_read(j, g->meta.place + 1, most, take, &p);
	*applied = p.n;
	if (p.n == 0) {
		group_abort(g);
		return DB_OK;
	}
	k = key_u64(g->meta.place);
	db_append(g->txn, TABLE_SHOWN, key_look(&k), key_look(&shown));
	result = group_commit(g);
	if (result == DB_OK)
		v->place = g->meta.place;
	return result;
}

enum db_result
view_apply(struct view *v, struct journal *j, size_t most, int64_t now,
    size_t *applied)
{
	enum db_result result;

	*applied = 0;
	view_fits(v, j);
	if (!v->fits)
		return DB_FULL;
	do
		result = apply_once(v, j, most, now, applied);
	while (result == DB_AGAIN);
	if (result != DB_OK)
		*applied = 0;
	return result;
}

void
view_digest(struct view *v, uint8_t out[32])
{
	struct db_txn *t = db_begin(v->db, false);

	meta_digest(t, out);
	db_abort(t);
}

struct db_txn *
view_read(struct view *v)
{
	return db_begin(v->db, false);
}
