/*
 * Descriptors on their way: all of them, or none and none that stays open.
 */
#include "contrib/base/fd_pass.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int pair[2];

static void
set_up(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
}

static void
tear_down(void)
{
	close(pair[0]);
	close(pair[1]);
}

static int
lowest_free(void)
{
	int fd = dup(pair[0]);

	close(fd);
	return fd;
}

/* So many are sent, and so many expected. */
static void
pass(size_t sent, size_t wanted)
{
	int out[FD_PASS_MOST], in[FD_PASS_MOST], before = lowest_free();
	char byte;

	for (size_t i = 0; i < sent; i++)
		out[i] = pair[i % 2];
	ck_assert_int_eq(fd_pass_send(pair[0], SPAN("x"), out, sent, 0), 1);
	ck_assert_int_eq(fd_pass_receive(pair[1], &byte, 1, in, wanted), 1);
	ck_assert_int_eq(byte, 'x');
	for (size_t i = 0; i < wanted; i++) {
		ck_assert_msg((in[i] >= 0) == (sent == wanted),
		    "%zu of %zu", sent, wanted);
		if (in[i] >= 0) {
			ck_assert(fcntl(in[i], F_GETFD) & FD_CLOEXEC);
			close(in[i]);
		}
	}
	ck_assert_msg(lowest_free() == before, "%zu of %zu stay open", sent,
	    wanted);
}

START_TEST(test_just_those)
{
	for (size_t sent = 1; sent <= FD_PASS_MOST; sent++)
		for (size_t wanted = 1; wanted <= FD_PASS_MOST; wanted++)
			pass(sent, wanted);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fd_pass");
	TCase *t = tcase_create("fd_pass");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_just_those);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
