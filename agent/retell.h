/*
 * Retell: a new incarnation, and everything from the start.
 *
 * For a hub that was set up anew and asks for what the spool no longer has,
 * and for an agent whose numbers another copy of it used as well. What
 * people said is spooled again here: items in their words, the moves and the
 * notices that are announced, and of replies, notices, withdrawals and what was
 * taken back all that the hub has not confirmed, in its order and before the others. It may
 * be more than the spool's limit. What stands in files is forgotten, so that
 * the next scan tells it.
 */
#ifndef ZQ_AGENT_RETELL_H
#define ZQ_AGENT_RETELL_H

#include <stdbool.h>

#include "agent/store.h"

/* False: the disk is full, nothing happened. */
bool retell(struct store *s);

#endif
