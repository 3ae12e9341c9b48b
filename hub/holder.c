#include "hub/holder.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/text.h"

#define LINE_ROOM 512
#define LISTENS "0A"		/* TCP_LISTEN */

/* Of a line of /proc/net/tcp the field with that number, from 0. */
static struct span
field(const char *line, int number)
{
	for (; number > 0; number--) {
		line += strspn(line, " ");
		line += strcspn(line, " \n");
	}
	line += strspn(line, " ");
	return (struct span){ .at = line, .n = strcspn(line, " \n") };
}

/* "0: ADDRESS:PORT ADDRESS:PORT STATE …", in hex; the tenth is the inode. */
static bool
is_of_port(const char *line, uint16_t port, uint64_t *inode)
{
	struct span own = field(line, 1);
	char end[8];
	size_t n = (size_t)snprintf(end, sizeof(end), ":%04X", port);

	return own.n > n && memcmp(own.at + own.n - n, end, n) == 0 &&
	    span_is(field(line, 3), SPAN(LISTENS)) &&
	    text_number(field(line, 9), 1, UINT64_MAX, inode);
}

/* 0: nobody listens there. */
static uint64_t
inode_of(const char *file, uint16_t port)
{
	FILE *f = fopen(file, "re");
	char line[LINE_ROOM];
	uint64_t inode = 0;
	bool found = false;

	if (f == NULL)
		return 0;
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = is_of_port(line, port, &inode);
	fclose(f);
	return found ? inode : 0;
}

/* Has the process this socket? */
static bool
has(const char *pid, uint64_t inode)
{
	char dir[PATH_MAX], path[PATH_MAX], to[64], want[64];
	const struct dirent *e;
	bool found = false;
	ssize_t n;
	DIR *d;

	snprintf(dir, sizeof(dir), "/proc/%s/fd", pid);
	if ((d = opendir(dir)) == NULL)
		return false;
	snprintf(want, sizeof(want), "socket:[%llu]",
	    (unsigned long long)inode);
	/* cppcheck-suppress readdirCalled */
	while (!found && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid, e->d_name);
		n = readlink(path, to, sizeof(to));
		found = n > 0 && span_is((struct span){ to, (size_t)n },
		    span_of(want));
	}
	closedir(d);
	return found;
}

static void
read_name(char name[HOLDER_NAME], const char *pid)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	snprintf(name, HOLDER_NAME, "?");
	if ((f = fopen(path, "re")) == NULL)
		return;
	if (fgets(name, HOLDER_NAME, f) != NULL)
		name[strcspn(name, "\n")] = '\0';
	fclose(f);
}

pid_t
holder_of_port(uint16_t port, char name[HOLDER_NAME])
{
	uint64_t inode = inode_of("/proc/net/tcp", port), pid = 0;
	const struct dirent *e;
	bool found = false;
	DIR *d;

	if (inode == 0)
		inode = inode_of("/proc/net/tcp6", port);
	if (inode == 0 || (d = opendir("/proc")) == NULL)
		return 0;
	/* cppcheck-suppress readdirCalled */
	while (!found && (e = readdir(d)) != NULL) {
		found = text_number(span_of(e->d_name), 1, INT_MAX, &pid) &&
		    has(e->d_name, inode);
		if (found)
			read_name(name, e->d_name);
	}
	closedir(d);
	return found ? (pid_t)pid : 0;
}
