/*
 * Welcome: may this peer speak for its site, now?
 *
 * Not if the site is retired, blocked or in quarantine, nor with another key
 * than the one it enrolled with, nor as the copy that a settle dropped. Each
 * refusal has a cause (protocol/answer.h), by which the agent knows what
 * kind of no it is, and a sentence with what to do, for its people.
 */
#ifndef ZQ_HUB_WELCOME_H
#define ZQ_HUB_WELCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/frame.h"
#include "hub/view.h"
#include "protocol/answer.h"

struct welcome {
	struct view_site site;	/* number 0: there is no such one */
	/* of a refusal: */
	enum verdict verdict;
	const char *cause;
	struct buf why;
};

void welcome_init(struct welcome *w);
void welcome_clear(struct welcome *w);

/* May it ask for letters? instance: of the agent's process; 0: not told. */
bool welcome_peer(struct welcome *w, struct view *v,
    const struct frame_peer *p, uint64_t instance);
/* May it tell of changes, and compare? Not while the site is forked. */
bool welcome_speaker(struct welcome *w, struct view *v,
    const struct frame_peer *p, uint64_t instance);

/* Who the two of a forked site are, and the command that settles it. */
void welcome_fork_advice(struct buf *b, const struct view_site *s);
/* It is the copy of an agent that was kept. */
void welcome_refuse_copy(struct welcome *w);

/* Is this refused whatever the key, and the cause of that? The edge can say
 * so itself. NULL: no. */
const char *welcome_closed(const struct view_site *s, struct buf *why);

#endif
