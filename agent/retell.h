/*
 * Retell: a new incarnation, and everything from the start.
 *
 * For a hub that was set up anew and asks for what the spool no longer has,
 * and for an agent whose numbers another copy of it used as well. What
 * people said and which moves were announced is spooled again here; what
 * stands in files is forgotten, so that the next scan tells it.
 */
#ifndef ZQ_AGENT_RETELL_H
#define ZQ_AGENT_RETELL_H

#include <stdbool.h>

#include "agent/store.h"

/* False: the disk is full, nothing happened. */
bool retell(struct store *s);

#endif
