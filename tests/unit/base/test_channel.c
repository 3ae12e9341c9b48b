/* channel and ctl: frames between parts, lines from tools, and garbage. */
#include "contrib/base/channel.h"
#include "contrib/base/ctl.h"
#include "contrib/base/mem.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct event_base *base;
static struct channel *left, *right;
static int ends[2];
static unsigned frames, ended;
static uint64_t sum;
static size_t last_size;
static bool free_in_frame;

static void
on_frame(void *arg, struct channel *c, const struct frame *f)
{
	(void)arg;
	frames++;
	sum += f->number * f->kind;
	last_size = f->body.n;
	if (f->body.n != 0)
		ck_assert_int_eq(f->body.at[f->body.n - 1], 'z');
	if (free_in_frame) {
		channel_free(c);
		right = NULL;
	}
}

static void
on_end(void *arg, struct channel *c)
{
	(void)arg;
	ended++;
	channel_free(c);
	if (c == right)
		right = NULL;
	else
		left = NULL;
}

static void
set_up(void)
{
	base = event_base_new();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	right = channel_new(base, ends[1], 100000, on_frame, on_end, NULL);
}

static void
tear_down(void)
{
	channel_free(left);
	channel_free(right);
	event_base_free(base);
}

static void
turn(int times)
{
	for (int i = 0; i < times; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

START_TEST(frames_arrive_in_order_and_whole)
{
	static char body[100000], many[9000 * 13];
	uint64_t expected = 0;

	memset(body, 'z', sizeof(body));
	left = channel_new(base, ends[0], 100000, on_frame, on_end, NULL);
	for (unsigned i = 0; i < 20000; i++) {
		channel_send(left, (uint8_t)(i % 7), UINT64_C(1) << 40 | i,
		    (struct span){ body, i % 300 });
		expected += (UINT64_C(1) << 40 | i) * (i % 7);
	}
	channel_send(left, 1, 0, (struct span){ body, sizeof(body) });
	ck_assert_uint_gt(channel_pending(left), 100000);
	turn(20000);
	ck_assert_uint_eq(frames, 20001);
	ck_assert(sum == expected);
	ck_assert_uint_eq(last_size, sizeof(body));
	ck_assert_uint_eq(channel_pending(left), 0);
	/* What was sent before an end still arrives. */
	for (size_t i = 0; i < sizeof(many); i += 13)
		memcpy(many + i, "\0\0\0\x09\1\0\0\0\0\0\0\0\1", 13);
	ck_assert_int_eq(send(ends[0], many, sizeof(many), MSG_DONTWAIT),
	    sizeof(many));
	channel_free(left);
	left = NULL;
	turn(10);
	ck_assert_uint_eq(frames, 29001);
	ck_assert_uint_eq(ended, 1);
}
END_TEST

START_TEST(a_frame_too_long_ends_the_channel)
{
	ck_assert_int_eq(write(ends[0], "\x7f\xff\xff\xff\x01", 5), 5);
	turn(3);
	ck_assert_uint_eq(ended, 1);
	ck_assert_uint_eq(frames, 0);
	close(ends[0]);
}
END_TEST

START_TEST(a_frame_too_short_ends_the_channel)
{
	ck_assert_int_eq(write(ends[0], "\0\0\0\x08xxxxxxxxxxxxxxxxx", 21), 21);
	turn(3);
	ck_assert_uint_eq(ended, 1);
	ck_assert_uint_eq(frames, 0);
	close(ends[0]);
}
END_TEST

START_TEST(bytes_one_by_one_make_a_frame)
{
	const char *frame = "\0\0\0\x0b\x05\0\0\0\0\0\0\0\x02qz";

	for (int i = 0; i < 15; i++) {
		ck_assert_uint_eq(frames, 0);
		ck_assert_int_eq(write(ends[0], frame + i, 1), 1);
		turn(1);
	}
	ck_assert_uint_eq(frames, 1);
	ck_assert(sum == 10 && last_size == 2);
	close(ends[0]);
}
END_TEST

START_TEST(a_channel_may_be_freed_in_its_callback)
{
	free_in_frame = true;
	left = channel_new(base, ends[0], 100000, on_frame, on_end, NULL);
	channel_send(left, 1, 1, SPAN_NONE);
	channel_send(left, 1, 1, SPAN_NONE);
	turn(5);
	ck_assert_uint_eq(frames, 1);
	ck_assert_uint_eq(ended, 1);
	ck_assert(left == NULL);
}
END_TEST

/* The control socket: a child serves, the test asks. */

static char path[64];
static pid_t server;

static void
on_ask(void *arg, struct ctl_peer *peer, json_t *ask, uid_t uid)
{
	const char *what = json_string_value(json_object_get(ask, "do"));

	(void)arg;
	if (what != NULL && strcmp(what, "count") == 0) {
		ctl_progress(peer, json_integer(1));
		ctl_progress(peer, json_integer(2));
		ctl_ok(peer, json_pack("{s:i}", "uid", (int)uid));
	} else if (what != NULL && strcmp(what, "big") == 0) {
		char *big = mem_new(CTL_LINE_MAX + 1);

		memset(big, 'x', CTL_LINE_MAX);
		ctl_ok(peer, json_string(big));
		free(big);
	} else {
		ctl_fail(peer, "ask for count", "bad \xff: %s", what);
	}
}

static void
serve(void)
{
	struct event_base *b = event_base_new();

	signal(SIGPIPE, SIG_IGN);
	if (ctl_open(b, path, on_ask, NULL, NULL) == NULL)
		_exit(1);
	event_base_dispatch(b);
	_exit(2);
}

static void
start_server(void)
{
	snprintf(path, sizeof(path), "/tmp/zq-ctl-%d", (int)getpid());
	unlink(path);
	server = fork();
	if (server == 0)
		serve();
	for (int i = 0; i < 500; i++) {
		json_t *a = ctl_ask(path, json_object(), NULL, NULL);

		json_decref(a);
		if (a != NULL)
			return;
		usleep(10000);
	}
	ck_abort_msg("no server");
}

static void
stop_server(void)
{
	int status;

	ck_assert_int_eq(waitpid(server, &status, WNOHANG), 0);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	unlink(path);
}

static int progress;

static void
on_progress(void *arg, json_t *what)
{
	(void)arg;
	progress += (int)json_integer_value(what);
}

START_TEST(questions_are_answered)
{
	json_t *a = ctl_ask(path, json_pack("{s:s}", "do", "count"),
	    on_progress, NULL);
	struct stat st;

	ck_assert_int_eq(progress, 3);
	ck_assert_int_eq(json_integer_value(json_object_get(
	    json_object_get(a, "ok"), "uid")), getuid());
	json_decref(a);
	a = ctl_ask(path, json_pack("{s:s}", "do", "sing"), NULL, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(a, "error")),
	    "bad \xef\xbf\xbd: sing");
	ck_assert_str_eq(json_string_value(json_object_get(a, "hint")),
	    "ask for count");
	json_decref(a);
	a = ctl_ask(path, json_pack("{s:s}", "do", "big"), NULL, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(a, "error")),
	    "the answer is too long");
	json_decref(a);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0660);
	a = ctl_ask(path, json_pack("{s:s}", "do", "\xff"), NULL, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(a, "error")),
	    "what is asked is not UTF-8");
	json_decref(a);
	ck_assert(ctl_ask("/nonexistent", json_object(), NULL, NULL) == NULL);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(a_stopped_daemon_is_told)
{
	json_t *a;

	kill(server, SIGSTOP);
	waitpid(server, NULL, WUNTRACED);
	a = ctl_ask_within(path, json_pack("{s:s}", "do", "count"), 200,
	    on_progress, NULL);
	kill(server, SIGCONT);
	ck_assert_str_eq(json_string_value(json_object_get(a, "error")),
	    "the daemon does not answer");
	json_decref(a);
	a = ctl_ask_within(path, json_pack("{s:s}", "do", "count"), 20000,
	    NULL, NULL);
	ck_assert_ptr_nonnull(json_object_get(a, "ok"));
	json_decref(a);
}
END_TEST

