/*
 * What is told, as text and as frames; how an answer is judged; what the
 * settings of receivers may say.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/alert_notice.h"
#include "hub/config.h"
#include "hub/config_alert.h"
#include "hub/notify_frame.h"
#include "hub/notify_text.h"

/* --- text --------------------------------------------------------------------- */

static struct sink_job
job_of(enum alert_event event, const char *json)
{
	struct sink_job j = { .delivery = 17, .event = event,
		.text = span_of(json),
		.notice = json_loads(json, 0, NULL) };

	ck_assert_ptr_nonnull(j.notice);
	return j;
}

#define NOTICE "{\"hub\":\"H\",\"alert\":3,\"rule\":\"%s\"," \
	"\"severity\":\"critical\",\"count\":%d,\"since\":" \
	"\"2026-11-22T01:02:03Z\",\"group\":\"203.0.113.7\",\"sites\":[" \
	"{\"subject\":\"4101000001\",\"name\":\"%s\",\"since\":" \
	"\"2026-11-22T01:02:03Z\",\"detail\":\"%s\"}]}"

static struct notify_text text;

static void
make(enum alert_event event, const char *rule, int count, const char *name,
    const char *detail)
{
	char json[4096];
	struct sink_job j;

	snprintf(json, sizeof(json), NOTICE, rule, count, name, detail);
	j = job_of(event, json);
	notify_text_make(&text, &j, "en");
	json_decref(j.notice);
}

static bool
has(const struct buf *b, const char *what)
{
	return strstr(buf_cstr(b), what) != NULL;
}

START_TEST(test_text)
{
	make(ALERT_FIRING, "silent", 3, "City", "agent");
	ck_assert_str_eq(buf_cstr(&text.subject), "[H] critical: City and 2 "
	    "more: The site's agent is not heard any more");
	ck_assert(has(&text.plain, "4101000001 City"));
	ck_assert(has(&text.plain, "All of them are at 203.0.113.7"));
	ck_assert(has(&text.plain, "and 2 more\n"));
	ck_assert(!has(&text.plain, "  agent\n"));	/* a sentence */
	ck_assert(has(&text.plain, "alert show 3"));
	ck_assert(has(&text.plain, "alert ack 3 --reason R says"));
	notify_text_clear(&text);
	make(ALERT_RESOLVED, "silent", 1, "City", "");
	ck_assert_str_eq(buf_cstr(&text.subject), "[H] over: City: The "
	    "site's agent is not heard any more");
	ck_assert(has(&text.plain, "alert show 3 says more"));
	ck_assert(!has(&text.plain, "alert ack"));
	notify_text_clear(&text);
	make(ALERT_FIRING, "move", 3, "City", "");
	ck_assert(has(&text.plain, "and 2 more\n"));
	ck_assert(!has(&text.plain, "All of them are at"));
	notify_text_clear(&text);
	make(ALERT_FIRING, "of-tomorrow", 1, "City", "x");
	ck_assert(has(&text.plain, "rule of another version"));
	notify_text_clear(&text);
}
END_TEST

/* What is true now is said of one that fired otherwise. */
START_TEST(test_now)
{
	struct sink_job j = job_of(ALERT_RAISED, "{\"hub\":\"H\","
	    "\"alert\":3,\"rule\":\"silent\",\"now\":\"unreachable\","
	    "\"severity\":\"critical\",\"count\":1,\"sites\":[]}");

	notify_text_make(&text, &j, "en");
	ck_assert_str_eq(buf_cstr(&text.subject), "[H] worse: Neither the "
	    "agent is heard nor does the home page come");
	notify_text_clear(&text);
	json_decref(j.notice);
}
END_TEST

/* Alertmanager knows an alert by its labels: so what it was with other ones
 * is ended, too. */
