/*
 * The home page, asked on this machine, of a server that answers, says no,
 * hangs up, is gone; and what of it the hub is told.
 */
#include "agent/home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/agent/httpkit.h"

#define EVERY 30		/* ms */

static struct fetch *fetch;
static struct home *home;
static struct config_top top;
static struct config_source source;
static struct config config;
static char url[100], connect_to[100], asked[200];
static unsigned port, asks, changes;
static struct {
	int status;
	bool hangs_up;
	size_t length;
	const char *text, *refresh;	/* instead; or NULL */
} server;

static void
on_request(struct evhttp_request *r, void *arg)
{
	const char *host = evhttp_find_header(
	    evhttp_request_get_input_headers(r), "Host");
	struct evbuffer *out;

	(void)arg;
	snprintf(asked, sizeof(asked), "%s%s", host != NULL ? host : "",
	    evhttp_request_get_uri(r));
	asks++;
	if (server.hangs_up) {
		evhttp_connection_free(evhttp_request_get_connection(r));
		return;
	}
	out = evbuffer_new();
	for (size_t i = 0; server.text == NULL && i < server.length; i++)
		evbuffer_add(out, "x", 1);
	if (server.text != NULL)
		evbuffer_add(out, server.text, strlen(server.text));
	if (server.refresh != NULL)
		evhttp_add_header(evhttp_request_get_output_headers(r),
		    "Refresh", server.refresh);
	evhttp_send_reply(r, server.status, "", out);
	evbuffer_free(out);
}

static void
serve(const char *address, unsigned at)
{
	port = http_open(address, at);
	evhttp_set_gencb(http, on_request, NULL);
}

static void
on_changed(void *arg)
{
	ck_assert(arg == &changes);
	changes++;
}

static void
set_up(void)
{
	static char nothing[] = "";

	log_sink(no_log);
	base = event_base_new();
	fetch = fetch_new(base, "test");
	server.status = 200;
	server.hangs_up = false;
	server.length = 10;
	server.text = server.refresh = NULL;
	asks = changes = 0;
	top = (struct config_top){ .home = nothing, .home_connect = nothing,
		.home_every = EVERY };
	source = (struct config_source){ .url = url };
	config = (struct config){ .top = &top, .count = 1,
		.source = { { "web", &source } } };
	serve("127.0.0.1", 0);
}

static void
tear_down(void)
{
	home_free(home);
	home = NULL;
	http_close();
	fetch_free(fetch);
	event_base_free(base);
	log_sink(NULL);
}

static void
start(void)
{
	const struct home_host host = { .base = base, .fetch = fetch,
		.config = &config, .arg = &changes, .changed = on_changed };

	home = home_new(&host);
}

static struct health
look(void)
{
	struct health h = { .told = true };

	home_health(home, &h);
	return h;
}

static json_int_t
status_number(const char *name)
{
	json_t *o = home_status(home);
	json_int_t n = json_integer_value(json_object_get(o, name));

	json_decref(o);
	return n;
}

static bool
status_says(const char *name, const char *text)
{
	json_t *o = home_status(home);
	const char *s = json_string_value(json_object_get(o, name));
	bool same = s != NULL && strcmp(s, text) == 0;

	json_decref(o);
	return same;
}

/* By a name that leads nowhere, and no address of it but the one set. */
START_TEST(where_it_is_set)
{
	snprintf(connect_to, sizeof(connect_to), "127.0.0.1:%u", port);
	top.home_connect = connect_to;
	snprintf(url, sizeof(url), "http://www.site.invalid/sub/dir/");
	start();
	ck_assert_int_eq(look().home_at, 0);
	WAIT_FOR(look().home_status == 200);
	ck_assert_str_eq(asked, "www.site.invalid/");
	ck_assert(look().home_at > 0 && look().home_ms < PATIENCE);
	ck_assert_int_eq(look().home_error, HEALTH_FINE);
	ck_assert_uint_eq(changes, 1);
	WAIT_FOR(asks > 3);
	ck_assert_uint_eq(changes, 1);
	/* A redirect is an answer; it isn't followed. */
	server.status = 301;
	WAIT_FOR(look().home_status == 301);
	ck_assert_uint_eq(changes, 1);
	server.status = 503;
	WAIT_FOR(look().home_status == 503);
	ck_assert_uint_eq(changes, 2);
	server.hangs_up = true;
	WAIT_FOR(look().home_error == HEALTH_CUT);
	ck_assert_uint_eq(look().home_status, 0);
	http_close();
	WAIT_FOR(look().home_error == HEALTH_REFUSED);
	ck_assert_uint_eq(changes, 2);
	ck_assert(status_says("error", "refused"));
	serve("127.0.0.1", port);
	server.hangs_up = false;
	server.status = 200;
	WAIT_FOR(look().home_status == 200);
	ck_assert_uint_eq(changes, 3);
	ck_assert_int_eq(look().home_error, HEALTH_FINE);
}
END_TEST

/* Where it is set, it is told from the beginning that nobody answers. */
START_TEST(set_and_not_there)
{
	snprintf(connect_to, sizeof(connect_to), "127.0.0.1:%u", port);
	top.home_connect = connect_to;
	snprintf(url, sizeof(url), "http://www.site.invalid/");
	http_close();
	start();
	WAIT_FOR(look().home_error == HEALTH_REFUSED);
	ck_assert(look().home_at > 0);
}
END_TEST

