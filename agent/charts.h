/*
 * Charts: the map of moves is fetched when the hub has another than we, its
 * signature is checked, and it is written for the web server, now and when
 * one of its moves begins or ends. The command that makes the web server read
 * it runs when what was written differs from what it has read.
 */
#ifndef ZQ_AGENT_CHARTS_H
#define ZQ_AGENT_CHARTS_H

#include <event2/event.h>
#include <jansson.h>
#include <stdint.h>

#include "agent/config.h"
#include "agent/line.h"
#include "agent/store.h"
#include "contrib/base/fetch.h"
#include "contrib/base/hand.h"

struct charts_host {
	struct event_base *base;
	struct store *store;
	struct fetch *fetch;
	const struct line *line;
	const struct config *config;
	struct hand *hand;	/* NULL: there are no commands */
	void *arg;
	void (*news)(void *arg);	/* there is another map; may be NULL */
};

struct charts;

struct charts *charts_new(const struct charts_host *host);
void charts_free(struct charts *c);	/* before the fetch */

/* The hub has this version; 0: it has none, or makes none. */
void charts_heard(struct charts *c, uint64_t version);

/* {"version", "lines", "next", "trouble"}; the caller's. */
json_t *charts_status(const struct charts *c);

#endif
