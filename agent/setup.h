/*
 * How the daemon was started; and the name of its control socket, which the
 * tool has to know as well.
 */
#ifndef ZQ_AGENT_SETUP_H
#define ZQ_AGENT_SETUP_H

#include <stdbool.h>

#define SETUP_CONTROL "control"		/* in DIR */

struct agent_setup {
	const char *conf;		/* the settings' file */
	bool sandboxed;
	void (*again)(void);		/* start me again; NULL: can't be */
};

#endif
