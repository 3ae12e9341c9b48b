/* proc and sandbox: parts that die, and what a part may still do. */
#include "contrib/base/clock.h"
#include "contrib/base/db.h"
#include "contrib/base/log.h"
#include "contrib/base/proc.h"
#include "contrib/base/sandbox.h"
#include "contrib/base/sanitized.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the parts and the parent did, seen by all. */
struct seen {
	volatile int starts[3];
	volatile int befores, afters, ready;
	volatile pid_t pids[3];
	volatile int orderly, hangups;
	char name[32];
};

static struct seen *seen;

static void
set_up(void)
{
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	log_open("test", LOG_LEVEL_ERROR);
	unsetenv("NOTIFY_SOCKET");
}

static void
tear_down(void)
{
	munmap(seen, sizeof(*seen));
}

static void
on_term(int number)
{
	(void)number;
	seen->orderly++;
	_exit(0);
}

static int
wait_for_term(void *arg)
{
	long i = (long)arg;

	signal(SIGTERM, on_term);
	seen->pids[i] = getpid();
	prctl(PR_GET_NAME, seen->name);
	seen->starts[i]++;
	while (seen->starts[i] > 0)
		pause();
	return 0;
}

static int
die_once(void *arg)
{
	if (seen->starts[(long)arg] == 0) {
		seen->starts[(long)arg]++;
		return 3;
	}
	return wait_for_term(arg);
}

static int
die_always(void *arg)
{
	while (seen->starts[1] == 0)	/* the other is to be told to end */
		usleep(1000);
	seen->starts[(long)arg]++;
	return 1;
}

static int
die_unable(void *arg)
{
	while (seen->starts[1] == 0)
		usleep(1000);
	seen->starts[(long)arg]++;
	return PROC_CANNOT;
}

static void
before(void *arg)
{
	(void)arg;
	seen->befores++;
}

static void
after(void *arg)
{
	(void)arg;
	seen->afters++;
}

static void
ready(void)
{
	seen->ready++;
}

static pid_t
run(const struct proc_part *parts, size_t count)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(proc_run(parts, count, ready));
	return pid;
}

static bool
reaches(volatile int *n, int value)
{
	for (int i = 0; i < 4000 && *n < value; i++)
		usleep(10000);
	return *n == value;
}

static int
end(pid_t pid)
{
	int status;

	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	return status;
}

static const struct proc_part family[] = {
	{ "one", wait_for_term, (void *)0, 7, before, after, false },
	{ "two", wait_for_term, (void *)1, 0, NULL, NULL, false },
	{ "three", wait_for_term, (void *)2, 7, before, NULL, false },
};

START_TEST(a_dead_part_takes_its_group_and_no_other)
{
	pid_t pid = run(family, 3);

	for (int i = 0; i < 3; i++)
		ck_assert(reaches(&seen->starts[i], 1));
	ck_assert(strcmp(seen->name, "one") == 0 ||
	    strcmp(seen->name, "two") == 0 || strcmp(seen->name, "three") == 0);
	ck_assert_int_eq(seen->befores, 2);
	ck_assert_int_eq(seen->afters, 1);
	kill(seen->pids[0], SIGKILL);
	ck_assert(reaches(&seen->starts[0], 2));
	ck_assert(reaches(&seen->starts[2], 2));
	ck_assert_int_eq(seen->starts[1], 1);
	ck_assert_int_eq(seen->befores, 4);
	ck_assert_int_eq(seen->ready, 1);
	ck_assert_int_eq(end(pid), 0);
	ck_assert_int_eq(seen->orderly, 4);
}
END_TEST

static void
on_hangup(int number)
{
	(void)number;
	seen->hangups++;
}

static int
wait_for_hangups(void *arg)
{
	signal(SIGHUP, on_hangup);
	return wait_for_term(arg);
}

/* Goes with the other, as if it had noticed first that that one is dying. */
static int
go_first(void *arg)
{
	if (seen->starts[(long)arg]++ > 0)
		return wait_for_term(arg);
	while (seen->starts[1] == 0)
		usleep(1000);
	return 1;
}

