/*
 * A request's body: may it come at all, is there room for it yet (room.h),
 * and its bytes, handed on to the route as they come.
 *
 * All memory of bodies is counted, and refused beyond the server's ceiling.
 */
#ifndef ZQ_HUB_HTTP_BODY_H
#define ZQ_HUB_HTTP_BODY_H

#include <event2/buffer.h>
#include <stdbool.h>

struct http_request;

bool http_body_is_expected(const struct http_request *r);
/* By what the head says of it. False: it was refused. */
bool http_body_may_come(struct http_request *r);
/* Begins, stands in line, or was refused. */
void http_body_find_room(struct http_request *r);
void http_body_begin(struct http_request *r);
void http_body_refuse_crowd(struct http_request *r);
/* Some of it; true: that was the end. */
bool http_body_take(struct http_request *r, struct evbuffer *in);

#endif
