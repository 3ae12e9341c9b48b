/*
 * What the sinks of letters write: an Atom feed (RFC 4287) and a mail (RFC
 * 5322), of letters as JSON with their links (letter_links.h).
 */
#ifndef ZQ_AGENT_LETTER_SINKS_TEXT_H
#define ZQ_AGENT_LETTER_SINKS_TEXT_H

#include <jansson.h>
#include <stdint.h>

#include "agent/config.h"
#include "contrib/base/buf.h"

void letter_sinks_feed(struct buf *out, json_t *letters,
    const struct config_top *top);

/* all: how many letters there are; the list may be shorter. */
/* Any mail to the address of the settings. */
void letter_sinks_put_mail(struct buf *out, const struct config_top *top,
    struct span subject, struct span body);

void letter_sinks_mail(struct buf *out, json_t *letters,
    const struct config_top *top, uint64_t all);

#endif
