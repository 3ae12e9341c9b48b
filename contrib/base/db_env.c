/*
 * LMDB environments. See db_env.h.
 */
#include "contrib/base/db_env.h"

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MAP_FIRST (UINT64_C(64) << 20)	/* bytes a writer's map starts with */
#ifndef DB_ENV_MAP_MOST		/* valgrind can't map so much: make valgrind */
#define DB_ENV_MAP_MOST (UINT64_C(1) << 40)
#endif
#define MAP_STEP (UINT64_C(1) << 20)	/* sizes are multiples of this */
#define READERS_MAX 256
#define DISK_NEARLY_FULL (UINT64_C(16) << 20)
#define FILE_MODE 0660			/* less the umask */
/* Of a lock file that is new: LMDB takes a longer one as it is, and puts as
 * many readers in it as there is room for. */
#define LOCK_SIZE ((READERS_MAX + 16) * 64)

static struct db_env *envs;

struct db_whole db_env_cut;

/* What LMDB says of pages that aren't what they should be; BAD_TXN of a
 * transaction in which it has said so before. */
static bool
is_damage(int rc)
{
	return rc == MDB_CORRUPTED || rc == MDB_PAGE_NOTFOUND ||
	    rc == MDB_CURSOR_FULL || rc == MDB_PAGE_FULL ||
	    rc == MDB_INVALID || rc == MDB_PANIC || rc == MDB_BAD_TXN;
}

static _Noreturn void
damaged(const struct db_env *e, const char *how)
{
	if (e->on_damage != NULL)
		e->on_damage(e->dir);
	fatal(_("%s/data.mdb is damaged (%s)%s"), e->dir, how,
	    e->advice != NULL ? e->advice : "");
}

_Noreturn void
db_env_broken(const struct db_env *e, const char *doing, int rc)
{
	if (is_damage(rc))
		damaged(e, mdb_strerror(rc));
	fatal("database %s: %s: %s", e->dir, doing, mdb_strerror(rc));
}

static void
on_assert(MDB_env *env, const char *said)
{
	damaged(mdb_env_get_userctx(env), said);
}

static uint64_t
round_up(uint64_t n)
{
	return (n + MAP_STEP - 1) / MAP_STEP * MAP_STEP;
}

/* Only with no transaction open. */
static void
resize(struct db_env *e, uint64_t size)
{
	MDB_envinfo info;
	int rc = mdb_env_set_mapsize(e->env, size);

	if (rc != 0)
		db_env_broken(e, "resizing the map", rc);
	mdb_env_info(e->env, &info);
	e->size = info.me_mapsize;
	e->wanted = 0;
}

uint64_t
db_env_used(const struct db_env *e)
{
	MDB_envinfo info;
	MDB_stat stat;

	mdb_env_info(e->env, &info);
	mdb_env_stat(e->env, &stat);
	return ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
}

static uint64_t
doubled(const struct db_env *e)
{
	return e->size > e->most / 2 ? e->most : e->size * 2;
}

void
db_env_make_room(struct db_env *e)
{
	if (e->active != 0)
		return;
	if (e->wanted == 0 && e->size < e->most &&
	    db_env_used(e) > e->size / 2)
		e->wanted = doubled(e);
	if (e->wanted != 0)
		resize(e, e->wanted);
}

void
db_env_check_readers(struct db_env *e)
{
	int dead;

	mdb_reader_check(e->env, &dead);
	e->checked = clock_mono();
}

bool
db_env_grow(struct db_env *e)
{
	if (e->size >= e->most)
		return false;
	e->wanted = doubled(e);
	db_env_make_room(e);
	return true;
}

/* What db_open() says in errno for LMDB's own errors. */
int
db_env_errno(int rc)
{
	switch (rc) {
	case MDB_VERSION_MISMATCH:
		return EPROTONOSUPPORT;
	case MDB_NOTFOUND:
		return ENOENT;
	case MDB_INCOMPATIBLE:
		return EINVAL;
	default:
		return is_damage(rc) ? EBADMSG : rc > 0 ? rc : EIO;
	}
}

