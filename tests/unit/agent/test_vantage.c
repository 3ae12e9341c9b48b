/*
 * A look at another's page, because the hub asks: what it comes to, and all
 * that is not looked at.
 */
#include "agent/vantage.h"

#include "tests/unit/agent/httpkit.h"
#include "tests/unit/agent/storekit.h"

#define NOW 1795219200000	/* the hub's clock is another than ours */

static struct fetch *fetch;
static struct store *store;
static struct vantage *vantage;
static struct config_top top;
static char url[100], user_agent[200];
static unsigned asks, seen;
static struct {
	int status;
	size_t length;
	bool mute;
} server;

static void
on_request(struct evhttp_request *r, void *arg)
{
	const char *agent = evhttp_find_header(
	    evhttp_request_get_input_headers(r), "User-Agent");
	struct evbuffer *out;

	(void)arg;
	snprintf(user_agent, sizeof(user_agent), "%s", agent);
	asks++;
	if (server.mute)
		return;
	out = evbuffer_new();
	for (size_t i = 0; i < server.length; i++)
		evbuffer_add(out, "x", 1);
	evhttp_add_header(evhttp_request_get_output_headers(r), "Location",
	    "/elsewhere");
	evhttp_send_reply(r, server.status, "", out);
	evbuffer_free(out);
}

static void
serve(void)
{
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/",
	    http_open("127.0.0.1", 0));
	evhttp_set_gencb(http, on_request, NULL);
}

static void
on_seen(void *arg)
{
	ck_assert(arg == &seen);
	seen++;
}

static void
start(void)
{
	const struct vantage_host host = { .fetch = fetch, .store = store,
		.top = &top, .arg = &seen, .seen = on_seen };

	vantage_free(vantage);
	vantage = vantage_new(&host);
}

static void
set_up(void)
{
	static char networks[] = "127.0.0.0/8";

	log_sink(no_log);
	kit_make_dir();
	store = kit_open(KIT_LIMIT);
	base = event_base_new();
	fetch = fetch_new(base, "test");
	server.status = 200;
	server.length = 10;
	server.mute = false;
	asks = seen = 0;
	top = (struct config_top){ .look_for_others = true, .look_most = 3,
		.look_networks = networks };
	serve();
	start();
}

static void
tear_down(void)
{
	vantage_free(vantage);
	vantage = NULL;
	http_close();
	fetch_free(fetch);
	event_base_free(base);
	store_close(store);
	kit_remove_dir();
	log_sink(NULL);
}

static void
ask(uint64_t task, const char *of, int64_t life)
{
	vantage_take(vantage, &(struct vantage_task){ .number = task,
	    .until = NOW + life, .url = span_of(of) }, NOW);
}

static struct vantage_answer
told(void)
{
	struct vantage_answer a;

	vantage_answer(vantage, &a);
	return a;
}

static json_int_t
looks(void)
{
	json_t *o = vantage_status(vantage);
	json_int_t n = json_integer_value(json_object_get(o, "today"));

	json_decref(o);
	return n;
}

START_TEST(well)
{
	json_t *o;

	ck_assert_uint_eq(told().task, 0);
	ask(7, url, 20000);
	ck_assert_uint_eq(told().task, 0);
	WAIT_FOR(seen == 1);
	ck_assert_uint_eq(told().task, 7);
	ck_assert_uint_eq(told().status, 200);
	ck_assert(vantage_is_well(&(struct vantage_answer){ .task = 7,
	    .status = told().status }));
	ck_assert(strstr(user_agent, "looks for another site") != NULL);
	o = vantage_status(vantage);
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(o,
	    "last"), "url")), url);
	json_decref(o);
	/* Redirected: that is an answer, and where to isn't asked. */
	server.status = 302;
	ask(8, url, 20000);
	ck_assert_uint_eq(told().task, 0);
	WAIT_FOR(seen == 2);
	ck_assert_uint_eq(told().status, 302);
	turn_loop(50);
	ck_assert_uint_eq(asks, 2);
	/* Longer than we read of it. */
	server.status = 200;
	server.length = 100000;
	ask(9, url, 20000);
	WAIT_FOR(seen == 3);
	ck_assert_uint_eq(told().status, 200);
	ck_assert_int_eq(told().error, HEALTH_FINE);
}
END_TEST

