/*
 * The sentence of a letter in the reader's language, where it is one that hubs
 * are known to say; else as it came.
 */
#ifndef ZQ_AGENT_LETTER_TEXT_H
#define ZQ_AGENT_LETTER_TEXT_H

#include <jansson.h>

#include "contrib/base/buf.h"

/* Of a letter as in inbox.h. */
void letter_text(struct buf *b, json_t *letter);

#endif
