/*
 * For tests with an HTTP server: it is in the test's own loop, on a port of
 * its own.
 */
#ifndef ZQ_TEST_AGENT_HTTPKIT_H
#define ZQ_TEST_AGENT_HTTPKIT_H

#include <event2/buffer.h>
#include <event2/http.h>
#include <netinet/in.h>

#include "tests/unit/agent/loopkit.h"

static struct evhttp *http;

/* Port 0: any that is free. The one it is. */
static inline unsigned
http_open(const char *address, unsigned port)
{
	struct evhttp_bound_socket *s;
	struct sockaddr_in name;
	socklen_t n = sizeof(name);

	http = evhttp_new(base);
	s = evhttp_bind_socket_with_handle(http, address, (uint16_t)port);
	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(getsockname(evhttp_bound_socket_get_fd(s),
	    (struct sockaddr *)&name, &n), 0);
	return ntohs(name.sin_port);
}

static inline void
http_close(void)
{
	if (http != NULL)
		evhttp_free(http);
	http = NULL;
}

#endif
