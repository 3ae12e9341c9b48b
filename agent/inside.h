/*
 * The inside view of the site, put together: what the agent says of itself
 * and of the site's home page with each batch (protocol/health.h), and what
 * zqagent status shows of it. And the view of others' pages from here
 * (vantage.h).
 */
#ifndef ZQ_AGENT_INSIDE_H
#define ZQ_AGENT_INSIDE_H

#include <jansson.h>

#include "protocol/health.h"
#include "protocol/vantage.h"

struct agent;
struct inside;

/* Keeps a, whose loop, push and sources are there. */
struct inside *inside_new(struct agent *a);
void inside_free(struct inside *i);	/* before push and fetch */

/* There may be another certificate. */
void inside_look(struct inside *i);

void inside_health(const struct inside *i, struct health *h);

/* Hooks of inbox and push, whose arg is the struct agent: the hub asks for a
 * look at another's page, now by its clock; what came of it. */
void inside_ask(void *arg, const struct vantage_task *t, int64_t now);
void inside_looked(void *arg, struct vantage_answer *answer);

void inside_status(const struct inside *i, json_t *status);

#endif