static void
on_term_crash(int number)
{
	(void)number;
	kill(getpid(), SIGKILL);
}

static int
crash_once(void *arg)
{
	if (seen->starts[(long)arg] > 0)
		return wait_for_term(arg);
	signal(SIGTERM, on_term_crash);
	seen->starts[(long)arg]++;
	for (;;)
		pause();
}

static void
read_back(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	ck_assert_int_ge(n, 0);
	text[n] = '\0';
}

/* Who is seen to end first isn't always who has crashed: both are named. Who
 * ended because it was told to isn't. */
START_TEST(every_part_that_crashed_is_named)
{
	const struct proc_part parts[] = {
		{ "first", go_first, (void *)0, 7, NULL, NULL, false },
		{ "crashed", crash_once, (void *)1, 7, NULL, NULL, false },
		{ "told", wait_for_term, (void *)2, 7, NULL, NULL, false },
	};
	char path[] = "/tmp/zq-log-XXXXXX", text[4096];
	int fd = mkstemp(path), err = dup(STDERR_FILENO);
	pid_t pid;

	ck_assert_int_ge(fd, 0);
	dup2(fd, STDERR_FILENO);
	pid = run(parts, 3);
	dup2(err, STDERR_FILENO);
	close(err);
	ck_assert(reaches(&seen->starts[1], 2));
	ck_assert_int_eq(end(pid), 0);
	read_back(fd, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "first died pid="));
	ck_assert_ptr_nonnull(strstr(text, "crashed died pid="));
	ck_assert_ptr_nonnull(strstr(text, "signal=9"));
	ck_assert_ptr_null(strstr(text, "told died"));
	close(fd);
	unlink(path);
}
END_TEST

static int
leave(void *arg)
{
	(void)arg;
	return PROC_LEFT;
}

/* Later than the other, and whatever it is told. */
static int
fail_later(void *arg)
{
	signal(SIGTERM, SIG_IGN);
	seen->starts[(long)arg]++;
	usleep(20000);
	return arg == (void *)2 ? PROC_CANNOT : 1;
}

/* Who only followed is not called the one that won't stay up; unless nobody
 * else is. */
