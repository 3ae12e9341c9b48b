/*
 * The web part as browsers and those who pretend to be one meet it: who may
 * act, by which forms, what reaches the core and what comes back.
 */
#include "hub/markup.h"
#include "tests/unit/hub/webkit.h"

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

/* Whoever chose a language keeps it: of forms, refusals, and what comes
 * after. */
START_TEST(test_act_language)
{
	char body[256];

	sign_in();
	ck_assert_ptr_nonnull(strstr(get("/notices?lang=zh"),
	    "action=\"/act/notice-announce?lang=zh\""));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "action=\"/signout?lang=zh\""));
	told.answer = "{\"ok\":{}}";
	snprintf(body, sizeof(body), "form=%s&next=/notices&notice=7&reason=x",
	    form);
	ck_assert_int_eq(post("/act/notice-end?lang=zh", "", body), 303);
	ck_assert_ptr_nonnull(strstr(told.asked, "\"lang\":\"zh\""));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "\r\nLocation: /notices?lang=zh&done=notice-end\r\n"));
	snprintf(body, sizeof(body), "form=%s&next=/notices?lang%%3Den&"
	    "notice=7&reason=x", form);
	ck_assert_int_eq(post("/act/notice-end?lang=zh", "", body), 303);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "\r\nLocation: /notices?lang=en&done=notice-end\r\n"));
	told.answer = "{\"error\":\"no\"}";
	ck_assert_int_eq(post("/act/notice-end?lang=zh", "", body), 409);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got), "<html lang=\"zh"));
	snprintf(body, sizeof(body), "form=%s", form);
	ck_assert_int_eq(post("/signout?lang=zh", "", body), 303);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "\r\nLocation: /?lang=zh\r\n"));
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

#define HAS(part) ck_assert_msg(strstr(buf_cstr(&last.got), part) != NULL, \
	"no %s in %s", part, buf_cstr(&last.got))
#define LACKS(part) ck_assert_msg(strstr(buf_cstr(&last.got), part) == NULL, \
	"%s in %s", part, buf_cstr(&last.got))

#define OUTAGE "kind=outage&code=4101000001&service=%3Cb%3E&from=" \
	"2031-01-02T03:04&until=&recurs=&zone=&see=&reason=it+is+%E5%A5%BD"
#define FILLED "value=\"it is \xe5\xa5\xbd\""

/* What is wrong with a form is said at its field, whoever found it, and all
 * that was typed is there. */
START_TEST(test_act_comes_back)
{
	sign_in();
	ck_assert_int_eq(act("notice-announce", "kind=maintenance&code="
	    "4101000001&service=%3Cb%3E&from=soon&until=&reason=x"), 400);
	HAS("<b>This was not done</b><br><a href=\"#again\">From</a>: "
	    "expected a date and time like 2026-11-22T18:00</p>");
	HAS("<details open>");
	HAS("<option value=\"maintenance\" selected>");
	HAS(" value=\"&lt;b&gt;\"");
	HAS("<input type=\"text\" name=\"from\" maxlength=\"400\" "
	    "autocomplete=\"off\" value=\"soon\" id=\"again\" "
	    "aria-invalid=\"true\"");
	LACKS("data-live");
	told.answer = "{\"error\":\"that is <over>\",\"hint\":\"\","
	    "\"field\":\"until\"}";
	ck_assert_int_eq(act("notice-announce", OUTAGE), 409);
	HAS("<a href=\"#again\">Until</a>: that is &lt;over&gt;</p>");
	HAS("<p class=\"wrong\" id=\"again-why\">that is &lt;over&gt;</p>");
	HAS("value=\"2031-01-02T03:04\"");
	HAS(FILLED);
	HAS("name=\"form\" value=\"");
	/* Of a form that isn't there any more, what was typed. */
	told.answer = "{\"error\":\"there is no such notice\"}";
	ck_assert_int_eq(act("notice-end", "notice=7&reason=a%3Cb"), 409);
	HAS("<p>What you had typed, to be copied:</p>");
	HAS("<li>a&lt;b</li>");
	/* "Reload" in the line of the address does nothing. */
	ck_assert_int_eq(status_of(get("/act/notice-end?lang=zh")), 303);
	HAS("\r\nLocation: /?lang=zh\r\n");
}
END_TEST

#define FROM_HERE "\r\nOrigin: http://hub.example"

static int
announce_from_here(const char *token)
{
	char body[512];

	snprintf(body, sizeof(body), "form=%s&next=/notices&%s", token,
	    OUTAGE);
	return post("/act/notice-announce", FROM_HERE, body);
}

