/*
 * What strangers' servers answer, head and all: a server on loopback says the
 * input's bytes, to a plain request and to a trip, which goes where it is
 * sent. Each ends, once; what it comes to is within bounds, addresses are in
 * normal form, words are UTF-8; and nothing but that server is asked.
 *
 * The first byte: 1: robots.txt is asked for first. Then answers, "%%" on a
 * line of its own between them; "$P" is the server's port. The one after the
 * last hangs up.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/fetch.h"
#include "contrib/base/inward.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "hub/trip.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define INPUT 16384
#define HOME "127.77.0.1"	/* nobody else's */
#define BODY 4096
#define TIME 1000		/* ms */
#define TURNS 20000

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static struct event_base *base;
static struct evconnlistener *listener;
static struct inward inward;
static unsigned port;
static struct span rest;	/* answers that weren't given yet */
static unsigned ended;

/* In the place of libc's: no name is asked for outside … */
int
getaddrinfo(const char *restrict node, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
	(void)node, (void)service, (void)hints;
	*out = NULL;
	return EAI_NONAME;
}

/* … and nobody is called but the server, and libevent's own. */
int
connect(int fd, const struct sockaddr *a, socklen_t n)
{
	struct sockaddr_in in = { .sin_family = AF_UNSPEC };

	memcpy(&in, a, n < sizeof(in) ? n : sizeof(in));
	if (in.sin_family == AF_UNIX || (in.sin_family == AF_INET &&
	    in.sin_addr.s_addr == inet_addr(HOME) &&
	    ntohs(in.sin_port) == port))
		return (int)syscall(SYS_connect, fd, a, n);
	errno = ENETUNREACH;
	return -1;
}

/* --- the server -------------------------------------------------------------------- */

static struct span
next_answer(void)
{
	const char *end = rest.n > 0 ? memmem(rest.at, rest.n, "\n%%\n", 4) :
	    NULL;
	struct span s = rest;

	if (end == NULL) {
		rest = SPAN_NONE;
		return s;
	}
	s.n = (size_t)(end - s.at);
	rest = (struct span){ end + 4, rest.n - s.n - 4 };
	return s;
}

static void
say(struct bufferevent *b, struct span s)
{
	struct evbuffer *out = bufferevent_get_output(b);

	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] == '$' && i + 1 < s.n && s.at[i + 1] == 'P') {
			evbuffer_add_printf(out, "%u", port);
			i++;
		} else {
			evbuffer_add(out, &s.at[i], 1);
		}
	}
}

static void
on_written(struct bufferevent *b, void *arg)
{
	(void)arg;
	bufferevent_free(b);
}

static void
on_gone(struct bufferevent *b, short what, void *arg)
{
	(void)what, (void)arg;
	bufferevent_free(b);
}

static void
on_read(struct bufferevent *b, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(b);
	struct span s;

	(void)arg;
	if (evbuffer_search(in, "\r\n\r\n", 4, NULL).pos < 0)
		return;
	evbuffer_drain(in, evbuffer_get_length(in));
	s = next_answer();
	if (s.n == 0) {
		bufferevent_free(b);
		return;
	}
	say(b, s);
	bufferevent_setcb(b, NULL, on_written, on_gone, NULL);
}

static void
on_accept(struct evconnlistener *l, evutil_socket_t fd,
    struct sockaddr *address, int n, void *arg)
{
	struct bufferevent *b = bufferevent_socket_new(base, fd,
	    BEV_OPT_CLOSE_ON_FREE);

	(void)l, (void)address, (void)n, (void)arg;
	bufferevent_setcb(b, on_read, NULL, on_gone, NULL);
	bufferevent_enable(b, EV_READ | EV_WRITE);
}

static void
clean_up(void)
{
	evconnlistener_free(listener);
	event_base_free(base);
}

static void
set_up(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	struct buf why;

	signal(SIGPIPE, SIG_IGN);
	log_open("fuzz", LOG_LEVEL_ERROR);
	buf_init(&why, 1024);
	must(inward_allow(&inward, SPAN(HOME), &why));
	buf_clear(&why);
	base = event_base_new();
	must(inet_pton(AF_INET, HOME, &a.sin_addr) == 1);
	listener = evconnlistener_new_bind(base, on_accept, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, 64,
	    (struct sockaddr *)&a, sizeof(a));
	must(listener != NULL && getsockname(evconnlistener_get_fd(listener),
	    (struct sockaddr *)&a, &n) == 0);
	port = ntohs(a.sin_port);
	atexit(clean_up);
}

/* --- judging ------------------------------------------------------------------------- */

static void
judge_url(struct span s)
{
	struct buf url;
	const char *why;

	buf_init(&url, LIMIT_URL);
	must(url_normal(&url, s, &why) && span_is(buf_look(&url), s));
	buf_clear(&url);
}

static void
on_trip(void *arg, struct trail *t)
{
	(void)arg;
	ended++;
	must(t->hops <= TRAIL_HOPS);
	judge_url(buf_look(&t->url));
	for (size_t i = 0; i < t->hops; i++) {
		judge_url(span_of(t->hop[i].url));
		must(t->hop[i].kind <= HOP_REFRESH && t->hop[i].status > 0);
	}
	judge_url(trail_from(t));
	judge_url(trail_lasting(t));
	must(t->status >= 0 && t->status < 1000);
	must(text_is_utf8(span_of(t->detail)));
	must(t->server.address[0] == '\0' ||
	    strcmp(t->server.address, HOME) == 0 ||
	    t->trouble != CAUSE_FINE);
	must(memchr(t->etag, '\0', TRAIL_VALIDATOR) != NULL &&
	    memchr(t->modified, '\0', TRAIL_VALIDATOR) != NULL);
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	(void)arg;
	ended++;
	must(a->retry_after == -1 || (a->retry_after > 0 &&
	    a->retry_after <= FETCH_RETRY_MOST));
	must(a->body.n <= BODY && a->status >= 0 && a->status < 1000);
	must((a->code == CURLE_OK) == (a->error[0] == '\0'));
}

static void
wait_for(unsigned wanted)
{
	for (int i = 0; i < TURNS && ended < wanted; i++)
		event_base_loop(base, EVLOOP_ONCE);
	must(ended == wanted);
}

/* --- asking -------------------------------------------------------------------------- */

static void
ask_plainly(const char *url)
{
	struct fetch *f = fetch_new(base, "fuzz");
	const struct fetch_spec spec = { .url = url, .most = BODY,
	    .timeout = TIME, .connect_timeout = TIME };

	ended = 0;
	(void)fetch_start(f, &spec, on_answer, NULL);
	wait_for(1);
	fetch_free(f);
}

static void
go(const char *url, bool robots)
{
	const struct trips_spec spec = { .inward = &inward,
	    .user_agent = "fuzz", .timeout = TIME, .parallel = 4 };
	const struct trip_spec trip = { .url = span_of(url),
	    .etag = "\"e\"", .modified = "", .own = !robots };
	struct trips *t = trips_new(base, &spec);

	ended = 0;
	(void)trip_start(t, &trip, on_trip, NULL);
	wait_for(1);
	trips_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span all = { (const char *)at + 1, n - 1 };
	char url[64];

	if (n < 2 || n > INPUT)
		return 0;
	if (base == NULL)
		set_up();
	snprintf(url, sizeof(url), "http://" HOME ":%u/", port);
	rest = all;
	ask_plainly(url);
	rest = all;
	go(url, at[0] % 2 == 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	return 0;
}
