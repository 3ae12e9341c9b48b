/*
 * The head of a request, read strictly (RFC 9112): what two readers could
 * understand in two ways is refused, so no proxy in front of us can be made
 * to see other requests than we do.
 *
 * No I/O and no memory of its own: spans point into the bytes given.
 */
#ifndef ZQ_HUB_HTTP_HEAD_H
#define ZQ_HUB_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"

#define HTTP_FIELDS 64		/* header lines; browsers send about 15 */

struct http_field {
	struct span name, value;	/* value without white space around */
};

struct http_head {
	struct span method, path, query;
	bool old;			/* HTTP/1.0 */
	struct http_field field[HTTP_FIELDS];
	size_t fields;
	struct span host, type;		/* type without its parameters */
	uint64_t length;		/* of the body, unless chunked */
	bool chunked;
	bool keep;			/* another request may follow */
	bool expects;			/* 100-continue */
};

/* Reads bytes that end with the empty line. 0, or the status to refuse it
 * with: then *why (a constant) says what was expected. */
int http_head_read(struct http_head *h, struct span bytes, const char **why);

/* The first header of that name, in any case; n is 0 if there is none. */
struct span http_head_get(const struct http_head *h, const char *name);

#endif