START_TEST(ill)
{
	server.status = 503;
	ask(1, url, 20000);
	WAIT_FOR(seen == 1);
	ck_assert_uint_eq(told().status, 503);
	http_close();
	ask(2, url, 20000);
	WAIT_FOR(seen == 2);
	ck_assert_uint_eq(told().task, 2);
	ck_assert_uint_eq(told().status, 0);
	ck_assert_int_eq(told().error, HEALTH_REFUSED);
	ask(3, "http://www.site.invalid/", 20000);
	WAIT_FOR(seen == 3);
	ck_assert_int_eq(told().error, HEALTH_NAME);
}
END_TEST

/* The hub's time is over before ours: then nothing is told any more. */
START_TEST(in_time)
{
	server.mute = true;
	ask(1, url, 1500);
	WAIT_FOR(seen == 1);
	ck_assert_uint_eq(told().task, 0);
	ask(2, url, 0);
	ask(3, url, -60000);
	turn_loop(50);
	ck_assert_uint_eq(asks, 1);
}
END_TEST

/* One at a time, so many an hour; a restart doesn't forget the day's. */
START_TEST(so_many)
{
	int64_t now = clock_mono();

	ask(1, url, 20000);
	ask(2, url, 20000);
	WAIT_FOR(seen == 1);
	ck_assert_uint_eq(told().task, 1);
	ask(2, url, 20000);
	WAIT_FOR(seen == 2);
	ask(3, url, 20000);
	WAIT_FOR(seen == 3);
	ask(4, url, 20000);
	turn_loop(50);
	ck_assert_uint_eq(asks, 3);
	ck_assert_int_eq(looks(), 3);
	clock_set(clock_wall(), now + 3600000 + 20000);
	ask(5, url, 20000);
	clock_release();
	WAIT_FOR(seen == 4);
	start();
	ck_assert_int_eq(looks(), 4);
	clock_set(clock_wall() + INT64_C(86400000), clock_mono());
	ck_assert_int_eq(looks(), 0);
	clock_release();
}
END_TEST

/* No private address, by whatever name; nothing that is no page. */
START_TEST(kept_off)
{
	static char none[] = "";

	top.look_networks = none;
	start();
	ask(1, url, 20000);
	turn_loop(200);
	ck_assert_uint_eq(asks + seen, 0);
	ck_assert_uint_eq(told().task, 0);
	snprintf(url, sizeof(url), "http://localhost:%s",
	    strrchr(url, ':') + 1);
	ask(2, url, 20000);
	turn_loop(200);
	ck_assert_uint_eq(asks + seen, 0);
	ask(3, "file:///etc/passwd", 20000);
	ask(4, "ftp://127.0.0.1/", 20000);
	ask(5, "", 20000);
	turn_loop(50);
	ck_assert_uint_eq(seen, 0);
	ck_assert_int_eq(looks(), 2);
}
END_TEST

START_TEST(not_wanted)
{
	json_t *o;

	top.look_for_others = false;
	start();
	ck_assert_ptr_null(vantage);
	ask(1, url, 20000);
	turn_loop(50);
	ck_assert_uint_eq(asks, 0);
	ck_assert_uint_eq(told().task, 0);
	o = vantage_status(vantage);
	ck_assert(json_is_null(o));
	json_decref(o);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/vantage");
	TCase *t = tcase_create("vantage");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, well);
	tcase_add_test(t, ill);
	tcase_add_test(t, in_time);
	tcase_add_test(t, so_many);
	tcase_add_test(t, kept_off);
	tcase_add_test(t, not_wanted);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
