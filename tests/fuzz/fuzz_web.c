/*
 * The page as strangers and readers ask for it: a real web part, over
 * loopback, with a user, a session and a site. Whatever comes it answers or
 * hangs up; it sends nobody elsewhere, and no act reaches the core but with
 * the session's cookie and what its forms carry, and none beyond the role.
 *
 * The input is a request: lines of its head, an empty line, its body. "$T" in
 * it is the token of the session, "$F" its forms' secret; the length of the
 * body is said, unless the head says it.
 */
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "hub/http_serve.h"
#include "hub/journal_backend.h"
#include "hub/permission.h"
#include "hub/pulse.h"
#include "hub/view.h"
#include "hub/web.h"
#include "hub/web_inside.h"
#include "tests/fuzz/fuzzkit.h"
#include "tests/fuzz/httpkit.h"
#include "tests/fuzz/scryptkit.h"

#define INPUT 16384
#define TURNS 2000

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static char name[] = "Cluster", listens[] = "127.0.0.1:7480",
    proxy[] = "127.0.0.1", header[] = "X-User", language[] = "en";
static struct config config = { .name = name, .web = listens, .dir = fuzz_dir,
	.language = language, .web_session = 3600000, .web_live = 4,
	.web_proxy = proxy, .web_user_header = header, .silent_after = 15000,
	.week_fails = 5, .week_warns = 3 };
static struct event_base *base;
static struct seqpacket *core;
static struct web *web;
static struct users users;
static char token[SESSION_TOKEN], secret[SESSION_FORM];
static bool has_token, has_secret;	/* the request */

/* --- the hub ----------------------------------------------------------------- */

static void
put_site(struct journal *j)
{
	static const char act[] = "{\"do\":\"site-add\",\"site\":1,\"code\":"
	    "\"4101000001\",\"name\":\"Zhengzhou\",\"domains\":"
	    "[\"s1.gov.cn\"],\"kind\":\"portal\",\"parent\":\"\","
	    "\"actor\":\"test\",\"reason\":\"\"}";

	journal_begin(j);
	journal_act(j, SPAN(act), FUZZ_NOW);
	must(journal_commit(j) == DB_OK);
}

static void
put_stores(void)
{
	char path[96];
	const char *reason;
	struct journal *j;
	struct view *v;
	struct buf why;
	size_t applied;
	bool fresh;

	buf_init(&why, 4096);
	snprintf(path, sizeof(path), "%s/journal", fuzz_dir);
	j = journal_open(&journal_lmdb, path, true, FUZZ_MOST, &why);
	snprintf(path, sizeof(path), "%s/view", fuzz_dir);
	v = view_open(path, FUZZ_MOST, &fresh, &reason, &why);
	must(j != NULL && v != NULL);
	put_site(j);
	must(view_apply(v, j, 10, FUZZ_NOW, &applied) == DB_OK);
	view_close(v);
	journal_close(j);
	buf_clear(&why);
}

/* One who signs in, and one whom the web server in front names. */
static void
put_users(void)
{
	struct buf why;

	buf_init(&why, 4096);
	users_add(&users, SPAN("wang"))->role = USER_EDITOR;
	users_add(&users, SPAN("named"))->role = USER_ADMIN;
	must(users_write(&users, fuzz_dir, &why));
	buf_clear(&why);
}

/* As it would be kept, had he signed in. */
static void
put_session(void)
{
	struct sessions *s = sessions_new(fuzz_dir, 3600000);

	sessions_begin(s, users_find(&users, SPAN("wang")), token);
	session_form(secret, span_of(token));
	sessions_free(s);
}

static void
on_act(void *arg, uint8_t kind, uint64_t number, struct span body)
{
	json_t *o = json_loadb(body.at, body.n, 0, NULL);
	const char *act = json_string_value(json_object_get(o, "do"));
	const char *actor = json_string_value(json_object_get(o, "actor"));

	(void)arg;
	if (kind == FRAME_ACT) {
		must(has_token && has_secret);
		must(act != NULL && actor != NULL);
		must(strcmp(actor, "wang") == 0);
		must(permission_allows(act, USER_EDITOR));
		must(seqpacket_send(core, FRAME_ACTED, number,
		    number % 2 != 0 ? SPAN("{\"ok\":true}") :
		    SPAN("{\"error\":\"<no>\"}")));
	}
	json_decref(o);
}

static void
start(void)
{
	int pair[2], fd = httpkit_listen();
	struct buf why;

	put_session();
	buf_init(&why, 4096);
	seqpacket_pair(pair);
	core = seqpacket_new(base, pair[0], on_act, NULL);
	web = web_new(base, &config, fd, pair[1], &why);
	must(web != NULL);
	buf_clear(&why);
}

static void
stop(void)
{
	web_free(web);
	seqpacket_free(core);
	web = NULL;
}

static void
clean_up(void)
{
	if (web != NULL)
		stop();
	event_base_free(base);
	users_clear(&users);
}

