/* fetch: requests against a small server on the same loop. */
#include "contrib/base/fetch.h"

#include <arpa/inet.h>
#include <check.h>
#include <dlfcn.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contrib/base/clock.h"

#define NAMELESS "nameless.test"	/* of whose servers none answers … */
#define RESOLVER 8			/* … and who gives up after so many s */

/* In the place of the C library's: for curl, too. */
int
getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **found)
{
	int (*real)(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);

	if (name != NULL && strcmp(name, NAMELESS) == 0) {
		sleep(RESOLVER);
		return EAI_AGAIN;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real(name, service, hints, found);
}

static struct event_base *base;
static struct evhttp *server;
static struct fetch *fetch;
static int port;
static unsigned connections, answers;
static char body[4096], error[300];
static struct fetch_answer last;
static bool free_in_answer;
static uint32_t patience;		/* ms */

static void
serve(struct evhttp_request *r, void *arg)
{
	const char *path = evhttp_request_get_uri(r);
	struct evkeyvalq *head = evhttp_request_get_output_headers(r);
	struct evbuffer *in = evhttp_request_get_input_buffer(r);
	struct evbuffer *out = evbuffer_new();
	const char *type = evhttp_find_header(
	    evhttp_request_get_input_headers(r), "Content-Type");
	int status = 200;

	(void)arg;
	if (evhttp_request_get_command(r) == EVHTTP_REQ_CONNECT)
		status = 403;
	if (strcmp(path, "/slow") == 0) {
		evbuffer_free(out);
		return;
	}
	if (strcmp(path, "/redirect") == 0) {
		status = 302;
		evhttp_add_header(head, "Location", "/echo");
	} else if (strcmp(path, "/busy") == 0) {
		status = 503;
		evhttp_add_header(head, "Retry-After", "7");
	} else if (strcmp(path, "/never") == 0) {
		status = 503;
		evhttp_add_header(head, "Retry-After",
		    "9223372036854775807");
	} else if (strcmp(path, "/heads") == 0) {
		for (int i = 0; i < 3000; i++)
			evhttp_add_header(head, "X-Much",
			    "0123456789012345678901234567890123456789");
	}
	evhttp_add_header(head, "Content-Type", "text/x; a=b");
	evbuffer_add_printf(out, "%s|", type != NULL ? type : "");
	evbuffer_add_buffer(out, in);
	evhttp_send_reply(r, status, NULL, out);
	evbuffer_free(out);
}

static struct bufferevent *
count_connection(struct event_base *b, void *arg)
{
	(void)arg;
	connections++;
	return bufferevent_socket_new(b, -1, 0);
}

static void
set_up(void)
{
	struct evhttp_bound_socket *bound;
	struct sockaddr_in at;
	socklen_t n = sizeof(at);

	base = event_base_new();
	server = evhttp_new(base);
	evhttp_set_gencb(server, serve, NULL);
	evhttp_set_allowed_methods(server, EVHTTP_REQ_GET | EVHTTP_REQ_POST |
	    EVHTTP_REQ_CONNECT);
	evhttp_set_bevcb(server, count_connection, NULL);
	bound = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
	getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at,
	    &n);
	port = ntohs(at.sin_port);
	fetch = fetch_new(base, "zhanqun/test");
	patience = 30000;
}

static void
tear_down(void)
{
	fetch_free(fetch);
	evhttp_free(server);
	event_base_free(base);
}

static void
on_done(void *arg, const struct fetch_answer *a)
{
	(void)arg;
	answers++;
	last = *a;
	snprintf(body, sizeof(body), "%.*s", SPAN_ARGS(a->body));
	snprintf(error, sizeof(error), "%s", a->error);
	if (free_in_answer) {
		fetch_free(fetch);
		fetch = NULL;
	}
	event_base_loopbreak(base);
}

static struct fetch_request *
start(const char *path, const char *type, struct span text)
{
	static char url[300];
	struct fetch_spec spec = { .url = url, .type = type, .body = text,
		.most = 100, .timeout = patience,
		.connect_timeout = patience };

	if (path[0] == '/')
		snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port,
		    path);
	else
		snprintf(url, sizeof(url), "%s", path);
	return fetch_start(fetch, &spec, on_done, NULL);
}

static void
ask(const char *path, const char *type, struct span text)
{
	unsigned before = answers;

	start(path, type, text);
	ck_assert_uint_eq(answers, before);
	event_base_dispatch(base);
	ck_assert_uint_eq(answers, before + 1);
}

START_TEST(answers_come_once_over_a_kept_connection)
{
	ask("/echo", "text/y", SPAN("hello"));
	ck_assert_int_eq(last.code, CURLE_OK);
	ck_assert_int_eq(last.status, 200);
	ck_assert_str_eq(body, "text/y|hello");
	ck_assert_str_eq(error, "");
	ck_assert_int_eq(last.retry_after, -1);
	ask("/echo", NULL, SPAN_NONE);
	ck_assert_str_eq(body, "|");
	ask("/busy", "text/y", SPAN_NONE);
	ck_assert_int_eq(last.status, 503);
	ck_assert_int_eq(last.retry_after, 7000);
	ask("/never", "text/y", SPAN_NONE);
	ck_assert_int_eq(last.retry_after, FETCH_RETRY_MOST);
	ck_assert_uint_eq(connections, 1);
	fetch_forget_connections(fetch);
	ask("/echo", NULL, SPAN_NONE);
	ck_assert_uint_eq(connections, 2);
}
END_TEST

