/*
 * The history of states: a row for each state that a site was in, since when
 * and why. It comes of acts {"do":"states"} of the monitor, and is kept for
 * HISTORY_DAYS; the hub itself is site 0.
 */
#ifndef ZQ_HUB_HISTORY_H
#define ZQ_HUB_HISTORY_H

#include "contrib/base/db.h"
#include "hub/act_read.h"
#include "hub/monitor_state.h"

#define HISTORY_DAYS 400
#define HISTORY_AHEAD (30 * INT64_C(86400000))	/* ms: rows so far in the
						 * future are a clock's
						 * fault */
#define HISTORY_ROWS 500	/* of one act */

struct history {
	int64_t at;		/* ms, hub time: judged; the key */
	int64_t since;		/* ms, hub time: it was so since then */
	enum monitor_state state;
	enum monitor_cause cause;
	enum monitor_inside inside;
	enum monitor_outside outside;
	bool flapping;
};

/* {"do":"states","rows":[[site, "state", at, since, "cause", inside, outside,
 * flapping], …]} */
act_read_fn history_act;

/* Newest first, from those judged before `before` (ms; CLOCK_NONE: all). */
typedef bool history_fn(void *arg, const struct history *h);
void history_each(struct db_txn *t, uint32_t site, int64_t before,
    history_fn *each, void *arg);
/* The state it is in, as far as the journal knows; false: none yet. */
bool history_last(struct db_txn *t, uint32_t site, struct history *h);

#endif
