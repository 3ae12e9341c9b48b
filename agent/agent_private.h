/*
 * The inside of agent.c that control.c answers questions about.
 */
#ifndef ZQ_AGENT_AGENT_PRIVATE_H
#define ZQ_AGENT_AGENT_PRIVATE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "agent/config.h"
#include "agent/inbox.h"
#include "agent/line.h"
#include "agent/parse.h"
#include "agent/push.h"
#include "agent/renew.h"
#include "agent/setup.h"
#include "agent/source.h"
#include "agent/store.h"
#include "contrib/base/ctl.h"
#include "contrib/base/sandbox.h"

struct agent_source {
	const struct source_kind *kind;
	struct source *source;
	const char *name;
};

struct agent {
	const struct agent_setup *setup;
	struct event_base *base;
	struct config *config;
	struct store *store;
	struct fetch *fetch;
	struct line line;
	struct parse *parse;
	struct push *push;
	struct inbox *inbox;
	struct renew *renew;
	struct ctl *ctl;
	struct agent_source source[CONFIG_SOURCES_MAX];
	size_t count;
	struct event *term, *interrupt, *chores, *quiet;
	bool ending;		/* no more starts of anything */
	char got[SANDBOX_GOT_MAX];
};

/* Ends, and is started again. False: nobody is there to do that. */
bool agent_again(struct agent *a, const char *why);

/* A new incarnation: all that is there is told from the start. */
bool agent_retell(struct agent *a, const char *why);

#endif
