/*
 * What the web part may do once its set-up is done. It reads what anybody in
 * the world sends it: of the hub's directory it has the view, which can be made
 * again, and the file of users and sessions; not the CA's keys, the settings,
 * the journal, nor the control socket.
 */
#ifndef ZQ_HUB_WEB_CONFINE_H
#define ZQ_HUB_WEB_CONFINE_H

#include "contrib/base/sandbox.h"
#include "hub/config.h"

struct web_confine {
	char own[CONFIG_PATH_MAX], view[CONFIG_PATH_MAX];
	const char *write[3];
	struct sandbox sandbox;		/* points to the above */
};

void web_confine(struct web_confine *w, const char *dir);

#endif
