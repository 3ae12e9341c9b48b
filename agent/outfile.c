/* See outfile.h. */
#include "agent/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/fd.h"

/* Everybody may read it: a web server is another user. */
#define MODE 0644

static bool
says(int fd, struct span text)
{
	char room[16384];
	ssize_t n;

	while ((n = read(fd, room, sizeof(room))) > 0) {
		if ((size_t)n > text.n ||
		    memcmp(room, text.at, (size_t)n) != 0)
			return false;
		text.at += n;
		text.n -= (size_t)n;
	}
	return n == 0 && text.n == 0;
}

static bool
is_so(const char *path, struct span text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool so = fd >= 0 && says(fd, text);

	if (fd >= 0)
		close(fd);
	return so;
}

static bool
write_beside(const char *beside, struct span text)
{
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, MODE);
	bool ok;

	if (fd < 0)
		return false;
	ok = fd_write(fd, text) && fchmod(fd, MODE) == 0 && fsync(fd) == 0;
	return close(fd) == 0 && ok;
}

bool
outfile_write(const char *path, struct span text, bool *news,
    struct buf *why)
{
	char beside[PATH_MAX];
	bool ok;

	*news = !is_so(path, text);
	if (!*news)
		return true;
	errno = ENAMETOOLONG;
	ok = snprintf(beside, sizeof(beside), "%s.new", path) <
	    (int)sizeof(beside);
	if (ok) {
		(void)unlink(beside);
		ok = write_beside(beside, text) && rename(beside, path) == 0;
		if (!ok)
			buf_printf(why, "%s: %s", path, strerror(errno));
		(void)unlink(beside);
	} else {
		buf_printf(why, "%s: %s", path, strerror(errno));
	}
	if (ok)
		(void)fd_sync_dir_of(path);
	return ok;
}
