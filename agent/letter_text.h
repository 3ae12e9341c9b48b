/*
 * The sentence of a letter, in the reader's language: hubs write English.
 *
 * Of a letter about links it is made anew, of what its body says; of others it
 * is the hub's own, said in the language of now if its form is known
 * (protocol/reason.h).
 */
#ifndef ZQ_AGENT_LETTER_TEXT_H
#define ZQ_AGENT_LETTER_TEXT_H

#include <jansson.h>

#include "contrib/base/buf.h"

/* A kind in words: "links". */
const char *letter_text_kind(const char *kind);

/* Of a letter as in inbox.h, with what letter_links_add() adds if there is
 * anything. */
void letter_text_put(struct buf *b, json_t *letter);

#endif
