/* See spare.h. The files are replaced by renaming, so another name keeps what
 * was in them. The key is the last but one that is replaced, and what follows
 * it identity_mend() can do by itself: as long as both names lead to one key,
 * the new identity isn't there. */
#include "agent/spare.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/keep.h"

static const char *const names[] = { "key.pem", "cert.pem", "ca.pem" };
#define NAMES (sizeof(names) / sizeof(names[0]))

struct pair {
	char now[KEEP_PATH_MAX], old[KEEP_PATH_MAX];
};

/* A path that is too long has no files. */
static struct pair
pair_of(const char *dir, const char *name)
{
	struct pair p;

	snprintf(p.now, sizeof(p.now), "%s/%s", dir, name);
	snprintf(p.old, sizeof(p.old), "%s/%s.old", dir, name);
	return p;
}

bool
spare_keep(const char *dir, struct buf *why)
{
	for (size_t i = 0; i < NAMES; i++) {
		struct pair p = pair_of(dir, names[i]);

		(void)unlink(p.old);
		if (link(p.now, p.old) == 0 || errno == ENOENT)
			continue;
		buf_printf(why, "%s: %s", p.old, strerror(errno));
		spare_drop(dir);
		return false;
	}
	return true;
}

void
spare_put_back(const char *dir)
{
	struct buf quiet;

	buf_init(&quiet, 4096);
	for (size_t i = NAMES; i-- > 0;) {
		struct pair p = pair_of(dir, names[i]);

		if (access(p.old, F_OK) == 0)
			(void)keep_move(p.old, p.now, &quiet);
		/* Two names of one file: renaming does nothing then. */
		(void)unlink(p.old);
	}
	buf_clear(&quiet);
}

void
spare_drop(const char *dir)
{
	for (size_t i = 0; i < NAMES; i++)
		(void)unlink(pair_of(dir, names[i]).old);
}

void
spare_settle(const char *dir)
{
	struct pair key = pair_of(dir, names[0]);
	struct stat now, old;

	if (stat(key.old, &old) != 0)
		spare_drop(dir);	/* put back as far as the key */
	else if (stat(key.now, &now) != 0 || now.st_ino == old.st_ino)
		spare_put_back(dir);
	else
		spare_drop(dir);
}
