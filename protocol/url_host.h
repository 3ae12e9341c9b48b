/*
 * Host names of addresses, in one normal form.
 */
#ifndef ZQ_PROTOCOL_URL_HOST_H
#define ZQ_PROTOCOL_URL_HOST_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

/* Lower-case letters, digits, "-" and "_" in labels of 1 to 63, no dot at
 * the end, 253 in all, and no number that isn't an IPv4 address. */
bool url_host_is_normal(struct span host);

/* A host name alone, brought to normal form: "www.Zhengzhou.gov.cn." */
bool url_host_normal(struct buf *out, struct span host, const char **why);

/* Is host the domain itself or below it? Both in normal form. */
bool url_host_within(struct span host, struct span domain);

#endif
