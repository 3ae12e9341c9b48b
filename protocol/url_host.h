/*
 * Host names inside addresses: what url.c and url_show.c share. What others
 * need is in url.h.
 */
#ifndef ZQ_PROTOCOL_URL_HOST_H
#define ZQ_PROTOCOL_URL_HOST_H

#include <stdbool.h>

#include "contrib/base/span.h"

/* Lower-case letters, digits, "-" and "_" in labels of 1 to 63, no dot at
 * the end, 253 in all, and no number that isn't an IPv4 address. */
bool url_host_is_normal(struct span host);

#endif
