/*
 * Whether what a source tells is at its addresses: a web server that has the
 * root at "/", elsewhere, or nowhere, and a source that believes something of
 * that.
 */
#include "agent/astray.h"

#include "agent/draw.h"
#include "contrib/base/fetch.h"
#include "tests/unit/agent/httpkit.h"
#include "tests/unit/agent/sourcekit.h"

#define EVERY 200		/* ms */

static char nothing[] = "", off[] = "off", url[128];
static unsigned port, asks;
static struct {
	const char *prefix;	/* below it lies the root; NULL: nowhere */
	int there;		/* the status of what is; of what is not … */
	int not_there;
	int at_root;		/* … and of "/" */
	bool bare;		/* pages without .html, only */
} server;

static int
status_for(const char *path)
{
	size_t n = server.prefix != NULL ? strlen(server.prefix) : 0;
	size_t end = strlen(path);
	char name[256];

	if (strcmp(path, "/") == 0)
		return server.at_root;
	if (n == 0 || strncmp(path, server.prefix, n) != 0)
		return server.not_there;
	if (server.bare && end > 5 && strcmp(path + end - 5, ".html") == 0)
		return server.not_there;
	snprintf(name, sizeof(name), "%s%s", path + n, server.bare ? ".html" :
	    "");
	return access(at(name), F_OK) == 0 ? server.there : server.not_there;
}

static void
on_request(struct evhttp_request *r, void *arg)
{
	(void)arg;
	asks++;
	evhttp_send_reply(r, status_for(evhttp_request_get_uri(r)), "", NULL);
}

static void
begin(void)
{
	set_up();
	asker = fetch_new(base, "test");
	port = http_open("127.0.0.1", 0);
	evhttp_set_gencb(http, on_request, NULL);
	asks = 0;
	server.prefix = "/";
	server.there = server.at_root = 200;
	server.not_there = 404;
	server.bare = false;
	top.home = top.home_connect = nothing;
	top.url_every = EVERY;
	put_dir("a");
	put_dir("b");
	put_dir("b/c");
	put("index.html", "home");
	put("a/1.html", "one");
	put("b/2.html", "two");
	put("b/c/3.html", "three");
}

static void
finish(void)
{
	http_close();
	fetch_free(asker);
	asker = NULL;
	tear_down();
}

static void
start_at(const char *host, const char *path)
{
	snprintf(url, sizeof(url), "http://%s:%u%s", host, port, path);
	set.url = url;
	start();
}

static bool
trouble_has(const char *what)
{
	struct buf b;
	bool has;

	buf_init(&b, 8192);
	has = source_dir.trouble(source, &b) &&
	    strstr(buf_cstr(&b), what) != NULL;
	buf_clear(&b);
	return has;
}

/* So many looks, and nobody is alarmed. */
static void
says_nothing(unsigned least)
{
	WAIT_FOR(asks >= least);
	wait_state("fine");
	turn_loop(4 * EVERY);
	ck_assert_str_eq(state(), "fine");
	stop();
	asks = 0;
}

START_TEST(test_right)
{
	start_at("a.localhost", "/");
	WAIT_FOR(asks >= 3);
	ck_assert_str_eq(state(), "fine");
	stop();
	server.prefix = "/sub/";
	start_at("a.localhost", "/sub");
	says_nothing(3);
}
END_TEST

/* One question a look, as long as the answer is yes. */
START_TEST(test_polite)
{
	top.url_every = 60000;
	start_at("a.localhost", "/");
	turn_loop(500);
	ck_assert_uint_eq(asks, 0);
	stop();
	top.url_every = 1000;
	start_at("a.localhost", "/");
	WAIT_FOR(asks > 0);
	turn_loop(500);
	ck_assert_uint_eq(asks, 1);
	stop();
	asks = 0;
	top.url_every = 0;
	start_at("a.localhost", "/");
	turn_loop(3 * EVERY);
	stop();
	top.url_every = EVERY;
	top.home = off;
	start_at("a.localhost", "/");
	turn_loop(3 * EVERY);
	stop();
	ck_assert_uint_eq(asks, 0);
}
END_TEST

START_TEST(test_wrong_path)
{
	start_at("a.localhost", "/sub/");
	wait_state("astray");
	ck_assert(trouble_has("source www: what is told is not at its"));
	ck_assert(trouble_has("; asked for http://a.localhost:"));
	ck_assert(trouble_has("/sub/"));
	ck_assert(trouble_has("answers 404, and below http://a.localhost:"));
	ck_assert(trouble_has("/ it is there"));
	server.prefix = "/sub/";
	wait_state("fine");
	ck_assert(!trouble_has(""));
	stop();
}
END_TEST