START_TEST(test_labels)
{
	static const struct {
		enum alert_event event;
		size_t n;
		bool ends;
	} t[] = { { ALERT_FIRING, 1, false }, { ALERT_MORE, 1, false },
		{ ALERT_REMINDER, 1, false }, { ALERT_RAISED, 3, false },
		{ ALERT_RESOLVED, 4, true } };
	char now[CLOCK_TEXT_MAX];

	clock_format(now, clock_wall() + 60000);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct sink_job j = job_of(t[i].event, "{\"alert\":3,"
		    "\"rule\":\"down\",\"severity\":\"critical\"}");
		json_t *list = sink_alertmanager_alerts("H", &j, "en"), *one;
		unsigned seen = 0;
		size_t k;

		ck_assert_uint_eq(json_array_size(list), t[i].n);
		json_array_foreach(list, k, one) {
			const json_t *l = json_object_get(one, "labels");
			enum alert_severity s;

			ck_assert(alert_severity_parse(&s, span_of(
			    json_string_value(json_object_get(l,
			    "severity")))));
			ck_assert_uint_eq(seen >> s & 1, 0);
			seen |= 1u << s;
			ck_assert_str_eq(json_string_value(json_object_get(l,
			    "alert")), "3");
			ck_assert_int_eq(strcmp(json_string_value(
			    json_object_get(one, "endsAt")), now) < 0,
			    t[i].ends || k > 0);
			ck_assert_int_eq(k == 0, s == ALERT_CRITICAL);
		}
		json_decref(list);
		json_decref(j.notice);
	}
}
END_TEST

/* A closing that was taken back is not a site that has closed. */
START_TEST(test_closing)
{
	static const struct { const char *outcome, *says; } as[] = {
		{ "taken-back", "The closing was taken back: the site stays" },
		{ "put-off", "The closing was put off: the site stays for "
		    "now" },
		{ "closed", "The site has closed, as it had announced" },
		{ "", "The site had announced that it closes soon" },
	};
	char json[4096], subject[200];
	struct sink_job j;

	for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++) {
		snprintf(json, sizeof(json), NOTICE, "closing", 1, "City",
		    "");
		j = job_of(ALERT_RESOLVED, json);
		json_object_set_new(j.notice, "outcome",
		    json_string(as[i].outcome));
		notify_text_make(&text, &j, "en");
		snprintf(subject, sizeof(subject), "[H] over: City: %s",
		    as[i].says);
		ck_assert_str_eq(buf_cstr(&text.subject), subject);
		ck_assert(has(&text.plain, as[i].says));
		notify_text_clear(&text);
		json_decref(j.notice);
	}
}
END_TEST

static void
link_to(const char *web, enum alert_event event, struct sink_job *j)
{
	char json[4096];

	snprintf(json, sizeof(json), NOTICE, "silent", 1,
	    "https://h.cn:8/alerts/3", "agent");
	*j = job_of(event, json);
	if (event == ALERT_TEST)
		json_object_set_new(j->notice, "alert", json_integer(0));
	alert_notice_link(j->notice, web);
	notify_text_make(&text, j, "both");
}

static void
unlink_it(struct sink_job *j)
{
	notify_text_clear(&text);
	json_decref(j->notice);
}

static size_t
count(const struct buf *b, const char *what)
{
	size_t n = 0;

	for (const char *at = buf_cstr(b); (at = strstr(at, what)) != NULL;
	    at++)
		n++;
	return n;
}

/* The page of the alert: a line in each language, a link in HTML. */
START_TEST(test_link)
{
	struct sink_job j;
	char *json;

	link_to("https://h.cn:8/", ALERT_FIRING, &j);
	ck_assert_uint_eq(count(&text.plain, "\nhttps://h.cn:8/alerts/3\n"),
	    2);
	/* … and not where a site's name says the same. */
	ck_assert_uint_eq(count(&text.html, "<a href="), 2);
	ck_assert(has(&text.html, "\n<a href=\"https://h.cn:8/alerts/3\">"
	    "https://h.cn:8/alerts/3</a>\nzqhub alert show 3 says more"));
	json = notify_text_json(&j, "en");
	ck_assert_ptr_nonnull(strstr(json,
	    "\"url\":\"https://h.cn:8/alerts/3\""));
	free(json);
	unlink_it(&j);
	link_to("HTTP://站群.CN", ALERT_RESOLVED, &j);
	ck_assert(has(&text.plain,
	    "\nhttp://xn--5tz31h.cn/alerts/3\nzqhub alert show"));
	unlink_it(&j);
	link_to("https://h.cn", ALERT_TEST, &j);
	ck_assert(has(&text.html, "\n<a href=\"https://h.cn/alerts\">"));
	unlink_it(&j);
}
END_TEST

