/*
 * A look at what the settings name besides themselves, for `zqagentd -n`. None
 * of it keeps the daemon from starting: a disk may be mounted later, and a mail
 * is not the work.
 */
#ifndef ZQ_AGENT_CONFIG_LOOK_H
#define ZQ_AGENT_CONFIG_LOOK_H

#include "agent/config.h"
#include "contrib/base/buf.h"

/* A line for each thing that this user can't use as it is now; by, the file
 * that it stands in. What isn't given (config_read_anyway()) isn't looked
 * at. */
void config_look(const struct config *c, const char *by, struct buf *why);

#endif
