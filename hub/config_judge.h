/*
 * Judging the settings at the top of hub.conf, where a type alone can't.
 */
#ifndef ZQ_HUB_CONFIG_JUDGE_H
#define ZQ_HUB_CONFIG_JUDGE_H

#include "contrib/base/buf.h"
#include "hub/config_set.h"

/* For config.c. why has a line, with that of the file, for each that is
 * wrong. */
void config_judge(const struct config *c, const char *path, struct buf *why);

#endif
