/*
 * A directory for a test, and its end.
 */
#ifndef ZQ_TESTS_SCRATCH_H
#define ZQ_TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

static inline int
scratch_remove_one(const char *path, const struct stat *st, int type,
    struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

/* All below dir, and dir; 0, or -1 if something stays. */
static inline int
scratch_remove(const char *dir)
{
	return nftw(dir, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
