/*
 * Whether a source is at its address: a real web server with a document root
 * of its own, on this machine, that has it there, elsewhere, or nowhere.
 */
#include "agent/served.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "agent/sample.h"
#include "tests/unit/agent/httpkit.h"
#include "tests/unit/agent/storekit.h"

static unsigned port;
static pid_t child;
static struct buf why;
static struct config_top top;
static struct config_source source;
static struct config config;
static char root[128], url[128], connect_to[64];
static char index_name[] = "index.html", dir_type[] = "dir", out[] = "out";
static char *index_names[] = { index_name, NULL }, *none[] = { NULL };
static struct {
	const char *prefix;	/* below it lies the root */
	int here;		/* else of what is there; 0: 200 */
	const char *away;	/* redirects there */
} server;

static void
make(const char *path)
{
	char whole[512];
	int fd;

	snprintf(whole, sizeof(whole), "%s/%s", root, path);
	for (char *c = whole + strlen(root) + 1; *c != '\0'; c++)
		if (*c == '/') {
			*c = '\0';
			(void)mkdir(whole, 0755);
			*c = '/';
		}
	fd = open(whole, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void
set_up(void)
{
	kit_make_dir();
	snprintf(root, sizeof(root), "%s/www", kit_dir);
	ck_assert_int_eq(mkdir(root, 0755), 0);
	buf_init(&why, CONFIG_WHY_MAX);
	base = event_base_new();
	server.prefix = "/";
	server.here = 0;
	server.away = NULL;
	connect_to[0] = '\0';
}

static void
tear_down(void)
{
	if (child > 0) {
		kill(child, SIGKILL);
		ck_assert_int_eq(waitpid(child, NULL, 0), child);
	}
	child = 0;
	http_close();
	event_base_free(base);
	buf_clear(&why);
	kit_remove_dir();
}

/* What lies below the root is there, and everything at "/" is. */
static int
status_for(const char *path)
{
	size_t n = strlen(server.prefix);
	char whole[512];

	if (strcmp(path, "/") == 0)
		return 200;
	if (strncmp(path, server.prefix, n) != 0)
		return 404;
	snprintf(whole, sizeof(whole), "%s/%s", root, path + n);
	return access(whole, F_OK) != 0 ? 404 : server.here != 0 ?
	    server.here : 200;
}

static void
on_request(struct evhttp_request *r, void *arg)
{
	const char *path = evhttp_request_get_uri(r);

	(void)arg;
	if (server.away != NULL && strncmp(path, "/there/", 7) != 0) {
		evhttp_add_header(evhttp_request_get_output_headers(r),
		    "Location", server.away);
		evhttp_send_reply(r, 302, "", NULL);
		return;
	}
	evhttp_send_reply(r, status_for(path), "", NULL);
}

/* The web server, in a process of its own: who asks it waits for it. */
static void
serve_there(void)
{
	evhttp_set_gencb(http, on_request, NULL);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		event_reinit(base);
		alarm(60);
		event_base_dispatch(base);
		_exit(0);
	}
}

static void
serve(void)
{
	port = http_open("127.0.0.1", 0);
	serve_there();
}

/* `path` of the source's url; what is said of it. */
static const char *
look(const char *host, const char *path)
{
	snprintf(url, sizeof(url), "http://%s:%u%s", host, port, path);
	top = (struct config_top){ .home_connect = connect_to };
	source = (struct config_source){ .type = dir_type, .root = root,
	    .url = url, .include = none, .exclude = none,
	    .index = index_names };
	config = (struct config){ .top = &top, .count = 1 };
	config.source[0].name = "www";
	config.source[0].set = &source;
	buf_reset(&why);
	served_look(&config, NULL, "conf: ", &why);
	return buf_cstr(&why);
}

#define ck_has(text, part) do {						\
	const char *has_ = text;					\
	ck_assert_msg(strstr(has_, part) != NULL, "\"%s\" lacks \"%s\"",	\
	    has_, part);						\
} while (0)

START_TEST(right)
{
	make("index.html");
	make("a/1.html");
	make("b/2.html");
	serve();
	ck_assert_str_eq(look("www.a.test", "/"), "");
	ck_assert_str_eq(look("www.a.test", ""), "");
}
END_TEST

/* The root is at "/", as nearly always. */
START_TEST(wrong_path)
{
	const char *said;

	make("index.html");
	make("a/1.html");
	serve();
	said = look("www.a.test", "/sub/");
	ck_has(said, "conf: source www: ");
	ck_has(said, "/www/a/1.html is there, but its address "
	    "http://www.a.test:");
	ck_has(said, "/sub/a/1.html answers 404 (asked at 127.0.0.1;");
	ck_has(said, "it is there: set url = http://www.a.test:");
	ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
}
END_TEST

