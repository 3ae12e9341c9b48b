/*
 * The web part as browsers and those who pretend to be one meet it: who may
 * act, by which forms, what reaches the core and what comes back; streams of
 * what changes.
 */
#include "hub/web.h"

#include "contrib/base/lang.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "hub/monitor_state.h"
#include "hub/pulse.h"
#include "hub/seqpacket.h"
#include "hub/session.h"
#include "hub/user.h"
#include "tests/unit/hub/http_bed.h"
#include "tests/unit/hub/storekit.h"

#define PASSWORD "correct horse battery"

static struct kit kit;
static struct config config;
static struct event_base *base;
static struct web *web;
static struct seqpacket *core;
static uint16_t port;
static char cookie[128], form[SESSION_FORM];

/* The core's end of the packet channel. */
static struct {
	size_t count;
	uint64_t number;
	char asked[1024];
	const char *answer;	/* NULL: it keeps silent */
} told;

static void
on_act(void *arg, uint8_t kind, uint64_t number, struct span body)
{
	(void)arg;
	ck_assert_int_eq(kind, FRAME_ACT);
	told.count++;
	told.number = number;
	snprintf(told.asked, sizeof(told.asked), "%.*s", SPAN_ARGS(body));
	if (told.answer != NULL)
		ck_assert(seqpacket_send(core, FRAME_ACTED, number,
		    span_of(told.answer)));
}

static void
put_users(void)
{
	static char kept[PASSWORD_KEPT];
	struct users u = { .count = 0 };
	struct user *one;

	if (kept[0] == '\0')
		password_keep(kept, SPAN(PASSWORD));
	one = users_add(&u, SPAN("wang"));
	one->role = USER_EDITOR;
	memcpy(one->kept, kept, sizeof(kept));
	one = users_add(&u, SPAN("header"));
	one->role = USER_ADMIN;
	ck_assert_msg(users_write(&u, kit.dir, &kit.why), "%s",
	    buf_cstr(&kit.why));
	users_clear(&u);
}

static void
open_web(void)
{
	int pair[2], fd = bed_listen(&port);

	seqpacket_pair(pair);
	core = seqpacket_new(base, pair[0], on_act, NULL);
	web = web_new(base, &config, fd, pair[1], &kit.why);
	ck_assert_msg(web != NULL, "%s", buf_cstr(&kit.why));
}

static void
close_web(void)
{
	web_free(web);
	seqpacket_free(core);
}

static void
set_up(void)
{
	static char name[] = "Cluster", at[] = "127.0.0.1:7480", none[] = "",
	    en[] = "en";

	setenv("LANGUAGE", "en", 1);
	kit_open(&kit, &journal_lmdb);
	kit_act(&kit, "{\"do\":\"site-add\",\"site\":1,\"code\":"
	    "\"4101000001\",\"name\":\"Zhengzhou\",\"domains\":"
	    "[\"s1.gov.cn\"],\"kind\":\"portal\",\"parent\":\"\","
	    "\"actor\":\"test\",\"reason\":\"\"}");
	kit_show(&kit, 100);
	config = (struct config){ .name = name, .web = at, .language = en,
		.dir = kit.dir, .web_session = 3600000,
		.web_proxy = none, .web_user_header = none,
		.silent_after = 15000 };
	counters_open();
	pulse_open(NULL);
	pulse_begin(kit.now);
	base = event_base_new();
	memset(&told, 0, sizeof(told));
	put_users();
	open_web();
}

static void
tear_down(void)
{
	close_web();
	event_base_free(base);
	pulse_close();
	stats_close();
	kit_close(&kit);
}

/* --- exchanges -------------------------------------------------------------- */

static struct bed_client last;

/* The answer to one request; it is there until the next. */
static const char *
talk(const char *head, const char *body)
{
	char text[8192];
	int n = snprintf(text, sizeof(text), "%s\r\nHost: hub.example\r\n"
	    "Connection: close\r\n%s%s%s", head,
	    cookie[0] != '\0' ? "Cookie: a=b; " : "", cookie,
	    cookie[0] != '\0' ? "\r\n" : "");

	n += snprintf(text + n, sizeof(text) - (size_t)n, body[0] == '\0' ?
	    "\r\n" : "Content-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: %zu\r\n\r\n%s", strlen(body), body);

	if (last.base != NULL)
		bed_leave(&last);
	return bed_talk(&last, base, port, text, (size_t)n);
}

static int
status_of(const char *answer)
{
	int status = 0;

	ck_assert_int_eq(sscanf(answer, "HTTP/1.1 %d", &status), 1);
	return status;
}

