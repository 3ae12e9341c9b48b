/*
 * --dry-run of zqagent say move and say deleted: how many pages of other sites
 * link there, as the hub knows.
 */
#ifndef ZQ_AGENT_TOOL_BLAST_H
#define ZQ_AGENT_TOOL_BLAST_H

#include <jansson.h>
#include <stddef.h>

#include "agent/tool.h"

/* Adds "sites", "pages" and "least" to o, which is about that address, or to
 * the first `most` of these moves that are announced. What can't be known is
 * said on standard error. */
void tool_blast_add(struct tool *t, json_t *o, const char *scope,
    const char *url);
void tool_blast_moves(struct tool *t, json_t *moves, size_t most);

void tool_blast_show(json_t *o);	/* its line, if it has them */

#endif
