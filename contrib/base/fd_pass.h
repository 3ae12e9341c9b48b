/*
 * Descriptors handed to another process, over a local socket (SCM_RIGHTS).
 *
 * They travel with at least one byte of a message, and together: who receives
 * a message has all of its descriptors, or none and is told so.
 */
#ifndef ZQ_BASE_FD_PASS_H
#define ZQ_BASE_FD_PASS_H

#include <stddef.h>
#include <sys/types.h>

#include "contrib/base/span.h"

#define FD_PASS_MOST 4		/* descriptors of one message */

/* Sends s (not empty) with fd[0…count-1], which stay open here; flags are
 * sendmsg(2)'s, and so is what is returned. Goes on after a signal. */
ssize_t fd_pass_send(int to, struct span s, const int *fd, size_t count,
    int flags);

/* The bytes that came, as recvmsg(2) has it; goes on after a signal. fd gets
 * the descriptors (closed on exec) if there are just count of them, and is -1
 * throughout otherwise. */
ssize_t fd_pass_receive(int from, void *to, size_t room, int *fd,
    size_t count);

#endif
