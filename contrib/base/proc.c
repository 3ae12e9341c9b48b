/*
 * The parent of a daemon's parts. See proc.h.
 *
 * It sleeps in sigtimedwait() and does three things: starts groups whose
 * time has come, ends groups one of whose parts has died, and ends all when
 * told (SIGTERM, SIGINT; SIGHUP if no part wants that). A group is started again only when all its
 * parts are gone, because their sockets are pairs. This is the one library
 * file besides log.c that logs: nobody else knows that a part died.
 */
#include "contrib/base/proc.h"

#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_MS 5000		/* from SIGTERM to SIGKILL */
#define STEADY_MS 1000		/* who lives that long has stayed up */
#define FAST_DEATHS_MAX 10
#define BACKOFF_FIRST 50	/* ms */
#define BACKOFF_MOST 5000

enum group_state { GROUP_WAITING, GROUP_UP, GROUP_ENDING, GROUP_DOWN };

struct group {
	enum group_state state;
	int64_t started;	/* mono */
	int64_t due;		/* mono: to be started, or killed */
	unsigned fast;		/* deaths within STEADY_MS, in a row */
	bool killed;		/* by us: its time to end was over */
	const struct proc_part *left;	/* it ended as PROC_LEFT, and who is
					 * at fault has yet to be seen */
	pid_t left_pid;
	struct backoff backoff;
};

struct family {
	const struct proc_part *parts;
	size_t count;
	pid_t pids[PROC_PARTS_MAX];		/* 0: not running */
	size_t group_of[PROC_PARTS_MAX];	/* by part, into groups */
	struct group groups[PROC_PARTS_MAX];	/* by their first part */
	bool ending;
	int result;
};

static sigset_t
watched(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return set;
}

/* A group is known by the number of its first part. */
static void
find_groups(struct family *f)
{
	size_t k;

	for (size_t i = 0; i < f->count; i++) {
		k = 0;
		while (k < i && (f->parts[i].group == 0 ||
		    f->parts[k].group != f->parts[i].group))
			k++;
		f->group_of[i] = k;
		backoff_init(&f->groups[i].backoff, BACKOFF_FIRST,
		    BACKOFF_MOST);
		f->groups[i].state = k == i ? GROUP_WAITING : GROUP_DOWN;
	}
}

/* The child's side of a start. */

/* A terminal's Ctrl-C goes to all of us: the parts leave it to the parent.
 * A peer that hangs up must not end a part by SIGPIPE. */
static void
reset_signals(const struct proc_part *part)
{
	sigset_t none;

	signal(SIGTERM, SIG_DFL);
	/* Until it catches it: what it is to read again it hasn't read. */
	signal(SIGHUP, part->hangup ? SIG_IGN : SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void
become(const struct proc_part *part, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	prctl(PR_SET_NAME, part->name);
	log_name(part->name);
	reset_signals(part);
	exit(part->run(part->arg));
}

/* The parent's side. */

static pid_t
start_part(const struct proc_part *part)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		fatal("starting %s: %s", part->name, strerror(errno));
	if (pid == 0)
		become(part, parent);
	return pid;
}

static void
start_group(struct family *f, size_t g)
{
	fflush(NULL);
	for (size_t i = g; i < f->count; i++) {
		if (f->group_of[i] == g && f->parts[i].before != NULL)
			f->parts[i].before(f->parts[i].arg);
	}
	for (size_t i = g; i < f->count; i++) {
		if (f->group_of[i] == g)
			f->pids[i] = start_part(&f->parts[i]);
	}
	for (size_t i = g; i < f->count; i++) {
		if (f->group_of[i] == g && f->parts[i].after != NULL)
			f->parts[i].after(f->parts[i].arg);
	}
	f->groups[g].state = GROUP_UP;
	f->groups[g].killed = false;
	f->groups[g].left = NULL;
	f->groups[g].started = clock_mono();
}

static void
signal_group(struct family *f, size_t g, int number)
{
	for (size_t i = g; i < f->count; i++) {
		if (f->group_of[i] == g && f->pids[i] != 0)
			kill(f->pids[i], number);
	}
}

static bool
is_gone(const struct family *f, size_t g)
{
	for (size_t i = g; i < f->count; i++) {
		if (f->group_of[i] == g && f->pids[i] != 0)
			return false;
	}
	return true;
}

static void
end_group(struct family *f, size_t g)
{
	struct group *group = &f->groups[g];

	if (group->state == GROUP_UP) {
		group->state = GROUP_ENDING;
		group->due = clock_mono() + GRACE_MS;
		signal_group(f, g, SIGTERM);
	} else if (group->state == GROUP_WAITING && f->ending) {
		group->state = GROUP_DOWN;
	}
}

static void
end_all(struct family *f)
{
	f->ending = true;
	for (size_t g = 0; g < f->count; g++)
		end_group(f, g);
}

static void
say_died(const struct proc_part *part, pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		log_error("%s died pid=%d signal=%d (%s)", part->name,
		    (int)pid, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		log_error("%s died pid=%d exit=%d", part->name, (int)pid,
		    WEXITSTATUS(status));
}

/* Of a group that ends: by neither of the signals that it had from us. Who
 * hangs up on the others when it dies may well be seen after them. */
static bool
has_crashed(const struct group *group, int status)
{
	if (group->state != GROUP_ENDING)
		return false;
	if (WIFEXITED(status))
		return group->left != NULL && WEXITSTATUS(status) != 0 &&
		    WEXITSTATUS(status) != PROC_LEFT;
	return WTERMSIG(status) != SIGTERM &&
	    !(WTERMSIG(status) == SIGKILL && group->killed);
}

static void
give_up(struct family *f)
{
	f->result = 1;
	end_all(f);
}

/* A death nobody ordered: the whole group ends, and starts again later. */
static void
count_death(struct family *f, size_t g, const struct proc_part *part)
{
	struct group *group = &f->groups[g];

	if (clock_mono() - group->started >= STEADY_MS) {
		group->fast = 0;
		backoff_reset(&group->backoff);
	} else if (++group->fast >= FAST_DEATHS_MAX) {
		log_error("%s won't stay up: it died %d times within %d ms",
		    part->name, FAST_DEATHS_MAX, STEADY_MS);
		give_up(f);
		return;
	}
	end_group(f, g);
}

/* With PROC_CANNOT it has said why. */
static void
blame(struct family *f, size_t i, pid_t pid, int status)
{
	size_t g = f->group_of[i];
	struct group *group = &f->groups[g];
	bool first = group->state == GROUP_UP || group->left != NULL;

	group->left = NULL;
	if (WIFEXITED(status) && WEXITSTATUS(status) == PROC_CANNOT) {
		give_up(f);
		return;
	}
	say_died(&f->parts[i], pid, status);
	if (first)
		count_death(f, g, &f->parts[i]);
}

static void
part_died(struct family *f, size_t i, int status)
{
	size_t g = f->group_of[i];
	struct group *group = &f->groups[g];
	pid_t pid = f->pids[i];

	f->pids[i] = 0;
	if (group->state == GROUP_UP && WIFEXITED(status) &&
	    WEXITSTATUS(status) == PROC_LEFT) {
		group->left = &f->parts[i];
		group->left_pid = pid;
		end_group(f, g);
	} else if (group->state == GROUP_UP || has_crashed(group, status)) {
		blame(f, i, pid, status);
	}
	if (!is_gone(f, g))
		return;
	if (group->left != NULL) {
		log_error("%s died pid=%d: a part that it works with hung up",
		    group->left->name, (int)group->left_pid);
		count_death(f, g, group->left);
	}
	group->state = f->ending ? GROUP_DOWN : GROUP_WAITING;
	group->due = clock_mono();
	if (group->fast > 1)
		group->due += backoff_next(&group->backoff, 0);
}

static void
reap(struct family *f)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < f->count; i++) {
			if (f->pids[i] == pid)
				part_died(f, i, status);
		}
	}
}

