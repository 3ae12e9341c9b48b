/* See watch.h. */
#include "tests/load/watch.h"

#include <event2/buffer.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/err.h"

#define STATUS "HTTP/1.1 200 "
#define REQUEST_MAX 128

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct watch_page *p = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	char first[sizeof(STATUS) - 1];

	if (!p->live) {
		if (evbuffer_copyout(in, first, sizeof(first)) !=
		    (ev_ssize_t)sizeof(first))
			return;
		p->live = memcmp(first, STATUS, sizeof(first)) == 0;
	}
	evbuffer_drain(in, evbuffer_get_length(in));
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct watch_page *p = arg;

	(void)bev;
	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) != 0)
		p->live = false;
}

static void
open_one(struct watch_page *p, struct event_base *base, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char request[REQUEST_MAX];
	int n = snprintf(request, sizeof(request), "GET /live HTTP/1.1\r\n"
	    "Host: 127.0.0.1:%u\r\n\r\n", port);

	*p = (struct watch_page){ .bev = bufferevent_socket_new(base, -1,
	    BEV_OPT_CLOSE_ON_FREE) };
	must(p->bev != NULL);
	bufferevent_setcb(p->bev, on_read, NULL, on_event, p);
	bufferevent_enable(p->bev, EV_READ | EV_WRITE);
	bufferevent_write(p->bev, request, (size_t)n);
	bufferevent_socket_connect(p->bev, (struct sockaddr *)&to,
	    sizeof(to));
}

void
watch_begin(struct watch *w, struct event_base *base, uint16_t port)
{
	for (size_t i = 0; i < WATCH_PAGES; i++)
		open_one(&w->page[i], base, port);
}

size_t
watch_live(const struct watch *w)
{
	size_t n = 0;

	for (size_t i = 0; i < WATCH_PAGES; i++)
		n += w->page[i].live;
	return n;
}

void
watch_end(struct watch *w)
{
	for (size_t i = 0; i < WATCH_PAGES; i++)
		bufferevent_free(w->page[i].bev);
}
