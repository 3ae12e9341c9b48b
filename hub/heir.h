/*
 * Heir: an agent that speaks as the one that a settle kept, but as another
 * process.
 *
 * Of two agents one was kept, and is to begin anew; then somebody speaks that
 * is neither of the two. It may be the kept one after a restart, or the copy.
 * It is the kept one if only its machine has that address; or if, for a
 * minute, nobody else was heard: not the kept one, which would have asked for
 * letters by then, and since the settle neither the dropped one nor another.
 * In all other cases people are asked again. What is remembered of this is
 * kept in memory only: a hub that starts again waits its minute again.
 */
#ifndef ZQ_HUB_HEIR_H
#define ZQ_HUB_HEIR_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/fork.h"
#include "hub/view.h"

#define HEIR_QUIET 60000	/* ms; an agent asks for letters within 50 s */

struct heir {
	uint64_t of[2];		/* the settle: the instances, by number … */
	uint8_t kept;		/* … and which was kept; 0: none yet */
	int64_t quiet;		/* ms, mono: when that one last spoke, or when
				 * it was settled */
	bool heard;		/* … and it has spoken since then */
	bool turns;		/* … also after another one had */
	struct fork_agent dropped;	/* if it has spoken since; address "" */
	struct fork_agent other[2];	/* who are neither … */
	unsigned others;
};

enum heir_step {
	HEIR_WAITS,		/* nobody knows yet */
	HEIR_GOES_ON,		/* it is the kept one */
	HEIR_IN_DOUBT,		/* ask people again */
};

/* One of two is kept from now on. */
void heir_begin(struct heir *h);
/* This one speaks for a site of which one of two is kept. */
void heir_heard(struct heir *h, const struct view_site *s,
    const struct fork_word *f, int64_t mono);
/* It was heard, is neither of the two, and is to begin anew or not. */
enum heir_step heir_step(const struct heir *h, const struct view_site *s,
    const struct fork_word *f, int64_t mono);
/* Which two are in doubt. */
void heir_pair(const struct heir *h, const struct view_site *s,
    const struct fork_word *f, struct fork_pair *p);

/* Is it where only the copy is? */
bool heir_is_at_copy(const struct view_site *s, struct span address);

#endif