/* Without, this machine is tried, by the port of the address. */
START_TEST(found_here)
{
	snprintf(url, sizeof(url), "http://www.site.invalid:%u/a/", port);
	start();
	WAIT_FOR(look().home_status == 200);
	http_close();
	WAIT_FOR(look().home_error == HEALTH_REFUSED);
	ck_assert(look().home_at > 0);
}
END_TEST

/* It isn't here; the name leads to it. */
START_TEST(found_by_name)
{
	unsigned at = port;

	http_close();
	serve("127.0.0.2", at);
	snprintf(url, sizeof(url), "http://127.0.0.2:%u/", at);
	start();
	WAIT_FOR(look().home_status == 200);
	ck_assert_uint_gt(asks, 0);
}
END_TEST

/* Nothing has ever answered: perhaps the page is elsewhere. */
START_TEST(never_found)
{
	snprintf(url, sizeof(url), "http://www.site.invalid:%u/", port);
	http_close();
	start();
	WAIT_FOR(status_number("ms") > 0 || status_says("error", "name"));
	turn_loop(4 * EVERY);
	ck_assert_int_eq(look().home_at, 0);
	WAIT_FOR(status_says("error", "name"));
	serve("127.0.0.1", port);
	WAIT_FOR(look().home_status == 200);
}
END_TEST

START_TEST(long_page)
{
	server.length = 3u << 20;
	snprintf(url, sizeof(url), "http://www.site.invalid:%u/", port);
	start();
	WAIT_FOR(look().home_at > 0);
	ck_assert_uint_eq(look().home_status, 200);
	ck_assert_int_eq(look().home_error, HEALTH_FINE);
}
END_TEST

/* What is otherwise is asked again sooner; what stays so isn't. */
START_TEST(news)
{
	int64_t begun[2], again[2];

	top.home_every = 6000;
	snprintf(connect_to, sizeof(connect_to), "127.0.0.1:%u", port);
	top.home_connect = connect_to;
	snprintf(url, sizeof(url), "http://www.site.invalid/");
	start();
	WAIT_FOR(look().home_status == 200);
	for (unsigned i = 0; i < 2; i++) {
		unsigned before = asks;

		server.status = i == 0 ? 503 : 200;
		WAIT_FOR(asks == before + 1);
		begun[i] = clock_mono();
		WAIT_FOR(asks == before + 2);
		again[i] = clock_mono();
	}
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_ge(again[i] - begun[i], 1900);
		ck_assert_int_lt(again[i] - begun[i], 5500);
	}
	ck_assert_int_ge(begun[1] - again[0], 5900);
}
END_TEST

/* 200, and nothing in it: for visitors it is down, and so it is for the hub,
 * which sees it from outside. */
START_TEST(empty_page)
{
	snprintf(connect_to, sizeof(connect_to), "127.0.0.1:%u", port);
	top.home_connect = connect_to;
	snprintf(url, sizeof(url), "http://www.site.invalid/");
	server.text = "\xef\xbb\xbf \r\n\t";
	start();
	WAIT_FOR(look().home_error == HEALTH_EMPTY);
	ck_assert_uint_eq(look().home_status, 0);
	ck_assert(status_says("error", "empty"));
	ck_assert_int_eq(status_number("status"), 200);
	ck_assert_uint_eq(changes, 1);
	server.text = "x";
	WAIT_FOR(look().home_status == 200);
	ck_assert_uint_eq(changes, 2);
	server.text = "";
	WAIT_FOR(look().home_error == HEALTH_EMPTY);
	ck_assert_uint_eq(changes, 3);
	server.refresh = "0; url=/a/";
	WAIT_FOR(look().home_status == 200);
	server.refresh = NULL;
	server.status = 302;
	WAIT_FOR(look().home_status == 302);
}
END_TEST

/* Another server is on this machine, and has nothing to say. */
START_TEST(empty_here)
{
	unsigned at = port;

	server.text = "";
	snprintf(url, sizeof(url), "http://127.0.0.2:%u/", at);
	start();
	WAIT_FOR(asks > 1);
	ck_assert_int_eq(look().home_at, 0);
	ck_assert(status_says("error", "refused"));
}
END_TEST

/* Another page than the sources', none, and nothing to be asked. */
START_TEST(what_is_set)
{
	static char off[] = "off", page[100];
	struct health h = { .told = true };

	snprintf(url, sizeof(url), "http://www.site.invalid:1/");
	snprintf(page, sizeof(page), "http://portal.invalid:%u/start", port);
	top.home = page;
	start();
	WAIT_FOR(look().home_status == 200);
	ck_assert_ptr_nonnull(strstr(asked, "/start"));
	home_free(home);
	top.home = off;
	start();
	ck_assert_ptr_null(home);
	home_health(NULL, &h);
	ck_assert_int_eq(h.home_at, 0);
	ck_assert_int_eq(status_number("ms"), 0);
	top.home = page + strlen(page);
	config.count = 0;
	start();
	ck_assert_ptr_null(home);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("home");
	TCase *t = tcase_create("home");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, where_it_is_set);
	tcase_add_test(t, set_and_not_there);
	tcase_add_test(t, found_here);
	tcase_add_test(t, found_by_name);
	tcase_add_test(t, never_found);
	tcase_add_test(t, long_page);
	tcase_add_test(t, news);
	tcase_add_test(t, empty_page);
	tcase_add_test(t, empty_here);
	tcase_add_test(t, what_is_set);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
