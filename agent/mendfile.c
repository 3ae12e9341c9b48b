/* See mendfile.h. */
#include "agent/mendfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "contrib/base/fd.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "protocol/sha.h"

/* Begins with a dot, so no source tells it while it is there. */
#define BESIDE ".zqagent-mend-"
#define BESIDE_MAX 64
#define XATTRS_MAX (64u << 10)	/* the kernel's own bounds */

void
mendfile_init(struct mendfile *f)
{
	*f = (struct mendfile){ .hash = { 0 } };
	buf_init(&f->bytes, MENDFILE_MAX);
}

void
mendfile_clear(struct mendfile *f)
{
	buf_clear(&f->bytes);
}

static bool
fail(struct buf *why, const char *what)
{
	buf_printf(why, "%s: %s", what, strerror(errno));
	return false;
}

static bool
refuse(struct buf *why, const char *sentence)
{
	buf_text(why, sentence);
	return false;
}

/* --- reading ------------------------------------------------------------ */

static bool
read_all(struct buf *b, int fd)
{
	char chunk[65536];
	ssize_t n;

	buf_reset(b);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n > 0)
			buf_put(b, chunk, (size_t)n);
		else if (errno != EINTR)
			return false;
		if (b->bad)
			return true;
	}
	return true;
}

bool
mendfile_read(struct mendfile *f, const struct root *r, const char *path,
    struct buf *why)
{
	int fd = root_open_file(r, path);
	bool ok = false;

	if (fd < 0)
		return fail(why, _("can't be read"));
	if (fstat(fd, &f->stat) != 0 || !S_ISREG(f->stat.st_mode))
		buf_text(why, _("is no file"));
	else if (root_is_written_to(fd))
		buf_text(why, _("somebody is writing to it"));
	else if (!read_all(&f->bytes, fd))
		(void)fail(why, _("can't be read"));
	else if (f->bytes.bad)
		buf_text(why, _("is too large for a page"));
	else
		ok = true;
	close(fd);
	if (ok)
		sha_of(f->hash, buf_look(&f->bytes));
	return ok;
}

/* --- the directory ------------------------------------------------------ */

/* Its directory, opened below the root, and its name there; -1 and errno. */
static int
open_dir(const struct root *r, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *dir = mem_copy(path, slash != NULL ? (size_t)(slash - path) : 0);
	int fd = root_open_dir(r, dir);

	*name = slash != NULL ? slash + 1 : path;
	free(dir);
	return fd;
}

/* Is what has this name there still the file that was read? */
static bool
is_the_same(const struct mendfile *f, int dir, const char *name,
    struct buf *why)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return fail(why, _("can't be looked at"));
	if (S_ISLNK(st.st_mode))
		return refuse(why, _("is a link: mend the file that it leads "
		    "to"));
	if (st.st_dev != f->stat.st_dev || st.st_ino != f->stat.st_ino ||
	    st.st_size != f->stat.st_size ||
	    st.st_mtim.tv_sec != f->stat.st_mtim.tv_sec ||
	    st.st_mtim.tv_nsec != f->stat.st_mtim.tv_nsec ||
	    st.st_ctim.tv_sec != f->stat.st_ctim.tv_sec ||
	    st.st_ctim.tv_nsec != f->stat.st_ctim.tv_nsec)
		return refuse(why, _("is being changed just now"));
	return true;
}

/* A new file has our own user; only root may give it to another. */
static bool
is_ours(const struct mendfile *f, struct buf *why)
{
	if (geteuid() == 0 || geteuid() == f->stat.st_uid)
		return true;
	buf_printf(why, _("belongs to user %u: run this as that user, or as "
	    "root"), (unsigned)f->stat.st_uid);
	return false;
}

