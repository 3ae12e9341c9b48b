/*
 * Looks on their way into the journal: many in one act, some seconds after
 * they were made; those that said something new at once, in the order in
 * which they were made.
 */
#ifndef ZQ_HUB_HOME_LOG_H
#define ZQ_HUB_HOME_LOG_H

#include <jansson.h>

#include "hub/home.h"
#include "hub/turn.h"

struct home_log;

struct home_log *home_log_new(struct turns *t);	/* keeps it */
void home_log_free(struct home_log *l);	/* what waits is dropped */
/* flags: as in home_act.h. news: {"do":"home",…}, is taken; or NULL. */
void home_log_add(struct home_log *l, const struct home_seen *s,
    unsigned flags, json_t *news);
/* Is it time? Several times a second. */
void home_log_write(struct home_log *l);

#endif
