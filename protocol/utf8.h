/*
 * UTF-8 as XML 1.0 can carry it (production 2, Char): RFC 3629, and no
 * control characters but tab, line feed and carriage return, no U+FFFE and
 * U+FFFF. What is said in a change must pass this in either form.
 */
#ifndef ZQ_PROTOCOL_UTF8_H
#define ZQ_PROTOCOL_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/span.h"

/* How many bytes from the start are good, whole characters. */
size_t utf8_good(const char *at, size_t n);

/* Could these n bytes be the start of a character whose rest is to come? */
bool utf8_is_cut(const char *at, size_t n);

static inline bool
utf8_is_text(struct span s)
{
	return utf8_good(s.at, s.n) == s.n;
}

#endif