START_TEST(test_no_link)
{
	struct sink_job j;

	link_to("", ALERT_FIRING, &j);
	ck_assert_ptr_null(json_object_get(j.notice, "url"));
	ck_assert_uint_eq(count(&text.plain, "\nhttps://"), 0);
	ck_assert_uint_eq(count(&text.html, "<a "), 0);
	unlink_it(&j);
}
END_TEST

/* A name must neither end a header nor begin an element. */
START_TEST(test_hostile)
{
	make(ALERT_FIRING, "down", 1, "a\\r\\nBcc: b@c\\u0007\\u2028\\u202e",
	    "<script>alert(1)</script>\\u001b[31m");
	ck_assert_ptr_null(strpbrk(buf_cstr(&text.subject), "\r\n\a"));
	ck_assert(!has(&text.html, "<script"));
	ck_assert(has(&text.html, "&lt;script&gt;"));
	ck_assert(!has(&text.plain, "\033"));
	ck_assert(!has(&text.plain, "\u202e"));
	ck_assert(!has(&text.html, "\u202e"));
	ck_assert(!has(&text.subject, "\u202e"));
	notify_text_clear(&text);
}
END_TEST

START_TEST(test_both)
{
	struct sink_job j = job_of(ALERT_TEST, "{\"hub\":\"H\",\"sites\":[],"
	    "\"at\":\"2026-11-21T23:53:24.500Z\",\"count\":0}");
	char *one, *two;

	lang_switch("zh");
	one = notify_text_json(&j, "both");
	two = notify_text_json(&j, "both");
	ck_assert_str_eq(one, two);	/* so is its signature */
	ck_assert_ptr_nonnull(strstr(one, "----"));
	ck_assert_ptr_nonnull(strstr(one, "\"delivery\":\"17-1795305204500\""));
	ck_assert_str_eq(lang_now(), "zh");
	lang_switch("en");
	free(one);
	free(two);
	json_decref(j.notice);
}
END_TEST

/* --- frames ------------------------------------------------------------------- */

START_TEST(test_frames)
{
	struct notify_frame_job j = { .delivery = 5, .event = ALERT_MORE,
		.give_up = 99, .receiver = SPAN("duty"),
		.notice = SPAN("{}") }, back;
	struct notify_frame_done d = { .delivery = 5,
		.state = DELIVERY_TRYING, .error = SPAN("no") }, done;
	struct buf b;

	buf_init(&b, NOTIFY_FRAME_MAX);
	notify_frame_job_write(&b, &j);
	ck_assert(notify_frame_job_read(&back, buf_look(&b)));
	ck_assert_uint_eq(back.delivery, 5);
	ck_assert_int_eq(back.event, ALERT_MORE);
	ck_assert_int_eq(back.give_up, 99);
	ck_assert(span_is(back.receiver, SPAN("duty")));
	for (size_t n = 0; n < b.n; n++)
		ck_assert(!notify_frame_job_read(&back,
		    (struct span){ b.at, n }));
	buf_reset(&b);
	notify_frame_done_write(&b, &d);
	ck_assert(notify_frame_done_read(&done, buf_look(&b)));
	ck_assert_int_eq(done.state, DELIVERY_TRYING);
	b.at[8] = DELIVERY_STATES;
	ck_assert(!notify_frame_done_read(&done, buf_look(&b)));
	buf_clear(&b);
}
END_TEST

/* --- answers ------------------------------------------------------------------ */

START_TEST(test_answers)
{
	static const struct {
		long status;
		enum sink_result result;
	} cases[] = {
		{ 200, SINK_CONFIRMED }, { 204, SINK_CONFIRMED },
		{ 0, SINK_LATER }, { 500, SINK_LATER }, { 503, SINK_LATER },
		{ 429, SINK_LATER }, { 408, SINK_LATER },
		{ 301, SINK_NEVER }, { 400, SINK_NEVER },
		{ 401, SINK_NEVER }, { 404, SINK_NEVER },
	};
	char error[SINK_ERROR];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fetch_answer a = { .status = cases[i].status,
			.error = "no route" };

		ck_assert_int_eq(sink_http_result(&a, error),
		    cases[i].result);
		ck_assert_int_eq(error[0] == '\0', i < 2);
	}
}
END_TEST

/* --- settings ----------------------------------------------------------------- */

static char conf[64];

