/*
 * The head of an answer.
 */
#ifndef ZQ_HUB_HTTP_REPLY_H
#define ZQ_HUB_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

struct http_reply {
	int status;
	const char *type;	/* NULL: no body, no Content-Type */
	size_t length;		/* of the body */
	bool endless;		/* the body has no length that is known */
	bool close;		/* the connection ends behind it */
	bool old;		/* to a client of HTTP/1.0 */
	struct span extra;	/* more header lines, see http_reply_field() */
};

void http_reply_head(struct buf *b, const struct http_reply *r);

/* "Name: value"; control characters in the value become '?', so that nobody
 * writes a header of his own. */
void http_reply_field(struct buf *b, const char *name, const char *value);

/* "Sat, 21 Nov 2026 19:02:03 GMT" (RFC 9110 §5.6.7), of ms since 1970. */
#define HTTP_REPLY_DATE 32
const char *http_reply_date(char out[HTTP_REPLY_DATE], int64_t ms);

const char *http_reply_phrase(int status);	/* "Not Found" */

#endif
