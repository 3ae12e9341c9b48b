/*
 * Politeness: who may be asked when.
 *
 * What waits to be asked stands in lanes, one for each registrable domain.
 * From a lane one goes at a time, and the next some seconds after that has
 * ended; and the same holds for each IP address, for many domains may live
 * on one machine. A server that says "come back in a minute" holds its lane
 * for so long. Lanes that are free take turns.
 *
 * Times are clock_mono()'s, given by the caller. Lanes that nobody waits for
 * are forgotten when their pause is over: memory is O(hosts being asked).
 */
#ifndef ZQ_HUB_POLITE_H
#define ZQ_HUB_POLITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "contrib/base/span.h"

struct polite;
struct polite_lane;

struct polite_item {		/* stands in what waits; zeroed at first */
	TAILQ_ENTRY(polite_item) entry;
	struct polite_lane *lane;	/* while it waits, or is being asked */
};

/* delay: ms between the end of one and the begin of the next; 0: none, and
 * then `abreast` may go at a time. */
struct polite *polite_new(uint32_t delay, unsigned abreast);
void polite_free(struct polite *p);	/* items are their owner's */

/* Waits in the lane of this name; in front: before all others there. */
void polite_put(struct polite *p, struct polite_item *item, struct span lane,
    bool in_front, int64_t now);
/* One that may go now, or NULL. polite_end() must follow. */
struct polite_item *polite_take(struct polite *p, int64_t now);
/* ms until polite_take() may have one; -1: not before something is put, or
 * ends. */
int64_t polite_wait(const struct polite *p, int64_t now);
/* ms until anything of its lane may go, while it waits there. */
int64_t polite_item_wait(const struct polite_item *item, int64_t now);
/* It was asked. pause: ms that the server asks for at least, or 0. */
void polite_end(struct polite *p, struct polite_item *item, int64_t now,
    int64_t pause);
/* It wasn't asked after all: it waits on, in front, for so many ms. */
void polite_again(struct polite *p, struct polite_item *item, int64_t now,
    int64_t wait);
/* Takes one out that waits behind more than `patience` ms; NULL: nobody. */
struct polite_item *polite_give_up(struct polite *p, int64_t now,
    int64_t patience);
size_t polite_waiting(const struct polite *p);
size_t polite_lanes(const struct polite *p);

/* May this address be connected to? Then it is busy until
 * polite_disconnect(); NULL: not before so many ms. */
struct polite_lane *polite_connect(struct polite *p, struct span address,
    int64_t now, int64_t *wait);
void polite_disconnect(struct polite *p, struct polite_lane *l, int64_t now,
    int64_t pause);

#endif
