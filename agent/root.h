/*
 * A document root, and the way into it that leads nowhere else.
 *
 * Every path below it is opened with openat2(RESOLVE_BENEATH): links inside
 * the root are followed, those that leave it are refused, and so is what a
 * rename does meanwhile. The root itself may be a link; root_moved() tells
 * when it leads to another directory than the one that is open.
 *
 * Nobody waits for a file system that doesn't answer (mounts.h): what is there
 * can't be looked at for now, and opening it fails with ETIMEDOUT.
 */
#ifndef ZQ_AGENT_ROOT_H
#define ZQ_AGENT_ROOT_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct root {
	const char *path;	/* the caller's */
	char *real;		/* the same without links, while it is open */
	int fd;			/* -1: not open */
	dev_t device;
	ino_t inode;
};

/* 0 or errno; may be called again. */
int root_open(struct root *r, const char *path);
void root_close(struct root *r);
/* Does the path lead to another directory now, or to none? */
bool root_moved(const struct root *r);

/* Is there anybody at this path ("" is the root) who answers? If not,
 * ETIMEDOUT is in errno, and nobody should look there. The other functions ask
 * by themselves. */
bool root_answers(const struct root *r, const char *path);

enum root_found {
	ROOT_FILE, ROOT_DIR,
	ROOT_OTHER,	/* a device, a pipe, a socket */
	ROOT_GONE,	/* nothing there */
	ROOT_OUTSIDE,	/* a link that leaves the root, or goes in circles */
	ROOT_HIDDEN,	/* there may be something, but we may not look */
};

/* What is at the path ("" is the root)? Follows links inside. */
enum root_found root_look(const struct root *r, const char *path,
    struct stat *st);
/* Is a link at the path itself? What it says. */
bool root_read_link(const struct root *r, const char *path,
    char words[PATH_MAX]);
/* Opens a directory or a file to read; -1 and errno. A file that turns out
 * to be none is not read from: ask fstat(). */
int root_open_dir(const struct root *r, const char *path);
int root_open_file(const struct root *r, const char *path);

/* Has somebody this file open for writing? Only its owner or root can ask;
 * for others the answer is no. */
bool root_is_written_to(int fd);

#endif
