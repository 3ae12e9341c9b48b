/*
 * What the edge is asked: its routes, who may walk them, and the errands that
 * requests become while the core or the ca has them.
 */
#ifndef ZQ_HUB_EDGE_SERVE_H
#define ZQ_HUB_EDGE_SERVE_H

#include <stddef.h>

#include "contrib/base/buf.h"
#include "contrib/base/channel.h"
#include "hub/http.h"

struct edge;

/* Their argument is a struct edge. */
extern const struct http_route edge_serve_routes[];
extern const size_t edge_serve_count;

/* FRAME_ANSWER: goes to whoever asked, if he is still there. */
void edge_serve_answer(struct edge *e, const struct frame *f);
/* An http_complain_fn: refusals as verdicts. */
const char *edge_serve_complain(void *arg, struct http_request *r,
    int status, const char *why, struct buf *body);

#endif
