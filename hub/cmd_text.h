/*
 * Strangers' words on a terminal: without what could drive it.
 */
#ifndef ZQ_HUB_CMD_TEXT_H
#define ZQ_HUB_CMD_TEXT_H

#include <jansson.h>

#include "contrib/base/span.h"
#include "hub/columns.h"

void cmd_text_put(struct span s);
/* On a line of its own, behind what is printed as it is. */
void cmd_text_line(const char *before, struct span s);
/* A host, as people read it. */
#define CMD_TEXT_HOST 1024
const char *cmd_text_host(char text[CMD_TEXT_HOST], struct span host);
/* An address, of a member of an answer. */
#define CMD_TEXT_URL 8192
const char *cmd_text_url(char text[CMD_TEXT_URL], const json_t *o,
    const char *name);
/* In a column: what the hub said of something, in the reader's language. */
void cmd_text_reason(struct columns *c, struct span english);

#endif
