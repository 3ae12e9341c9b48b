/*
 * The control socket's questions: status, say, sources, rescan, release,
 * refuse, letters, retell, reload.
 */
#ifndef ZQ_AGENT_CONTROL_H
#define ZQ_AGENT_CONTROL_H

#include "agent/agent_private.h"
#include "contrib/base/buf.h"

/* Opens DIR/control. False: why says. */
bool control_open(struct agent *a, struct buf *why);

#endif
