/*
 * The HTTP server over a loopback port: what it answers, what it refuses and
 * how, what it tells its handlers, and that nobody can hold it up.
 */
#include "hub/http_serve.h"

#include "contrib/base/clock.h"
#include "hub/http_state.h"
#include "tests/unit/hub/http_bed.h"

#define MOST 100000

static struct bed {
	struct event_base *base;
	struct http *http;
	uint16_t port;
	struct http_request *held;	/* by the route /hold */
	struct http_conn *conn;
	struct buf streamed;
	unsigned ends, unanswered, opened, closed, refused;
} bed;

static void
run_hello(void *arg, struct http_request *r)
{
	(void)arg;
	http_set(r, "X-Test", "yes");
	http_answer(r, 200, "text/plain", SPAN("hello"));
}

static void
run_hold(void *arg, struct http_request *r)
{
	(void)arg;
	bed.held = r;
	bed.conn = http_conn_of(r);
}

static void
run_echo(void *arg, struct http_request *r)
{
	(void)arg;
	http_answer(r, 200, "text/plain", http_body(r));
}

static void
head_stream(void *arg, struct http_request *r)
{
	(void)arg;
	if (http_header(r, "X-Refuse").n > 0)
		http_refuse(r, 403, "not you");
}

static void
take_stream(void *arg, struct http_request *r, struct span bytes)
{
	(void)arg, (void)r;
	buf_span(&bed.streamed, bytes);
}

static void
run_stream(void *arg, struct http_request *r)
{
	(void)arg;
	http_answer(r, 200, "text/plain", buf_look(&bed.streamed));
}

static void
end_any(void *arg, struct http_request *r)
{
	(void)arg;
	bed.ends++;
	if (!http_answered(r))
		bed.unanswered++;
	if (r == bed.held)
		bed.held = NULL;
}

static const struct http_route routes[] = {
	{ .method = "GET", .path = "/", .run = run_hello, .end = end_any },
	{ .method = "GET", .path = "/tree/*", .run = run_hello },
	{ .method = "GET", .path = "/hold", .run = run_hold,
	  .end = end_any },
	{ .method = "POST", .path = "/echo", .most = MOST, .run = run_echo,
	  .end = end_any },
	{ .method = "POST", .path = "/stream", .type = "application/xml",
	  .most = MOST, .head = head_stream, .body = take_stream,
	  .run = run_stream, .end = end_any },
};

static void
on_event(void *arg, enum http_event e)
{
	(void)arg;
	bed.opened += e == HTTP_OPENED;
	bed.closed += e == HTTP_CLOSED;
	bed.refused += e == HTTP_REFUSED;
}

static const struct http_spec spec = {
	.connections = 20, .memory = 150000, .request = 30000,
	.idle = 60000, .event = on_event,
};

/* Room for one large body, and one who waits for it. */
static const struct http_spec narrow = {
	.connections = 20, .memory = 1 << 20, .request = 600000,
	.idle = 600000, .event = on_event, .large = 100000, .line = 1,
};

static void
set_up_with(const struct http_spec *with)
{
	int fd;

	memset(&bed, 0, sizeof(bed));
	buf_init(&bed.streamed, MOST);
	bed.base = event_base_new();
	bed.http = http_serve_new(bed.base, with, routes,
	    sizeof(routes) / sizeof(routes[0]), NULL);
	fd = bed_listen(&bed.port);
	http_serve_listen(bed.http, fd, NULL);
}

static void
set_up(void)
{
	set_up_with(&spec);
}

static void
set_up_narrow(void)
{
	set_up_with(&narrow);
}

static void
tear_down(void)
{
	clock_release();
	http_serve_free(bed.http);
	event_base_free(bed.base);
	buf_clear(&bed.streamed);
	ck_assert_uint_eq(bed.opened, bed.closed);
}

#define HOST "Host: x\r\n"
#define CLOSE HOST "Connection: close\r\n\r\n"

