/*
 * What comes of a trip to a home page: pages that are blank or broken off are
 * none, and what has no words, or is longer than is read, is one.
 */
#include "hub/home_answer.h"

#include <stdio.h>

#include "contrib/base/text.h"
#include "hub/trip.h"
#include "tests/unit/hub/http_bed.h"

#define OK "HTTP/1.1 200 OK\r\nConnection: close\r\n"
#define HTML OK "Content-Type: text/html\r\n"
#define HEAD "<html><head><title>t</title></head>"

static struct event_base *base;
static struct trips *trips;
static struct inward inward;
static struct event *listening;
static struct buf said;			/* by the server */
static uint16_t port;
static struct home_look look;
static bool done;

static void
on_request(evutil_socket_t fd, short what, void *arg)
{
	char request[4096];

	(void)what, (void)arg;
	ck_assert_int_gt(recv(fd, request, sizeof(request), 0), 0);
	ck_assert_int_eq(send(fd, said.at, said.n, MSG_NOSIGNAL),
	    (ssize_t)said.n);
	close(fd);
}

static void
on_guest(evutil_socket_t fd, short what, void *arg)
{
	(void)what, (void)arg;
	ck_assert_int_eq(event_base_once(base, accept(fd, NULL, NULL),
	    EV_READ, on_request, NULL, NULL), 0);
}

static void
set_up(void)
{
	struct trips_spec spec = { .inward = &inward, .user_agent = "t",
	    .timeout = 5000, .parallel = 1, .patience = 1000 };
	struct buf why;

	buf_init(&why, 1024);
	buf_init(&said, 1 << 20);
	ck_assert(inward_allow(&inward, SPAN("127.0.0.0/8"), &why));
	buf_clear(&why);
	base = event_base_new();
	trips = trips_new(base, &spec);
	listening = event_new(base, bed_listen(&port), EV_READ | EV_PERSIST,
	    on_guest, NULL);
	event_add(listening, NULL);
}

static void
tear_down(void)
{
	close(event_get_fd(listening));
	event_free(listening);
	trips_free(trips);
	event_base_free(base);
	buf_clear(&said);
}

static void
on_trip(void *arg, struct trail *t)
{
	(void)arg;
	look = (struct home_look){ .at = 0 };
	home_answer(&look, t);
	done = true;
}

/* Of a look that is asked for with this validator. */
static enum cause
cause_of(const char *answer, const char *etag)
{
	struct trip_spec spec = { .etag = etag, .modified = "", .own = true };
	char url[64];

	if (answer != NULL) {
		buf_reset(&said);
		buf_text(&said, answer);
	}
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
	spec.url = span_of(url);
	done = false;
	trip_start(trips, &spec, on_trip, NULL);
	for (int i = 0; !done && i < BED_TURNS; i++)
		bed_turn(base);
	ck_assert(done);
	return look.cause;
}

START_TEST(nothing_is_no_page)
{
	static const char *const blank[] = {
		HTML "Content-Length: 0\r\n\r\n",
		HTML "\r\n",
		OK "Content-Length: 0\r\n\r\n",
		HTML "Content-Length: 7\r\n\r\n\xef\xbb\xbf\r\n \t",
		HTML "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
		"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n",
	};

	for (size_t i = 0; i < sizeof(blank) / sizeof(blank[0]); i++) {
		ck_assert_msg(cause_of(blank[i], "") == CAUSE_EMPTY,
		    "%zu: %s", i, cause_name(look.cause));
		ck_assert(!look.has_page);
	}
	ck_assert_str_eq(look.detail, "304");
	ck_assert_int_eq(cause_of(NULL, "\"e\""), CAUSE_UNCHANGED);
}
END_TEST

/* Frames, scripts, what sends on by a header: not a word, and yet pages. */
START_TEST(few_words_are_a_page)
{
	static const char *const page[] = {
		HTML "\r\n<frameset cols='*'><frame src='/a.htm'></frameset>",
		HTML "\r\n<script src='/app.js'></script>",
		HTML "\r\n<meta http-equiv=refresh content='5; url=/i.htm'>",
		HTML "\r\n<body background=a.jpg>",
		HTML "Refresh: 0; url=/i.htm\r\nContent-Length: 0\r\n\r\n",
	};

	for (size_t i = 0; i < sizeof(page) / sizeof(page[0]); i++) {
		ck_assert_msg(cause_of(page[i], "") == CAUSE_FINE, "%zu: %s",
		    i, cause_name(look.cause));
		ck_assert(look.has_page);
	}
}
END_TEST

START_TEST(half_a_page_is_none)
{
	ck_assert_int_eq(cause_of(HTML "Content-Length: 5000\r\n\r\n" HEAD
	    "<p>beg", ""), CAUSE_CUT_SHORT);
	ck_assert(!look.has_page);
	ck_assert_str_eq(look.detail, "200");
	ck_assert_int_eq(cause_of(HTML "Content-Length: 9\r\n\r\n", ""),
	    CAUSE_CUT_SHORT);
	ck_assert_int_eq(cause_of(HTML "Transfer-Encoding: chunked\r\n\r\n"
	    "3\r\n<p>\r\n", ""), CAUSE_CUT_SHORT);
	/* Whoever says too long a length has sent all; whoever says none
	 * ends with the connection. */
	ck_assert_int_eq(cause_of(HTML "Content-Length: 5000\r\n\r\n" HEAD
	    "<p>x</HTML>\n", ""), CAUSE_FINE);
	ck_assert_int_eq(cause_of(HTML "\r\n" HEAD "<p>beg", ""), CAUSE_FINE);
	/* A gambler's is told as what it is. */
	ck_assert_int_eq(cause_of(HTML "Content-Length: 5000\r\n\r\n"
	    "<title>x</title>casino jackpot baccarat", ""), CAUSE_FINE);
	ck_assert(look.has_page && look.bad[0] != '\0');
}
END_TEST

/* More than is read of any page: our end, not the page's. */
START_TEST(a_long_page_is_one)
{
	buf_reset(&said);
	buf_text(&said, HTML "Content-Length: 300000\r\n\r\n" HEAD);
	while (said.n < 300000)
		buf_text(&said, "<p>one line of very many lines of it\n");
	ck_assert_int_eq(cause_of(NULL, ""), CAUSE_FINE);
	ck_assert(look.has_page);
}
END_TEST

int
main(void)
{
	TCase *c = tcase_create("answer");
	Suite *s = suite_create("home_answer");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, nothing_is_no_page);
	tcase_add_test(c, few_words_are_a_page);
	tcase_add_test(c, half_a_page_is_none);
	tcase_add_test(c, a_long_page_is_one);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
