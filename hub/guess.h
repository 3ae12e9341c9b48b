/*
 * Guesses: how often somebody may try to sign in.
 *
 * Three buckets, each of which must have a try left: of the address, of the
 * name, and of all together (a try costs 80 ms of CPU that readers have to
 * wait for). A try that succeeds gives the first two back. Buckets fill again
 * with time; who comes when one is empty is told when to come back, and that
 * costs nothing.
 */
#ifndef ZQ_HUB_GUESS_H
#define ZQ_HUB_GUESS_H

#include <stdint.h>

#include "contrib/base/span.h"

#define GUESS_ADDRESS 20	/* tries of an address, one more each 30 s */
#define GUESS_NAME 10		/* … of a name, one more each 30 s */
#define GUESS_ALL 10		/* … of all, five more each second */

struct guesses;

struct guesses *guesses_new(void);
void guesses_free(struct guesses *g);

/* 0: go ahead, it is counted. Else seconds until there is a try again. */
unsigned guesses_try(struct guesses *g, struct span address,
    struct span name, int64_t now_mono);
void guesses_right(struct guesses *g, struct span address,
    struct span name);

#endif