/* A request, and what must be found in the answer; NULL: nothing more. */
static const struct {
	const char *says, *answer, *also;
} exchanges[] = {
	{ "GET / HTTP/1.1\r\n" CLOSE, "HTTP/1.1 200 OK\r\n",
	  "\r\nX-Test: yes\r\n\r\nhello" },
	{ "GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n",
	  "Connection: close\r\n" },
	{ "\r\nGET / HTTP/1.1\r\n" CLOSE, "HTTP/1.1 200 OK\r\n", "hello" },
	{ "GET /tree/a/b?c HTTP/1.1\r\n" CLOSE, "HTTP/1.1 200 OK\r\n", NULL },
	{ "GET /tree HTTP/1.1\r\n" CLOSE, "HTTP/1.1 404 Not Found\r\n",
	  "nothing is at /tree" },
	{ "PUT / HTTP/1.1\r\n" CLOSE, "HTTP/1.1 405 ",
	  "\r\nAllow: GET, HEAD\r\n" },
	{ "GET /echo HTTP/1.1\r\n" CLOSE, "HTTP/1.1 405 ",
	  "\r\nAllow: POST\r\n" },
	{ "BREW / HTTP/1.1\r\n" CLOSE, "HTTP/1.1 405 ", NULL },
	{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc",
	  "HTTP/1.1 400 ", "no body is expected" },
	{ "POST /echo HTTP/1.1\r\n" CLOSE, "HTTP/1.1 411 ", NULL },
	{ "POST /echo HTTP/1.1\r\nContent-Length: 3\r\n" CLOSE "abc",
	  "HTTP/1.1 200 OK", "\r\n\r\nabc" },
	{ "POST /echo HTTP/1.1\r\nContent-Length: 0\r\n" CLOSE,
	  "HTTP/1.1 200 OK", "Content-Length: 0\r\n" },
	{ "POST /echo HTTP/1.1\r\nContent-Length: 100001\r\n" CLOSE,
	  "HTTP/1.1 413 ", "100000 bytes, not 100001" },
	{ "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" CLOSE
	  "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "HTTP/1.1 200 OK",
	  "\r\n\r\nabcde" },
	{ "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" CLOSE
	  "0x3\r\nabc\r\n", "HTTP/1.1 400 ", "not chunked" },
	{ "POST /stream HTTP/1.1\r\nContent-Length: 3\r\n"
	  "Content-Type: text/html\r\n" CLOSE "abc", "HTTP/1.1 415 ",
	  "must be application/xml, not \"text/html\"" },
	{ "POST /stream HTTP/1.1\r\nContent-Length: 3\r\n"
	  "Content-Type: application/XML; charset=x\r\n" CLOSE "abc",
	  "HTTP/1.1 200 OK", "abc" },
	{ "POST /stream HTTP/1.1\r\nContent-Length: 3\r\nX-Refuse: 1\r\n"
	  "Content-Type: application/xml\r\n" HOST "\r\n",
	  "HTTP/1.1 403 Forbidden", "Connection: close\r\n" },
	{ "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ",
	  "exactly one Host header" },
	{ "garbage\r\n\r\n", "HTTP/1.1 400 ", "METHOD, blank, path" },
};

START_TEST(test_exchange)
{
	struct bed_client c;
	const char *got = bed_talk(&c, bed.base, bed.port,
	    exchanges[_i].says, strlen(exchanges[_i].says));

	ck_assert_msg(strncmp(got, exchanges[_i].answer,
	    strlen(exchanges[_i].answer)) == 0, "%s: %s",
	    exchanges[_i].says, got);
	if (exchanges[_i].also != NULL)
		ck_assert_msg(strstr(got, exchanges[_i].also) != NULL,
		    "%s: %s", exchanges[_i].says, got);
	bed_leave(&c);
	ck_assert_uint_eq(http_serve_memory(bed.http), 0);
}
END_TEST

START_TEST(test_head)
{
	static const char says[] = "HEAD / HTTP/1.1\r\n" CLOSE;
	struct bed_client c;
	const char *got = bed_talk(&c, bed.base, bed.port, says,
	    strlen(says));

	ck_assert_ptr_nonnull(strstr(got, "Content-Length: 5\r\n"));
	ck_assert_ptr_null(strstr(got, "hello"));
	bed_leave(&c);
}
END_TEST

/* Three requests in one piece, and their answers in their order. */
START_TEST(test_pipeline)
{
	static const char says[] = "GET / HTTP/1.1\r\n" HOST "\r\n"
	    "POST /echo HTTP/1.1\r\nContent-Length: 3\r\n" HOST "\r\nabc"
	    "GET /tree/ HTTP/1.1\r\n" CLOSE;
	struct bed_client c;
	const char *first = bed_talk(&c, bed.base, bed.port, says,
	    strlen(says));
	const char *second = strstr(first, "\r\n\r\nhelloHTTP/1.1 200");

	ck_assert_ptr_nonnull(second);
	ck_assert_ptr_nonnull(strstr(second, "\r\n\r\nabcHTTP/1.1 200"));
	ck_assert_uint_eq(bed.opened, 1);
	ck_assert_uint_eq(bed.ends, 2);
	bed_leave(&c);
}
END_TEST