/* One no is none: what is put in order meanwhile is never said. */
START_TEST(test_once)
{
	top.url_every = 1000;
	start_at("a.localhost", "/sub/");
	WAIT_FOR(asks >= 4);
	turn_loop(300);
	ck_assert_str_eq(state(), "fine");
	server.prefix = "/sub/";
	asks = 0;
	WAIT_FOR(asks > 0);
	turn_loop(1500);
	ck_assert_str_eq(state(), "fine");
	stop();
}
END_TEST

START_TEST(test_nowhere)
{
	char to[64];

	server.prefix = NULL;
	server.not_there = 410;
	start_at("a.localhost", "/");
	wait_state("astray");
	ck_assert(trouble_has("answers 410"));
	ck_assert(!trouble_has("it is there"));
	stop();
	/* The name leads nowhere: on this machine it may be another server. */
	start_at("www.a.test", "/");
	says_nothing(6);
	/* … unless it is said that it is not. */
	snprintf(to, sizeof(to), "127.0.0.1:%u", port);
	top.home_connect = to;
	start_at("www.a.test", "/");
	wait_state("astray");
	stop();
	/* … or the very file is there. */
	top.home_connect = nothing;
	server.prefix = "/";
	start_at("www.a.test", "/sub/");
	wait_state("astray");
	ck_assert(trouble_has("below http://www.a.test:"));
	stop();
}
END_TEST

START_TEST(test_unclear)
{
	static const int codes[] = { 401, 403, 500, 503, 204 };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		server.there = server.not_there = codes[i];
		start_at("a.localhost", "/sub/");
		says_nothing(2);
	}
	/* The whole of it is out of order. */
	server.not_there = server.at_root = 404;
	server.prefix = NULL;
	start_at("a.localhost", "/");
	says_nothing(6);
	/* Pages are there, under shorter names. */
	server.at_root = server.there = 200;
	server.prefix = "/";
	server.bare = true;
	start_at("a.localhost", "/");
	says_nothing(3);
	/* Nobody is. */
	http_close();
	start_at("a.localhost", "/sub/");
	says_nothing(0);
}
END_TEST

/* The root's index says nothing, and one other file is one. */
START_TEST(test_few)
{
	ck_assert_int_eq(unlink(at("a/1.html")), 0);
	ck_assert_int_eq(unlink(at("b/c/3.html")), 0);
	start_at("a.localhost", "/sub/");
	says_nothing(0);
	put("a/1.html", "one");
	start_at("a.localhost", "/sub/");
	wait_state("astray");
	stop();
}
END_TEST

/* From all over it, none twice, none that is new, gone or the root's index. */
START_TEST(test_draw)
{
	struct root r;
	struct place p = { .root = &r, .index = index_names };
	struct draw d;

	put_dir("d");
	for (int i = 0; i < 50; i++) {
		char name[32];

		snprintf(name, sizeof(name), "d/%d.html", i);
		put(name, name);
	}
	top.url_every = 0;
	start_at("a.localhost", "/");
	wait_items(54);
	p.url = url;
	ck_assert_int_eq(root_open(&r, root), 0);
	for (int i = 0; i < 20; i++) {
		bool in[128] = { false };
		unsigned places = 0;

		draw_files(&d, store, SPAN("www"), &p, -60000);
		ck_assert_uint_eq(d.n, 3);
		for (size_t k = 0; k < 3; k++) {
			ck_assert_str_ne(d.path[k], "index.html");
			ck_assert_ptr_nonnull(strstr(d.url[k], d.path[k]));
			for (size_t m = 0; m < k; m++)
				ck_assert_str_ne(d.path[k], d.path[m]);
			places += !in[(unsigned char)d.path[k][0]];
			in[(unsigned char)d.path[k][0]] = true;
		}
		ck_assert_uint_ge(places, 2);
		draw_clear(&d);
	}
	draw_files(&d, store, SPAN("www"), &p, 60000);
	ck_assert_uint_eq(d.n, 0);
	draw_clear(&d);
	stop();
	root_close(&r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/astray");
	TCase *t = tcase_create("astray");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, begin, finish);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_right);
	tcase_add_test(t, test_polite);
	tcase_add_test(t, test_wrong_path);
	tcase_add_test(t, test_once);
	tcase_add_test(t, test_nowhere);
	tcase_add_test(t, test_unclear);
	tcase_add_test(t, test_few);
	tcase_add_test(t, test_draw);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
