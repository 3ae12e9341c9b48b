/*
 * A hand: a small process that runs commands for one that may not.
 *
 * It is forked early, before sandboxes and secrets, and knows from the
 * beginning which commands there are: words from the settings, run without a
 * shell. Whoever asks can only say which of them, and what it gets to read.
 * They run one after the other, each no longer than its time, with a clean
 * environment; what they print is looked at, a little of it. The hand ends
 * with who made it, and with it the command that runs.
 */
#ifndef ZQ_BASE_HAND_H
#define ZQ_BASE_HAND_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"

#define HAND_COMMANDS_MAX 8
#define HAND_SAID_MAX 1024	/* bytes of what a command printed */

struct hand_command {
	char *const *argv;	/* NULL-ended; argv[0] is a whole path. NULL:
				 * there is no such command */
	uint32_t timeout;	/* ms; then it is killed, and its children */
};

struct hand;

/* Forks at once. dir: where commands begin. */
struct hand *hand_new(const struct hand_command *commands, size_t count,
    const char *dir);
/* Answers come through this loop; before that, questions wait. */
void hand_attach(struct hand *h, struct event_base *base);
void hand_free(struct hand *h);

/* status: as of wait(2), or -1 if it could not be run; said lives until the
 * callback returns. */
typedef void hand_done_fn(void *arg, int status, struct span said);

bool hand_has(const struct hand *h, size_t command);
/* Runs it with these bytes to read (copied). False: there is no such command,
 * or no memory for the bytes; done is not called. */
bool hand_run(struct hand *h, size_t command, struct span input,
    hand_done_fn *done, void *arg);

/* "exit status 3", "signal 9": a constant's or a static's. */
const char *hand_status_text(int status);

#endif
