/*
 * The small things of contrib/base: descriptors, timers, text in JSON.
 */
#include "contrib/base/fd.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/timer.h"

static void
on_alarm(int signal)
{
	(void)signal;
}

/* Into a pipe that is full, while a signal comes all the time: some writes
 * end early, some with nothing done. */
_Noreturn static void
write_interrupted(int fd, struct span s)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 1000 }, { 0, 1000 } };

	(void)sigaction(SIGALRM, &sa, NULL);
	(void)setitimer(ITIMER_REAL, &often, NULL);
	_exit(!fd_write(fd, s));
}

START_TEST(all_of_it_is_written)
{
	static char text[300000], got[300000];
	int fd[2];
	size_t n = 0;

	memset(text, 'x', sizeof(text));
	ck_assert_int_eq(pipe(fd), 0);
	if (fork() == 0)
		write_interrupted(fd[1], (struct span){ text, sizeof(text) });
	close(fd[1]);
	for (ssize_t more = 1; more > 0 && n < sizeof(got); n += (size_t)more) {
		usleep(5000);
		more = read(fd[0], got + n, sizeof(got) - n);
	}
	ck_assert_uint_eq(n, sizeof(got));
	ck_assert_mem_eq(got, text, sizeof(got));
	close(fd[0]);
	ck_assert(!fd_write(-1, SPAN("x")));
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(the_directory_of_a_path)
{
	char dir[] = "/tmp/zq-small-XXXXXX", path[64];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/not-there", dir);
	ck_assert(fd_sync_dir_of(path));
	snprintf(path, sizeof(path), "%s/neither/nor", dir);
	ck_assert(!fd_sync_dir_of(path));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	*(int64_t *)arg = clock_mono();
}

START_TEST(a_timer_comes_when_it_should)
{
	struct event_base *base = event_base_new();
	int64_t came = 0, began = clock_mono();
	struct event *e = event_new(base, -1, 0, on_time, &came);

	timer_after(e, 20000);
	timer_after(e, 60);	/* in its place */
	event_base_dispatch(base);
	ck_assert_int_ge(came - began, 50);
	ck_assert_int_lt(came - began, 15000);
	began = clock_mono();
	timer_after(e, 1050);	/* more than a second: both parts count */
	event_base_dispatch(base);
	ck_assert_int_ge(came - began, 1000);
	came = 0;
	timer_after(e, -5);	/* it is late already */
	event_base_dispatch(base);
	ck_assert_int_gt(came, 0);
	event_free(e);
	event_base_free(base);
}
END_TEST

START_TEST(text_or_none)
{
	json_t *o = json_pack("{s:s, s:i, s:s%}", "a", "text", "n", 7, "zero",
	    "x\0y", (size_t)3), *empty;

	ck_assert_str_eq(json_text(o, "a"), "text");
	ck_assert_str_eq(json_text(o, "n"), "");
	ck_assert_str_eq(json_text(o, "missing"), "");
	ck_assert_str_eq(json_text(NULL, "a"), "");
	ck_assert(span_is(json_text_span(o, "a"), SPAN("text")));
	ck_assert_uint_eq(json_text_span(o, "zero").n, 3);
	ck_assert_uint_eq(json_text_span(o, "missing").n, 0);
	empty = json_text_new(SPAN_NONE);
	ck_assert_str_eq(json_string_value(empty), "");
	ck_assert_ptr_null(json_text_new(SPAN("\xff")));
	json_decref(empty);
	json_decref(o);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("base/small");
	TCase *t = tcase_create("small");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 30);
	tcase_add_test(t, all_of_it_is_written);
	tcase_add_test(t, the_directory_of_a_path);
	tcase_add_test(t, a_timer_comes_when_it_should);
	tcase_add_test(t, text_or_none);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
