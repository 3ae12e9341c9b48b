/*
 * Which sites are connected, and which are blocked: what the edge needs to
 * refuse a request, and to close what a blocked site has open.
 */
#ifndef ZQ_HUB_EDGE_SITES_H
#define ZQ_HUB_EDGE_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "certs/peer.h"
#include "contrib/base/span.h"
#include "hub/http.h"

struct edge_guest {		/* one connection */
	LIST_ENTRY(edge_guest) entry;	/* among the site's */
	struct peer peer;
	char code[64];		/* as the certificate has it, for the log */
	struct http_conn *conn;
};

struct edge_sites;

struct edge_sites *edge_sites_new(void);
void edge_sites_free(struct edge_sites *s);

/* Both tell how many connections of the site there are afterwards. */
size_t edge_sites_come(struct edge_sites *s, struct edge_guest *g);
size_t edge_sites_leave(struct edge_sites *s, struct edge_guest *g);

void edge_sites_block(struct edge_sites *s, uint32_t site,
    struct span cause, struct span reason);	/* copies */
void edge_sites_unblock_all(struct edge_sites *s);
/* Why, and its cause (answer.h); NULL: it isn't. */
const char *edge_sites_blocked(struct edge_sites *s, uint32_t site,
    const char **cause);
/* One large body of a site at a time: more would take the room of others.
 * False: there is one. */
bool edge_sites_load(struct edge_sites *s, struct edge_guest *g);
void edge_sites_unload(struct edge_sites *s, const struct edge_guest *g);
typedef void edge_sites_fn(void *arg, struct edge_guest *g);
/* Who brings one in now. */
void edge_sites_each_load(struct edge_sites *s, edge_sites_fn *fn, void *arg);
/* Each connection of each site; the callback may close it. */
void edge_sites_each(struct edge_sites *s, edge_sites_fn *fn, void *arg);
void edge_sites_drop(struct edge_sites *s, uint32_t site);

#endif
