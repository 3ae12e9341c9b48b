/*
 * Live pages: streams of what changes, who may have one, and that nobody is
 * kept out by those who do.
 */
#include "tests/unit/hub/webkit.h"

START_TEST(test_live)
{
	static const char ask[] = "GET /live?after=0 HTTP/1.1\r\n"
	    "Host: hub.example\r\n\r\n";
	struct bed_client c;

	clock_release();
	bed_connect(&c, base, port, NULL);
	bed_say(&c, ask, sizeof(ask) - 1);
	ck_assert(bed_until(&c, "text/event-stream"));
	ck_assert(bed_until(&c, "[\"4101000001\",\"new\",0]"));
	ck_assert_ptr_null(strstr(buf_cstr(&c.got), "Content-Length"));
	pulse_state(1, MONITOR_DOWN, MONITOR_CAUSE_BOTH, 1234);
	ck_assert(bed_until(&c, "[\"4101000001\",\"down\",1234]"));
	ck_assert(bed_until(&c, "\"down\":1,"));
	ck_assert(bed_until(&c, "event: beat"));
	ck_assert(!c.ended);
	bed_leave(&c);
	bed_turn(base);
	pulse_state(1, MONITOR_UP, MONITOR_CAUSE_FINE, 1235);
	for (int i = 0; i < 100; i++)
		bed_turn(base);
	pulse_tick(clock_wall());
	ck_assert_int_eq(status_of(get("/healthz")), 200);
}
END_TEST

static void
follow(struct bed_client *c, const char *headers)
{
	char ask[512];
	int n = snprintf(ask, sizeof(ask), "GET /live?after=0 HTTP/1.1\r\n"
	    "Host: hub.example\r\n%s\r\n", headers);

	bed_connect(c, base, port, NULL);
	bed_say(c, ask, (size_t)n);
}

/* Open pages take no place from whoever asks for something else, and one
 * address not all of those that may be live. */
START_TEST(test_live_share)
{
	static char proxy[] = "127.0.0.1";
	struct bed_client c[8];

	log_sink(on_line);
	warned[0] = '\0';
	for (int i = 0; i < 2; i++) {
		follow(&c[i], "");
		ck_assert(bed_until(&c[i], "event: sums"));
	}
	follow(&c[2], "");
	ck_assert(bed_until(&c[2], "HTTP/1.1 503 "));
	ck_assert(bed_until(&c[2], "\r\nRetry-After: 30\r\n"));
	ck_assert_ptr_nonnull(strstr(warned, "live=2 of web_live=4"));
	ck_assert_ptr_nonnull(strstr(warned, "last=127.0.0.1"));
	ck_assert_uint_eq(stats_get(COUNTER_WEB_LIVE), 2);
	ck_assert_uint_eq(stats_get(COUNTER_WEB_LIVE_REFUSED), 1);
	config.web_proxy = proxy;	/* it tells who they are */
	follow(&c[3], "X-Forwarded-For: 192.0.2.1\r\n");
	ck_assert(bed_until(&c[3], "event: sums"));
	follow(&c[4], "X-Forwarded-For: 192.0.2.1\r\n");
	ck_assert(bed_until(&c[4], "HTTP/1.1 503 "));
	bed_leave(&c[0]);
	bed_turn(base);
	follow(&c[0], "X-Forwarded-For: 2001:db8::1\r\n");
	ck_assert(bed_until(&c[0], "event: sums"));
	ck_assert_int_eq(status_of(get("/metrics")), 200);
	for (int i = 0; i < 5; i++)
		bed_leave(&c[i]);
	bed_turn(base);
	ck_assert_uint_eq(stats_get(COUNTER_WEB_LIVE), 0);
	log_sink(NULL);
}
END_TEST

/* A stream is its user's, and ends with his session. */
START_TEST(test_live_ends)
{
	static char proxy[] = "127.0.0.1", header[] = "X-Remote-User";
	struct bed_client ada, li;
	char headers[256];
	struct users u;

	config.web_sign_in = true;
	config.web_proxy = proxy;
	config.web_user_header = header;
	clock_release();
	sign_in();
	snprintf(headers, sizeof(headers), "Cookie: %s\r\n", cookie);
	follow(&ada, headers);
	follow(&li, "X-Remote-User: header\r\n");
	ck_assert(bed_until(&ada, "event: cells"));
	ck_assert(bed_until(&li, "event: cells"));
	ck_assert(users_read(&u, kit.dir, &kit.why));
	users_remove(&u, users_find(&u, SPAN("wang")));
	ck_assert(users_write(&u, kit.dir, &kit.why));
	users_clear(&u);
	pulse_state(1, MONITOR_DOWN, MONITOR_CAUSE_BOTH, 1234);
	ck_assert(bed_until(&li, "\"down\",1234]"));
	ck_assert(!li.ended);
	ck_assert(bed_until_end(&ada));
	ck_assert_ptr_null(strstr(buf_cstr(&ada.got), "\"down\",1234]"));
	bed_leave(&ada);
	follow(&ada, headers);
	ck_assert(bed_until(&ada, "HTTP/1.1 403 "));
	bed_leave(&ada);
	bed_leave(&li);
}
END_TEST

#define MANY 300	/* more than an address may have: (2 * 4 + 512) / 2 */

/* Who finds no place is counted, and the operator is told once; who comes
 * from elsewhere finds one, and a web server in front has its own. */
START_TEST(test_turned_away)
{
	static char proxy[] = "127.0.0.1", none[] = "";
	static struct bed_client c[MANY];
	unsigned turned = 0;

	log_sink(on_line);
	warned[0] = '\0';
	for (int i = 0; i < MANY; i++) {
		bed_connect(&c[i], base, port, NULL);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	bed_turn(base);
	for (int i = 0; i < MANY; i++) {
		(void)bed_read(&c[i]);
		turned += c[i].ended;
		bed_leave(&c[i]);
	}
	bed_turn(base);
	ck_assert_uint_eq(turned, MANY - 260);
	ck_assert_uint_eq(stats_get(COUNTER_WEB_TURNED_AWAY), turned);
	ck_assert_ptr_nonnull(strstr(warned, "turned_away=1:"));
	ck_assert_uint_eq(stats_get(COUNTER_WEB_CONNECTIONS), 0);
	close_web();
	config.web_proxy = proxy;
	open_web();
	for (int i = 0; i < MANY; i++) {
		bed_connect(&c[i], base, port, NULL);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	bed_turn(base);
	ck_assert_uint_eq(stats_get(COUNTER_WEB_CONNECTIONS), MANY);
	ck_assert_int_eq(status_of(get("/healthz")), 200);
	for (int i = 0; i < MANY; i++)
		bed_leave(&c[i]);
	config.web_proxy = none;
	log_sink(NULL);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("web_live");
	TCase *t = tcase_create("web_live");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_live);
	tcase_add_test(t, test_live_ends);
	tcase_add_test(t, test_live_share);
	tcase_add_test(t, test_turned_away);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
