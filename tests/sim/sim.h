/*
 * The simulator's world: one seed, one stepped clock, and the parts that
 * live in it (a hub, some agents). What happens in a run is decided by its
 * seed alone.
 *
 * Agent and hub have modules of the same names, so they are linked apart:
 * agent.h is what the agents' side shows, hub.h what the hub's shows, and
 * what both stand on (this file, loop.h, disk.h, wire.h) knows neither.
 */
#ifndef ZQ_SIM_SIM_H
#define ZQ_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_PATH 256
#define SIM_LOOK 800		/* events, unless -e says otherwise */

struct event_base;

/* A program that runs in the world, dies and is started again. */
struct part {
	char name[16];
	char dir[SIM_PATH];
	struct event_base *base;	/* its loop; lives as long as it */
	int64_t wall, mono;	/* ms, its clocks minus the world's */
	bool up;
	bool dead;		/* killed in the middle of a step: nothing
				 * that it does any more is seen */
	void (*bury)(struct part *p);	/* … when the step is over */

	/* of an agent: who its certificate says it is */
	uint32_t site;
	uint32_t key;
	char address[32];
	/* it is called once, when a batch of it is at the hub's door; NULL */
	void (*on_batch)(struct part *p);
	bool wants_key;		/* the hub wants it to have another key */
	bool dropped;		/* the hub has told it that it is a copy, so
				 * it asks no more until it is started again */

	/* its disk; see disk.h */
	bool full;
	unsigned kill_in;	/* commits until it is killed; 0: not */
	bool kill_before;	/* … before the commit, else after it */
	uint64_t commits;
	uint64_t writes, shown;	/* of these: that wrote, and into a view */
};

enum rule {			/* of links, and what is told about them */
	RULE_GRAPH,		/* the hub's graph is that of the pages */
	RULE_TOLD,		/* who links to what is not there was told */
	RULE_DONE,		/* … and what is mended is done with */
	RULE_CLOCK,		/* … also when the hub's clock was put back
				 * behind the time of what has taken effect */
	RULE_CHAIN,		/* … also once moves have met */
	RULE_MAP,		/* owners' redirects, by the map they hold */
	RULE_MAIL,		/* letters, as agents have them */
	RULE_COUNT
};

struct sim {
	uint64_t seed;
	uint64_t dice;
	int64_t now;		/* ms since the run began */
	uint64_t step;
	bool calm;		/* the faults are over */
	bool steady;		/* no clock is ever wrong */
	bool domains;		/* sites may change theirs */
	bool early;		/* the hub's clock was put back */
	bool chained;		/* a move led to where another began */
	int64_t grace;		/* ms that a move may settle */
	uint32_t rules;		/* bits: those that are judged */
	uint32_t look;		/* at the links, after one event in so many;
				 * 0: after each that changed something */
	uint64_t commits;	/* of all parts, so far */
	bool kills;		/* this is one of the runs of -k … */
	struct {		/* … in which a part is killed at this one */
		uint64_t at;	/* 0: it is only counted */
		bool before;
	} kill;
	bool verbose;
	char dir[SIM_PATH];	/* of everything */
};
extern struct sim sim;

#define SIM_EPOCH INT64_C(1795000000000)	/* ms wall at now == 0 */

static inline bool
is_judged(enum rule r)
{
	return (sim.rules >> r & 1) != 0;
}

/* Chance: all of it from the seed. */
uint32_t dice(uint32_t below);		/* 0 … below-1 */
bool chance(uint32_t of_1000);
int64_t between(int64_t least, int64_t most);

/* A line of the trace (-v): when, who, what. */
void trace(const char *who, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* An invariant does not hold: says so with seed, step and time, and ends
 * the process. */
_Noreturn void broken(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

#endif
