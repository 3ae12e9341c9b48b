/*
 * What the edge is made of. Only edge.c (its life, and who is connected) and
 * edge_serve.c (what is asked of it) look inside.
 */
#ifndef ZQ_HUB_EDGE_PRIVATE_H
#define ZQ_HUB_EDGE_PRIVATE_H

#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <string.h>

#include "contrib/base/channel.h"
#include "hub/config.h"
#include "hub/edge_ask.h"
#include "hub/edge_pace.h"
#include "hub/edge_sites.h"
#include "hub/frame.h"
#include "hub/http.h"
#include "hub/seldom.h"

struct edge {
	struct event_base *base;
	const struct config *config;
	struct http_spec spec;
	struct http *http;
	SSL_CTX *ctx;
	struct channel *core, *ca;
	struct edge_ask asks;
	struct edge_sites *sites;
	struct edge_pace pace;
	struct event *measure;
	uint64_t cpu;		/* µs that were counted so far */
	struct seldom flawed;	/* certificates that aren't good */
};

static inline struct edge_guest *
edge_guest_of(const struct http_request *r)
{
	return http_conn_kept(http_conn_of(r));
}

static inline struct frame_peer
edge_frame_peer(const struct edge_guest *g)
{
	struct frame_peer p = { .site = g->peer.site,
	    .address = span_of(http_conn_address(g->conn)),
	    .issued = g->peer.issued, .until = g->peer.not_after };

	memcpy(p.key_hash, g->peer.key_hash, sizeof(p.key_hash));
	memcpy(p.ca, g->peer.ca, sizeof(p.ca));
	return p;
}

#endif
