/*
 * Fair shares of a number of places among addresses.
 *
 * An address may hold as many places as are still free. So one of them gets
 * half of everything at most, two a third each, and whoever comes next always
 * finds something left; nothing to tune.
 */
#ifndef ZQ_HUB_SHARE_H
#define ZQ_HUB_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "contrib/base/span.h"

struct share;

struct share *share_new(size_t most);
void share_free(struct share *s);
bool share_take(struct share *s, uint64_t who);
void share_give(struct share *s, uint64_t who);
size_t share_taken(const struct share *s);

/* Who an address is: all of IPv4, the network half of IPv6 (one customer has
 * a /64 at least). */
uint64_t share_who(const struct sockaddr *a);
/* Of one that stands in a text, without a port; 0: it is none. */
uint64_t share_who_said(struct span address);

#endif
