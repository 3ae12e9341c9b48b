/*
 * The part of hub.conf that is about watching: home pages, agents, what was
 * announced, and when trouble is one alert. Thresholds of the norms are here,
 * each with the notice that it stands in.
 */
#ifndef ZQ_HUB_CONFIG_WATCH_H
#define ZQ_HUB_CONFIG_WATCH_H

#include "contrib/base/buf.h"
#include "contrib/base/conf.h"
#include "hub/config_set.h"

/* For config.c: what the parser must know, and what a type can't judge. */
#define CONFIG_WATCH_DEFS 25
extern const struct conf_def config_watch_table[CONFIG_WATCH_DEFS];
void config_watch_judge(const struct config *c, const char *path,
    struct buf *why);

#endif