START_TEST(test_in_pieces)
{
	static const char says[] = "POST /stream HTTP/1.1\r\n"
	    "Content-Type: application/xml\r\n"
	    "Transfer-Encoding: chunked\r\n" HOST "\r\n"
	    "5\r\nhello\r\n0\r\n\r\n";
	struct bed_client c;

	bed_connect(&c, bed.base, bed.port, NULL);
	for (size_t i = 0; i + 1 < sizeof(says); i++) {
		ck_assert_int_eq(send(c.fd, &says[i], 1, 0), 1);
		event_base_loop(bed.base, EVLOOP_NONBLOCK);
	}
	ck_assert(bed_until(&c, "\r\n\r\nhello"));
	ck_assert(!c.ended);
	bed_leave(&c);
}
END_TEST

START_TEST(test_continue)
{
	struct bed_client c;
	static const char head[] = "POST /echo HTTP/1.1\r\n" HOST
	    "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n";

	bed_connect(&c, bed.base, bed.port, NULL);
	bed_say(&c, head, strlen(head));
	ck_assert(bed_until(&c, "HTTP/1.1 100 Continue\r\n\r\n"));
	bed_say(&c, "abc", 3);
	ck_assert(bed_until(&c, "\r\n\r\nabc"));
	bed_leave(&c);
}
END_TEST

/* Refused at the head: the body that comes all the same is swallowed, and
 * the answer isn't lost to an RST. */
START_TEST(test_refused_early)
{
	static const char head[] = "POST /stream HTTP/1.1\r\n" HOST
	    "Content-Type: application/xml\r\nX-Refuse: 1\r\n"
	    "Content-Length: 90000\r\n\r\n";
	static const char body[90000];
	struct bed_client c;

	bed_connect(&c, bed.base, bed.port, NULL);
	bed_say(&c, head, strlen(head));
	bed_say(&c, body, sizeof(body));
	ck_assert(bed_until(&c, "403 Forbidden: not you"));
	ck_assert_uint_eq(bed.streamed.n, 0);
	ck_assert_uint_eq(bed.refused, 1);
	bed_leave(&c);
}
END_TEST

START_TEST(test_long_head)
{
	struct bed_client c;
	struct buf b;

	buf_init(&b, 40000);
	buf_text(&b, "GET / HTTP/1.1\r\na: ");
	for (int i = 0; i < 20000; i++)
		buf_byte(&b, 'x');
	ck_assert_ptr_nonnull(strstr(bed_talk(&c, bed.base, bed.port, b.at,
	    b.n), "HTTP/1.1 431 "));
	bed_leave(&c);
	buf_text(&b, "\r\n\r\n");
	ck_assert_ptr_nonnull(strstr(bed_talk(&c, bed.base, bed.port, b.at,
	    b.n), "HTTP/1.1 431 "));
	bed_leave(&c);
	buf_clear(&b);
}
END_TEST

/* Nobody says how long a chunked body is; it is bounded all the same. */
START_TEST(test_long_chunks)
{
	static const char head[] = "POST /echo HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked\r\n\r\n";
	static const char piece[1000];
	struct bed_client c;

	bed_connect(&c, bed.base, bed.port, NULL);
	bed_say(&c, head, strlen(head));
	for (int i = 0; i <= MOST / 1000; i++) {
		ck_assert_uint_le(http_serve_memory(bed.http), MOST);
		bed_say(&c, "3e8\r\n", 5);
		bed_say(&c, piece, sizeof(piece));
		bed_say(&c, "\r\n", 2);
	}
	ck_assert(bed_until(&c, "HTTP/1.1 413 "));
	bed_leave(&c);
}
END_TEST

