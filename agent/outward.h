/*
 * Outward: the commands of the settings that the agent lets a hand run
 * (hand.h), because it is itself in a sandbox that runs nothing.
 */
#ifndef ZQ_AGENT_OUTWARD_H
#define ZQ_AGENT_OUTWARD_H

#include "agent/config.h"
#include "contrib/base/hand.h"

enum outward {
	OUTWARD_HOOK,		/* a letter, as JSON */
	OUTWARD_MAIL,		/* a mail, with its header */
	OUTWARD_RELOAD,		/* of the web server; reads nothing */
	OUTWARD_MEND,		/* zqagent mend, of sources that are auto */
	OUTWARD_COUNT
};

/* Forks; NULL: the settings name no command. */
struct hand *outward_open(const struct config *c);

#endif
