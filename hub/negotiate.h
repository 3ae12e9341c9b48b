/*
 * Negotiate: what a reader's headers ask for, as RFC 9110 has it. Bytes in,
 * an answer out; no I/O.
 */
#ifndef ZQ_HUB_NEGOTIATE_H
#define ZQ_HUB_NEGOTIATE_H

#include <stdbool.h>

#include "contrib/base/span.h"

/* "zh" or "en", whichever Accept-Language (§12.5.4) weighs more; the first
 * of equals; preset if it names neither. */
const char *negotiate_language(struct span accept, const char *preset);

/* Does If-None-Match (§13.1.2) have this tag? Compared weakly; "*" has all.
 * The tag is given with its quotes and without W/. */
bool negotiate_has_tag(struct span list, struct span tag);

/* A host with or without a port, fit to stand in an address: a name, IPv4,
 * or IPv6 in brackets. */
bool negotiate_is_host(struct span host);

#endif
