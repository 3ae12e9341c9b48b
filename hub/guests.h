/*
 * Guests: what the core remembers of each site while it runs, and could do
 * without: where it last spoke from, what the log has said of it already.
 * What must outlast a restart is in the journal.
 */
#ifndef ZQ_HUB_GUESTS_H
#define ZQ_HUB_GUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/fork.h"
#include "hub/heir.h"

enum guest_want {	/* bits: words of an answer's `want` (answer.h) */
	GUEST_PROVE = 1, GUEST_RETELL = 2, GUEST_RENEW = 4,
};

enum guest_skew { SKEW_NONE, SKEW_NOTED, SKEW_WARNED };

struct guest {
	struct fork_watch watch;
	enum guest_skew skew;
	/* Places of acts that may not be in the view yet; 0: none. */
	uint64_t fork;		/* that holds it */
	uint64_t heir, anew, settled;	/* steps of a settle */
	uint64_t gate;		/* that closed the gate */
	uint64_t confirmed;	/* the letter that it, or an act on its way
				 * into the view, has confirmed */
	bool settling;		/* one of two was kept, and isn't through … */
	struct heir heirs;	/* … and who was heard since */
	unsigned polls;		/* being held */
	unsigned want;		/* of it, now … */
	unsigned told;		/* … and what of that a letters' answer has
				 * said: a poll isn't ended twice for it */
	int64_t compared;	/* ms, mono: when its index was; 0: not yet … */
	bool same;		/* … and that was the outcome */
	unsigned begun;		/* since then, comparisons that came to no
				 * end … */
	int64_t begun_at;	/* … the last of them, ms, mono */
};

struct guests {
	struct guest **at;	/* by site number */
	uint32_t count;
};

void guests_init(struct guests *g);
void guests_clear(struct guests *g);

/* Only for sites that the view knows: memory grows to the highest number. */
struct guest *guests_get(struct guests *g, uint32_t site);

/* Compares clocks (ms, site minus hub) and logs when it gets better or
 * worse (R22): over 5 s is noted, over 60 s is a warning. */
void guests_skew(struct guest *g, const char *code, int64_t skew);

/* From now on it is wanted, and to be said at once (letters_look()); or not
 * any more. Bits of enum guest_want. */
void guests_want(struct guest *g, unsigned want);
void guests_unwant(struct guest *g, unsigned want);
/* The words for an answer, a constant. */
struct span guests_wanted(const struct guest *g);
struct span guests_words(unsigned want);

#endif
