/* See root.h. glibc has no openat2() yet. */
#include "agent/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/mounts.h"
#include "contrib/base/mem.h"

static int
open_below(int fd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int got;

	/* EAGAIN: something was renamed on the way; the kernel can't say
	 * whether the way still stays inside. */
	for (int tries = 0; tries < 16; tries++) {
		got = (int)syscall(SYS_openat2, fd, path[0] != '\0' ? path :
		    ".", &how, sizeof(how));
		if (got >= 0 || (errno != EAGAIN && errno != EINTR))
			return got;
	}
	return -1;
}

/* Where a directory that is open is, without a look at it; NULL: the kernel
 * doesn't say. */
static char *
real_path(int fd)
{
	char link[64], at[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, at, sizeof(at));
	return n > 0 && (size_t)n < sizeof(at) ? mem_copy(at, (size_t)n) :
	    NULL;
}

bool
root_answers(const struct root *r, const char *path)
{
	char at[PATH_MAX];
	int n;

	if (r->real == NULL || !mounts_any())
		return true;
	n = snprintf(at, sizeof(at), "%s%s%s", r->real,
	    path[0] != '\0' ? "/" : "", path);
	if (n < 0 || (size_t)n >= sizeof(at) || mounts_answer(at))
		return true;
	errno = ETIMEDOUT;
	return false;
}

int
root_open(struct root *r, const char *path)
{
	struct stat st;

	r->path = path;
	r->real = NULL;
	r->fd = -1;
	if (!mounts_answer(path))
		return ETIMEDOUT;
	r->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->fd < 0)
		return errno;
	if (fstat(r->fd, &st) != 0) {
		int rc = errno;

		root_close(r);
		return rc;
	}
	r->device = st.st_dev;
	r->inode = st.st_ino;
	r->real = real_path(r->fd);
	return 0;
}

void
root_close(struct root *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	free(r->real);
	r->real = NULL;
}

bool
root_moved(const struct root *r)
{
	struct stat st;

	if (!mounts_answer(r->path) || !root_answers(r, ""))
		return r->fd < 0;
	if (stat(r->path, &st) != 0)
		return r->fd >= 0;
	return r->fd < 0 || st.st_dev != r->device || st.st_ino != r->inode;
}

static enum root_found
why_not(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return ROOT_GONE;
	case EXDEV:
	case ELOOP:
		return ROOT_OUTSIDE;
	default:
		return ROOT_HIDDEN;
	}
}

enum root_found
root_look(const struct root *r, const char *path, struct stat *st)
{
	enum root_found found;
	int fd;

	if (!root_answers(r, path))
		return ROOT_HIDDEN;
	fd = open_below(r->fd, path, O_PATH);
	if (fd < 0)
		return why_not(errno);
	if (fstat(fd, st) != 0)
		found = ROOT_HIDDEN;
	else if (S_ISREG(st->st_mode))
		found = ROOT_FILE;
	else
		found = S_ISDIR(st->st_mode) ? ROOT_DIR : ROOT_OTHER;
	close(fd);
	return found;
}

bool
root_read_link(const struct root *r, const char *path, char words[PATH_MAX])
{
	int fd = root_answers(r, path) ?
	    open_below(r->fd, path, O_PATH | O_NOFOLLOW) : -1;
	ssize_t n;

	if (fd < 0)
		return false;
	n = readlinkat(fd, "", words, PATH_MAX);
	close(fd);
	if (n <= 0 || n == PATH_MAX)
		return false;
	words[n] = '\0';
	return true;
}

int
root_open_dir(const struct root *r, const char *path)
{
	return root_answers(r, path) ?
	    open_below(r->fd, path, O_RDONLY | O_DIRECTORY) : -1;
}

int
root_open_file(const struct root *r, const char *path)
{
	return root_answers(r, path) ?
	    open_below(r->fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY) : -1;
}

/* A read lease is only given when nobody writes. It is given back at once;
 * SIGIO, which would tell that it is broken, is ignored by the daemon. */
bool
root_is_written_to(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		(void)fcntl(fd, F_SETLEASE, F_UNLCK);
		return false;
	}
	return errno == EAGAIN;
}