static int
dial(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* All that comes back for text, whose sender then closes its half. */
static const char *
exchange(const char *text, size_t n)
{
	static char back[4096];
	int fd = dial();
	size_t have = 0;
	ssize_t got;

	while (n != 0) {
		got = send(fd, text, n, MSG_NOSIGNAL);
		if (got <= 0)
			break;
		text += got;
		n -= (size_t)got;
	}
	shutdown(fd, SHUT_WR);
	while ((got = recv(fd, back + have, sizeof(back) - 1 - have, 0)) > 0)
		have += (size_t)got;
	back[have] = '\0';
	close(fd);
	return back;
}

START_TEST(garbage_gets_an_error)
{
	char *big = mem_new(CTL_LINE_MAX + 100000), *deep = mem_new(100001);
	int fds[CTL_PEERS_MAX];

	ck_assert(strstr(exchange("GET / HTTP/1.1\r\n", 16),
	    "{\"error\":") != NULL);
	ck_assert(strstr(exchange("[1]\n", 4), "{\"error\":") != NULL);
	ck_assert(strstr(exchange("{\"do\":\"count\"}\n{}\n", 18),
	    "\"ok\":{\"uid\"") != NULL);
	ck_assert_str_eq(exchange("{\"do\"", 5), "");
	memset(deep, '[', 100000);
	deep[99999] = '\n';
	ck_assert(strstr(exchange(deep, 100000), "{\"error\":") != NULL);
	memset(big, ' ', CTL_LINE_MAX + 100000);
	ck_assert(strstr(exchange(big, CTL_LINE_MAX + 100000),
	    "the line is too long") != NULL);
	free(big);
	free(deep);
	usleep(50000);
	for (int i = 0; i < CTL_PEERS_MAX; i++)
		fds[i] = dial();
	ck_assert(strstr(exchange("", 0), "too many") != NULL);
	for (int i = 0; i < CTL_PEERS_MAX; i++)
		close(fds[i]);
}
END_TEST

START_TEST(only_a_dead_socket_is_replaced)
{
	struct event_base *b = event_base_new();
	struct ctl *c;
	char file[100];

	ck_assert(ctl_open(b, path, on_ask, NULL, NULL) == NULL);
	ck_assert_int_eq(errno, EADDRINUSE);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	c = ctl_open(b, path, on_ask, NULL, NULL);
	ck_assert(c != NULL);
	ctl_close(c);
	ck_assert_int_eq(access(path, F_OK), -1);
	snprintf(file, sizeof(file), "%s.file", path);
	fclose(fopen(file, "w"));
	ck_assert(ctl_open(b, file, on_ask, NULL, NULL) == NULL);
	ck_assert_int_eq(access(file, F_OK), 0);
	unlink(file);
	event_base_free(b);
	start_server();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("channel");
	TCase *channel = tcase_create("channel");
	TCase *ctl = tcase_create("ctl");
	SRunner *r;
	int failed;

	tcase_set_timeout(channel, 60);
	tcase_add_checked_fixture(channel, set_up, tear_down);
	tcase_add_test(channel, frames_arrive_in_order_and_whole);
	tcase_add_test(channel, a_frame_too_long_ends_the_channel);
	tcase_add_test(channel, a_frame_too_short_ends_the_channel);
	tcase_add_test(channel, bytes_one_by_one_make_a_frame);
	tcase_add_test(channel, a_channel_may_be_freed_in_its_callback);
	suite_add_tcase(s, channel);
	tcase_set_timeout(ctl, 60);
	tcase_add_checked_fixture(ctl, start_server, stop_server);
	tcase_add_test(ctl, questions_are_answered);
	tcase_add_test(ctl, a_stopped_daemon_is_told);
	tcase_add_test(ctl, garbage_gets_an_error);
	tcase_add_test(ctl, only_a_dead_socket_is_replaced);
	suite_add_tcase(s, ctl);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
