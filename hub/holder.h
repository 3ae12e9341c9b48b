/*
 * Who has a TCP port of this machine: for who wanted it, and for people. As
 * far as /proc says it, which tells root of everybody, and others of what runs
 * as the same user.
 */
#ifndef ZQ_HUB_HOLDER_H
#define ZQ_HUB_HOLDER_H

#include <stdint.h>
#include <sys/types.h>

#define HOLDER_NAME 32		/* the kernel cuts names, to 15 bytes */

/* A process that listens at it, and what it is called; 0: none is known. */
pid_t holder_of_port(uint16_t port, char name[HOLDER_NAME]);

#endif
