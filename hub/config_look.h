/*
 * A look at what the settings name besides themselves: secrets, programs,
 * certificates, places to write to. For `zqhubd -n`, before it is needed: the
 * daemon starts without them, and says then what it can't do.
 */
#ifndef ZQ_HUB_CONFIG_LOOK_H
#define ZQ_HUB_CONFIG_LOOK_H

#include "hub/config.h"

/* path: of the settings. False: why has a line for each thing that this
 * user (the effective one) can't use. */
bool config_look(const struct config *c, const char *path, struct buf *why);

#endif
