/*
 * Whatever comes, the HTTP server answers or hangs up: bytes are sent to a
 * real one over loopback, in pieces that the first byte chooses. Afterwards
 * no connection, no request and no byte of a body may be left.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "hub/http_chunks.h"
#include "hub/http_query.h"
#include "hub/http_serve.h"

#define MOST 4096
#define TURNS 2000

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static struct event_base *base;
static struct http *server;
static struct sockaddr_in address;
static long begun, ended;

static void
on_head(void *arg, struct http_request *r)
{
	(void)arg;
	begun++;
	if (http_header(r, "X-Refuse").n > 0)
		http_refuse(r, 403, "no");
}

static void
on_body(void *arg, struct http_request *r, struct span bytes)
{
	(void)arg, (void)r;
	must(bytes.n > 0 && bytes.n <= MOST);
	if (bytes.at[0] == '!')
		http_refuse(r, 400, "no");
}

static void
on_run(void *arg, struct http_request *r)
{
	struct buf b;

	(void)arg;
	buf_init(&b, 100);
	(void)http_query_get(http_query(r), "a", &b);
	http_answer(r, 200, "text/plain", buf_look(&b));
	buf_clear(&b);
}

static void
on_hold(void *arg, struct http_request *r)
{
	(void)arg, (void)r;
}

static void
on_end(void *arg, struct http_request *r)
{
	(void)arg, (void)r;
	ended++;
}

static const struct http_route routes[] = {
	{ .method = "GET", .path = "/hold", .head = on_head, .run = on_hold,
	  .end = on_end },
	{ .method = "GET", .path = "/*", .head = on_head, .run = on_run,
	  .end = on_end },
	{ .method = "POST", .path = "/s", .type = "a/b", .most = MOST,
	  .head = on_head, .body = on_body, .run = on_run, .end = on_end },
	{ .method = "POST", .path = "/c", .most = MOST, .head = on_head,
	  .run = on_run, .end = on_end },
};

static const struct http_spec spec = { .connections = 64,
	.memory = MOST + MOST / 2, .request = 30000, .idle = 30000 };

static void
set_up(void)
{
	socklen_t n = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	signal(SIGPIPE, SIG_IGN);
	log_open("fuzz", LOG_LEVEL_ERROR);
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(bind(fd, (struct sockaddr *)&address, n) == 0 &&
	    listen(fd, 8) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &n) == 0);
	base = event_base_new();
	server = http_serve_new(base, &spec, routes,
	    sizeof(routes) / sizeof(routes[0]), NULL);
	http_serve_listen(server, fd, NULL);
}

static void
turn(int client)
{
	char drop[4096];

	event_base_loop(base, EVLOOP_NONBLOCK);
	while (recv(client, drop, sizeof(drop), MSG_DONTWAIT) > 0)
		;
}

/* A chunked body read in one piece, or byte by byte, is the same body. */
static void
chunks_agree(const uint8_t *at, size_t n)
{
	struct http_chunks a, b;
	struct span whole = { .at = (const char *)at, .n = n }, data;
	bool good = true, same = true;
	size_t one = 0, other = 0;

	http_chunks_init(&a);
	http_chunks_init(&b);
	while (whole.n > 0 && !http_chunks_done(&a) &&
	    (good = http_chunks_next(&a, &whole, &data)))
		one += data.n;
	for (size_t i = 0; i < n && same && !http_chunks_done(&b); i++) {
		struct span byte = { .at = (const char *)at + i, .n = 1 };

		if ((same = http_chunks_next(&b, &byte, &data)))
			other += data.n;
	}
	must(good == same && one == other &&
	    http_chunks_done(&a) == http_chunks_done(&b));
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	size_t piece, sent = 0;
	int client;

	if (n == 0 || n > 65536)
		return 0;
	if (base == NULL)
		set_up();
	chunks_agree(at + 1, n - 1);
	piece = at[0] < 128 ? (size_t)at[0] + 1 : n;
	client = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(client, (struct sockaddr *)&address,
	    sizeof(address)) != 0) {
		close(client);		/* out of ports: no finding */
		return 0;
	}
	for (at++, n--; sent < n; sent += piece) {
		if (send(client, at + sent, n - sent < piece ? n - sent :
		    piece, MSG_NOSIGNAL) < 0)
			break;
		turn(client);
	}
	turn(client);
	close(client);
	for (int i = 0; i < TURNS && http_serve_connections(server) > 0; i++)
		event_base_loop(base, EVLOOP_ONCE);
	must(http_serve_connections(server) == 0);
	must(http_serve_memory(server) == 0 && begun == ended);
	return 0;
}