/* Who may put files there may not write to a terminal. */
START_TEST(odd_name)
{
	const char *said;

	make("a/\x1b[31m\xcd\n.html");
	serve();
	said = look("www.a.test", "/sub/");
	ck_has(said, "/a/\\x1b[31m\\xcd\\x0a.html is there, but");
	ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
}
END_TEST

START_TEST(elsewhere)
{
	const char *said;

	make("a/1.html");
	server.prefix = "/sub/";
	serve();
	ck_assert_str_eq(look("www.a.test", "/sub"), "");
	said = look("www.a.test", "/");
	ck_has(said, "/a/1.html answers 404");
	ck_has(said, "is the path in url = http://www.a.test:");
}
END_TEST

START_TEST(where_it_is_said)
{
	const char *said;

	make("a/1.html");
	serve();
	snprintf(connect_to, sizeof(connect_to), "127.0.0.1:%u", port);
	said = look("www.a.test", "/sub/");
	ck_has(said, "answers 404 (asked at 127.0.0.1:");
}
END_TEST

/* The root's index is asked for if there is nothing else. */
START_TEST(only_index)
{
	make("index.html");
	serve();
	ck_assert_str_eq(look("www.a.test", "/"), "");
	ck_has(look("www.a.test", "/sub/"), "/sub/ answers 404");
}
END_TEST

/* None of these says that the path is wrong. */
START_TEST(no_finding)
{
	int64_t began = clock_mono();

	port = 1;
	ck_assert_str_eq(look("www.a.test", "/"), "");	/* nothing there */
	make("a/1.html");
	ck_assert_str_eq(look("www.a.test", "/"), "");	/* nobody */
	server.here = 403;
	serve();
	ck_assert_str_eq(look("www.a.test", "/"), "");
	ck_assert_int_lt(clock_mono() - began, 3 * SERVED_TIME);
}
END_TEST

/* A redirect to its own host is followed; another's word isn't its own. */
START_TEST(redirected)
{
	char to[64];

	make("a/1.html");
	server.away = "/there/1.html";
	serve();
	ck_has(look("www.a.test", "/"), "answers 404");
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	http_close();
	port = http_open("127.0.0.1", 0);
	snprintf(to, sizeof(to), "http://www.b.test:%u/there/1.html", port);
	server.away = to;
	serve_there();
	ck_assert_str_eq(look("www.a.test", "/"), "");
}
END_TEST

/* It answers nothing, ever: that ends. A slow machine may be late twice. */
START_TEST(stalls)
{
	int64_t took = INT64_MAX;

	make("a/1.html");
	make("b/2.html");
	make("c/3.html");
	port = http_open("127.0.0.1", 0);	/* and nobody turns the loop */
	for (int i = 0; i < 3 && took >= SERVED_TIME + 900; i++) {
		int64_t began = clock_mono();

		ck_assert_str_eq(look("www.a.test", "/"), "");
		took = clock_mono() - began;
	}
	ck_assert_int_lt(took, SERVED_TIME + 900);
}
END_TEST

START_TEST(best_first)
{
	struct root r = { .fd = -1 };
	const struct place p = { .root = &r, .url = "http://a.test/",
	    .index = index_names };
	static char *exclude[] = { out, NULL };
	const struct filter f = { .include = none, .exclude = exclude };
	struct sample s;

	ck_assert_int_eq(root_open(&r, root), 0);
	sample_take(&s, &p, &f);
	ck_assert_uint_eq(s.n, 0);
	make("index.html");
	make("x/pic.png");
	make("x/y/page.html");
	make("x/y/pic.png");
	make("out/1.html");
	make(".git/1.html");
	sample_take(&s, &p, &f);
	ck_assert_uint_eq(s.n, 3);
	ck_assert_str_eq(s.path[0], "x/y/page.html");
	ck_assert_str_eq(s.path[1], "x/pic.png");
	ck_assert_str_eq(s.path[2], "index.html");
	sample_clear(&s);
	make("b/1.html");
	make("c/index.html");
	sample_take(&s, &p, &f);
	ck_assert_uint_eq(s.n, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(strstr(s.path[i], ".html"));
	sample_clear(&s);
	root_close(&r);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("served");
	TCase *t = tcase_create("all");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, right);
	tcase_add_test(t, wrong_path);
	tcase_add_test(t, odd_name);
	tcase_add_test(t, elsewhere);
	tcase_add_test(t, where_it_is_said);
	tcase_add_test(t, only_index);
	tcase_add_test(t, no_finding);
	tcase_add_test(t, redirected);
	tcase_add_test(t, stalls);
	tcase_add_test(t, best_first);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
