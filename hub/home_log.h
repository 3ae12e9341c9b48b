/*
 * Looks on their way into the journal: many in one act, some seconds after
 * they were made; those that said something new at once, in the order in
 * which they were made. What may be the hub's own fault waits until that is
 * known.
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
/* … it isn't known yet whether it was the site that failed. */
void home_log_doubt(struct home_log *l, const struct home_seen *s,
    unsigned flags, json_t *news);
/* Now it is: it was the hub, or each its site. */
void home_log_settle(struct home_log *l, bool ours);
/* Is it time? Several times a second. */
void home_log_write(struct home_log *l);

#endif
