/*
 * The hold: a deletion is a statement, absence is not (R3).
 *
 * What a scan missed, or a burst of events said, is judged together: more
 * than 50 items and more than 10 % of all, or all of them, or an empty root,
 * and they wait until a person says what it means. What was withdrawn in the
 * ten minutes before counts as well, so that a slow loss is a loss, too.
 */
#ifndef ZQ_AGENT_HOLD_H
#define ZQ_AGENT_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOLD_ITEMS 50		/* both must be exceeded */
#define HOLD_PERCENT 10
#define HOLD_WINDOW 600000		/* ms that withdrawals are remembered */

struct hold {
	uint64_t held;		/* how many wait for a person; 0: none */
	bool empty_root;	/* … because there was nothing at all */
	bool refused;		/* a person said: keep them */
	char *released;		/* the reason, if a person said: go on */
	int64_t window;		/* mono ms, when it began */
	uint64_t spent;		/* withdrawals in it */
};

enum hold_verdict {
	HOLD_NOTHING,		/* nothing is missing */
	HOLD_WITHDRAW,		/* few enough, or released */
	HOLD_WAIT,		/* a new or greater hold: say so */
	HOLD_STILL,		/* held before, or refused */
};

void hold_init(struct hold *h);
void hold_clear(struct hold *h);	/* takes a release back */

/* A scan misses n of the items that the source has in the index: that is all
 * that is missing. */
enum hold_verdict hold_scan(struct hold *h, uint64_t n, uint64_t items,
    bool root_is_empty);
/* Events say that n are gone: more may be missing, and is held already. */
enum hold_verdict hold_burst(struct hold *h, uint64_t n, uint64_t items);

bool hold_release(struct hold *h, const char *reason);
bool hold_refuse(struct hold *h);

#endif
