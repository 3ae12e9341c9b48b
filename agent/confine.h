/*
 * The daemon's own sandbox: it reads below the roots of its sources and where
 * libraries have their files, and writes in DIR and where the settings want
 * something written; no more, whatever a page makes it do. The children have
 * sandboxes of their own, tighter.
 */
#ifndef ZQ_AGENT_CONFINE_H
#define ZQ_AGENT_CONFINE_H

#include "agent/config.h"
#include "contrib/base/sandbox.h"

/* conf: the file of the settings, which is read again at SIGHUP. Says in got
 * what the kernel gives (sandbox.h), and in the log. */
void confine(const struct config *c, const char *conf, char got[SANDBOX_GOT_MAX]);

#endif
