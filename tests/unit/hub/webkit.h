/*
 * For tests of the web part: one at a loopback port, with a user and a site, a
 * core that answers as it is told, and exchanges with it as browsers make them.
 */
#ifndef ZQ_TESTS_WEBKIT_H
#define ZQ_TESTS_WEBKIT_H

#include "hub/web.h"

#include "contrib/base/lang.h"
#include "contrib/base/log.h"
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
	size_t reports;		/* of hits */
	char hits[1024];	/* the last of them */
	size_t rows;		/* in all of them */
} told;

static inline size_t
json_rows(struct span body)
{
	json_t *o = json_loadb(body.at, body.n, 0, NULL);
	size_t n = json_array_size(o);

	json_decref(o);
	return n;
}

static inline void
on_act(void *arg, uint8_t kind, uint64_t number, struct span body)
{
	(void)arg;
	if (kind == FRAME_HITS) {
		told.reports++;
		told.rows += json_rows(body);
		snprintf(told.hits, sizeof(told.hits), "%.*s",
		    SPAN_ARGS(body));
		return;
	}
	ck_assert_int_eq(kind, FRAME_ACT);
	told.count++;
	told.number = number;
	snprintf(told.asked, sizeof(told.asked), "%.*s", SPAN_ARGS(body));
	if (told.answer != NULL)
		ck_assert(seqpacket_send(core, FRAME_ACTED, number,
		    span_of(told.answer)));
}

static inline void
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

static inline void
open_web(void)
{
	int pair[2], fd = bed_listen(&port);

	seqpacket_pair(pair);
	core = seqpacket_new(base, pair[0], on_act, NULL);
	web = web_new(base, &config, fd, pair[1], &kit.why);
	ck_assert_msg(web != NULL, "%s", buf_cstr(&kit.why));
}

static inline void
close_web(void)
{
	web_free(web);
	seqpacket_free(core);
}

static inline void
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
		.dir = kit.dir, .web_session = 3600000, .web_live = 4,
		.web_proxy = none, .web_user_header = none,
		.silent_after = 15000, .week_fails = 5, .week_warns = 3 };
	counters_open();
	pulse_open(NULL);
	pulse_begin(kit.now);
	base = event_base_new();
	memset(&told, 0, sizeof(told));
	put_users();
	open_web();
}

static inline void
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
static inline const char *
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

static inline int
status_of(const char *answer)
{
	int status = 0;

	ck_assert_int_eq(sscanf(answer, "HTTP/1.1 %d", &status), 1);
	return status;
}

static inline const char *
get(const char *path)
{
	char head[2048];

	snprintf(head, sizeof(head), "GET %s HTTP/1.1", path);
	return talk(head, "");
}

static inline int
post(const char *path, const char *headers, const char *body)
{
	char head[1024];

	snprintf(head, sizeof(head), "POST %s HTTP/1.1%s", path, headers);
	return status_of(talk(head, body));
}

static inline void
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

static inline void
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

static inline int
act(const char *what, const char *fields)
{
	char path[64], body[512];

	snprintf(path, sizeof(path), "/act/%s", what);
	snprintf(body, sizeof(body), "form=%s&next=/notices&%s", form,
	    fields);
	return post(path, "", body);
}

static char warned[512];

static inline void
on_line(enum log_level level, const char *line)
{
	if (level == LOG_LEVEL_WARN)
		snprintf(warned, sizeof(warned), "%s", line);
}

#endif
