/*
 * Inward: addresses that are nobody's on the public net, where a stranger's
 * name or redirect must not send us: the machine itself, its own
 * networks, clouds' metadata, multicast, and IPv4 of that kind inside of
 * IPv6 (mapped, NAT64, 6to4). Networks that an operator allows are let by.
 */
#ifndef ZQ_BASE_INWARD_H
#define ZQ_BASE_INWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define INWARD_ALLOWED 32	/* networks */

struct inward {
	struct {
		uint8_t at[16];		/* IPv4 as ::ffff:a.b.c.d */
		unsigned bits;		/* of these 128 */
	} allowed[INWARD_ALLOWED];
	size_t count;
};

/* "10.20.0.0/16", "fd00::/8", "127.0.0.1". False: why. */
bool inward_allow(struct inward *w, struct span network, struct buf *why);
/* Many, with blanks between. */
bool inward_allow_all(struct inward *w, const char *networks,
    struct buf *why);
/* May this be connected to? What is no IP address may not. */
bool inward_may(const struct inward *w, const struct sockaddr *a);

#endif