/* In another tab somebody has signed out and in again. */
START_TEST(test_other_tab)
{
	char old[SESSION_FORM];

	sign_in();
	memcpy(old, form, sizeof(old));
	cookie[0] = '\0';
	sign_in();
	told.answer = "{\"ok\":{}}";
	ck_assert_int_eq(announce_from_here(old), 403);
	ck_assert_uint_eq(told.count, 0);
	HAS("somebody signed in anew meanwhile: you are wang now");
	HAS(FILLED);
	HAS(form);			/* it can be sent now */
	LACKS(old);
	ck_assert_int_eq(announce_from_here(form), 303);
	ck_assert_uint_eq(told.count, 1);
	/* A program that doesn't say from where gets nothing back. */
	ck_assert_int_eq(act("notice-announce", OUTAGE), 303);
	memcpy(form, old, sizeof(old));
	ck_assert_int_eq(act("notice-announce", OUTAGE), 403);
	LACKS(FILLED);
}
END_TEST

/* The session ran out while the form was filled in: it is there again when he
 * has signed in, and is sent by nobody but him. */
START_TEST(test_session_ran_out)
{
	char said[1024], body[2048];
	struct buf coded;

	sign_in();
	cookie[0] = '\0';
	ck_assert_int_eq(announce_from_here(form), 403);
	HAS("You are not signed in any more, and nothing was done.");
	HAS("<input type=\"hidden\" name=\"act\" value=\"notice-announce\">");
	snprintf(said, sizeof(said), "form=%s&next=/notices&%s", form,
	    OUTAGE);
	HAS("<input type=\"hidden\" name=\"said\" value=\"form=");
	buf_init(&coded, 2048);
	markup_argument(&coded, span_of(said));
	snprintf(body, sizeof(body), "name=wang&password=no&next=/notices&"
	    "act=notice-announce&said=%s", buf_cstr(&coded));
	ck_assert_int_eq(post("/signin", FROM_HERE, body), 403);
	HAS("name=\"said\" value=\"form=");
	HAS("spellcheck=\"false\" required value=\"wang\">");
	clock_set(clock_wall(), clock_mono() + 5000);
	snprintf(body, sizeof(body), "name=wang&password=" "correct+horse+"
	    "battery&next=/notices&act=notice-announce&said=%s",
	    buf_cstr(&coded));
	ck_assert_int_eq(post("/signin", FROM_HERE, body), 200);
	HAS("<b>Nothing was done yet</b><br>You are signed in again.");
	HAS(FILLED);
	ck_assert_uint_eq(told.count, 0);
	take(cookie, sizeof(cookie), buf_cstr(&last.got), "Set-Cookie: ", ";");
	take(form, sizeof(form), buf_cstr(&last.got), "name=\"form\" "
	    "value=\"", "\"");
	told.answer = "{\"ok\":{}}";
	ck_assert_int_eq(announce_from_here(form), 303);
	ck_assert_uint_eq(told.count, 1);
	/* Nobody else's page fills in a form. */
	cookie[0] = '\0';
	ck_assert_int_eq(post("/act/notice-announce",
	    "\r\nOrigin: https://evil.example", OUTAGE), 403);
	LACKS("name=\"said\"");
	buf_clear(&coded);
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
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got), "<p class=\"who\">"
	    "<span>header</span></p>"));
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
	ck_assert_int_eq(status_of(get("/api/v1/availability")), 403);
	ck_assert_int_eq(status_of(get("/feed")), 403);
	ck_assert_int_eq(status_of(get("/live")), 403);
	ck_assert_int_eq(status_of(get("/signin")), 200);
	ck_assert_int_eq(status_of(get("/healthz")), 200);
	sign_in();
	ck_assert_int_eq(status_of(get("/api/v1/sites")), 200);
	ck_assert_int_eq(status_of(get("/api/v1/availability")), 200);
}
END_TEST

static bool
leads_to(const char *where)
{
	char line[4096];

	snprintf(line, sizeof(line), "\r\nLocation: %s\r\n", where);
	return strstr(buf_cstr(&last.got), line) != NULL;
}

/* What one came for is what one gets, in the language one chose. */
START_TEST(test_came_for)
{
	char path[1100] = "/item?url=";

	for (size_t n = strlen(path); n + 1 < sizeof(path); n++)
		path[n] = '/';
	config.web_sign_in = true;
	ck_assert_int_eq(status_of(get("/search?q=%E6%94%BF&lang=zh")), 303);
	ck_assert(leads_to("/signin?next=%2Fsearch%3Fq%3D%25E6%2594%25BF"
	    "%26lang%3Dzh&lang=zh"));
	ck_assert_ptr_nonnull(strstr(get("/signin?next=%2Fsearch%3Fq%3D"
	    "%25E6%2594%25BF%26lang%3Dzh&lang=zh"),
	    "action=\"/signin?lang=zh\""));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
	    "value=\"/search?q=%E6%94%BF&amp;lang=zh\""));
	ck_assert_int_eq(status_of(get(path)), 303);
	ck_assert(leads_to("/signin?next=%2Fitem"));
	ck_assert_int_eq(post("/signin?lang=zh", "", "name=wang&password=x"),
	    403);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got), "<html lang=\"zh"));
	ck_assert_int_eq(post("/signin", "", "name=wang&password=correct+"
	    "horse+battery&next=%2Fsearch%3Fq%3D%25E6%2594%25BF"), 303);
	ck_assert(leads_to("/search?q=%E6%94%BF"));
}
END_TEST