START_TEST(who_is_at_fault_is_named)
{
	const struct proc_part parts[] = {
		{ "left", leave, (void *)0, 7, NULL, NULL, false },
		{ "guilty", fail_later, (void *)1, 7, NULL, NULL, false },
	};
	const struct proc_part cannot[] = {
		{ "left", leave, (void *)0, 7, NULL, NULL, false },
		{ "cannot", fail_later, (void *)2, 7, NULL, NULL, false },
	};
	char path[] = "/tmp/zq-log-XXXXXX", text[4096];
	int fd = mkstemp(path), err = dup(STDERR_FILENO), status;
	pid_t pid;

	ck_assert_int_ge(fd, 0);
	dup2(fd, STDERR_FILENO);
	pid = run(_i == 2 ? cannot : parts, _i == 1 ? 1 : 2);
	dup2(err, STDERR_FILENO);
	close(err);
	waitpid(pid, &status, 0);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	read_back(fd, text, sizeof(text));
	if (_i == 0) {
		ck_assert_ptr_nonnull(strstr(text, "guilty died pid="));
		ck_assert_ptr_nonnull(strstr(text, "guilty won't stay up"));
		ck_assert_ptr_null(strstr(text, "left"));
		ck_assert_int_eq(seen->starts[1], 10);
	} else if (_i == 1) {
		ck_assert_ptr_nonnull(strstr(text, ": a part that it works with"));
		ck_assert_ptr_nonnull(strstr(text, "left won't stay up"));
	} else {
		ck_assert_int_eq(seen->starts[2], 1);
		ck_assert_str_eq(text, "");
	}
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(a_hangup_is_for_who_wants_it)
{
	const struct proc_part parts[] = {
		{ "one", wait_for_hangups, (void *)0, 0, NULL, NULL, true },
		{ "two", wait_for_term, (void *)1, 0, NULL, NULL, false },
	};
	pid_t pid = run(parts, 2);

	for (int i = 0; i < 2; i++)
		ck_assert(reaches(&seen->starts[i], 1));
	for (int i = 1; i <= 3; i++) {
		kill(pid, SIGHUP);
		ck_assert(reaches(&seen->hangups, i));
	}
	ck_assert_int_eq(seen->orderly, 0);
	ck_assert_int_eq(seen->starts[1], 1);
	ck_assert_int_eq(end(pid), 0);
	ck_assert_int_eq(seen->orderly, 2);
}
END_TEST

START_TEST(a_hangup_that_nobody_wants_ends_all)
{
	pid_t pid = run(family, 3);
	int status;

	for (int i = 0; i < 3; i++)
		ck_assert(reaches(&seen->starts[i], 1));
	kill(pid, SIGHUP);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(seen->orderly, 3);
}
END_TEST

START_TEST(an_exit_is_a_death_too)
{
	const struct proc_part part = { "once", die_once, (void *)0, 0, NULL,
		NULL, false };
	pid_t pid = run(&part, 1);

	ck_assert(reaches(&seen->starts[0], 2));
	ck_assert_int_eq(end(pid), 0);
}
END_TEST

START_TEST(a_part_that_wont_stay_up_ends_all)
{
	const struct proc_part parts[] = {
		{ "bad", die_always, (void *)0, 0, NULL, NULL, false },
		{ "good", wait_for_term, (void *)1, 0, NULL, NULL, false },
	};
	pid_t pid = run(parts, 2);
	int status;

	waitpid(pid, &status, 0);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	ck_assert_int_eq(seen->starts[0], 10);
	ck_assert_int_eq(seen->orderly, 1);
}
END_TEST

START_TEST(a_part_that_cannot_ends_all_at_once)
{
	const struct proc_part parts[] = {
		{ "cannot", die_unable, (void *)0, 0, NULL, NULL, false },
		{ "good", wait_for_term, (void *)1, 0, NULL, NULL, false },
	};
	pid_t pid = run(parts, 2);
	int status;

	waitpid(pid, &status, 0);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	ck_assert_int_eq(seen->starts[0], 1);
	ck_assert_int_eq(seen->starts[1], 1);
}
END_TEST

START_TEST(parts_die_with_their_parent)
{
	pid_t pid = run(family, 3);
	bool alive = true;

	for (int i = 0; i < 3; i++)
		ck_assert(reaches(&seen->starts[i], 1));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < 500 && alive; i++) {
		alive = false;
		for (int k = 0; k < 3; k++) {
			char path[64], state = 'X';
			FILE *f;

			snprintf(path, sizeof(path), "/proc/%d/stat",
			    (int)seen->pids[k]);
			if ((f = fopen(path, "r")) == NULL)
				continue;
			if (fscanf(f, "%*d %*s %c", &state) == 1 &&
			    state != 'Z' && state != 'X')
				alive = true;
			fclose(f);
		}
		usleep(10000);
	}
	ck_assert(!alive);
	ck_assert_int_eq(seen->orderly, 0);
}
END_TEST

START_TEST(a_lock_has_one_holder)
{
	char path[] = "/tmp/zq-lock-XXXXXX";
	pid_t holder = 1, pid;
	int status, fd;

	close(mkstemp(path));
	fd = proc_lock(path, &holder);
	ck_assert_int_ge(fd, 0);
	pid = fork();
	if (pid == 0)
		_exit(proc_lock(path, &holder) == -1 && holder == getppid() ?
		    0 : 1);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
	close(fd);
	fd = proc_lock(path, &holder);
	ck_assert_int_ge(fd, 0);
	close(fd);
	unlink(path);
	ck_assert_int_eq(proc_lock("/nonexistent/lock", &holder), -1);
}
END_TEST