static const char *
get(const char *path)
{
	char head[512];

	snprintf(head, sizeof(head), "GET %s HTTP/1.1", path);
	return talk(head, "");
}

static int
post(const char *path, const char *headers, const char *body)
{
	char head[1024];

	snprintf(head, sizeof(head), "POST %s HTTP/1.1%s", path, headers);
	return status_of(talk(head, body));
}

static void
take(char *out, size_t room, const char *text, const char *from,
    const char *until)
{
	const char *at = strstr(text, from);
	size_t n;

	ck_assert_msg(at != NULL, "no %s", from);
	at += strlen(from);
	n = strcspn(at, until);
	ck_assert_uint_lt(n, room);
	memcpy(out, at, n);
	out[n] = '\0';
}

static void
sign_in(void)
{
	ck_assert_int_eq(post("/signin", "", "name=wang&password="
	    "correct+horse+battery&next=/now?state=down"), 303);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "\r\nLocation: /now?state=down\r\n"));
	take(cookie, sizeof(cookie), buf_cstr(&last.got), "Set-Cookie: ",
	    ";");
	take(form, sizeof(form), get("/"), "name=\"form\" value=\"", "\"");
}

static int
act(const char *what, const char *fields)
{
	char path[64], body[512];

	snprintf(path, sizeof(path), "/act/%s", what);
	snprintf(body, sizeof(body), "form=%s&next=/notices&%s", form,
	    fields);
	return post(path, "", body);
}

/* --- who may act ----------------------------------------------------------------- */

START_TEST(test_sign_in)
{
	ck_assert_int_eq(post("/signin", "", "name=wang&password=wrong"),
	    403);
	ck_assert_ptr_null(strstr(buf_cstr(&last.got), "Set-Cookie"));
	ck_assert_int_eq(post("/signin", "", "name=nobody&password="
	    "correct+horse+battery"), 403);
	ck_assert_int_eq(post("/signin", "", "name=header&password="), 403);
	ck_assert_int_eq(post("/signin", "", ""), 411);
	ck_assert_int_eq(post("/signin", "\r\nOrigin: https://evil.example",
	    "name=wang&password=correct+horse+battery"), 403);
	ck_assert_int_eq(post("/signin", "\r\nSec-Fetch-Site: cross-site",
	    "name=wang&password=correct+horse+battery"), 403);
	sign_in();
	ck_assert_ptr_nonnull(strstr(get("/"), "<span>wang</span>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "\r\nCache-Control: private"));
	cookie[5] = cookie[5] == 'a' ? 'b' : 'a';
	ck_assert_ptr_null(strstr(get("/"), "<span>wang</span>"));
}
END_TEST

static const char *const elsewhere[] = { "//evil.example/", "https://evil",
	"/%5Cevil.example", "evil", "", "%0d%0aX: y", "/a%5C..%5C" };

/* It leads to pages of ours alone. */
START_TEST(test_next)
{
	char body[256];

	snprintf(body, sizeof(body), "name=wang&password="
	    "correct+horse+battery&next=%s", elsewhere[_i]);
	ck_assert_int_eq(post("/signin", "", body), 303);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "\r\nLocation: /\r\n"));
}
END_TEST

START_TEST(test_sign_out)
{
	char body[64], old[128];

	sign_in();
	memcpy(old, cookie, sizeof(old));
	ck_assert_int_eq(post("/signout", "", "form=x"), 403);
	snprintf(body, sizeof(body), "form=%s", form);
	ck_assert_int_eq(post("/signout", "", body), 303);
	memcpy(cookie, old, sizeof(old));	/* who kept it has nothing */
	ck_assert_ptr_null(strstr(get("/"), "<span>wang</span>"));
}
END_TEST

START_TEST(test_restart)
{
	sign_in();
	close_web();
	open_web();
	ck_assert_ptr_nonnull(strstr(get("/"), "<span>wang</span>"));
	told.answer = "{\"ok\":{}}";
	ck_assert_int_eq(act("notice-end", "notice=1&reason=x"), 303);
}
END_TEST

