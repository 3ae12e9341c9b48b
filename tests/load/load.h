/*
 * What the sections of the load program have in common. Each makes a hub of
 * its own, with a crowd of agents in this process, and prints figures; but
 * spoil, which is given one.
 */
#ifndef ZQ_LOAD_LOAD_H
#define ZQ_LOAD_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/load/crowd.h"
#include "tests/load/probe.h"

struct load_options {
	const char *build;
	size_t agents;		/* -n */
	size_t changes;		/* -c: of each */
	size_t live;		/* -l: live sites */
	unsigned down;		/* -d: s that the hub is away */
	size_t looks;		/* -p: at each home page, a day; 0: none */
	const char *dir;	/* of a hub, in spoil */
	bool test;		/* -t: exit 1 if what must hold doesn't */
};

int load_idle(const struct load_options *o);
int load_beat(const struct load_options *o);
int load_back(const struct load_options *o);
int load_backlog(const struct load_options *o);
int load_refill(const struct load_options *o);
int load_spoil(const struct load_options *o);

/* One turn of the loop for so long at most, s. */
void load_turn(struct event_base *base, double most);
/* Turns for so long, s. */
void load_pass(struct event_base *base, double seconds);
/* Items as sites have them; spans live until the next one. */
void load_say(void *arg, const struct agent *a, uint64_t seq,
    struct change *c);
/* A word that only this change has. */
void load_word(char out[PROBE_WORD], const struct agent *a, uint64_t seq);
/* More open files, as many as may be. */
void load_files(size_t wanted);

#endif