/* What is due now; returns ms until the next thing is, or -1 for nothing. */
static int64_t
act(struct family *f)
{
	int64_t now = clock_mono(), next = -1, left;

	for (size_t g = 0; g < f->count; g++) {
		struct group *group = &f->groups[g];

		if (group->state != GROUP_WAITING &&
		    group->state != GROUP_ENDING)
			continue;
		left = group->due - now;
		if (left > 0) {
			next = next < 0 || left < next ? left : next;
		} else if (group->state == GROUP_WAITING) {
			start_group(f, g);
		} else {
			group->killed = true;
			signal_group(f, g, SIGKILL);
			group->due = now + GRACE_MS;
		}
	}
	return next;
}

static bool
is_over(const struct family *f)
{
	for (size_t g = 0; g < f->count; g++) {
		if (f->groups[g].state != GROUP_DOWN)
			return false;
	}
	return true;
}

/* A second signal to end means: now. */
static void
told_to_end(struct family *f)
{
	if (f->ending) {
		for (size_t g = 0; g < f->count; g++)
			f->groups[g].due = clock_mono();
	}
	end_all(f);
}

/* False: nobody wants it. */
static bool
hand_on_hangup(struct family *f)
{
	bool wanted = false;

	for (size_t i = 0; i < f->count; i++) {
		const struct group *g = &f->groups[f->group_of[i]];

		if (!f->parts[i].hangup)
			continue;
		wanted = true;
		if (f->pids[i] != 0 && g->state == GROUP_UP)
			kill(f->pids[i], SIGHUP);
	}
	return wanted;
}

static void
watch(struct family *f, const sigset_t *set)
{
	struct timespec wait;
	int64_t ms;
	int number;

	while (!is_over(f)) {
		if ((ms = act(f)) < 0)
			ms = GRACE_MS;
		wait = (struct timespec){ .tv_sec = ms / 1000,
		    .tv_nsec = ms % 1000 * 1000000 };
		number = sigtimedwait(set, NULL, &wait);
		if (number == SIGTERM || number == SIGINT ||
		    (number == SIGHUP && !hand_on_hangup(f)))
			told_to_end(f);
		reap(f);
	}
}

int
proc_run(const struct proc_part *parts, size_t count,
    void (*notify_ready)(void))
{
	struct family f = { .parts = parts, .count = count };
	sigset_t set = watched(), before;

	must(count > 0 && count <= PROC_PARTS_MAX);
	sigprocmask(SIG_BLOCK, &set, &before);
	find_groups(&f);
	act(&f);
	if (notify_ready != NULL)
		notify_ready();
	watch(&f, &set);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return f.result;
}