static struct db_env *
find_env(dev_t dev, ino_t ino)
{
	struct db_env *e = envs;

	while (e != NULL && (e->dev != dev || e->ino != ino))
		e = e->next;
	return e;
}

static uint64_t
first_size(bool write, uint64_t file, uint64_t most)
{
	uint64_t size = write ? MAP_FIRST : most;

	if (size > most)
		size = most;
	return size > file ? size : round_up(file);
}

/* Read-ahead is right for the journal, which is read from end to end, and
 * wrong for a view, where it fetches sixteen pages for one. */
static unsigned
flags_of(const struct db_env_spec *spec)
{
	unsigned flags = MDB_NOTLS;

	if (!spec->write)
		flags |= MDB_RDONLY;
	if (spec->nosync)
		flags |= MDB_NOSYNC | MDB_NORDAHEAD;
	return flags;
}

static void
free_env(struct db_env *e)
{
	if (e->env != NULL)
		mdb_env_close(e->env);
	if (e->maps != NULL)
		fclose(e->maps);
	free(e->dir);
	free(e);
}

/* Its pages are there, or an error. A file that somebody may have mapped
 * keeps its size; one that was made with holes served its maker as it is, and
 * does so on a full disk. Not posix_fallocate(), which may write zeros of its
 * own beside whoever has it. Whatever else is wrong LMDB will tell. */
static int
reserve_locks(const struct db_env_spec *spec)
{
	struct buf path;
	struct stat st;
	int fd, rc = 0;

	buf_init(&path, PATH_MAX);
	buf_printf(&path, "%s/lock.mdb", spec->dir);
	fd = open(buf_cstr(&path), O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
	buf_clear(&path);
	if (fd < 0)
		return errno == ENOSPC || errno == EDQUOT ? errno : 0;
	if (fstat(fd, &st) == 0 && fallocate(fd, 0, 0,
	    st.st_size > 0 ? st.st_size : LOCK_SIZE) != 0 &&
	    (errno == ENOSPC || errno == EDQUOT) && st.st_blocks == 0)
		rc = errno;
	close(fd);
	return rc;
}

static int
open_files(struct db_env *e, const struct db_env_spec *spec)
{
	int rc = reserve_locks(spec);

	if (rc != 0 || (rc = mdb_env_create(&e->env)) != 0)
		return rc;
	mdb_env_set_userctx(e->env, e);
	mdb_env_set_assert(e->env, on_assert);
	mdb_env_set_maxdbs(e->env, DB_ENV_TABLES_MAX);
	mdb_env_set_maxreaders(e->env, READERS_MAX);
	if ((rc = mdb_env_set_mapsize(e->env, e->size)) != 0)
		return rc;
	rc = mdb_env_open(e->env, e->dir, flags_of(spec), FILE_MODE);
	if (rc == 0 && !db_whole(e->env, &db_env_cut))
		rc = DB_ENV_CUT;
	return rc;
}

static struct db_env *
new_env(const struct db_env_spec *spec, const char *file, uint64_t size)
{
	struct db_env *e = mem_new(sizeof(*e));
	struct stat st;
	int rc;

	e->dir = mem_text(spec->dir);
	e->may_write = spec->write;
	e->most = round_up(spec->most < DB_ENV_MAP_MOST ? spec->most :
	    DB_ENV_MAP_MOST);
	e->size = first_size(spec->write, size, e->most);
	if (e->most < e->size)
		e->most = e->size;
	e->owner = getpid();
	if ((rc = open_files(e, spec)) != 0 || stat(file, &st) != 0) {
		rc = rc != 0 ? db_env_errno(rc) : errno;
		free_env(e);
		errno = rc;
		return NULL;
	}
	e->dev = st.st_dev;
	e->ino = st.st_ino;
	e->maps = fopen("/proc/self/maps", "re");
	db_env_check_readers(e);
	e->next = envs;
	envs = e;
	return e;
}

struct db_env *
db_env_hold(const struct db_env_spec *spec)
{
	size_t room = strlen(spec->dir) + sizeof("/data.mdb");
	char *file = mem_grow(NULL, room, 1);
	struct stat st = { 0 };
	struct db_env *e = NULL;
	bool there;

	snprintf(file, room, "%s/data.mdb", spec->dir);
	there = stat(file, &st) == 0;
	if (there)
		e = find_env(st.st_dev, st.st_ino);
	if (e != NULL && spec->write && !e->may_write) {
		e = NULL;
		errno = EBUSY;
	} else if (e == NULL && (there || spec->create)) {
		e = new_env(spec, file, (uint64_t)st.st_size);
	}
	if (e != NULL)
		e->holders++;
	free(file);
	return e;
}

void
db_env_release(struct db_env *e)
{
	struct db_env **at = &envs;

	if (--e->holders > 0)
		return;
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	free_env(e);
}

/* Hex digits at `at` into *n; where they end. */
static const char *
take_hex(const char *at, uint64_t *n)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit;

	for (*n = 0; *at != '\0' && (digit = strchr(digits, *at)) != NULL; at++)
		*n = *n << 4 | (uint64_t)(digit - digits);
	return at;
}

