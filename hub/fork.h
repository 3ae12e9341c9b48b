/*
 * Fork: two agents that speak with one key (R4), a cloned machine or one
 * restored from a backup.
 *
 * A watch remembers the last two instances of a site's agent (each start of
 * its process is one) and notices when they take turns: a restart goes from
 * one to the next and never back. What a dead process had sent may come back,
 * held up or repeated by a proxy: so only words that are live count, by the
 * agent's own clock, and it takes three returns within ten minutes. The watch
 * is kept in memory only, for the journal knows the other two signs: numbers
 * that went back, and a number with other content.
 */
#ifndef ZQ_HUB_FORK_H
#define ZQ_HUB_FORK_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/acts.h"

#define FORK_ADDRESS 64
#define FORK_WINDOW 600000	/* ms */
#define FORK_RETURNS 3

struct fork_agent {
	uint64_t instance;	/* 0: nobody yet, or it names none */
	char address[FORK_ADDRESS];	/* "" until it speaks */
	int64_t seen;		/* ms, mono */
	int64_t now;		/* ms, its clock then */
	bool live;		/* that was no late word */
};

struct fork_watch {
	struct fork_agent agent[2];	/* who spoke last, and the other */
	unsigned returns;
	int64_t since;		/* ms, mono: of the first return */
};

/* Who speaks now. */
struct fork_word {
	uint64_t instance;
	struct span address;
	int64_t now;		/* ms, its clock */
};

/* Are these two agents, if this one speaks now? Changes nothing. */
bool fork_turns(const struct fork_watch *w, const struct fork_word *f,
    int64_t mono);
void fork_seen(struct fork_watch *w, const struct fork_word *f,
    int64_t mono);
/* Who else than this one has spoken? */
const struct fork_agent *fork_other(const struct fork_watch *w,
    uint64_t instance);

/* The act that holds the site; cause is one of answer.h. */
void fork_act(struct acts *acts, uint32_t site, const char *cause,
    uint64_t seq, const struct fork_agent *before,
    const struct fork_word *now);

/* What to do about it, for people: both addresses, and the command. */
void fork_advice(struct buf *b, const char *code, const char *before,
    const char *now);
/* The same, for the log. */
void fork_say(const char *code, const char *cause,
    const struct fork_agent *before, const struct fork_word *now);
/* As text, cut to fit; out. */
const char *fork_address(char out[FORK_ADDRESS], struct span address);
/* Are these (host:port) on one host? */
bool fork_same_host(struct span a, struct span b);
/* Without the port. */
struct span fork_host(struct span address);

#endif
