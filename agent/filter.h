/*
 * The filter of a source: which paths below its root are told.
 *
 * Names that begin with a dot are not, but for .well-known; and in that the
 * domain's proof is for the hub's operator and no item. A pattern (as in
 * the shell, fnmatch(3)) without a slash is for names, one with a slash for
 * the path below the root; `*` does not match a slash.
 */
#ifndef ZQ_AGENT_FILTER_H
#define ZQ_AGENT_FILTER_H

#include <stdbool.h>

struct filter {			/* lists NULL-ended, the caller's */
	char *const *include, *const *exclude;
};

/* Is this path told, as far as its last name decides? A directory that is
 * not is not looked into. */
bool filter_takes(const struct filter *f, const char *path, bool is_dir);

/* The same for each directory on the way, too. */
bool filter_takes_all(const struct filter *f, const char *path);

#endif
