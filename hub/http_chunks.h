/*
 * A chunked body (RFC 9112 §7.1), taken apart as it comes. Strict: sizes are
 * plain hexadecimal, lines are short and end in CR LF, trailers are read and
 * forgotten up to a bound.
 */
#ifndef ZQ_HUB_HTTP_CHUNKS_H
#define ZQ_HUB_HTTP_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"

struct http_chunks {
	int step;
	uint64_t left;		/* of the chunk being read */
	size_t line;		/* bytes of the line being read */
	size_t trailers;	/* bytes of trailers read */
	size_t digits;
	bool extension;		/* behind the ';' of a size line */
};

void http_chunks_init(struct http_chunks *c);

/* Takes some bytes off s; what of them is body stands in *data (may be
 * empty). False: this is no chunked body. Call until s is empty or
 * http_chunks_done(). */
bool http_chunks_next(struct http_chunks *c, struct span *s,
    struct span *data);
bool http_chunks_done(const struct http_chunks *c);

#endif
