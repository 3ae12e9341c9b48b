/*
 * Status: how the agent stands, as JSON, and as lines for people.
 *
 * The daemon fills in everything; while it is down the tool reads what the
 * store, the settings and the certificate say, and says so.
 */
#ifndef ZQ_AGENT_STATUS_H
#define ZQ_AGENT_STATUS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "agent/config.h"
#include "agent/store.h"

/* What can be read at rest: certificate, spool, items, last answer. */
json_t *status_at_rest(struct store *s, const char *dir);

/* The rest of a daemon that is down, from its settings. */
void status_down(json_t *o, const struct config *c, struct store *s);

/* Judges "in_sync" and lists "why_not". Call when all is filled in. */
void status_judge(json_t *o);

/* For people; 0 in sync, 1 not. */
int status_print(FILE *out, json_t *o);

#endif
