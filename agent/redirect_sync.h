/*
 * Charts: the map of moves is fetched when the hub has another than we, its
 * signature is checked, and it is written for the web server, now and when
 * one of its moves begins or ends. The command that makes the web server read
 * it runs when what was written differs from what it has read.
 */
#ifndef ZQ_AGENT_REDIRECT_SYNC_H
#define ZQ_AGENT_REDIRECT_SYNC_H

#include <event2/event.h>
#include <jansson.h>
#include <stdint.h>

#include "agent/config.h"
#include "agent/line.h"
#include "agent/store.h"
#include "contrib/base/fetch.h"
#include "contrib/base/hand.h"

struct redirect_sync_host {
	struct event_base *base;
	struct store *store;
	struct fetch *fetch;
	const struct line *line;
	const struct config *config;
	struct hand *hand;	/* NULL: there are no commands */
	void *arg;
	void (*news)(void *arg);	/* there is another map; may be NULL */
};

struct redirect_sync;

struct redirect_sync *redirect_sync_new(const struct redirect_sync_host *host);
void redirect_sync_free(struct redirect_sync *c);	/* before the fetch */

/* The hub has this version; 0: it has none, or makes none. */
void redirect_sync_heard(struct redirect_sync *c, uint64_t version);

/* {"version", "lines", "next", "trouble"}; the caller's. */
json_t *redirect_sync_status(const struct redirect_sync *c);

#endif
