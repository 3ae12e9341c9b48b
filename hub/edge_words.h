/*
 * What the edge says in its own words: the greeting, and refusals. XML as
 * agents read it (protocol/answer.h), so that a refused agent can show why.
 */
#ifndef ZQ_HUB_EDGE_WORDS_H
#define ZQ_HUB_EDGE_WORDS_H

#include "contrib/base/buf.h"
#include "protocol/answer.h"

#define EDGE_WORDS_TYPE "application/xml; charset=utf-8"

void edge_words_hello(struct buf *b, const char *name);
/* after: ms until it may come back, or 0. */
void edge_words_refusal(struct buf *b, enum verdict v, const char *why,
    uint32_t after);
/* A certificate that was good until then: wants a renewal, unless that is
 * longer ago than `grace`, ms. */
void edge_words_expired(struct buf *b, int64_t not_after, int64_t grace);
/* One of a CA that this hub doesn't trust, or no longer. */
/* … or it is too early for it. */
void edge_words_early(struct buf *b, int64_t not_before);
const char *edge_words_foreign(void);
/* … to a site that may not speak, by the cause (answer.h). */
void edge_words_blocked(struct buf *b, const char *cause, const char *why);
/* Nobody without a certificate comes in; here is how to get one. */
const char *edge_words_stranger(void);

#endif
