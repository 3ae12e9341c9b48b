/*
 * The control socket's questions: status, say, moves, sources, rescan,
 * release, refuse, letters, reply, retell, reload.
 */
#ifndef ZQ_AGENT_CONTROL_H
#define ZQ_AGENT_CONTROL_H

#include "agent/agent_private.h"
#include "contrib/base/buf.h"

/* Opens DIR/control. False: why says. */
bool control_open(struct agent *a, struct buf *why);

#endif
