/*
 * Judging the settings at the top of hub.conf, where a type alone can't.
 */
#ifndef ZQ_HUB_CONFIG_JUDGE_H
#define ZQ_HUB_CONFIG_JUDGE_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "hub/config_set.h"

/* For config.c. why has a line, with that of the file, for each that is
 * wrong. */
void config_judge(const struct config *c, const char *path, struct buf *why);

/* Would two that listen at these, address:port, be in each other's way? */
bool config_is_one_place(const char *a, const char *b);
/* Is it an address as agents dial it, and can a certificate be made for it? */
bool config_is_dialled(const char *text);

#endif
