/*
 * For fuzz targets: a directory of their own, and files in it. See viewkit.h
 * for a view.
 */
#ifndef ZQ_TESTS_FUZZKIT_H
#define ZQ_TESTS_FUZZKIT_H

#include <ftw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/span.h"

#define FUZZ_MOST (UINT64_C(1) << 30)	/* bytes of a store */
#define FUZZ_NOW INT64_C(1795000000000)	/* ms, 2026-11-18 */

static char fuzz_dir[64];

static inline int
fuzz_remove_one(const char *path, const struct stat *st, int kind,
    struct FTW *f)
{
	(void)st, (void)kind, (void)f;
	return remove(path);
}

static inline void
fuzz_dir_remove(void)
{
	nftw(fuzz_dir, fuzz_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* In memory, where an fsync costs nothing, if there is such a place. Goes when
 * the program ends, after what is registered later. */
static inline void
fuzz_dir_make(void)
{
	snprintf(fuzz_dir, sizeof(fuzz_dir), "%s/zq-fuzz-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	must(mkdtemp(fuzz_dir) != NULL);
	atexit(fuzz_dir_remove);
}

static inline void
fuzz_put(const char *name, const void *at, size_t n)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", fuzz_dir, name);
	f = fopen(path, "w");
	must(f != NULL && fwrite(at, 1, n, f) == n && fclose(f) == 0);
}

/* Connected to the socket of that name, of who is tried. */
static inline int
fuzz_call(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	must((size_t)snprintf(a.sun_path, sizeof(a.sun_path), "%s/%s",
	    fuzz_dir, name) < sizeof(a.sun_path));
	must(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	return fd;
}

/* Takes a line off; the last may lack its end. False: there is none. */
static inline bool
fuzz_line(struct span *rest, struct span *line)
{
	const char *end = rest->n > 0 ? memchr(rest->at, '\n', rest->n) :
	    NULL;

	*line = *rest;
	if (rest->n == 0)
		return false;
	line->n = end != NULL ? (size_t)(end - rest->at) : rest->n;
	rest->n -= end != NULL ? line->n + 1 : rest->n;
	rest->at += end != NULL ? line->n + 1 : line->n;
	return true;
}

#endif
