/*
 * The roll: who is watched, by what, and what was announced of whom. Read in
 * the view every now and then, and told to the monitor.
 */
#ifndef ZQ_HUB_MONITOR_ROLL_H
#define ZQ_HUB_MONITOR_ROLL_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/monitor.h"

struct monitor_roll {
	uint32_t *announced;	/* sites that a window was told of */
	uint32_t count, room;
	uint32_t last;		/* the highest site that was watched */
};

void monitor_roll_init(struct monitor_roll *r);
void monitor_roll_clear(struct monitor_roll *r);

/* homes: home pages are looked at. Returns whether a notice has run out and
 * an act has to say so (act_notice.h). */
bool monitor_roll_call(struct monitor_roll *r, struct db_txn *t,
    struct monitor *m, bool homes, int64_t now);
/* Of one site, of which something is seen or heard before that. */
void monitor_roll_one(struct monitor_roll *r, struct db_txn *t,
    struct monitor *m, bool homes, uint32_t site, int64_t now);

#endif