bool
mendfile_may(const struct mendfile *f, const struct root *r,
    const char *path, struct buf *why)
{
	const char *name;
	int dir = open_dir(r, path, &name);
	bool ok;

	if (dir < 0)
		return fail(why, _("its directory can't be opened"));
	ok = is_the_same(f, dir, name, why) && is_ours(f, why);
	if (ok && faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) != 0)
		ok = fail(why, _("its directory can't be written to"));
	close(dir);
	return ok;
}

/* --- writing ------------------------------------------------------------ */

static bool
copy_xattr(int from, int to, const char *name, char *value)
{
	ssize_t n = fgetxattr(from, name, value, XATTRS_MAX);

	return n >= 0 && fsetxattr(to, name, value, (size_t)n, 0) == 0;
}

/* ACLs, too: they are attributes. One that must not be set here (of the
 * security modules, which label a new file themselves) is left to them. */
static bool
copy_xattrs(int from, int to)
{
	char *names = mem_new(XATTRS_MAX), *value = mem_new(XATTRS_MAX);
	ssize_t n = flistxattr(from, names, XATTRS_MAX);
	bool ok = n >= 0 || errno == ENOTSUP;

	for (char *at = names; ok && n > 0 && at < names + n;
	    at += strlen(at) + 1)
		ok = copy_xattr(from, to, at, value) ||
		    strncmp(at, "security.", 9) == 0;
	free(names);
	free(value);
	return ok;
}

/* Owner first: a change of owner takes set-id bits away. */
static bool
be_like(const struct mendfile *f, int old, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	if ((st.st_uid != f->stat.st_uid || st.st_gid != f->stat.st_gid) &&
	    fchown(fd, f->stat.st_uid, f->stat.st_gid) != 0)
		return false;
	return fchmod(fd, f->stat.st_mode & 07777) == 0 &&
	    copy_xattrs(old, fd);
}

static bool
write_beside(const struct mendfile *f, int dir, const char *name,
    const char *beside, struct span bytes, struct buf *why)
{
	int old = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC);
	int fd;
	bool ok;

	if (old < 0)
		return fail(why, _("can't be read"));
	(void)unlinkat(dir, beside, 0);
	fd = openat(dir, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd < 0) {
		(void)fail(why, _("no file can be made beside it"));
		close(old);
		return false;
	}
	ok = fd_write(fd, bytes) && be_like(f, old, fd) && fsync(fd) == 0;
	if (!ok)
		(void)fail(why, _("its copy can't be made just like it"));
	close(old);
	return close(fd) == 0 && ok;
}

static void
name_beside(char out[BESIDE_MAX], uint64_t agent)
{
	snprintf(out, BESIDE_MAX, BESIDE "%016llx",
	    (unsigned long long)agent);
}

static bool
replace(const struct mendfile *f, int dir, const char *name,
    const char *beside, struct span bytes, struct buf *why)
{
	bool ok = is_the_same(f, dir, name, why) && is_ours(f, why) &&
	    write_beside(f, dir, name, beside, bytes, why) &&
	    is_the_same(f, dir, name, why);

	if (ok && renameat(dir, beside, dir, name) != 0)
		ok = fail(why, _("can't be replaced"));
	if (ok)
		(void)fsync(dir);
	else
		(void)unlinkat(dir, beside, 0);
	return ok;
}

bool
mendfile_replace(const struct mendfile *f, const struct root *r,
    const char *path, struct span bytes, uint64_t agent, struct buf *why)
{
	char beside[BESIDE_MAX];
	const char *name;
	int dir = open_dir(r, path, &name);
	bool ok;

	if (dir < 0)
		return fail(why, _("its directory can't be opened"));
	name_beside(beside, agent);
	ok = replace(f, dir, name, beside, bytes, why);
	close(dir);
	return ok;
}

void
mendfile_tidy(const struct root *r, const char *path, uint64_t agent)
{
	char beside[BESIDE_MAX];
	const char *name;
	int dir = open_dir(r, path, &name);

	if (dir < 0)
		return;
	name_beside(beside, agent);
	(void)unlinkat(dir, beside, 0);
	close(dir);
}
