/*
 * Guesses: how often somebody may try to sign in, so that nobody can guess a
 * password, and nobody can keep somebody else out by trying.
 *
 * An address has its tries, and all together have theirs (a try costs 80 ms
 * of CPU that readers have to wait for). A name is never barred: after some
 * failures its tries are only so far apart, a little farther each time, up to
 * some seconds. From where it has failed again and again that is counted
 * apart: a few addresses that go on guessing are slow among themselves, and
 * don't hold up who comes from another. And who has signed in from an address
 * before is counted there alone, whatever others try from elsewhere. A try that succeeds
 * is given back; all fill again with time. Who comes too soon is told when to
 * come back, and that costs nothing.
 */
#ifndef ZQ_HUB_GUESS_H
#define ZQ_HUB_GUESS_H

#include <stdint.h>

#include "contrib/base/span.h"

#define GUESS_ADDRESS 20	/* tries of an address, one more each 30 s */
#define GUESS_NAME 10		/* failures of a name, until it is slow; one
				 * is forgotten each 30 s */
#define GUESS_HERE 3		/* failures of a name from an address, until
				 * it is one of those that guess; one is
				 * forgotten each 5 minutes */
#define GUESS_DELAY 8		/* s, between two of its tries at most */
#define GUESS_KNOWN 10		/* tries of a name from where it has signed in
				 * before, one more each 3 s */
#define GUESS_ALL 10		/* … of all others, five more each second */

struct guesses;

struct guesses *guesses_new(void);
void guesses_free(struct guesses *g);

/* 0: go ahead, it is counted. Else seconds until there is a try again. */
unsigned guesses_try(struct guesses *g, struct span address,
    struct span name, int64_t now_mono);
/* It was the right password: from here this name is known from now on, while
 * the web part runs. */
void guesses_right(struct guesses *g, struct span address,
    struct span name);

#endif
