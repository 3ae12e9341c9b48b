/*
 * Listening sockets, made by the parent for parts that may not make any.
 */
#ifndef ZQ_HUB_LISTEN_H
#define ZQ_HUB_LISTEN_H

#include <stdbool.h>

#include "contrib/base/buf.h"

#define LISTEN_HOST 256
#define LISTEN_PORT 8

/* "host:port" or "[v6]:port". False: it is neither. */
bool listen_split(const char *address, char host[LISTEN_HOST],
    char port[LISTEN_PORT]);

/* A listening socket; `setting` is its name in hub.conf, for errors. Where
 * somebody has the port that may be waited for, some seconds. -1: why says what
 * is wrong and what to do. */
int listen_open(const char *setting, const char *address, struct buf *why);

#endif
