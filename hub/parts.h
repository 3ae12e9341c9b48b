/*
 * The hub's parts and the sockets between them.
 *
 *	main ── starts ──▶ core, ca, edge, check (one group), web
 *
 * Each two of core, edge and ca have a pair, and core and check (if the
 * settings want it) have one, so when one of these dies all of them start
 * again, with new pairs: a second in which agents are told nothing, and say
 * it again. SIGHUP goes to the ca, which reads the certificates' files again.
 * Each part closes what isn't its own, opens what it needs, and then gives up
 * the right to open more.
 */
#ifndef ZQ_HUB_PARTS_H
#define ZQ_HUB_PARTS_H

#include "hub/config.h"

/* Takes both listening sockets (web_fd -1: no web part). Until SIGTERM or
 * SIGINT: 0, or 1 if a part would not stay up. */
int parts_run(const struct config *c, int edge_fd, int web_fd,
    void (*notify_ready)(void));

/* All of it in this process, on one loop and without sandboxes: for
 * debuggers and tests. */
int parts_run_together(const struct config *c, int edge_fd, int web_fd,
    void (*notify_ready)(void));

#endif
