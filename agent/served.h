/*
 * Served: does the site's own web server have what a source has, at the
 * addresses that its url makes? If the path of url is wrong everything is
 * told with addresses where nothing is.
 *
 * A few files of each source are asked for (by zqagentd -n, zqagent source
 * add and check), where the home page is (home.h): on this machine, or where
 * home_connect says, or by the name. Only 404 and 410 for all of them is a
 * finding, and who doesn't answer is no matter: the agent may be elsewhere. All
 * of it takes SERVED_TIME at most.
 */
#ifndef ZQ_AGENT_SERVED_H
#define ZQ_AGENT_SERVED_H

#include "agent/config.h"
#include "contrib/base/buf.h"

#define SERVED_TIME 5000	/* ms */

/* A line for each source that isn't found at its url; by, what it begins
 * with. only: the source of this name; NULL: all. */
void served_look(const struct config *c, const char *only, const char *by,
    struct buf *why);

#endif
