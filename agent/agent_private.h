/*
 * The inside of agent.c that control.c answers questions about.
 */
#ifndef ZQ_AGENT_AGENT_PRIVATE_H
#define ZQ_AGENT_AGENT_PRIVATE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/automend.h"
#include "agent/config.h"
#include "agent/inbox.h"
#include "agent/letter_sinks.h"
#include "agent/line.h"
#include "agent/parse.h"
#include "agent/push.h"
#include "agent/redirect_sync.h"
#include "agent/renew.h"
#include "agent/setup.h"
#include "agent/sources.h"
#include "agent/store.h"
#include "contrib/base/ctl.h"
#include "contrib/base/hand.h"
#include "contrib/base/sandbox.h"

struct agent {
	const struct agent_setup *setup;
	struct event_base *base;
	struct config *config;
	struct store *store;
	struct fetch *fetch;
	struct line line;
	struct parse *parse, *slow;	/* readers: of pages, of big files */
	struct push *push;
	struct inbox *inbox;
	struct hand *hand;	/* runs commands; NULL: there are none */
	struct letter_sinks *letter_sinks;
	struct redirect_sync *redirect_sync;
	struct automend *automend;
	struct renew *renew;
	struct inside *inside;
	struct ctl *ctl;
	struct sources *sources;
	uint64_t instance;	/* random, of this process … */
	int64_t started;	/* … and since when it has it, ms */
	struct event *term, *interrupt, *hangup, *chores, *quiet;
	bool ending;		/* no more starts of anything */
	char got[SANDBOX_GOT_MAX];
};

/* Ends, and is started again. False: nobody is there to do that. */
bool agent_again(struct agent *a, const char *why);

/* There may be another identity in DIR: used from now on. */
void agent_identity(struct agent *a);

/* A new incarnation: all that is there is told from the start. */
bool agent_retell(struct agent *a, const char *why);

#endif