START_TEST(the_host_is_told)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char text[32] = "";

	snprintf(at.sun_path, sizeof(at.sun_path), "/tmp/zq-notify-%d",
	    (int)getpid());
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	proc_notify("READY=1");
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	proc_notify("READY=1");
	ck_assert_int_eq(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT), 7);
	ck_assert_str_eq(text, "READY=1");
	ck_assert_int_eq(recv(fd, text, sizeof(text), MSG_DONTWAIT), -1);
	close(fd);
	unlink(at.sun_path);
}
END_TEST

/* The sandbox. Each check runs in a child; 0 is right. */

static char dir[64];
static char got[SANDBOX_GOT_MAX];

static bool
can_open(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int
files(void)
{
	const char *const write[] = { dir, "/nonexistent", NULL };
	const char *const read[] = { "/etc", NULL };
	const struct sandbox s = { SANDBOX_FILES, read, write };
	char inside[100];

	snprintf(inside, sizeof(inside), "%s/new", dir);
	sandbox_enter(&s, got);
	if (strncmp(got, "landlock=off", 12) == 0)
		return 0;
	if (!can_open("/etc/passwd", O_RDONLY))
		return 1;
	if (can_open("/etc/zq-test", O_WRONLY | O_CREAT))
		return 2;
	if (can_open("/usr/bin/env", O_RDONLY))
		return 3;
	if (!can_open(inside, O_WRONLY | O_CREAT | O_TRUNC))
		return 4;
	return unlink(inside) == 0 ? 0 : 5;
}

static int
compute(void)
{
	const struct sandbox s = { SANDBOX_COMPUTE, NULL, NULL };
	void *p;

	sandbox_enter(&s, got);
	if (can_open("/etc/passwd", O_RDONLY) ||
	    can_open("/tmp/zq-x", O_WRONLY | O_CREAT))
		return 1;
	p = malloc(10 << 20);
	memset(p, 1, 10 << 20);
	free(p);
	if (clock_wall() == 0 || epoll_create1(0) < 0)
		return 2;
	if (SANITIZED || strstr(got, "seccomp=on") == NULL)
		return 0;
	if (socket(AF_INET, SOCK_STREAM, 0) != -1 || errno != EPERM)
		return 3;
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p != MAP_FAILED || fork() != -1 || kill(getppid(), 0) != -1)
		return 4;
	return 0;
}

static int
run_program(void)
{
	const struct sandbox s = { SANDBOX_FILES, NULL, NULL };
	char *const argv[] = { (char[]){ "true" }, NULL };

	sandbox_enter(&s, got);
	execv("/bin/true", argv);
	return SANITIZED ? 9 : 1;
}

static int
connects(void)
{
	const char *const read[] = { "/etc", NULL };
	const struct sandbox s = { SANDBOX_CONNECT | SANDBOX_FILES, read,
		NULL };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(1), .sin_addr.s_addr = htonl(0x7f000001) };
	int fd;

	sandbox_enter(&s, got);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		return 1;
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != -1 ||
	    errno != ECONNREFUSED)
		return 2;
	if (SANITIZED || strstr(got, "seccomp=on") == NULL)
		return 0;
	return socket(AF_PACKET, SOCK_RAW, 0) == -1 && errno == EPERM ? 0 : 3;
}

/* Names are found, and nobody's control socket is. */
static int
resolves(void)
{
	const char *const read[] = { "/etc", "/usr/lib", "/lib", NULL };
	const struct sandbox s = { SANDBOX_CONNECT | SANDBOX_FILES, read,
		NULL };
	struct addrinfo *found = NULL;

	sandbox_enter(&s, got);
	if (getaddrinfo("localhost", "80", NULL, &found) != 0 ||
	    found == NULL)
		return 1;
	freeaddrinfo(found);
	if (SANITIZED || strstr(got, "seccomp=on") == NULL)
		return 0;
	return socket(AF_UNIX, SOCK_STREAM, 0) == -1 && errno == EPERM ? 0 : 2;
}

/* Without SANDBOX_CONNECT, Landlock alone keeps TCP away (ABI 4). */
static int
no_tcp(void)
{
	const struct sandbox s = { SANDBOX_FILES, NULL, NULL };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(1), .sin_addr.s_addr = htonl(0x7f000001) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), abi = 0;

	sandbox_enter(&s, got);
	if (sscanf(got, "landlock=%d", &abi) != 1 || abi < 4)
		return 0;
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1 &&
	    (errno == EACCES || errno == EPERM) ? 0 : 1;
}

