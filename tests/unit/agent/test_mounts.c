/*
 * Mounts that don't answer. Which those are a file says here, and whether they
 * answer the test.
 */
#include "agent/mounts.h"

#include <check.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/root.h"
#include "contrib/base/log.h"

static char dir[] = "/tmp/zq-mounts-XXXXXX";
static atomic_bool hangs, asks_other;
static char said[256];

static void
rest(int ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000,
	    .tv_nsec = ms % 1000 * 1000000L }, NULL);
}

static void
ask(const char *at)
{
	if (strstr(at, "/far away") == NULL)
		atomic_store(&asks_other, true);
	while (atomic_load(&hangs))
		rest(5);
}

static void
hear(enum log_level level, const char *line)
{
	(void)level;
	snprintf(said, sizeof(said), "%s", line);
}

static const char *
path(const char *name)
{
	static char at[4][256];
	static int n;

	n = (n + 1) % 4;
	snprintf(at[n], sizeof(at[n]), "%s%s", dir, name);
	return at[n];
}

static void
setup(void)
{
	FILE *f;

	snprintf(dir, sizeof(dir), "/tmp/zq-mounts-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(mkdir(path("/far away"), 0700), 0);
	ck_assert_int_eq(mkdir(path("/far away/sub"), 0700), 0);
	f = fopen(path("/list"), "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "/dev/sda1 / ext4 rw,relatime 0 0\n"
	    "nas:/www %s/far\\040away nfs4 rw,hard 0 0\n"
	    "/dev/sdb1 %s/disk xfs rw 0 0\n"
	    "garbage\nnas:/cut %s/cut\nnas:/cut", dir, dir, dir);
	ck_assert_int_eq(fclose(f), 0);
	log_sink(hear);
	said[0] = '\0';
	atomic_store(&hangs, true);
	mounts_test(path("/list"), ask);
}

static void
teardown(void)
{
	atomic_store(&hangs, false);
	mounts_test(NULL, NULL);
	log_sink(NULL);
	ck_assert_int_eq(rmdir(path("/far away/sub")), 0);
	ck_assert_int_eq(rmdir(path("/far away")), 0);
	ck_assert_int_eq(unlink(path("/list")), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static bool
turns(bool answers, int most)
{
	for (int ms = 0; ms < most; ms += 20) {
		if (mounts_answer(path("/far away/x")) == answers)
			return true;
		rest(20);
	}
	return false;
}

START_TEST(test_new)
{
	ck_assert(mounts_answer(path("/disk/x")));
	ck_assert(mounts_answer(path("/far awayx/y")));
	ck_assert(mounts_answer("/"));
	ck_assert_str_eq(said, "");
	ck_assert(!mounts_answer(path("/far away/x")));
	ck_assert(!mounts_answer(path("/far away")));
	ck_assert_ptr_nonnull(strstr(said, "/far away does not answer"));
	atomic_store(&hangs, false);
	ck_assert(turns(true, 60000));
	ck_assert_ptr_nonnull(strstr(said, "/far away answers again"));
	ck_assert(!atomic_load(&asks_other));
}
END_TEST

START_TEST(test_later)
{
	atomic_store(&hangs, false);
	if (mounts_answer(path("/far away/x")))	/* in a second */
		ck_assert_str_eq(said, "");
	ck_assert(turns(true, 60000));
	atomic_store(&hangs, true);
	ck_assert(turns(false, 60000));
	atomic_store(&hangs, false);
	ck_assert(turns(true, 60000));
}
END_TEST

START_TEST(test_root)
{
	struct root r = { .fd = -1 };
	struct stat st;

	ck_assert_int_eq(root_open(&r, dir), 0);
	ck_assert_int_eq(root_look(&r, "far away/sub", &st), ROOT_HIDDEN);
	ck_assert_int_eq(root_look(&r, "list", &st), ROOT_FILE);
	errno = 0;
	ck_assert_int_lt(root_open_dir(&r, "far away"), 0);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_lt(root_open_file(&r, "far away/x"), 0);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert(!root_moved(&r));
	root_close(&r);
	ck_assert_int_eq(root_open(&r, path("/far away")), ETIMEDOUT);
	ck_assert_int_lt(r.fd, 0);
	atomic_store(&hangs, false);
	ck_assert(turns(true, 60000));
	ck_assert_int_eq(root_open(&r, path("/far away")), 0);
	ck_assert_int_eq(root_look(&r, "sub", &st), ROOT_DIR);
	root_close(&r);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("mounts");
	TCase *t = tcase_create("mounts");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 300);
	tcase_add_test(t, test_new);
	tcase_add_test(t, test_later);
	tcase_add_test(t, test_root);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
