/*
 * Vantage: a look at another site's home page, because the hub can't get it
 * and asks whether it comes here (protocol/vantage.h).
 *
 * Only if the settings say so, and then one page at a time, each once: the
 * address that the letter names, and wherever it redirects to isn't asked; a
 * few bytes of it, within VANTAGE_LIMIT, not more often than the settings
 * say, and nothing at a private address that they don't allow, whatever name
 * leads to it. What it may not look at, or what comes too late, it doesn't
 * answer for: the hub then counts on others.
 */
#ifndef ZQ_AGENT_VANTAGE_H
#define ZQ_AGENT_VANTAGE_H

#include <event2/event.h>
#include <jansson.h>
#include <stdint.h>

#include "agent/config.h"
#include "agent/store.h"
#include "contrib/base/fetch.h"
#include "protocol/vantage.h"

struct vantage;

struct vantage_host {
	struct fetch *fetch;
	struct store *store;
	const struct config_top *top;
	void *arg;
	void (*seen)(void *arg);	/* there is an answer */
};

/* NULL: the settings say no. All of its functions take that. */
struct vantage *vantage_new(const struct vantage_host *host);
void vantage_free(struct vantage *v);		/* before the fetch */

/* now: the hub's clock. */
void vantage_take(struct vantage *v, const struct vantage_task *t,
    int64_t now);
/* What is to be told with a batch: the last answer, until the hub would not
 * take it any more. Zeros: nothing. */
void vantage_answer(const struct vantage *v, struct vantage_answer *a);
json_t *vantage_status(const struct vantage *v);	/* the caller's */

#endif
