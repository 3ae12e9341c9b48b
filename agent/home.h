/*
 * The site's own home page, asked on the site's own machine, where no network
 * lies between: the inside view of it. The hub has the outside view; where
 * the two differ says what is wrong.
 *
 * Unless the settings say where the web server is, it is looked for: on this
 * machine first (127.0.0.1, with the page's name in Host and TLS), because the
 * name may lead to a load balancer or a firewall of applications, which is
 * the outside; and if nothing has ever answered there, by the name, because the
 * agent may run beside a document root on another machine. As long as neither
 * has ever answered nothing is told: the agent may just not be where the page
 * is. What answered once, and doesn't any more, is told.
 *
 * Its certificate isn't looked at: what visitors see of that is the outside's
 * business, and behind a balancer the server here may have any.
 */
#ifndef ZQ_AGENT_HOME_H
#define ZQ_AGENT_HOME_H

#include <event2/event.h>
#include <jansson.h>
#include <stdint.h>

#include "agent/config.h"
#include "contrib/base/fetch.h"
#include "protocol/health.h"

struct home;

struct home_host {
	struct event_base *base;
	struct fetch *fetch;
	const struct config *config;
	void *arg;
	/* It answers now and didn't, or the other way round. */
	void (*changed)(void *arg);
};

/* NULL: it isn't to be asked, or there is no address yet. */
struct home *home_new(const struct home_host *host);
void home_free(struct home *h);		/* before the fetch; NULL is fine */

/* Fills in what is known of it; nothing if h is NULL. */
void home_health(const struct home *h, struct health *health);
json_t *home_status(const struct home *h);	/* the caller's; or null */

#endif
