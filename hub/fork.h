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
	int64_t since;		/* ms, hub time: first heard in this hub's
				 * life; 0: not known … */
	uint64_t order;		/* … and as which of all, from 1 */
};

struct fork_watch {
	struct fork_agent agent[2];	/* who spoke last, and the other */
	unsigned returns;
	int64_t since;		/* ms, mono: of the first return */
	uint64_t heard;		/* instances, so far */
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

/* Two with one key, in the order in which they were heard first. */
struct fork_pair {
	struct fork_agent agent[2];
	int speaker;		/* 1 or 2: whose word it was by which it was
				 * noticed */
};

/* Who speaks now, and whoever spoke last before it; if the watch knows no
 * other one, then `before`, of which the journal knows no address. */
void fork_pair(struct fork_pair *p, const struct fork_watch *w,
    const struct fork_word *f, uint64_t before);
/* These two. */
void fork_order(struct fork_pair *p, const struct fork_agent *other,
    const struct fork_agent *speaker);

/* The act that holds the site; cause is one of answer.h. */
void fork_act(struct acts *acts, uint32_t site, const char *cause,
    uint64_t seq, const struct fork_pair *p);

/* One of two, as people are told of it. */
struct fork_side {
	uint64_t instance;	/* 0: not known */
	const char *address;	/* "": not known */
	int64_t since;		/* ms; 0: not known */
};

#define FORK_NAME 5

/* The last four hex digits of an instance, which name it; "" for 0. */
const char *fork_name(char out[FORK_NAME], uint64_t instance);
/* " (agent 3fa2, since 2026-11-22 03:02:03 +08:00)", what of it is known. */
void fork_put_side(struct buf *b, const struct fork_side *s);
/* What to do about it, for people: who the two are, and the command. */
void fork_advice(struct buf *b, const char *code,
    const struct fork_side side[2]);
struct fork_side fork_side(const struct fork_agent *a);
/* The same, for the log. */
void fork_say(const char *code, const char *cause,
    const struct fork_pair *p);
/* As text, cut to fit; out. */
const char *fork_address(char out[FORK_ADDRESS], struct span address);
/* Are these (host:port) on one host? */
bool fork_same_host(struct span a, struct span b);
/* Without the port. */
struct span fork_host(struct span address);

#endif
