/*
 * LMDB with its weather handled once. See db.h for what it promises.
 *
 * One process must not have one environment open twice (its locks are the
 * process's), so environments are shared: the second db_open() of a
 * directory gets the first one's, which counts its holders.
 *
 * Growing: a map can only change while no transaction of this process is
 * open. So room is made before a write begins, when the map is half full and
 * nothing is open; what a transaction needs beyond that fails with
 * MDB_MAP_FULL, is remembered in `wanted`, and done when the last transaction
 * has ended. A reader's map has its greatest size from the start: that costs
 * addresses only, and so it need not follow the writer.
 */
#include "contrib/base/db.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MAP_FIRST (UINT64_C(64) << 20)	/* bytes a writer's map starts with */
#define MAP_MOST (UINT64_C(1) << 40)
#define MAP_STEP (UINT64_C(1) << 20)	/* sizes are multiples of this */
#define TABLES_MAX 64
#define READERS_MAX 256
#define KEY_MAX 511
#define READER_CHECK_MS (60 * 60 * 1000)
#define DISK_NEARLY_FULL (UINT64_C(16) << 20)
#define FILE_MODE 0660			/* less the umask */

struct env {
	struct env *next;
	char *dir;
	dev_t dev;		/* of data.mdb */
	ino_t ino;
	MDB_env *env;
	FILE *maps;		/* /proc/self/maps, for when it is too late
				 * to open it; may be NULL */
	unsigned holders;
	unsigned active;	/* transactions */
	bool may_write;
	uint64_t size;		/* of the map */
	uint64_t most;
	uint64_t wanted;	/* size to grow to, or 0 */
	int64_t checked;	/* clock_mono() of the last reader check */
	pid_t owner;
};

