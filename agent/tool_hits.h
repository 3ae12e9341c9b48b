/*
 * zqagent say move --dry-run: how often people ask for what would move, by
 * the access logs of the site's own web server.
 */
#ifndef ZQ_AGENT_TOOL_HITS_H
#define ZQ_AGENT_TOOL_HITS_H

#include <jansson.h>
#include <stddef.h>

#include "agent/tool.h"

/* Adds "hits" to the first `most` of the answer's "moves", and "access_logs"
 * to it, with what was read of each: if a source names one. What can't be
 * read is said on standard error. */
void tool_hits_add(const struct tool *t, json_t *answer, size_t most);

void tool_hits_show(json_t *move);	/* its line, if it has hits … */
void tool_hits_end(json_t *answer);	/* … and whence, at the end */

#endif
