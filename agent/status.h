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
#include "contrib/base/buf.h"

/* What can be read at rest: certificate, spool, items, last answer. */
json_t *status_at_rest(struct store *s, const char *dir);

/* A sentence of a source's state, if only people or the machine can end that:
 * the hub is told of it. False: it will pass, or is fine. */
bool status_trouble(struct buf *b, const char *name, const char *state);

/* Of the state "astray", behind that sentence: what was asked, and where its
 * files are instead (or NULL). */
void status_astray(struct buf *b, const char *url, long status,
    const char *instead);

/* The rest of a daemon that is down, from its settings. */
void status_down(json_t *o, const struct config *c, struct store *s);

/* Judges "in_sync" and lists "why_not". Call when all is filled in. */
void status_judge(json_t *o);

/* A verdict or a source's state in words; what isn't known as it is. */
const char *status_word(const char *word);

/* For people; 0 in sync, 1 not. */
int status_print(FILE *out, json_t *o);

#endif
