/*
 * SHA-256 in pieces, cheap for short input: OpenSSL 3 looks algorithms up
 * by name on every one-shot call, which costs more than hashing a change.
 * Here that is done once per thread, and small pieces are gathered first.
 *
 * One at a time in a thread: begin, add …, end.
 */
#ifndef ZQ_PROTOCOL_SHA_H
#define ZQ_PROTOCOL_SHA_H

#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"

struct sha {
	size_t n;
	uint8_t stage[2048];
};

void sha_begin(struct sha *s);
void sha_add(struct sha *s, const void *at, size_t n);
void sha_end(struct sha *s, uint8_t out[32]);

void sha_of(uint8_t out[32], struct span s);	/* all three */

#endif