START_TEST(nothing_leads_it_elsewhere)
{
	ask("/redirect", NULL, SPAN_NONE);
	ck_assert_int_eq(last.status, 302);
	ask("file:///etc/passwd", NULL, SPAN_NONE);
	ck_assert_int_eq(last.code, CURLE_UNSUPPORTED_PROTOCOL);
	ck_assert_str_ne(error, "");
	ask("http://", NULL, SPAN_NONE);
	ck_assert_int_eq(last.code, CURLE_URL_MALFORMAT);
}
END_TEST

START_TEST(answers_are_bounded)
{
	char big[101];

	memset(big, 'x', sizeof(big));
	ask("/echo", "t", (struct span){ big, 98 });
	ck_assert(!last.too_long && last.code == CURLE_OK);
	ask("/echo", "t", (struct span){ big, 99 });
	ck_assert(last.too_long);
	ck_assert_int_eq(last.code, CURLE_FILESIZE_EXCEEDED);
	ck_assert(strstr(error, "longer than 100 bytes") != NULL);
	ask("/heads", NULL, SPAN_NONE);
	ck_assert_int_ne(last.code, CURLE_OK);
	patience = 300;
	ask("/slow", NULL, SPAN_NONE);
	ck_assert_int_eq(last.code, CURLE_OPERATION_TIMEDOUT);
}
END_TEST

START_TEST(what_is_cancelled_is_not_answered)
{
	struct fetch_request *r = start("/echo", NULL, SPAN_NONE);

	fetch_cancel(r);
	ask("/busy", NULL, SPAN_NONE);
	ck_assert_uint_eq(answers, 1);
	start("/slow", NULL, SPAN_NONE);
	fetch_forget_connections(fetch);
	event_base_loop(base, EVLOOP_NONBLOCK);
	free_in_answer = true;
	ask("/echo", NULL, SPAN_NONE);
	ck_assert(fetch == NULL);
	ck_assert_uint_eq(answers, 2);
}
END_TEST

/* Else who asks for one name that doesn't resolve asks for nothing else
 * meanwhile, and all that was under way then has taken so long. */
START_TEST(a_resolver_that_hangs_holds_up_nobody)
{
	int64_t began = clock_mono();

	patience = 300;
	ask("http://" NAMELESS "/", NULL, SPAN_NONE);
	ck_assert_int_eq(last.code, CURLE_OPERATION_TIMEDOUT);
	ck_assert_int_lt(clock_mono() - began, RESOLVER * 1000 / 2);
	began = clock_mono();
	patience = 30000;
	fetch_cancel(start("http://" NAMELESS "/", NULL, SPAN_NONE));
	event_base_loop(base, EVLOOP_NONBLOCK);
	ask("/echo", NULL, SPAN_NONE);
	ck_assert_int_eq(last.status, 200);
	ck_assert_int_lt(clock_mono() - began, RESOLVER * 1000 / 2);
	sleep(RESOLVER + 1);	/* its threads end by themselves */
}
END_TEST

static void
by_proxy(void *arg, CURL *curl)
{
	char at[40];

	(void)arg;
	snprintf(at, sizeof(at), "http://127.0.0.1:%d", port);
	curl_easy_setopt(curl, CURLOPT_PROXY, at);
}

/* That it is the proxy who says no is known, whatever curl calls the end. */
START_TEST(a_proxy_says_no)
{
	struct fetch_spec spec = { .url = "https://hub.example/v1/",
		.most = 100, .timeout = 3000, .connect_timeout = 3000,
		.prepare = by_proxy };

	ck_assert_ptr_nonnull(fetch_start(fetch, &spec, on_done, NULL));
	event_base_dispatch(base);
	ck_assert_uint_ne(last.code, CURLE_OK);
	ck_assert_int_eq(last.proxied, 403);
	ask("/echo", NULL, SPAN_NONE);
	ck_assert_int_eq(last.proxied, 0);
}
END_TEST

/* Who answers whatever is asked with these bytes, once. */
static int
say_once(const char *bytes, pid_t *child)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char asked[1000];

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	*child = fork();
	if (*child == 0) {
		int peer = accept(fd, NULL, NULL);

		_exit(read(peer, asked, sizeof(asked)) <= 0 ||
		    write(peer, bytes, strlen(bytes)) < 0);
	}
	close(fd);
	return ntohs(a.sin_port);
}

/* curl takes such a one for the status of an answer by HTTP/2. */
START_TEST(a_status_has_three_digits)
{
	static const char *const odd[] = { "HTTP/223372036854775807\r\n\r\n",
		"HTTP/2 -5\r\n\r\n", "HTTP/2 4000000000\r\n\r\n" };
	char url[64];
	pid_t child;
	int how;

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		snprintf(url, sizeof(url), "http://127.0.0.1:%d/",
		    say_once(odd[i], &child));
		ask(url, NULL, SPAN_NONE);
		ck_assert_int_eq(waitpid(child, &how, 0), child);
		ck_assert_msg(last.status == 0 && last.code != CURLE_OK,
		    "%s: %ld", odd[i], last.status);
		ck_assert_str_ne(error, "");
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fetch");
	TCase *t = tcase_create("fetch");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, answers_come_once_over_a_kept_connection);
	tcase_add_test(t, nothing_leads_it_elsewhere);
	tcase_add_test(t, answers_are_bounded);
	tcase_add_test(t, what_is_cancelled_is_not_answered);
	tcase_add_test(t, a_proxy_says_no);
	tcase_add_test(t, a_status_has_three_digits);
	tcase_add_test(t, a_resolver_that_hangs_holds_up_nobody);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