/* What is wrong with it; "" if nothing is. */
static const char *
wrong(const char *lines)
{
	static char why[4096];
	struct conf *file = NULL;
	struct buf b;
	FILE *f;

	snprintf(conf, sizeof(conf), "/tmp/zq-notify-%d.conf",
	    (int)getpid());
	f = fopen(conf, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "name = H\n%s", lines);
	fclose(f);
	buf_init(&b, sizeof(why) - 1);
	(void)config_read(conf, &file, &b);
	snprintf(why, sizeof(why), "%s", buf_cstr(&b));
	conf_free(file);
	buf_clear(&b);
	unlink(conf);
	return why;
}

#define MAIL "[receiver a]\nkind = mail\nurl = smtp://localhost\n" \
	"from = a@b.cn\nto = c@d.cn\n"
#define HOOK "[receiver a]\nkind = webhook\nurl = https://x/\n"

START_TEST(test_settings)
{
	static const struct {
		const char *lines, *why;
	} bad[] = {
		{ "[receiver a]\n", "kind is missing" },
		{ "[receiver a]\nkind = fax\n", "mail, webhook" },
		{ "[receiver a]\nkind = webhook\nurl = ftp://x/\n", "https" },
		{ "[receiver a]\nkind = command\ncommand = sh -c x\n",
		  "whole path" },
		{ "[receiver a]\nkind = mail\nurl = http://x/\n"
		  "from = a@b\nto = c@d\n", "smtp://host" },
		{ "[receiver a]\nkind = mail\nurl = smtp://x\nfrom = a\n"
		  "to = c@d\n", "from" },
		{ "[receiver a]\nkind = mail\nurl = smtp://x\n"
		  "from = a@b.cn\n", "one address" },
		{ "[receiver a]\nkind = mail\nurl = smtp://x\n"
		  "from = a@b.cn\nto = 值班@b.cn\n", "name in ASCII" },
		{ HOOK "severity = dire\n", "danger" },
		{ HOOK "rules = down slient\n", "slient" },
		{ HOOK "quiet = 22-7\n", "22:00-07:00" },
		{ HOOK "quiet = 22:00-24:00\n", "22:00-07:00" },
		{ HOOK "zone = ../etc/passwd\n", "time zone" },
		{ HOOK "language = fr\n", "zh, en or both" },
		{ "[receiver the boss]\nkind = webhook\nurl = https://x/\n",
		  "\"the boss\": expected one word" },
		{ "[receiver 值班　长]\nkind = webhook\nurl = https://x/\n",
		  "expected one word" },
		{ HOOK HOOK, "the same name" },
		{ "[rule slient]\n", "no such rule" },
		{ "[rule down]\ntell = maybe\n", "yes or no" },
		{ "[rule down]\nfor = ten\n", "10m" },
		{ "[rule down]\nreminders = many\n", "number" },
		{ "[rule down]\nreceivers = a b\n" HOOK, "\"b\"" },
	};

	ck_assert_str_eq(wrong(MAIL), "");
	ck_assert_str_eq(wrong("[receiver a]\nkind = mail\nurl = smtp://x\n"
	    "from = a@b.cn\nto = c@郑县.中国\n"), "");
	ck_assert_str_eq(wrong("[receiver 值班-1.a_b]\nkind = webhook\n"
	    "url = https://x/\n"), "");
	ck_assert_str_eq(wrong(HOOK "quiet = 22:00-07:00\nzone = "
	    "Asia/Shanghai\nlanguage = both\nrules = down silent\n"
	    "[rule down]\ntell = no\nfor = 10m\nremind = 1d\n"
	    "reminders = 0\nseverity = danger\nreceivers = a\n"), "");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(strstr(wrong(bad[i].lines), bad[i].why) != NULL,
		    "%s: %s", bad[i].lines, wrong(bad[i].lines));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("notify");
	TCase *t = tcase_create("notify");
	SRunner *r;
	int failed;

	lang_open("zqhub");
	lang_switch("en");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_text);
	tcase_add_test(t, test_now);
	tcase_add_test(t, test_labels);
	tcase_add_test(t, test_closing);
	tcase_add_test(t, test_link);
	tcase_add_test(t, test_no_link);
	tcase_add_test(t, test_hostile);
	tcase_add_test(t, test_both);
	tcase_add_test(t, test_frames);
	tcase_add_test(t, test_answers);
	tcase_add_test(t, test_settings);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
