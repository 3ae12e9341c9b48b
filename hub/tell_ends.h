/*
 * Moves that wait for a word: the domain that lacks its other end (move_say.h),
 * and what is contested. Nobody else hears of those yet; here both ends do, in
 * letters (LETTER_MOVE) that say what to run, or who decides:
 *
 *	whose move it is, and the site that has the new domain, if one has it:
 *	when it is announced (or announced for another day), TELL_ENDS_NEAR
 *	before its day, on the day, and when the word is there;
 *	of a contested one, both sites that say so.
 *
 * It waits for TELL_OWED_PAUSE first, so that what is taken back at once is
 * told to nobody; another day is told once a day at most; and of many moves
 * that are announced together TELL_ENDS_EACH are told one by one, the others
 * as a number.
 */
#ifndef ZQ_HUB_TELL_ENDS_H
#define ZQ_HUB_TELL_ENDS_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/group.h"
#include "hub/journal.h"
#include "hub/move.h"

#define TELL_ENDS_NEAR INT64_C(1209600000)	/* ms, 14 days: a letter from one
				 * office to another takes as long */
#define TELL_ENDS_AGAIN INT64_C(86400000)	/* ms: for another day, not
				 * sooner than that */
#define TELL_ENDS_EACH 5	/* letters to one site by one step */

/* A move has changed. */
void tell_ends_turn(struct group *g, const struct move *before,
    const struct move *now, int64_t at);

bool tell_ends_is_due(struct db_txn *t, int64_t now);
/* Tells of the moves that are due; how many they were. */
uint64_t tell_ends_step(struct group *g, const struct entry *e,
    uint64_t most);

#endif