/* What is sent ahead while a request is held stays in the kernel. */
START_TEST(test_sent_ahead)
{
	static const char says[] = "GET /hold HTTP/1.1\r\n" HOST "\r\n";
	static const char flood[65536];
	struct bed_client c;
	size_t sent = 0;
	ssize_t n;

	bed_connect(&c, bed.base, bed.port, NULL);
	bed_say(&c, says, strlen(says));
	ck_assert_ptr_nonnull(bed.held);
	for (int idle = 0; idle < 20 && sent < (64u << 20);) {
		n = send(c.fd, flood, sizeof(flood), MSG_NOSIGNAL);
		idle = n > 0 ? 0 : idle + 1;
		sent += n > 0 ? (size_t)n : 0;
		bed_turn(bed.base);
	}
	ck_assert_uint_lt(sent, 32u << 20);
	http_answer(bed.held, 200, "text/plain", SPAN("at last"));
	ck_assert(bed_until(&c, "at last"));
	ck_assert(bed_until(&c, "HTTP/1.1 431 "));
	bed_leave(&c);
}
END_TEST

/* Two bodies of 90,000 don't fit into a memory of 150,000. */
START_TEST(test_memory)
{
	static const char head[] = "POST /echo HTTP/1.1\r\n" HOST
	    "Content-Length: 90000\r\n\r\n";
	static const char body[90000];
	struct bed_client a, b;

	bed_connect(&a, bed.base, bed.port, NULL);
	bed_connect(&b, bed.base, bed.port, NULL);
	bed_say(&a, head, strlen(head));
	bed_say(&a, body, 80000);
	ck_assert_uint_eq(http_serve_memory(bed.http), 80000);
	bed_say(&b, head, strlen(head));
	ck_assert(bed_until(&b, "HTTP/1.1 503 "));
	ck_assert(bed_until(&b, "\r\nRetry-After: 5\r\n"));
	bed_leave(&b);
	bed_say(&a, body, 10000);
	ck_assert(bed_until(&a, "HTTP/1.1 200 OK"));
	bed_turn(bed.base);
	ck_assert_uint_eq(http_serve_memory(bed.http), 0);
	bed_leave(&a);
}
END_TEST

START_TEST(test_gone)
{
	static const char says[] = "GET /hold HTTP/1.1\r\n" HOST "\r\n";
	struct bed_client c;

	bed_connect(&c, bed.base, bed.port, NULL);
	bed_say(&c, says, strlen(says));
	ck_assert_ptr_nonnull(bed.held);
	bed_say(&c, "pipelined while it is held", 26);
	ck_assert_ptr_nonnull(bed.held);
	bed_leave(&c);
	for (int i = 0; i < BED_TURNS && bed.held != NULL; i++)
		bed_turn(bed.base);
	ck_assert_ptr_null(bed.held);
	ck_assert_uint_eq(bed.unanswered, 1);
	ck_assert_uint_eq(http_serve_connections(bed.http), 0);
}
END_TEST

START_TEST(test_late_answer)
{
	static const char says[] = "GET /hold HTTP/1.1\r\n" HOST "\r\n";
	struct bed_client c;

	bed_connect(&c, bed.base, bed.port, NULL);
	bed_say(&c, says, strlen(says));
	ck_assert_ptr_nonnull(bed.held);
	ck_assert_uint_eq(c.got.n, 0);
	http_answer(bed.held, 200, "text/plain", SPAN("at last"));
	ck_assert(bed_until(&c, "at last"));
	bed_turn(bed.base);
	ck_assert_uint_eq(bed.ends, 1);
	bed_say(&c, says, strlen(says));
	ck_assert_ptr_nonnull(bed.held);
	http_conn_drop(bed.conn);
	ck_assert(bed_until_end(&c));
	ck_assert_ptr_null(bed.held);
	bed_leave(&c);
}
END_TEST

/* A byte now and then doesn't hold a request open. The sweep comes once a
 * second of real time; the clock is ours. */
START_TEST(test_slow)
{
	struct bed_client c, idle;

	clock_set(1000000, 1000000);
	bed_connect(&c, bed.base, bed.port, NULL);
	bed_connect(&idle, bed.base, bed.port, NULL);
	bed_say(&c, "GET / HT", 8);
	clock_set(1029000, 1029000);
	bed_say(&c, "TP/1.1", 6);
	clock_set(1031000, 1031000);
	ck_assert(bed_until(&c, "HTTP/1.1 408 Request Timeout"));
	ck_assert(!idle.ended);
	clock_set(1062000, 1062000);
	ck_assert(bed_until_end(&idle));
	ck_assert_uint_eq(idle.got.n, 0);
	bed_leave(&c);
	bed_leave(&idle);
}
END_TEST