/* What is chosen to begin with is no silence that is always refused. */
START_TEST(test_silence_form)
{
	char rule[64];
	const char *text;

	sign_in();
	text = strstr(get("/alerts"), "action=\"/act/alert-silence\"");
	ck_assert_ptr_nonnull(text);
	take(rule, sizeof(rule), text, "<select name=\"rule\"><option value=\"",
	    "\"");
	ck_assert_str_ne(rule, "");
	ck_assert_ptr_nonnull(strstr(text, "<option value=\"\">everything, of "
	    "one site</option>"));
}
END_TEST

/* Whom the web server in front lets in, and nobody here knows. */
static size_t
count_of(const char *answer, const char *what)
{
	size_t n = 0;

	while ((answer = strstr(answer, what)) != NULL) {
		answer += strlen(what);
		n++;
	}
	return n;
}

/* The journal's pages are as long as is asked for, and no longer than 200. */
START_TEST(test_journal_limit)
{
	static const char *const wrong[] = { "0", "-5", "abc", "201", "1x" };
	char path[64];

	for (int i = 0; i < 210; i++)
		kit_act(&kit, "{\"do\":\"pause\",\"site\":1,\"actor\":\"x\","
		    "\"reason\":\"r\"}");
	kit_show(&kit, 500);
	ck_assert_uint_eq(count_of(get("/api/v1/journal"), "\"place\""),
	    200);
	ck_assert_uint_eq(count_of(get("/api/v1/journal?limit=3"),
	    "\"place\""), 3);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got), "\"next\":4"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(path, sizeof(path), "/api/v1/journal?limit=%s",
		    wrong[i]);
		ck_assert_int_eq(status_of(get(path)), 400);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&last.got),
		    "limit: expected a number from 1 to 200"));
	}
}
END_TEST

START_TEST(test_held_limit)
{
	for (int i = 0; i < 3; i++)
		kit_act(&kit, "{\"do\":\"dismiss\",\"site\":77,\"actor\":"
		    "\"x\",\"reason\":\"r\"}");
	kit_show(&kit, 100);
	ck_assert_uint_eq(count_of(get("/api/v1/held"), "\"place\""), 3);
	ck_assert_uint_eq(count_of(get("/api/v1/held?limit=2"), "\"place\""),
	    2);
	ck_assert_int_eq(status_of(get("/api/v1/held?limit=0")), 400);
}
END_TEST

START_TEST(test_unknown)
{
	static char proxy[] = "127.0.0.1", header[] = "X-Remote-User";
	const char *text;

	config.web_proxy = proxy;
	config.web_user_header = header;
	log_sink(on_line);
	warned[0] = '\0';
	text = talk("GET /signin HTTP/1.1\r\nX-Remote-User: li", "");
	ck_assert_ptr_nonnull(strstr(text, "<p class=\"note\" role=\"alert\""
	    ">li: "));
	ck_assert_ptr_nonnull(strstr(text, "<code>zqhub user add li "
	    "--header-only</code>"));
	ck_assert_ptr_nonnull(strstr(warned, "user=li is named"));
	warned[0] = '\0';
	text = talk("GET /signin HTTP/1.1\r\nX-Remote-User: <b>;rm", "");
	ck_assert_ptr_nonnull(strstr(text, "&lt;b&gt;;rm: "));
	ck_assert_ptr_nonnull(strstr(text, "zqhub user add NAME "));
	ck_assert_ptr_null(strstr(talk("GET /signin HTTP/1.1\r\n"
	    "X-Remote-User: header", ""), "role=\"alert\""));
	ck_assert_str_eq(warned, "");
	log_sink(NULL);
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
	tcase_add_test(t, test_act_language);
	tcase_add_test(t, test_act_refused);
	tcase_add_test(t, test_act_comes_back);
	tcase_add_test(t, test_other_tab);
	tcase_add_test(t, test_session_ran_out);
	tcase_add_test(t, test_stray_answers);
	tcase_add_test(t, test_header);
	tcase_add_test(t, test_others_guess);
	tcase_add_test(t, test_health);
	tcase_add_test(t, test_must_sign_in);
	tcase_add_test(t, test_came_for);
	tcase_add_test(t, test_silence_form);
	tcase_add_test(t, test_journal_limit);
	tcase_add_test(t, test_held_limit);
	tcase_add_test(t, test_unknown);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
