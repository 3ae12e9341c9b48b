/*
 * Silences: what an operator has said is not to be told for some time, of a
 * rule, of a site, or of both. What is silenced is noticed nevertheless, and
 * told when the silence ends if it is still so; and whoever was told that
 * something began is told its end also in a silence.
 */
#ifndef ZQ_HUB_SILENCE_H
#define ZQ_HUB_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"

struct silence {		/* spans live as a get's (db.h) */
	uint32_t number;
	struct span rule;	/* "": any */
	uint32_t site;		/* 0: any */
	int64_t from, until;	/* ms */
	struct span by, reason;
	bool lifted;		/* before its time; `until` is when */
};

bool silence_get(struct db_txn *t, uint32_t number, struct silence *s);
uint32_t silence_last(struct db_txn *t);	/* highest number; 0: none */
/* Newest first; those that hold now, or all. False: stop. */
typedef bool silence_fn(void *arg, const struct silence *s);
void silence_each(struct db_txn *t, int64_t now, bool all, silence_fn *each,
    void *arg);
/* Does one hold for this rule and this site? */
bool silence_covers(struct db_txn *t, struct span rule, uint32_t site,
    int64_t now);

/* For the acts' rules. */
void silence_put(struct db_txn *t, const struct silence *s, struct buf *row);

#endif
