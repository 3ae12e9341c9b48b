/*
 * The hold: a deletion is a statement, absence is not (R3).
 *
 * What a scan missed, or a burst of events said, is judged together: more
 * than 50 items and more than 10 % of all (both can be set), or all of them,
 * or an empty root, and they wait until a person says what it means. What was
 * withdrawn in the ten minutes before counts as well, so that a slow loss is
 * a loss, too. What is light (told a moment ago, or the same file has another
 * name) goes or stays with the rest, and counts only if nothing would be left.
 */
#ifndef ZQ_AGENT_HOLD_H
#define ZQ_AGENT_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "protocol/wire.h"

#define HOLD_ITEMS 50		/* the presets; both must be exceeded */
#define HOLD_PERCENT 10
#define HOLD_WINDOW 600000		/* ms that withdrawals are remembered */

struct hold_word {		/* what a person says, and who it is */
	char *reason, *by;	/* NULL: nothing was said */
};

struct hold {
	uint64_t items_most, percent_most;
	uint64_t held;		/* how many wait for a person; 0: none */
	bool empty_root;	/* … because there was nothing at all */
	bool refused;		/* a person said: keep them */
	struct hold_word word;	/* of the refusal */
	struct hold_word released;	/* … or of: go on, for one scan */
	int64_t window;		/* mono ms, when it began */
	uint64_t spent;		/* withdrawals in it */
};

enum hold_verdict {
	HOLD_NOTHING,		/* nothing is missing */
	HOLD_WITHDRAW,		/* few enough, or released */
	HOLD_WAIT,		/* a new or greater hold: say so */
	HOLD_STILL,		/* held before, or refused */
};

void hold_init(struct hold *h, uint64_t items, uint64_t percent);
void hold_free(struct hold *h);		/* all that it has */
void hold_clear(struct hold *h);	/* takes a release back */

struct hold_count {
	uint64_t missing;
	uint64_t light;		/* … of those: no loss, unless all go */
	uint64_t items;		/* that the source has in the index */
};

/* Are these too many to go without a word? Then they are with more of them,
 * however light the others are: who counts may ask meanwhile, and end there. */
bool hold_is_many(const struct hold *h, const struct hold_count *n);

/* What a scan misses: that is all that is missing. */
enum hold_verdict hold_scan(struct hold *h, const struct hold_count *n,
    bool root_is_empty);
/* Events say that they are gone: more may be missing, and is held already. */
enum hold_verdict hold_burst(struct hold *h, const struct hold_count *n);

/* False: nothing is held. The words are copied. */
bool hold_release(struct hold *h, const char *reason, const char *by);
bool hold_refuse(struct hold *h, const char *reason, const char *by);

/* What must outlive the process: what is held, and what was said of it. It is
 * the end of a row; an older one has no words. */
void hold_write(struct buf *b, const struct hold *h);
void hold_read(struct reader *r, struct hold *h);

/* How many wait for a person now. */
uint64_t hold_waiting(const struct hold *h);

#endif
