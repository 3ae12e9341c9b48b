/*
 * Descriptors: what write(2) and rename(2) leave to their callers.
 */
#ifndef ZQ_BASE_FD_H
#define ZQ_BASE_FD_H

#include <stdbool.h>

#include "contrib/base/span.h"

/* All of it, however many writes it takes. False: errno. */
bool fd_write(int fd, struct span s);

/* A rename is durable when the directory is: the one that path stands in.
 * False: errno. */
bool fd_sync_dir_of(const char *path);

#endif
