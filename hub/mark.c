/*
 * The mark file: "VERSION closed", "VERSION open BOOT-ID" or "VERSION
 * damaged"; see mark.h.
 */
#include "hub/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define LINE_MAX_ 128
#define PATH_MAX_ 1100

static bool
read_line(const char *path, char line[LINE_MAX_])
{
	FILE *f = fopen(path, "re");
	bool good = f != NULL && fgets(line, LINE_MAX_, f) != NULL;

	if (f != NULL)
		fclose(f);
	if (!good)
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return good;
}

enum mark
mark_read(const char *dir, unsigned version)
{
	char path[PATH_MAX_], line[LINE_MAX_], boot[LINE_MAX_];
	char closed[LINE_MAX_], open[2 * LINE_MAX_];

	snprintf(path, sizeof(path), "%s/mark", dir);
	if (!read_line(path, line))
		return MARK_NONE;
	read_line(BOOT_ID, boot);
	snprintf(closed, sizeof(closed), "%u closed", version);
	snprintf(open, sizeof(open), "%u open %s", version, boot);
	if (strcmp(line, closed) == 0 ||
	    (boot[0] != '\0' && strcmp(line, open) == 0))
		return MARK_GOOD;
	snprintf(open, sizeof(open), "%u damaged", version);
	if (strcmp(line, open) == 0)
		return MARK_DAMAGED;
	snprintf(open, sizeof(open), "%u ", version);
	return strncmp(line, open, strlen(open)) == 0 ? MARK_TORN :
	    MARK_OTHER_VERSION;
}

static bool
write_line(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t n = strlen(line);
	bool good;

	if (fd < 0)
		return false;
	good = write(fd, line, n) == (ssize_t)n && fsync(fd) == 0;
	return close(fd) == 0 && good;
}

/* Then it isn't written again: there may be no room for that. */
static bool
says(const char *path, const char *line)
{
	char now[LINE_MAX_];

	return read_line(path, now) && strlen(line) == strlen(now) + 1 &&
	    strncmp(now, line, strlen(now)) == 0;
}

static bool
sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/* Into the blocks that the file has: a disk that is full has no others. What
 * a crash leaves in between is no mark, or one of another version. */
static bool
write_over(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(line);
	bool good;

	if (fd < 0)
		return false;
	good = pwrite(fd, line, n, 0) == (ssize_t)n &&
	    ftruncate(fd, (off_t)n) == 0 && fsync(fd) == 0;
	return close(fd) == 0 && good;
}

static bool
put(const char *dir, const char *line)
{
	char path[PATH_MAX_], fresh[PATH_MAX_ + 8];
	int e;

	snprintf(path, sizeof(path), "%s/mark", dir);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	if (says(path, line) || (write_line(fresh, line) &&
	    rename(fresh, path) == 0 && sync_dir(dir)))
		return true;
	e = errno;
	unlink(fresh);
	if ((e == ENOSPC || e == EDQUOT) && write_over(path, line))
		return true;
	errno = e;
	return false;
}

bool
mark_write(const char *dir, unsigned version, bool closed)
{
	char line[2 * LINE_MAX_], boot[LINE_MAX_];

	read_line(BOOT_ID, boot);
	if (closed)
		snprintf(line, sizeof(line), "%u closed\n", version);
	else
		snprintf(line, sizeof(line), "%u open %s\n", version, boot);
	return put(dir, line);
}

bool
mark_damage(const char *dir, unsigned version)
{
	char line[LINE_MAX_];

	snprintf(line, sizeof(line), "%u damaged\n", version);
	return put(dir, line);
}
