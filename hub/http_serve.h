/*
 * A server: listens, reads requests, and hands them to its routes (http.h).
 */
#ifndef ZQ_HUB_HTTP_SERVE_H
#define ZQ_HUB_HTTP_SERVE_H

#include <event2/event.h>
#include <openssl/ssl.h>

#include "hub/http.h"

/* The table and the spec are kept. */
struct http *http_serve_new(struct event_base *base,
    const struct http_spec *spec, const struct http_route *routes,
    size_t count, void *arg);
void http_serve_free(struct http *h);
/* Takes fd, a listening socket; with TLS if ctx is given (not taken). */
void http_serve_listen(struct http *h, int fd, SSL_CTX *ctx);
/* For connections from now on another context (not taken). */
void http_serve_tls(struct http *h, SSL_CTX *ctx);
size_t http_serve_memory(const struct http *h);	/* bytes of bodies now */
size_t http_serve_waiting(const struct http *h);	/* for room */
size_t http_serve_connections(const struct http *h);

#endif
