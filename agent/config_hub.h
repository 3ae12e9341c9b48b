/*
 * agent.conf after an enrolment: the hub's address, and the proxy on the way
 * to it, in the file that is there, or in a new one. Whatever else stands in
 * it stays: sources, comments, its mode.
 */
#ifndef ZQ_AGENT_CONFIG_HUB_H
#define ZQ_AGENT_CONFIG_HUB_H

#include <stdbool.h>

#include "contrib/base/buf.h"

/* Can it be done, as far as reading goes? Asked before a ticket is used up.
 * False: why says. */
bool config_hub_can(const char *path, struct buf *why);
/* proxy: NULL if it stays as it is. False: why says. */
bool config_hub_set(const char *path, const char *hub, const char *proxy,
    struct buf *why);

#endif
