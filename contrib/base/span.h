/*
 * A span: bytes that somebody else owns. Looking, never keeping.
 *
 * Whoever hands out a span says how long it lives. It has no NUL at its end.
 */
#ifndef ZQ_BASE_SPAN_H
#define ZQ_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *at;
	size_t n;
};

#define SPAN_NONE ((struct span){ .at = NULL, .n = 0 })
#define SPAN(literal) ((struct span){ .at = literal, .n = sizeof(literal) - 1 })
#define SPAN_ARGS(s) (int)(s).n, ((s).at != NULL ? (s).at : "")	/* "%.*s" */

static inline struct span
span_of(const char *text)
{
	return (struct span){ .at = text, .n = text != NULL ? strlen(text) : 0 };
}

static inline bool
span_is(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

#endif
