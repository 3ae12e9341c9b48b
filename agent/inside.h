/*
 * The inside view of the site, put together: what the agent says of itself
 * and of the site's home page with each batch (protocol/health.h), and what
 * zqagent status shows of it.
 */
#ifndef ZQ_AGENT_INSIDE_H
#define ZQ_AGENT_INSIDE_H

#include <jansson.h>

#include "protocol/health.h"

struct agent;
struct inside;

/* Keeps a, whose loop, push and sources are there. */
struct inside *inside_new(struct agent *a);
void inside_free(struct inside *i);	/* before push and fetch */

/* There may be another certificate. */
void inside_look(struct inside *i);

void inside_health(const struct inside *i, struct health *h);
void inside_status(const struct inside *i, json_t *status);

#endif