START_TEST(test_act)
{
	char body[256];

	sign_in();
	told.answer = "{\"ok\":{}}";
	ck_assert_int_eq(act("notice-end", "notice=7&reason=it+is+%E5%A5%BD"
	    "&do=block&actor=root&site=1"), 303);
	ck_assert_uint_eq(told.count, 1);
	ck_assert_str_eq(told.asked, "{\"do\":\"notice-end\",\"notice\":7,"
	    "\"reason\":\"it is \xe5\xa5\xbd\",\"actor\":\"wang\",\"lang\":\"en\"}");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "\r\nLocation: /notices?done=notice-end\r\n"));
	snprintf(body, sizeof(body), "form=%s&notice=7&reason=x", form);
	ck_assert_int_eq(post("/act/notice-end", "\r\nAccept-Language: zh",
	    body), 303);
	ck_assert_ptr_nonnull(strstr(told.asked, "\"lang\":\"zh\""));
	told.answer = "{\"error\":\"\"}";
	ck_assert_int_eq(act("notice-end", "notice=7&reason=x"), 409);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "no answer that can be read"));
	told.answer = "{\"error\":\"<b>no</b>\",\"hint\":\"do that\"}";
	ck_assert_int_eq(act("notice-end", "notice=7&reason=x"), 409);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "&lt;b&gt;no&lt;/b&gt;"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got), "do that"));
	told.answer = "what?";
	ck_assert_int_eq(act("notice-end", "notice=7&reason=x"), 409);
}
END_TEST

/* None of these reaches the core. */
START_TEST(test_act_refused)
{
	char body[256], was;

	told.answer = "{\"ok\":{}}";
	ck_assert_int_eq(act("notice-end", "notice=7&reason=x"), 403);
	sign_in();
	ck_assert_int_eq(act("block", "code=4101000001&reason=x"), 403);
	ck_assert_int_eq(act("site-add", "code=1&reason=x"), 404);
	ck_assert_int_eq(act("", "reason=x"), 404);
	ck_assert_int_eq(act("notice-end", "notice=seven&reason=x"), 400);
	ck_assert_int_eq(act("notice-end", "notice=7"), 400);
	ck_assert_int_eq(act("notice-end", "notice=7&reason=%ff"), 400);
	ck_assert_int_eq(act("notice-end", "notice=7&reason=a%00b"), 400);
	ck_assert_int_eq(act("alert-ack", "alert=1&reason=x&until=900d"),
	    400);
	was = form[3];
	form[3] = was == '0' ? '1' : '0';
	ck_assert_int_eq(act("notice-end", "notice=7&reason=x"), 403);
	form[3] = was;
	snprintf(body, sizeof(body), "form=%s&notice=7&reason=x", form);
	ck_assert_int_eq(post("/act/notice-end",
	    "\r\nOrigin: https://evil.example", body), 403);
	ck_assert_int_eq(post("/act/notice-end", "\r\nOrigin: null", body),
	    403);
	ck_assert_int_eq(post("/act/notice-end",
	    "\r\nSec-Fetch-Site: same-site", body), 403);
	ck_assert_uint_eq(told.count, 0);
	ck_assert_int_eq(post("/act/notice-end",
	    "\r\nOrigin: http://hub.example\r\nSec-Fetch-Site: same-origin",
	    body), 303);
	ck_assert_uint_eq(told.count, 1);
}
END_TEST

/* An answer to somebody else, or to nobody. */
START_TEST(test_stray_answers)
{
	ck_assert(seqpacket_send(core, FRAME_ACTED, 1, SPAN("{\"ok\":{}}")));
	ck_assert(seqpacket_send(core, FRAME_ACTED, 2, SPAN_NONE));
	ck_assert(seqpacket_send(core, 99, 2, SPAN("x")));
	bed_turn(base);
	ck_assert_int_eq(status_of(get("/healthz")), 200);
	sign_in();
	told.answer = NULL;
	if (last.base != NULL)
		bed_leave(&last);
	last.base = NULL;
	{	/* who asks, and leaves */
		struct bed_client c;
		char text[1024];
		int n = snprintf(text, sizeof(text), "POST /act/notice-end "
		    "HTTP/1.1\r\nHost: hub.example\r\nCookie: %s\r\n"
		    "Content-Type: application/x-www-form-urlencoded\r\n"
		    "Content-Length: %zu\r\n\r\nform=%s&notice=7&reason=x",
		    cookie, strlen("form=&notice=7&reason=x") +
		    strlen(form), form);

		bed_connect(&c, base, port, NULL);
		bed_say(&c, text, (size_t)n);
		bed_turn(base);
		bed_leave(&c);
	}
	for (int i = 0; i < 5; i++)
		bed_turn(base);
	ck_assert_uint_eq(told.count, 1);
	ck_assert(seqpacket_send(core, FRAME_ACTED, told.number,
	    SPAN("{\"ok\":{}}")));
	bed_turn(base);
	ck_assert_int_eq(status_of(get("/healthz")), 200);
}
END_TEST

/* --- a web server in front ------------------------------------------------------- */