static void
set_up(void)
{
	signal(SIGPIPE, SIG_IGN);
	log_open("fuzz", LOG_LEVEL_ERROR);
	setenv("LANGUAGE", "en", 1);
	fuzz_dir_make();
	counters_open();
	pulse_open(NULL);
	pulse_begin(FUZZ_NOW);
	put_stores();
	put_users();
	base = event_base_new();
	must(base != NULL);
	atexit(clean_up);
}

/* --- a request ----------------------------------------------------------------- */

static void
put(struct buf *b, struct span s, bool head)
{
	for (size_t i = 0; i < s.n; i++) {
		bool marks = s.at[i] == '$' && i + 1 < s.n;

		if (marks && s.at[i + 1] == 'T') {
			buf_text(b, token);
			has_token = true;
			i++;
		} else if (marks && s.at[i + 1] == 'F') {
			buf_text(b, secret);
			has_secret = true;
			i++;
		} else if (head && s.at[i] == '\n') {
			buf_text(b, "\r\n");
		} else {
			buf_byte(b, s.at[i]);
		}
	}
}

static void
make(struct buf *out, struct span s)
{
	const char *gap = memmem(s.at, s.n, "\n\n", 2);
	struct span head = s, body = SPAN_NONE;
	struct buf text;

	if (gap != NULL) {
		head.n = (size_t)(gap - s.at);
		body = (struct span){ gap + 2, s.n - head.n - 2 };
	}
	has_token = has_secret = false;
	buf_init(&text, 32 * INPUT);
	put(&text, body, false);
	put(out, head, true);
	buf_text(out, "\r\n");
	if (gap != NULL && memmem(head.at, head.n, "Content-Length", 14) ==
	    NULL && memmem(head.at, head.n, "Transfer-", 9) == NULL)
		buf_printf(out, "Content-Length: %zu\r\n", text.n);
	buf_text(out, "\r\n");
	buf_span(out, buf_look(&text));
	must(!out->bad && !text.bad);
	buf_clear(&text);
}

/* --- its answer ------------------------------------------------------------------ */

static struct span
header_of(struct span head, const char *what)
{
	const char *at = memmem(head.at, head.n, what, strlen(what));
	const char *end;

	if (at == NULL)
		return SPAN_NONE;
	at += strlen(what);
	end = memchr(at, '\r', head.n - (size_t)(at - head.at));
	must(end != NULL);
	return (struct span){ at, (size_t)(end - at) };
}

/* The only script is ours, and it is text. */
static void
judge_page(struct span got)
{
	const char *at = got.at;

	while ((at = memmem(at, got.n - (size_t)(at - got.at), "<script",
	    7)) != NULL) {
		at += 7;
		must(text_starts((struct span){ at,
		    got.n - (size_t)(at - got.at) }, " src=\"/live.js\""));
	}
}

/* Of the first one; more may follow. */
static void
judge(struct span got)
{
	const char *end = memmem(got.at, got.n, "\r\n\r\n", 4);
	struct span head = got, to;
	int status = 0;

	must(end != NULL && text_starts(got, "HTTP/1.1 "));
	head.n = (size_t)(end + 2 - got.at);
	must(sscanf(got.at, "HTTP/1.1 %d", &status) == 1);
	must(status == 100 || (status >= 200 && status < 600));
	for (size_t i = 0; i < head.n; i++)
		must((unsigned char)head.at[i] >= ' ' ||
		    head.at[i] == '\r' || head.at[i] == '\n');
	to = header_of(head, "\r\nLocation: ");
	must((status == 303) == (to.n > 0));
	must(to.n == 0 || (to.at[0] == '/' && (to.n == 1 ||
	    (to.at[1] != '/' && to.at[1] != '\\'))));
	if (text_starts(header_of(head, "\r\nContent-Type: "),
	    "text/html"))
		judge_page(got);
}

static void
talk(struct span request)
{
	int client = httpkit_connect();
	struct buf got;

	if (client < 0)
		return;
	buf_init(&got, 16u << 20);
	(void)send(client, request.at, request.n, MSG_NOSIGNAL |
	    MSG_DONTWAIT);
	httpkit_turn(base, client, &got);
	close(client);
	for (int i = 0; i < TURNS && http_serve_connections(web->http) > 0;
	    i++)
		event_base_loop(base, EVLOOP_ONCE);
	must(http_serve_connections(web->http) == 0);
	must(http_serve_memory(web->http) == 0);
	if (got.n > 0)
		judge(buf_look(&got));
	if (memmem(buf_cstr(&got), got.n, "Set-Cookie: ", 12) != NULL)
		stop();			/* the session has ended */
	buf_clear(&got);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct buf request;

	if (n == 0 || n > INPUT)
		return 0;
	if (base == NULL)
		set_up();
	if (web == NULL)
		start();
	buf_init(&request, 64 * INPUT);
	make(&request, (struct span){ (const char *)at, n });
	talk(buf_look(&request));
	buf_clear(&request);
	return 0;
}
