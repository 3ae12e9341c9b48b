/*
 * Live pages: streams of what changes, who may have one, and that nobody is
 * kept out by those who do.
 */
#include "hub/live.h"
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

/* How much was taken in the last minute, and how much of all isn't shown yet. */
START_TEST(test_sums)
{
	struct bed_client c;
	uint64_t view = stats_get(COUNTER_VIEW_PLACE);

	clock_release();
	stats_set(COUNTER_JOURNAL_PLACE, view);
	follow(&c, "");
	ck_assert(bed_until(&c, "\"taken\":0,\"lag\":0}"));
	ck_assert(bed_until(&c, "event: beat"));
	stats_set(COUNTER_TAKEN_CHANGES, stats_get(COUNTER_TAKEN_CHANGES) +
	    27);
	stats_set(COUNTER_JOURNAL_PLACE, view + 4);
	pulse_state(1, MONITOR_DOWN, MONITOR_CAUSE_BOTH, 1234);
	ck_assert(bed_until(&c, "\"taken\":27,\"lag\":4}"));
	bed_leave(&c);
}
END_TEST

/* … also by who is asked before a first look: not all that ever was. */
START_TEST(test_taken_at_first)
{
	static const struct live_calls none = { .look = NULL };
	struct overview *o = overview_new();
	struct live *l;

	stats_set(COUNTER_TAKEN_CHANGES, 5000);
	l = live_new(base, o, 1, &none, NULL);
	ck_assert_uint_eq(live_taken(l), 0);
	stats_set(COUNTER_TAKEN_CHANGES, 5003);
	ck_assert_uint_eq(live_taken(l), 3);
	live_free(l);
	overview_free(o);
}
END_TEST

/* --- what was news before it is live ---------------------------------------------- */

static void
go_on(struct bed_client *c, const char *after, const char *headers)
{
	char ask[512];
	int n = snprintf(ask, sizeof(ask), "GET /live?after=%s HTTP/1.1\r\n"
	    "Host: hub.example\r\n%s\r\n", after, headers);

	bed_connect(c, base, port, NULL);
	bed_say(c, ask, (size_t)n);
	ck_assert(bed_until(c, "\"lag\":"));	/* the greeting is there */
}

static bool
has_news(const struct bed_client *c)
{
	return strstr(buf_cstr(&c->got), "event: news") != NULL;
}

static void
announce(const char *service)
{
	kit_act(&kit, "{\"do\":\"notice-announce\",\"site\":1,\"kind\":"
	    "\"outage\",\"service\":\"%s\",\"actor\":\"li\",\"reason\":"
	    "\"x\"}", service);
	kit_show(&kit, 100);
}

static const char *const pages[] = { "/", "/now", "/alerts", "/notices" };

/* What happens between a page and its stream is told as that begins; what the
 * page has isn't. */
START_TEST(test_news_before)
{
	struct bed_client c, other;
	char old[64], now[64];

	take(old, sizeof(old), get(pages[_i]), "data-live=\"", "\"");
	go_on(&c, old, "");
	ck_assert(!has_news(&c));
	bed_leave(&c);
	bed_turn(base);
	announce("first");
	go_on(&other, old, "");		/* nobody was there to hear of it */
	ck_assert(has_news(&other));
	go_on(&c, old, "");		/* the others have heard of it */
	ck_assert(has_news(&c));
	bed_leave(&c);
	take(now, sizeof(now), get(pages[_i]), "data-live=\"", "\"");
	ck_assert_str_ne(now, old);
	go_on(&c, now, "");
	ck_assert(!has_news(&c));
	bed_leave(&c);
	bed_leave(&other);
}
END_TEST

/* A browser that comes again says what it has heard, not what its page had;
 * and what is told to who is there is told to him once. */
