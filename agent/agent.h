/*
 * The agent: sources, store, push and inbox put together on one event loop,
 * and the control socket through which its admin speaks to it.
 *
 * It does not outlive its settings or its sandbox: when either must change
 * it asks to be started again, which costs a fraction of a second, because
 * all that matters is in the store.
 */
#ifndef ZQ_AGENT_AGENT_H
#define ZQ_AGENT_AGENT_H

#include "agent/setup.h"

/* Runs until SIGTERM or SIGINT; an exit status. The lock is held. */
int agent_run(const struct agent_setup *setup);

#endif
