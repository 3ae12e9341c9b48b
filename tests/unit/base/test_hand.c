/*
 * A hand: runs what it was told to from the beginning, and nothing else.
 */
#include "contrib/base/hand.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contrib/base/clock.h"

static char sh[] = "/bin/sh", c[] = "-c";
static char counts[] = "wc -c; pwd; env | sort; ls /proc/self/fd | wc -l";
static char fails[] = "echo no >&2; exit 3";
static char sleeps[128], mark[64];	/* it leaves a mark, if it can */
static char talks[] = "yes | head -c 1000000; exit 1";
static char nowhere[] = "/nowhere/at/all";
static char *const count_argv[] = { sh, c, counts, NULL };
static char *const fail_argv[] = { sh, c, fails, NULL };
static char *const sleep_argv[] = { sh, c, sleeps, NULL };
static char *const talk_argv[] = { sh, c, talks, NULL };
static char *const none_argv[] = { nowhere, NULL };
static char *const empty_argv[] = { NULL };

enum { COUNT, FAIL, SLEEP, TALK, NOWHERE, EMPTY, COMMANDS };

static const struct hand_command commands[COMMANDS] = {
	[COUNT] = { count_argv, 20000 }, [FAIL] = { fail_argv, 20000 },
	[SLEEP] = { sleep_argv, 300 }, [TALK] = { talk_argv, 20000 },
	[NOWHERE] = { none_argv, 20000 }, [EMPTY] = { empty_argv, 20000 },
};

static struct event_base *base;
static struct hand *hand;
static int status;
static char said[HAND_SAID_MAX + 1];
static unsigned done;

static void
set_up(void)
{
	done = 0;
	snprintf(mark, sizeof(mark), "/tmp/zq-hand-%d", (int)getpid());
	snprintf(sleeps, sizeof(sleeps), "(sleep 1; touch %s) & sleep 60",
	    mark);
	setenv("SECRET", "1", 1);
	hand = hand_new(commands, COMMANDS, "/usr");
	base = event_base_new();
	hand_attach(hand, base);
}

static void
tear_down(void)
{
	hand_free(hand);
	event_base_free(base);
	(void)unlink(mark);
}

static void
on_done(void *arg, int how, struct span text)
{
	(void)arg;
	status = how;
	memcpy(said, text.at, text.n);
	said[text.n] = '\0';
	done++;
}

static void
run(size_t command, struct span input)
{
	unsigned before = done;

	ck_assert(hand_run(hand, command, input, on_done, NULL));
	while (done == before)
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
}

START_TEST(test_runs)
{
	static char large[3000000];

	memset(large, 'x', sizeof(large));
	run(COUNT, (struct span){ large, sizeof(large) });
	ck_assert_int_eq(status, 0);
	/* Its input, its place, a clean environment, no descriptor more. */
	ck_assert_msg(strncmp(said, "3000000\n/usr\nLANG=C.UTF-8\n", 26) == 0,
	    "said %s", said);
	ck_assert_ptr_null(strstr(said, "SECRET"));
	ck_assert_msg(strcmp(said + strlen(said) - 2, "4\n") == 0, "%s",
	    said);
	run(COUNT, SPAN_NONE);
	ck_assert(strncmp(said, "0\n", 2) == 0);
}
END_TEST

START_TEST(test_fails)
{
	run(FAIL, SPAN("x"));
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	ck_assert_str_eq(said, "no\n");
	ck_assert_str_eq(hand_status_text(status), "exit status 3");
	run(NOWHERE, SPAN("x"));
	ck_assert_int_eq(WEXITSTATUS(status), 127);
	ck_assert_ptr_nonnull(strstr(said, "/nowhere/at/all: No such"));
	ck_assert(!hand_has(hand, EMPTY));
	ck_assert(!hand_run(hand, EMPTY, SPAN("x"), on_done, NULL));
	ck_assert(!hand_run(hand, COMMANDS, SPAN("x"), on_done, NULL));
	run(TALK, SPAN_NONE);
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	ck_assert_uint_eq(strlen(said), HAND_SAID_MAX);
}
END_TEST

START_TEST(test_time)
{
	int64_t began = clock_mono();

	run(SLEEP, SPAN_NONE);
	ck_assert(WIFSIGNALED(status));
	ck_assert_str_eq(hand_status_text(status), "signal 9");
	ck_assert_int_lt(clock_mono() - began, 10000);
	usleep(1500000);		/* nor do its children live on */
	ck_assert_int_ne(access(mark, F_OK), 0);
	run(FAIL, SPAN_NONE);		/* and it goes on */
	ck_assert_int_eq(WEXITSTATUS(status), 3);
}
END_TEST

START_TEST(test_queue)
{
	for (int i = 0; i < 20; i++)
		ck_assert(hand_run(hand, i % 2 ? FAIL : COUNT, SPAN("abc"),
		    on_done, NULL));
	while (done < 20)
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
	ck_assert_int_eq(WEXITSTATUS(status), 3);
}
END_TEST

/* Who ends doesn't wait for a command, nor leave one behind. */
START_TEST(test_end)
{
	static const struct hand_command slow[] = { { sleep_argv, 60000 } };
	struct hand *h = hand_new(slow, 1, "/");
	int64_t began = clock_mono();

	hand_attach(h, base);
	ck_assert(hand_run(h, 0, SPAN("x"), on_done, NULL));
	ck_assert(hand_run(h, 0, SPAN("x"), on_done, NULL));
	usleep(200000);
	hand_free(h);
	ck_assert_int_lt(clock_mono() - began, 10000);
	ck_assert_uint_eq(done, 0);
	usleep(1500000);
	ck_assert_int_ne(access(mark, F_OK), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_runs, test_fails, test_time,
		test_queue, test_end };
	Suite *s = suite_create("hand");
	TCase *tc = tcase_create("hand");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