static int
database(void)
{
	static const struct db_table table = { "t", 0 };
	static char big[70 << 20];
	const char *const write[] = { dir, NULL };
	const struct sandbox s = { SANDBOX_FILES, NULL, write };
	struct db *d, *r;
	struct db_txn *t;
	enum db_result rc = DB_AGAIN;
	struct span v;

	sandbox_enter(&s, got);
	d = db_open(dir, DB_WRITE | DB_CREATE, &table, 1, 1 << 30);
	if (d == NULL)
		return 1;
	r = db_open(dir, 0, &table, 1, 1 << 30);
	while (rc == DB_AGAIN) {
		t = db_begin(d, true);
		db_put(t, 0, SPAN("k"), (struct span){ big, sizeof(big) });
		rc = db_commit(t);
	}
	db_sync(d);
	db_release_memory(d);
	t = db_begin(r, false);
	if (rc != DB_OK || !db_get(t, 0, SPAN("k"), &v))
		return 2;
	db_abort(t);
	db_close(r);
	db_close(d);
	return 0;
}

static int
in_child(int (*check)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		alarm(30);
		_exit(check());
	}
	waitpid(pid, &status, 0);
	return status;
}

static void
make_dir(void)
{
	snprintf(dir, sizeof(dir), "/tmp/zq-box-XXXXXX");
	ck_assert(mkdtemp(dir) != NULL);
}

static void
remove_dir(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(files_are_where_they_may_be)
{
	ck_assert_int_eq(in_child(files), 0);
}
END_TEST

START_TEST(computing_needs_no_files_nor_sockets)
{
	ck_assert_int_eq(in_child(compute), 0);
}
END_TEST

START_TEST(running_a_program_is_the_end)
{
	int status = in_child(run_program);

	if (SANITIZED)
		ck_assert(WIFEXITED(status));
	else
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}
END_TEST

START_TEST(connecting_is_by_permission)
{
	ck_assert_int_eq(in_child(connects), 0);
	ck_assert_int_eq(in_child(resolves), 0);
	ck_assert_int_eq(in_child(no_tcp), 0);
}
END_TEST

START_TEST(a_database_works_inside)
{
	ck_assert_int_eq(in_child(database), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("proc");
	TCase *proc = tcase_create("proc");
	TCase *sandbox = tcase_create("sandbox");
	SRunner *r;
	int failed;

	tcase_set_timeout(proc, 60);
	tcase_add_checked_fixture(proc, set_up, tear_down);
	tcase_add_test(proc, a_dead_part_takes_its_group_and_no_other);
	tcase_add_test(proc, every_part_that_crashed_is_named);
	tcase_add_loop_test(proc, who_is_at_fault_is_named, 0, 3);
	tcase_add_test(proc, a_hangup_is_for_who_wants_it);
	tcase_add_test(proc, a_hangup_that_nobody_wants_ends_all);
	tcase_add_test(proc, an_exit_is_a_death_too);
	tcase_add_test(proc, a_part_that_wont_stay_up_ends_all);
	tcase_add_test(proc, a_part_that_cannot_ends_all_at_once);
	tcase_add_test(proc, parts_die_with_their_parent);
	tcase_add_test(proc, a_lock_has_one_holder);
	tcase_add_test(proc, the_host_is_told);
	suite_add_tcase(s, proc);
	tcase_set_timeout(sandbox, 60);
	tcase_add_checked_fixture(sandbox, make_dir, remove_dir);
	tcase_add_test(sandbox, files_are_where_they_may_be);
	tcase_add_test(sandbox, computing_needs_no_files_nor_sockets);
	tcase_add_test(sandbox, running_a_program_is_the_end);
	tcase_add_test(sandbox, connecting_is_by_permission);
	tcase_add_test(sandbox, a_database_works_inside);
	suite_add_tcase(s, sandbox);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
