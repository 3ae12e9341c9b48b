/*
 * The addresses of a name, all of them, as the machine's resolver gives them
 * (and its file of hosts): evidence beside a look, for libcurl tells only the
 * one that it connected to.
 *
 * The C library asks in a thread of its own; it is looked at now and then
 * whether it is done.
 */
#ifndef ZQ_HUB_HOME_DNS_H
#define ZQ_HUB_HOME_DNS_H

#include <event2/event.h>
#include <stddef.h>

#include "hub/home.h"

struct home_dns;

/* count 0: why is what getaddrinfo() says; else "". Addresses are sorted. */
typedef void home_dns_fn(void *arg,
    char (*address)[INET6_ADDRSTRLEN], size_t count, const char *why);

/* done is called once, later; then it is gone. */
struct home_dns *home_dns_ask(struct event_base *base, const char *host,
    home_dns_fn *done, void *arg);
/* Nobody is called; the answer is waited for, some seconds. */
void home_dns_cancel(struct home_dns *d);

#endif
