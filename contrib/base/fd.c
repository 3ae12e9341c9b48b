/* See fd.h. */
#include "contrib/base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

bool
fd_write(int fd, struct span s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.at, s.n);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			s.at += n;
			s.n -= (size_t)n;
		}
	}
	return true;
}

bool
fd_sync_dir_of(const char *path)
{
	char copy[PATH_MAX];
	int fd, rc;

	errno = ENAMETOOLONG;
	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return false;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	rc = fsync(fd);
	close(fd);
	return rc == 0;
}