/* A line of /proc/self/maps, "from-to rights offset device inode path":
 * is it this file's, and where? */
static bool
is_mapped(const char *line, uint64_t ino, uint64_t *from, uint64_t *to)
{
	const char *at = take_hex(line, from);
	struct span number;
	uint64_t inode;

	if (*at != '-')
		return false;
	at = take_hex(at + 1, to);
	for (int field = 0; field < 4; field++) {
		if ((at = strchr(at, ' ')) == NULL)
			return false;
		at++;
	}
	number = (struct span){ .at = at, .n = strcspn(at, " ") };
	return *from < *to && text_number(number, 0, UINT64_MAX, &inode) &&
	    inode == ino && strstr(at, "data.mdb") != NULL;
}

/* Where the map is, LMDB doesn't tell; the kernel does. */
void
db_env_release_memory(struct db_env *e)
{
	uint64_t from, to;
	char line[512];

	if (e->maps == NULL)
		return;
	rewind(e->maps);
	while (fgets(line, sizeof(line), e->maps) != NULL) {
		if (is_mapped(line, e->ino, &from, &to))
			madvise((void *)(uintptr_t)from, to - from,
			    MADV_DONTNEED);
	}
}

void
db_env_begin(struct db_env *e, unsigned flags, MDB_txn **txn)
{
	int rc = mdb_txn_begin(e->env, NULL, flags, txn);

	if (rc == MDB_MAP_RESIZED) {
		must(e->active == 0);
		resize(e, 0);
		rc = mdb_txn_begin(e->env, NULL, flags, txn);
	} else if (rc == MDB_READERS_FULL) {
		db_env_check_readers(e);
		rc = mdb_txn_begin(e->env, NULL, flags, txn);
	}
	if (rc != 0)
		db_env_broken(e, "beginning a transaction", rc);
}

/* A write cut short by a full disk, a quota or a limit comes out of LMDB as
 * EIO. One more byte at the file's end says which it was; what lies behind
 * the last page means nothing to LMDB. */
static bool
end_is_blocked(const struct db_env *e)
{
	struct stat st;
	mdb_filehandle_t fd;

	if (mdb_env_get_fd(e->env, &fd) != 0 || fstat(fd, &st) != 0 ||
	    pwrite(fd, "", 1, st.st_size) == 1)
		return false;
	return errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
}

bool
db_env_is_full(const struct db_env *e, int rc)
{
	struct statvfs fs;

	if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG)
		return true;
	if (rc != EIO)
		return false;
	return end_is_blocked(e) || (statvfs(e->dir, &fs) == 0 &&
	    (uint64_t)fs.f_bavail * fs.f_frsize < DISK_NEARLY_FULL);
}

