/*
 * The hold: a deletion is a statement, absence is not (R3).
 *
 * Paths that a scan missed are gathered here. When the scan is over they are
 * judged together: more than 50 of them and more than 10 % of all items, or
 * an empty root, and they wait until a person says what it means. Events
 * have an allowance of the same size per ten minutes; beyond it they leave
 * the matter to a scan.
 */
#ifndef ZQ_AGENT_HOLD_H
#define ZQ_AGENT_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOLD_ITEMS 50		/* both must be exceeded */
#define HOLD_PERCENT 10
#define HOLD_WINDOW 600000		/* ms, of the events' allowance */

struct hold {
	char **missing;		/* gathered since the last verdict */
	size_t count, room;
	uint64_t held;		/* how many wait for a person; 0: none */
	bool empty_root;	/* … because there was nothing at all */
	bool refused;		/* a person said: keep them */
	char *released;		/* the reason, if a person said: go on */
	int64_t window;		/* mono ms, start of the allowance's */
	uint64_t spent;		/* events' withdrawals in it */
};

enum hold_verdict {
	HOLD_NOTHING,		/* nothing is missing */
	HOLD_WITHDRAW,		/* few enough, or released */
	HOLD_WAIT,		/* a new or greater hold: say so */
	HOLD_STILL,		/* held before, or refused */
};

void hold_init(struct hold *h);
void hold_clear(struct hold *h);
void hold_miss(struct hold *h, const char *path);
void hold_forget(struct hold *h);	/* what was gathered */

/* items: all that the source has in the index. */
enum hold_verdict hold_judge(struct hold *h, uint64_t items,
    bool root_is_empty);

/* May an event withdraw one more? */
bool hold_allow(struct hold *h, uint64_t items);

bool hold_release(struct hold *h, const char *reason);
bool hold_refuse(struct hold *h);

#endif