struct db {
	struct env *env;
	bool may_write;
	size_t count;
	MDB_dbi tables[TABLES_MAX];
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

static struct env *envs;

_Noreturn static void
broken(const struct env *e, const char *doing, int rc)
{
	fatal("database %s: %s: %s", e->dir, doing, mdb_strerror(rc));
}

static uint64_t
round_up(uint64_t n)
{
	return (n + MAP_STEP - 1) / MAP_STEP * MAP_STEP;
}

/* Only with no transaction open. */
static void
resize(struct env *e, uint64_t size)
{
	MDB_envinfo info;
	int rc = mdb_env_set_mapsize(e->env, size);

	if (rc != 0)
		broken(e, "resizing the map", rc);
	mdb_env_info(e->env, &info);
	e->size = info.me_mapsize;
	e->wanted = 0;
}

static uint64_t
used(const struct env *e)
{
	MDB_envinfo info;
	MDB_stat stat;

	mdb_env_info(e->env, &info);
	mdb_env_stat(e->env, &stat);
	return ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
}

static uint64_t
doubled(const struct env *e)
{
	return e->size > e->most / 2 ? e->most : e->size * 2;
}

static void
make_room(struct env *e)
{
	if (e->active != 0)
		return;
	if (e->wanted == 0 && e->size < e->most && used(e) > e->size / 2)
		e->wanted = doubled(e);
	if (e->wanted != 0)
		resize(e, e->wanted);
}

static void
check_readers(struct env *e)
{
	int dead;

	mdb_reader_check(e->env, &dead);
	e->checked = clock_mono();
}

/* Opening. */

static struct env *
find_env(dev_t dev, ino_t ino)
{
	struct env *e = envs;

	while (e != NULL && (e->dev != dev || e->ino != ino))
		e = e->next;
	return e;
}

/* What db_open() says in errno for LMDB's own errors. */
static int
errno_of(int rc)
{
	switch (rc) {
	case MDB_VERSION_MISMATCH:
		return EPROTONOSUPPORT;
	case MDB_INVALID:
		return EBADMSG;
	case MDB_NOTFOUND:
		return ENOENT;
	case MDB_INCOMPATIBLE:
		return EINVAL;
	default:
		return rc > 0 ? rc : EIO;
	}
}

static uint64_t
first_size(unsigned mode, uint64_t file, uint64_t most)
{
	uint64_t size = mode & DB_WRITE ? MAP_FIRST : most;

	if (size > most)
		size = most;
	return size > file ? size : round_up(file);
}

/* Read-ahead is right for the journal, which is read from end to end, and
 * wrong for a view, where it fetches sixteen pages for one. */
static unsigned
flags_of(unsigned mode)
{
	unsigned flags = MDB_NOTLS;

	if (!(mode & DB_WRITE))
		flags |= MDB_RDONLY;
	if (mode & DB_NOSYNC)
		flags |= MDB_NOSYNC | MDB_NORDAHEAD;
	return flags;
}

static void
free_env(struct env *e)
{
	if (e->env != NULL)
		mdb_env_close(e->env);
	if (e->maps != NULL)
		fclose(e->maps);
	free(e->dir);
	free(e);
}

static int
open_files(struct env *e, unsigned mode)
{
	int rc = mdb_env_create(&e->env);

	if (rc != 0)
		return rc;
	mdb_env_set_maxdbs(e->env, TABLES_MAX);
	mdb_env_set_maxreaders(e->env, READERS_MAX);
	if ((rc = mdb_env_set_mapsize(e->env, e->size)) != 0)
		return rc;
	return mdb_env_open(e->env, e->dir, flags_of(mode), FILE_MODE);
}

static struct env *
new_env(const char *dir, const char *file, unsigned mode, uint64_t size,
    uint64_t most)
{
	struct env *e = mem_new(sizeof(*e));
	struct stat st;
	int rc;

	e->dir = mem_text(dir);
	e->may_write = mode & DB_WRITE;
	e->most = round_up(most < MAP_MOST ? most : MAP_MOST);
	e->size = first_size(mode, size, e->most);
	if (e->most < e->size)
		e->most = e->size;
	e->owner = getpid();
	if ((rc = open_files(e, mode)) != 0 || stat(file, &st) != 0) {
		rc = rc != 0 ? errno_of(rc) : errno;
		free_env(e);
		errno = rc;
		return NULL;
	}
	e->dev = st.st_dev;
	e->ino = st.st_ino;
	e->maps = fopen("/proc/self/maps", "re");
	check_readers(e);
	e->next = envs;
	envs = e;
	return e;
}

static struct env *
hold(const char *dir, unsigned mode, uint64_t most)
{
	size_t room = strlen(dir) + sizeof("/data.mdb");
	char *file = mem_grow(NULL, room, 1);
	struct stat st = { 0 };
	struct env *e = NULL;
	bool there;

	snprintf(file, room, "%s/data.mdb", dir);
	there = stat(file, &st) == 0;
	if (there)
		e = find_env(st.st_dev, st.st_ino);
	if (e != NULL && (mode & DB_WRITE) && !e->may_write) {
		e = NULL;
		errno = EBUSY;
	} else if (e == NULL && (there || (mode & DB_CREATE))) {
		e = new_env(dir, file, mode, (uint64_t)st.st_size, most);
	}
	if (e != NULL)
		e->holders++;
	free(file);
	return e;
}

static void
release(struct env *e)
{
	struct env **at = &envs;

	if (--e->holders > 0)
		return;
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	free_env(e);
}

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
	struct env *e;
	struct db *d;
	int rc;

	must(count <= TABLES_MAX);
	if ((e = hold(dir, mode, most)) == NULL)
		return NULL;
	d = mem_new(sizeof(*d));
	d->env = e;
	d->may_write = mode & DB_WRITE;
	d->count = count;
	rc = open_tables(d, tables, count);
	if (rc != 0) {
		db_close(d);
		errno = errno_of(rc);
		return NULL;
	}
	return d;
}

void
db_close(struct db *d)
{
	if (d == NULL)
		return;
	must(d->env->holders > 1 || d->env->active == 0);
	release(d->env);
	free(d);
}

void
db_sync(struct db *d)
{
	int rc;

	must(d->may_write);
	if ((rc = mdb_env_sync(d->env->env, 1)) != 0)
		broken(d->env, "writing to disk", rc);
}

uint64_t
db_size(const struct db *d)
{
	return used(d->env);
}

