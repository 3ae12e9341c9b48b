/*
 * The fork server: a small process, forked early, that starts the page reader.
 *
 * Later the agent's memory holds keys and its store, and the agent itself is
 * in a sandbox that lets nobody fork. A reader forked from it then would have
 * all that within reach of the pages it reads. So the fork is made at the
 * beginning, by a process that does nothing but start a reader and end it.
 * There is one reader at a time. It ends with the agent.
 */
#ifndef ZQ_AGENT_FORK_SERVER_H
#define ZQ_AGENT_FORK_SERVER_H

#include <stdbool.h>

#include "agent/parse_child.h"

struct fork_server;

/* Forks at once: before threads, secrets and sandboxes. How readers are to
 * be is copied; the descriptors in it are not looked at. */
struct fork_server *fork_server_new(const struct parse_child *how);
void fork_server_free(struct fork_server *s);	/* and its reader, if there is one */

/* Starts a reader at these ends, which stay the caller's to close. False:
 * not now (errno). */
bool fork_server_start(struct fork_server *s, int questions, int answers);

/* Ends the reader, whatever it does; its wait status, or -1 if it is stuck
 * in the kernel and will be gone when it can. */
int fork_server_end(struct fork_server *s);

#endif