/* One address may hold as many connections as are still free. */
START_TEST(test_fair)
{
	struct bed_client c[12];

	for (int i = 0; i < 12; i++) {
		bed_connect(&c[i], bed.base, bed.port, NULL);
		bed_turn(bed.base);
	}
	ck_assert_uint_eq(http_serve_connections(bed.http), 10);
	ck_assert(bed_until_end(&c[11]));
	for (int i = 0; i < 12; i++)
		bed_leave(&c[i]);
}
END_TEST

#define LARGE "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 90000\r\n\r\n"

static void
begin_large(struct bed_client *c, size_t bytes)
{
	static const char body[90000];

	bed_connect(c, bed.base, bed.port, NULL);
	bed_say(c, LARGE, strlen(LARGE));
	bed_say(c, body, bytes);
}

/* Bytes that have come and nobody has looked at, of all connections. */
static size_t
lying(void)
{
	struct http_conn *c;
	size_t n = 0;

	TAILQ_FOREACH(c, &bed.http->conns, entry)
		n += evbuffer_get_length(http_link_input(c->link));
	return n;
}

/* One is inside, the next waits and isn't read, the third is sent away, and
 * a small one passes them all. */
START_TEST(test_line)
{
	static const char news[] = "POST /echo HTTP/1.1\r\n" HOST
	    "Content-Length: 4\r\n\r\nnews";
	struct bed_client a, b, c, d;

	begin_large(&a, 80000);
	begin_large(&b, 90000);
	ck_assert_uint_eq(http_serve_memory(bed.http), 80000);
	ck_assert_uint_eq(http_serve_waiting(bed.http), 1);
	ck_assert_uint_lt(lying(), 20000);	/* what came with its head */
	begin_large(&c, 0);
	ck_assert(bed_until(&c, "HTTP/1.1 503 "));
	ck_assert(bed_until(&c, "\r\nRetry-After: 1"));	/* 10 to 19 */
	bed_connect(&d, bed.base, bed.port, NULL);
	bed_say(&d, news, strlen(news));
	ck_assert(bed_until(&d, "HTTP/1.1 200 OK"));
	ck_assert_uint_eq(b.got.n, 0);
	bed_say(&a, (const char[10000]){ 0 }, 10000);
	ck_assert(bed_until(&a, "HTTP/1.1 200 OK"));
	ck_assert(bed_until(&b, "HTTP/1.1 200 OK"));
	bed_turn(bed.base);
	ck_assert_uint_eq(http_serve_memory(bed.http), 0);
	ck_assert_uint_eq(http_serve_waiting(bed.http), 0);
	bed_leave(&a);
	bed_leave(&b);
	bed_leave(&c);
	bed_leave(&d);
}
END_TEST

/* Nobody waits for ever; and who hangs up meanwhile is in nobody's way. */
START_TEST(test_line_late)
{
	struct bed_client a, b, c;

	clock_set(1000000, 1000000);
	begin_large(&a, 80000);
	begin_large(&b, 0);
	clock_set(1061000, 1061000);
	ck_assert(bed_until(&b, "HTTP/1.1 503 "));
	ck_assert_uint_eq(http_serve_waiting(bed.http), 0);
	bed_leave(&b);
	begin_large(&b, 0);
	ck_assert_uint_eq(http_serve_waiting(bed.http), 1);
	bed_leave(&b);
	bed_leave(&a);
	begin_large(&c, 90000);
	ck_assert(bed_until(&c, "HTTP/1.1 200 OK"));
	bed_leave(&c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("http");
	TCase *t = tcase_create("http"), *narrow_t = tcase_create("line");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, test_exchange, 0,
	    sizeof(exchanges) / sizeof(exchanges[0]));
	tcase_add_test(t, test_head);
	tcase_add_test(t, test_pipeline);
	tcase_add_test(t, test_in_pieces);
	tcase_add_test(t, test_continue);
	tcase_add_test(t, test_refused_early);
	tcase_add_test(t, test_long_head);
	tcase_add_test(t, test_long_chunks);
	tcase_add_test(t, test_sent_ahead);
	tcase_add_test(t, test_memory);
	tcase_add_test(t, test_gone);
	tcase_add_test(t, test_late_answer);
	tcase_add_test(t, test_slow);
	tcase_add_test(t, test_fair);
	tcase_add_checked_fixture(narrow_t, set_up_narrow, tear_down);
	tcase_add_test(narrow_t, test_line);
	tcase_add_test(narrow_t, test_line_late);
	suite_add_tcase(s, narrow_t);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