/* Where the map is, LMDB doesn't tell; the kernel does. */
void
db_release_memory(struct db *d)
{
	uint64_t from, to, inode;
	char line[512];

	if (d->env->maps == NULL)
		return;
	rewind(d->env->maps);
	while (fgets(line, sizeof(line), d->env->maps) != NULL) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %"
		    SCNu64, &from, &to, &inode) == 3 &&
		    inode == d->env->ino && strstr(line, "data.mdb") != NULL)
			madvise((void *)(uintptr_t)from, to - from,
			    MADV_DONTNEED);
	}
}

/* Transactions. */

static void
begin(struct env *e, unsigned flags, MDB_txn **txn)
{
	int rc = mdb_txn_begin(e->env, NULL, flags, txn);

	if (rc == MDB_MAP_RESIZED) {
		must(e->active == 0);
		resize(e, 0);
		rc = mdb_txn_begin(e->env, NULL, flags, txn);
	} else if (rc == MDB_READERS_FULL) {
		check_readers(e);
		rc = mdb_txn_begin(e->env, NULL, flags, txn);
	}
	if (rc != 0)
		broken(e, "beginning a transaction", rc);
}

struct db_txn *
db_begin(struct db *d, bool write)
{
	struct env *e = d->env;
	struct db_txn *t = mem_new(sizeof(*t));

	must(d->may_write || !write);
	must(e->owner == getpid());
	if (write) {
		make_room(e);
		/* Else this write can't but fail again, for ever. */
		must(e->wanted == 0);
		if (clock_mono() - e->checked > READER_CHECK_MS)
			check_readers(e);
	}
	begin(e, write ? 0 : MDB_RDONLY, &t->txn);
	t->db = d;
	t->write = write;
	e->active++;
	return t;
}

/* A write cut short by a full disk, a quota or a limit comes out of LMDB as
 * EIO. One more byte at the file's end says which it was; what lies behind
 * the last page means nothing to LMDB. */
static bool
end_is_blocked(const struct env *e)
{
	struct stat st;
	mdb_filehandle_t fd;

	if (mdb_env_get_fd(e->env, &fd) != 0 || fstat(fd, &st) != 0 ||
	    pwrite(fd, "", 1, st.st_size) == 1)
		return false;
	return errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
}

static bool
disk_is_full(const struct env *e, int rc)
{
	struct statvfs fs;

	if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG)
		return true;
	if (rc != EIO)
		return false;
	return end_is_blocked(e) || (statvfs(e->dir, &fs) == 0 &&
	    (uint64_t)fs.f_bavail * fs.f_frsize < DISK_NEARLY_FULL);
}

/* After the transaction is gone. */
static enum db_result
judge(struct env *e, int rc)
{
	if (rc == 0)
		return DB_OK;
	if (disk_is_full(e, rc))
		return DB_FULL;
	if (rc != MDB_MAP_FULL)
		broken(e, "writing", rc);
	if (e->size >= e->most)
		return DB_FULL;
	e->wanted = doubled(e);
	make_room(e);
	return DB_AGAIN;
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
	struct env *e = t->db->env;
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
	struct env *e;
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
	if (rc != MDB_MAP_FULL && !disk_is_full(t->db->env, rc))
		broken(t->db->env, "writing", rc);
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
		broken(t->db->env, "reading", rc);
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
		broken(t->db->env, "counting", rc);
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
		broken(t->db->env, "opening a cursor", rc);
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
	MDB_val k = val_of(key != NULL ? *key : SPAN_NONE);
	MDB_val v = val_of(value != NULL ? *value : SPAN_NONE);
	int rc;

	if (c->txn->error != 0)
		return false;
	if (op == MDB_SET_RANGE && k.mv_size == 0)
		op = MDB_FIRST;
	rc = mdb_cursor_get(c->cursor, &k, &v, op);
	/* EINVAL is a cursor that stands nowhere. */
	if (rc == MDB_NOTFOUND || rc == EINVAL || rc == MDB_BAD_VALSIZE)
		return false;
	if (rc != 0)
		broken(c->txn->db->env, "reading", rc);
	if (key != NULL)
		*key = span_of_val(k);
	if (value != NULL)
		*value = span_of_val(v);
	return true;
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