START_TEST(test_header)
{
	static char proxy[] = "127.0.0.1", other[] = "192.0.2.1",
	    header[] = "X-Remote-User";

	config.web_user_header = header;
	config.web_proxy = other;
	ck_assert_ptr_null(strstr(talk("GET / HTTP/1.1\r\nX-Remote-User: "
	    "header", ""), "name=\"form\""));
	config.web_proxy = proxy;
	ck_assert_ptr_null(strstr(talk("GET /site/4101000001 HTTP/1.1\r\n"
	    "X-Remote-User: nobody", ""), "name=\"form\""));
	take(form, sizeof(form), talk("GET /site/4101000001 HTTP/1.1\r\n"
	    "X-Remote-User: header", ""), "name=\"form\" value=\"", "\"");
	told.answer = "{\"ok\":{}}";
	ck_assert_int_eq(act("block", "code=4101000001&reason=x"), 403);
	{
		char body[256];

		snprintf(body, sizeof(body), "form=%s&code=4101000001"
		    "&reason=x", form);
		ck_assert_int_eq(post("/act/block",
		    "\r\nX-Remote-User: header", body), 303);
		ck_assert_int_eq(post("/act/block",
		    "\r\nX-Remote-User: header", "form=&code=4101000001"
		    "&reason=x"), 403);
	}
	ck_assert_uint_eq(told.count, 1);
}
END_TEST

/* Ten wrong passwords from elsewhere don't keep out who is known here; and
 * not for long who isn't. */
START_TEST(test_others_guess)
{
	static char proxy[] = "127.0.0.1";
	char from[64];
	int status = 0;

	config.web_proxy = proxy;
	ck_assert_int_eq(post("/signin", "\r\nX-Forwarded-For: 192.0.2.1",
	    "name=wang&password=correct+horse+battery"), 303);
	for (int i = 0; i < 12 && status != 429; i++) {
		snprintf(from, sizeof(from), "\r\nX-Forwarded-For: "
		    "198.51.100.%d", i);
		clock_set(clock_wall(), clock_mono() + 500);
		status = post("/signin", from, "name=wang&password=wrong");
	}
	ck_assert_int_eq(status, 429);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "\r\nRetry-After: 1\r\n"));
	ck_assert_int_eq(post("/signin", "\r\nX-Forwarded-For: 192.0.2.1",
	    "name=wang&password=correct+horse+battery"), 303);
	clock_set(clock_wall(), clock_mono() + 1000);
	ck_assert_int_eq(post("/signin", "\r\nX-Forwarded-For: 192.0.2.2",
	    "name=wang&password=correct+horse+battery"), 303);
}
END_TEST

/* A core that hangs is no healthy hub. */
START_TEST(test_health)
{
	ck_assert_int_eq(status_of(get("/healthz")), 200);
	clock_set(kit.now + PULSE_STALE - 1, clock_mono());
	ck_assert_int_eq(status_of(get("/healthz")), 200);
	clock_set(kit.now + PULSE_STALE, clock_mono());
	ck_assert_int_eq(status_of(get("/healthz")), 503);
	pulse_tick(kit.now + PULSE_STALE);
	ck_assert_int_eq(status_of(get("/healthz")), 200);
}
END_TEST

START_TEST(test_must_sign_in)
{
	config.web_sign_in = true;
	ck_assert_int_eq(status_of(get("/")), 303);
	ck_assert_int_eq(status_of(get("/nosuch")), 303);
	ck_assert_int_eq(status_of(get("/api/v1/sites")), 403);
	ck_assert_int_eq(status_of(get("/feed")), 403);
	ck_assert_int_eq(status_of(get("/live")), 403);
	ck_assert_int_eq(status_of(get("/signin")), 200);
	ck_assert_int_eq(status_of(get("/healthz")), 200);
	sign_in();
	ck_assert_int_eq(status_of(get("/api/v1/sites")), 200);
}
END_TEST

/* --- live ---------------------------------------------------------------------- */

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

int
main(void)
{
	Suite *s = suite_create("web");
	TCase *t = tcase_create("web");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_sign_in);
	tcase_add_loop_test(t, test_next, 0,
	    (int)(sizeof(elsewhere) / sizeof(*elsewhere)));
	tcase_add_test(t, test_sign_out);
	tcase_add_test(t, test_restart);
	tcase_add_test(t, test_act);
	tcase_add_test(t, test_act_refused);
	tcase_add_test(t, test_stray_answers);
	tcase_add_test(t, test_header);
	tcase_add_test(t, test_others_guess);
	tcase_add_test(t, test_health);
	tcase_add_test(t, test_must_sign_in);
	tcase_add_test(t, test_live);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
