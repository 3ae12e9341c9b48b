/*
 * What the files of the agents' side share.
 */
#ifndef ZQ_SIM_AGENT_INSIDE_H
#define ZQ_SIM_AGENT_INSIDE_H

#include "agent/inbox.h"
#include "agent/line.h"
#include "agent/push.h"
#include "agent/redirect_sync.h"
#include "agent/sources.h"
#include "agent/store.h"
#include "tests/sim/agent.h"
#include "tests/sim/tree.h"

struct agent {
	struct part *part;
	struct config_top top;
	struct config config;
	struct tree_set set;
	uint64_t instance;
	struct store *store;
	struct fetch *fetch;
	struct line line;
	struct push *push;
	struct inbox *inbox;
	struct sources *sources;
	struct redirect_sync *redirect_sync;
	struct event *chores;
};

/* As push.c or a person wants it. False: the disk is full. */
bool agent_tell_again(struct agent *a, const char *why);

#endif
