/*
 * Turns: whoever judges by the newest view and then acts on the judgement
 * (an enrolment, an operator's command) does so alone.
 *
 * A turn begins when the acts of all turns before it are in the view, so two
 * of them can't give one ticket, one number or one domain away twice. In it,
 * one calls turn_write() or turn_end(), at once or later; what was written
 * is durable and shown when `written` is called, and then the turn is over.
 */
#ifndef ZQ_HUB_TURN_H
#define ZQ_HUB_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/acts.h"
#include "hub/pending.h"
#include "hub/show.h"

struct turns;

typedef void turn_begin_fn(void *arg);
/* good: durable and shown; else the disk is full and nothing happened. */
typedef void turn_written_fn(void *arg, bool good);

/* Keeps all of them. There is new work in `pending` when on_work is called. */
struct turns *turns_new(struct pending_queue *pending, struct show *show,
    void (*on_work)(void *arg), void *arg);
void turns_free(struct turns *t);	/* nobody is called */

/* Asks for a turn; begin is called now or later. arg is the one who asks. */
void turn_ask(struct turns *t, turn_begin_fn *begin,
    turn_written_fn *written, void *arg);
/* By whose turn it is. Takes what is in acts: more may be put there at once. */
void turn_write(struct turns *t, struct acts *acts);
void turn_end(struct turns *t);
/* What it wrote is durable, and not shown yet? */
bool turn_is_durable(const struct turns *t);
/* Can what is written now not be shown, for the disk is full? */
bool turn_is_stuck(const struct turns *t);

#endif
