/*
 * LMDB's transactions, tables and cursors. See db.h for what they promise;
 * environments, and how they grow, are in db_env.c.
 */
#include "contrib/base/db.h"

#include "contrib/base/clock.h"
#include "contrib/base/db_env.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY_MAX 511
#define READER_CHECK_MS (60 * 60 * 1000)

struct db {
	struct db_env *env;
	bool may_write;
	size_t count;
	MDB_dbi tables[DB_ENV_TABLES_MAX];
};

struct db_txn {
	struct db *db;
	MDB_txn *txn;
	bool write;
	int error;		/* the first one; sticks */
	unsigned cursors;
};

struct db_cursor {
	struct db_txn *txn;
	MDB_cursor *cursor;
};

static int
open_tables(struct db *d, const struct db_table *tables, size_t count)
{
	unsigned create = d->may_write ? MDB_CREATE : 0;
	MDB_txn *txn;
	int rc = mdb_txn_begin(d->env->env, NULL,
	    d->may_write ? 0 : MDB_RDONLY, &txn);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = mdb_dbi_open(txn, tables[i].name,
		    tables[i].flags | create, &d->tables[i]);
	if (rc == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

struct db *
db_open(const char *dir, unsigned mode, const struct db_table *tables,
    size_t count, uint64_t most)
{
	const struct db_env_spec spec = { .dir = dir, .most = most,
		.write = mode & DB_WRITE, .nosync = mode & DB_NOSYNC,
		.create = mode & DB_CREATE };
	struct db_env *e;
	struct db *d;
	int rc;

	must(count <= DB_ENV_TABLES_MAX);
	if ((e = db_env_hold(&spec)) == NULL)
		return NULL;
	d = mem_new(sizeof(*d));
	d->env = e;
	d->may_write = mode & DB_WRITE;
	d->count = count;
	rc = open_tables(d, tables, count);
	if (rc != 0) {
		db_close(d);
		errno = db_env_errno(rc);
		return NULL;
	}
	return d;
}

bool
db_is_lost(int error)
{
	return error == DB_ENV_CUT || error == EBADMSG;
}

void
db_explain(struct buf *why, const char *dir, int error)
{
	if (error == DB_ENV_CUT)
		buf_printf(why, _("%s/data.mdb is cut off: %" PRIu64 " bytes, "
		    "%" PRIu64 " expected"), dir, db_env_cut.is,
		    db_env_cut.expected);
	else if (error == EBADMSG)
		buf_printf(why, _("%s/data.mdb is damaged: no database can "
		    "be read from it"), dir);
	else if (error == ENOSPC || error == EDQUOT)
		buf_printf(why, _("%s: %s: make space there first"), dir,
		    strerror(error));
	else if (error == EACCES || error == EPERM)
		buf_printf(why, _("%s: %s: what is there must belong to the "
		    "user that this runs as: chown -R --reference=%s/.. %s"),
		    dir, strerror(error), dir, dir);
	else
		buf_printf(why, "%s: %s", dir, strerror(error));
}

void
db_on_damage(struct db *d, const char *advice, db_damaged_fn *act)
{
	if (d->env->advice != NULL)
		return;		/* whoever writes opened it first */
	d->env->advice = advice;
	d->env->on_damage = act;
}

void
db_close(struct db *d)
{
	if (d == NULL)
		return;
	must(d->env->holders > 1 || d->env->active == 0);
	db_env_release(d->env);
	free(d);
}

void
db_sync(struct db *d)
{
	int rc;

	must(d->may_write);
	if ((rc = mdb_env_sync(d->env->env, 1)) != 0)
		db_env_broken(d->env, "writing to disk", rc);
}

uint64_t
db_size(const struct db *d)
{
	return db_env_used(d->env);
}

void
db_release_memory(struct db *d)
{
	db_env_release_memory(d->env);
}

/* Transactions. */

struct db_txn *
db_begin(struct db *d, bool write)
{
	struct db_env *e = d->env;
	struct db_txn *t = mem_new(sizeof(*t));

	must(d->may_write || !write);
	must(e->owner == getpid());
	if (write) {
		db_env_make_room(e);
		/* Else this write can't but fail again, for ever. */
		must(e->wanted == 0);
		if (clock_mono() - e->checked > READER_CHECK_MS)
			db_env_check_readers(e);
	}
	db_env_begin(e, write ? 0 : MDB_RDONLY, &t->txn);
	t->db = d;
	t->write = write;
	e->active++;
	return t;
}

/* After the transaction is gone. */
static enum db_result
judge(struct db_env *e, int rc)
{
	if (rc == 0)
		return DB_OK;
	if (db_env_is_full(e, rc))
		return DB_FULL;
	if (rc != MDB_MAP_FULL)
		db_env_broken(e, "writing", rc);
	return db_env_grow(e) ? DB_AGAIN : DB_FULL;
}

static void
finish(struct db_txn *t)
{
	must(t->cursors == 0);
	must(t->db->env->active > 0);
	t->db->env->active--;
}

enum db_result
db_commit(struct db_txn *t)
{
	struct db_env *e = t->db->env;
	int rc = t->error;

	finish(t);
	if (rc == 0)
		rc = mdb_txn_commit(t->txn);
	else
		mdb_txn_abort(t->txn);
	free(t);
	return judge(e, rc);
}

void
db_abort(struct db_txn *t)
{
	struct db_env *e;
	int rc;

	if (t == NULL)
		return;
	e = t->db->env;
	rc = t->error;
	finish(t);
	mdb_txn_abort(t->txn);
	free(t);
	judge(e, rc);
}

bool
db_failed(const struct db_txn *t)
{
	return t->error != 0;
}

/* Takes what a write came to: keeps what is weather, ends on the rest. */
static void
stick(struct db_txn *t, int rc)
{
	if (rc == 0)
		return;
	if (rc != MDB_MAP_FULL && !db_env_is_full(t->db->env, rc))
		db_env_broken(t->db->env, "writing", rc);
	t->error = rc;
}

/* Tables. */

static MDB_val
val_of(struct span s)
{
	return (MDB_val){ .mv_size = s.n, .mv_data = (void *)(uintptr_t)s.at };
}

static struct span
span_of_val(MDB_val v)
{
	return (struct span){ .at = v.mv_data, .n = v.mv_size };
}

static MDB_dbi
table_of(const struct db_txn *t, size_t table)
{
	must(table < t->db->count);
	return t->db->tables[table];
}

bool
db_get(struct db_txn *t, size_t table, struct span key, struct span *value)
{
	MDB_val k = val_of(key), v;
	int rc;

	if (t->error != 0 || key.n == 0 || key.n > KEY_MAX)
		return false;
	rc = mdb_get(t->txn, table_of(t, table), &k, &v);
	if (rc == MDB_NOTFOUND)
		return false;
	if (rc != 0)
		db_env_broken(t->db->env, "reading", rc);
	if (value != NULL)
		*value = span_of_val(v);
	return true;
}

static int
put(struct db_txn *t, size_t table, struct span key, struct span value,
    unsigned flags)
{
	MDB_val k = val_of(key), v = val_of(value);

	must(t->write && key.n > 0 && key.n <= KEY_MAX);
	if (t->error != 0)
		return 0;
	return mdb_put(t->txn, table_of(t, table), &k, &v, flags);
}

void
db_put(struct db_txn *t, size_t table, struct span key, struct span value)
{
	stick(t, put(t, table, key, value, 0));
}

void
db_append(struct db_txn *t, size_t table, struct span key, struct span value)
{
	int rc = put(t, table, key, value, MDB_APPEND);

	must(rc != MDB_KEYEXIST);
	stick(t, rc);
}

void
db_put_dup(struct db_txn *t, size_t table, struct span key,
    struct span value)
{
	int rc = put(t, table, key, value, MDB_NODUPDATA);

	stick(t, rc == MDB_KEYEXIST ? 0 : rc);
}

/* With a value: only that one of the key's. */
static bool
del(struct db_txn *t, size_t table, struct span key, MDB_val *value)
{
	MDB_val k = val_of(key);
	int rc;

	must(t->write);
	if (t->error != 0 || key.n == 0 || key.n > KEY_MAX)
		return false;
	rc = mdb_del(t->txn, table_of(t, table), &k, value);
	if (rc == MDB_NOTFOUND)
		return false;
	stick(t, rc);
	return rc == 0;
}

bool
db_del(struct db_txn *t, size_t table, struct span key)
{
	return del(t, table, key, NULL);
}

bool
db_del_dup(struct db_txn *t, size_t table, struct span key,
    struct span value)
{
	MDB_val v = val_of(value);

	return del(t, table, key, &v);
}

void
db_empty(struct db_txn *t, size_t table)
{
	must(t->write);
	if (t->error == 0)
		stick(t, mdb_drop(t->txn, table_of(t, table), 0));
}

uint64_t
db_count(struct db_txn *t, size_t table)
{
	MDB_stat stat;
	int rc;

	if (t->error != 0)
		return 0;
	rc = mdb_stat(t->txn, table_of(t, table), &stat);
	if (rc != 0)
		db_env_broken(t->db->env, "counting", rc);
	return stat.ms_entries;
}

/* Cursors. One opened in a failed transaction is there, and finds nothing. */

struct db_cursor *
db_cursor_open(struct db_txn *t, size_t table)
{
	struct db_cursor *c = mem_new(sizeof(*c));
	int rc;

	c->txn = t;
	t->cursors++;
	if (t->error != 0)
		return c;
	rc = mdb_cursor_open(t->txn, table_of(t, table), &c->cursor);
	if (rc != 0)
		db_env_broken(t->db->env, "opening a cursor", rc);
	return c;
}

void
db_cursor_close(struct db_cursor *c)
{
	if (c == NULL)
		return;
	must(c->txn->cursors > 0);
	c->txn->cursors--;
	if (c->cursor != NULL)
		mdb_cursor_close(c->cursor);
	free(c);
}

bool
db_cursor_get(struct db_cursor *c, MDB_cursor_op op, struct span *key,
    struct span *value)
{
	MDB_val k = { 0 }, v = { 0 };
	int rc;

	if (c->txn->error != 0)
		return false;
	if (op == MDB_SET_RANGE) {	/* the only one that asks by key */
		k = val_of(*key);
		if (k.mv_size == 0)
			op = MDB_FIRST;
	}
	rc = mdb_cursor_get(c->cursor, &k, &v, op);
	/* EINVAL is a cursor that stands nowhere. */
	if (rc == MDB_NOTFOUND || rc == EINVAL || rc == MDB_BAD_VALSIZE)
		return false;
	if (rc != 0)
		db_env_broken(c->txn->db->env, "reading", rc);
	if (key != NULL)
		*key = span_of_val(k);
	if (value != NULL)
		*value = span_of_val(v);
	return true;
}

bool
db_cursor_before(struct db_cursor *c, struct span *key, struct span *value)
{
	return db_cursor_get(c, db_cursor_get(c, MDB_SET_RANGE, key, value) ?
	    MDB_PREV : MDB_LAST, key, value);
}

void
db_cursor_put(struct db_cursor *c, struct span key, struct span value)
{
	MDB_val k = val_of(key), v = val_of(value);

	must(c->txn->write && key.n > 0 && key.n <= KEY_MAX);
	if (c->txn->error == 0)
		stick(c->txn, mdb_cursor_put(c->cursor, &k, &v, 0));
}

void
db_cursor_del(struct db_cursor *c)
{
	must(c->txn->write);
	if (c->txn->error == 0)
		stick(c->txn, mdb_cursor_del(c->cursor, 0));
}
