/*
 * The sandbox: what a part may still do once its set-up is done.
 *
 * No new privileges, no core of other users' data, Landlock for files (ABI
 * 1 and up) and a seccomp filter for the system calls of its job. Where the
 * kernel lacks one of them the part goes on without, and `got` says which it
 * got, for the log: "landlock=4 seccomp=on".
 */
#ifndef ZQ_BASE_SANDBOX_H
#define ZQ_BASE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#define SANDBOX_GOT_MAX 80

enum sandbox_may {
	SANDBOX_COMPUTE = 0,	/* read and write open descriptors, memory,
				 * poll, time; nothing else */
	SANDBOX_FILES = 1,	/* open files, where read and write allow */
	SANDBOX_ACCEPT = 2,	/* accept on sockets that are open */
	SANDBOX_CONNECT = 4,	/* make sockets and connect them */
	SANDBOX_CHILDREN = 8,	/* fork, for children that enter sandboxes of
				 * their own: no seccomp filter, they would
				 * inherit it before they can load what they
				 * need */
};

struct sandbox {
	unsigned may;			/* of enum sandbox_may */
	const char *const *read;	/* paths below which files may be
					 * read; NULL-ended or NULL */
	const char *const *write;	/* … read, written, made, removed */
};

/* For good. Never fails: says what it got. Built with a sanitizer the
 * seccomp part is left out (its runtime needs more) and `got` says so. */
void sandbox_enter(const struct sandbox *s, char got[SANDBOX_GOT_MAX]);

#endif
