/*
 * See disk.h. Directories are one or two levels of small files; the lock
 * files of LMDB are made anew whenever it opens them, and never copied.
 */
#include "tests/sim/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/err.h"

#define PARTS_MAX 32
#define COMMITS_MAX (1u << 20)	/* of a run whose commits are counted */
#define DEATH ".death"
#define UNSYNCED "/view"	/* the stores that may be made anew */

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

static struct part *watched[PARTS_MAX];
static bool synced;		/* since the commit under way began */
static uint8_t wrote[COMMITS_MAX / 8];	/* bits: which commits did */

/* --- files ---------------------------------------------------------------- */

static void
join(char out[SIM_PATH], const char *dir, const char *name)
{
	int n = snprintf(out, SIM_PATH, "%s%s%s", dir,
	    name[0] == '.' ? "" : "/", name);

	must(n > 0 && n < SIM_PATH);
}

static void
copy_file(const char *from, const char *to)
{
	static char block[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n;

	must(in >= 0 && out >= 0);
	while ((n = read(in, block, sizeof(block))) > 0)
		must(write(out, block, (size_t)n) == n);
	must(n == 0);
	close(in);
	close(out);
}

static void
copy_entry(const char *from, const char *to, const char *name)
{
	char a[SIM_PATH], b[SIM_PATH];
	struct stat st;

	join(a, from, name);
	join(b, to, name);
	if (lstat(a, &st) != 0)
		return;
	if (S_ISDIR(st.st_mode))
		disk_copy(a, b);
	else if (S_ISREG(st.st_mode) && strcmp(name, "lock.mdb") != 0)
		copy_file(a, b);
}

void
disk_copy(const char *from, const char *to)
{
	DIR *d = opendir(from);
	struct dirent *e;

	must(d != NULL);
	must(mkdir(to, 0700) == 0 || errno == EEXIST);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			copy_entry(from, to, e->d_name);
	closedir(d);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

void
disk_remove(const char *dir)
{
	if (disk_is(dir))
		nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

bool
disk_is(const char *dir)
{
	return access(dir, F_OK) == 0;
}

/* --- the world's directory ------------------------------------------------ */

void
disk_begin(void)
{
	const char *tmp = getenv("TMPDIR");
	const char *at = access("/dev/shm", W_OK) == 0 ? "/dev/shm" :
	    tmp != NULL ? tmp : "/tmp";
	int n = snprintf(sim.dir, sizeof(sim.dir), "%s/zqsim-XXXXXX", at);

	must(n > 0 && (size_t)n < sizeof(sim.dir));
	if (mkdtemp(sim.dir) == NULL)
		fatal("%s: %s", sim.dir, strerror(errno));
}

void
disk_end(void)
{
	if (sim.dir[0] != '\0')
		disk_remove(sim.dir);
}

/* --- parts ---------------------------------------------------------------- */

void
disk_part(struct part *p, const char *name)
{
	join(p->dir, sim.dir, name);
	must(mkdir(p->dir, 0700) == 0);
}

void
disk_forget(struct part *p)
{
	char death[SIM_PATH];

	join(death, p->dir, DEATH);
	disk_remove(death);
	disk_remove(p->dir);
}

void
disk_watch(struct part *p)
{
	for (size_t i = 0; i < PARTS_MAX; i++) {
		if (watched[i] == NULL) {
			watched[i] = p;
			return;
		}
	}
	must(!"too many parts");
}

void
disk_unwatch(struct part *p)
{
	for (size_t i = 0; i < PARTS_MAX; i++)
		if (watched[i] == p)
			watched[i] = NULL;
}

static struct part *
part_of(const char *path)
{
	for (size_t i = 0; i < PARTS_MAX; i++) {
		struct part *p = watched[i];
		size_t n = p != NULL ? strlen(p->dir) : 0;

		if (n > 0 && strncmp(path, p->dir, n) == 0 &&
		    path[n] == '/')
			return p;
	}
	return NULL;
}

static void
die(struct part *p)
{
	char death[SIM_PATH];

	join(death, p->dir, DEATH);
	disk_copy(p->dir, death);
	p->dead = true;
	p->kill_in = 0;
	trace(p->name, "is killed %s its commit %llu",
	    p->kill_before ? "before" : "after",
	    (unsigned long long)p->commits);
}

void
disk_bury(struct part *p)
{
	char death[SIM_PATH];

	join(death, p->dir, DEATH);
	disk_remove(p->dir);
	must(rename(death, p->dir) == 0);
}

/* LMDB's: what a commit has written is on the disk. */
int
fdatasync(int fd)
{
	synced = true;
	return fsync(fd);
}

static uint64_t
last_txn(MDB_env *env)
{
	MDB_envinfo i;

	mdb_env_info(env, &i);
	return i.me_last_txnid;
}

static bool
is_view(const struct part *p, const char *path)
{
	return strstr(path + strlen(p->dir), UNSYNCED) != NULL;
}

static void
note_write(struct part *p, const char *path, bool did)
{
	uint64_t n = sim.commits;

	p->writes += did;
	p->shown += did && is_view(p, path);
	if (!sim.kills || sim.kill.at != 0)
		return;
	if (n >= COMMITS_MAX)
		broken("its commits are too many to kill at each");
	wrote[n / 8] = (uint8_t)(did ? wrote[n / 8] | 1u << n % 8 :
	    wrote[n / 8] & ~(1u << n % 8));
}

bool
disk_wrote(uint64_t commit)
{
	must(commit < COMMITS_MAX);
	return (wrote[commit / 8] >> commit % 8 & 1) != 0;
}

/* Nobody may be told of what a power cut would take back. */
static int
commit(MDB_txn *txn, struct part *p, const char *path)
{
	MDB_env *env = mdb_txn_env(txn);
	uint64_t before = last_txn(env);
	bool wrote_it;
	int rc;

	synced = false;
	rc = __real_mdb_txn_commit(txn);
	wrote_it = rc == 0 && last_txn(env) != before;
	note_write(p, path, wrote_it);
	if (wrote_it && !synced && !is_view(p, path))
		broken("%s: a commit that is not on the disk", path);
	return rc;
}

/* By its bad luck, or because it was ordered. */
static bool
is_killed_now(struct part *p)
{
	p->commits++;
	if (++sim.commits != sim.kill.at)
		return p->kill_in > 0 && --p->kill_in == 0;
	p->kill_before = sim.kill.before;
	return true;
}

/* In the place of LMDB's own; see --wrap in contrib/make/sim.mk. */
int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
	const char *path = "";
	struct part *p;
	bool now;
	int rc;

	mdb_env_get_path(mdb_txn_env(txn), &path);
	p = part_of(path);
	if (p == NULL || p->dead)
		return __real_mdb_txn_commit(txn);
	if (p->full) {
		mdb_txn_abort(txn);
		return ENOSPC;
	}
	now = is_killed_now(p);
	if (now && p->kill_before)
		die(p);
	rc = commit(txn, p, path);
	if (now && !p->kill_before)
		die(p);
	return rc;
}
