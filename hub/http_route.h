/*
 * Routes: what a server's table is made of, and how a request finds its row.
 */
#ifndef ZQ_HUB_HTTP_ROUTE_H
#define ZQ_HUB_HTTP_ROUTE_H

#include <stddef.h>

#include "contrib/base/span.h"

struct http_request;

typedef void http_fn(void *arg, struct http_request *r);
typedef void http_bytes_fn(void *arg, struct http_request *r,
    struct span bytes);

/* One row of a server's table. A path is whole, or a beginning if it ends
 * in '*'; the first row that fits wins. */
struct http_route {
	const char *method;	/* "GET" (HEAD too) or "POST" */
	const char *path;
	const char *type;	/* media type a body must have; NULL: any */
	size_t most;		/* bytes of a body; 0: none is read */
	http_fn *head;		/* may be NULL */
	http_bytes_fn *body;	/* NULL: collected for http_body() */
	http_fn *run;
	http_fn *end;		/* may be NULL */
};

/* NULL: nothing is at this path (*allow NULL), or not by this method (*allow
 * has those that are). */
const struct http_route *http_route_find(const struct http_route *routes,
    size_t count, struct span method, struct span path, const char **allow);

#endif