START_TEST(test_news_again)
{
	char old[64], id[64], header[128];
	struct bed_client c;

	take(old, sizeof(old), get("/alerts"), "data-live=\"", "\"");
	announce("first");
	go_on(&c, old, "");
	take(id, sizeof(id), buf_cstr(&c.got), "id: ", "\n");
	bed_leave(&c);
	bed_turn(base);
	snprintf(header, sizeof(header), "Last-Event-ID: %s\r\n", id);
	go_on(&c, old, header);
	ck_assert(!has_news(&c));
	bed_leave(&c);
	bed_turn(base);
	announce("second");
	go_on(&c, old, header);
	ck_assert(has_news(&c));
	bed_leave(&c);
}
END_TEST

static void
add_site(int number)
{
	kit_act(&kit, "{\"do\":\"site-add\",\"site\":%d,\"code\":"
	    "\"410100000%d\",\"name\":\"Kaifeng\",\"domains\":"
	    "[\"s%d.gov.cn\"],\"kind\":\"portal\",\"parent\":\"\","
	    "\"actor\":\"test\",\"reason\":\"\"}", number, number,
	    number);
	kit_show(&kit, 100);
	clock_set(clock_wall(), clock_mono() + 5000);
}

/* … and whether it is told that there are others. */
static bool
hears_of_sites(struct bed_client *c, const char *after)
{
	go_on(c, after, "");
	ck_assert(bed_until(c, "event: cells"));
	return strstr(buf_cstr(&c->got), "event: sites") != NULL;
}

/* Sites that come between a page and its stream; and, once, those that come
 * while it is there. */
START_TEST(test_sites_before)
{
	struct bed_client c, other;
	char old[64], now[64];

	take(old, sizeof(old), get("/"), "data-live=\"", "\"");
	pulse_state(1, MONITOR_DOWN, MONITOR_CAUSE_BOTH, 1234);
	ck_assert(!hears_of_sites(&c, old));
	bed_leave(&c);
	bed_turn(base);
	add_site(2);
	ck_assert(hears_of_sites(&other, old));	/* nobody was there */
	ck_assert(hears_of_sites(&c, old));	/* the others have heard */
	bed_leave(&c);
	take(now, sizeof(now), get("/"), "data-live=\"", "\"");
	pulse_state(1, MONITOR_UP, MONITOR_CAUSE_FINE, 1235);
	ck_assert(!hears_of_sites(&c, now));
	add_site(3);
	ck_assert(bed_until(&c, "event: sites"));
	bed_leave(&c);
	ck_assert(!hears_of_sites(&c, "0"));	/* it has no page */
	bed_leave(&c);
	bed_leave(&other);
}
END_TEST

/* Of a page of before, or of none, only the cells are known. */
START_TEST(test_marks)
{
	static const struct {
		const char *text;
		bool is;
		struct live_mark m;
	} marks[] = {
		{ "1763780000000.4711", true, { 1763780000000, 4711 } },
		{ "0.18446744073709551615", true, { 0, UINT64_MAX } },
		{ "17", true, { 17, 0 } },
		{ "", false, { 0, 0 } }, { "17.", false, { 0, 0 } },
		{ ".17", false, { 0, 0 } }, { "17.x", false, { 0, 0 } },
		{ "17.18.19", false, { 0, 0 } },
		{ "17.18446744073709551616", false, { 0, 0 } },
	};
	struct bed_client c;
	struct live_mark m;

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		ck_assert_int_eq(live_mark_parse(&m,
		    span_of(marks[i].text)), marks[i].is);
		ck_assert_uint_eq(m.version, marks[i].m.version);
		ck_assert_uint_eq(m.news, marks[i].m.news);
	}
	announce("first");
	go_on(&c, "17", "");
	ck_assert(!has_news(&c));
	bed_leave(&c);
}
END_TEST

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
	tcase_add_test(t, test_sums);
	tcase_add_test(t, test_taken_at_first);
	tcase_add_loop_test(t, test_news_before, 0,
	    sizeof(pages) / sizeof(*pages));
	tcase_add_test(t, test_news_again);
	tcase_add_test(t, test_sites_before);
	tcase_add_test(t, test_marks);
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
