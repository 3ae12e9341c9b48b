/*
 * See hand.h. Over a SOCK_SEQPACKET pair goes the number of a command with
 * the descriptor of what it is to read, and comes how it ended and what it
 * said. The bytes are in a file of memory, so neither side waits for the
 * other to read them.
 */
#include "contrib/base/hand.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contrib/base/child.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/fd_pass.h"
#include "contrib/base/mem.h"

#define CANNOT 127		/* exit status of what couldn't be started */

struct asked {
	STAILQ_ENTRY(asked) next;
	hand_done_fn *done;
	void *arg;
	uint8_t command;
	int input;
	bool sent;
};

struct hand {
	const struct hand_command *commands;	/* in the hand's process */
	size_t count;
	bool has[HAND_COMMANDS_MAX];
	const char *dir;
	int control;
	pid_t pid;
	struct event *readable;
	struct event_base *base;
	STAILQ_HEAD(questions, asked) queue;
};

struct answer {
	int32_t status;
	char said[HAND_SAID_MAX];
};

/* --- in the hand ---------------------------------------------------------- */

/* The number of a command and what it reads; false: who asks is gone. */
static bool
receive(int from, uint8_t *command, int *input)
{
	if (fd_pass_receive(from, command, 1, input, 1) <= 0)
		return false;
	must(*input >= 0);
	return true;
}

_Noreturn static void
become(char *const *argv, const char *dir, int input, int output)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char lang[] = "LANG=C.UTF-8";
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE,
		SIGUSR1, SIGUSR2 };
	char *const environment[] = { path, lang, NULL };
	struct rlimit none = { 0, 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		signal(caught[i], SIG_DFL);
	setrlimit(RLIMIT_CORE, &none);
	if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    dup2(output, STDERR_FILENO) < 0 || chdir(dir) != 0)
		_exit(CANNOT);
	close_range(STDERR_FILENO + 1, ~0u, 0);
	execve(argv[0], argv, environment);
	dprintf(STDERR_FILENO, "%s: %s", argv[0], strerror(errno));
	_exit(CANNOT);
}

/* What it prints, of which the beginning is kept, until it closes that, its
 * time is over, or nobody wants to know any more. False: one of the latter. */
static bool
listen_to(int output, int control, int64_t end, char said[HAND_SAID_MAX],
    size_t *n)
{
	char chunk[4096];
	ssize_t got;

	for (;;) {
		struct pollfd p[] = { { .fd = output, .events = POLLIN },
			{ .fd = control, .events = 0 } };
		int64_t left = end - clock_mono();

		if (left <= 0)
			return false;
		if (poll(p, 2, (int)(left < 60000 ? left : 60000)) < 0 &&
		    errno != EINTR)
			return false;
		if (p[1].revents != 0)
			return false;
		if (p[0].revents == 0)
			continue;
		got = read(output, chunk, sizeof(chunk));
		if (got <= 0)
			return got == 0;
		if ((size_t)got > HAND_SAID_MAX - *n)
			got = (ssize_t)(HAND_SAID_MAX - *n);
		memcpy(said + *n, chunk, (size_t)got);
		*n += (size_t)got;
	}
}

/* Its output is closed; it may still run, as something that went into the
 * background on purpose does not. */
static int
reap(pid_t pid, int control, int64_t end)
{
	int status = -1;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		struct pollfd p = { .fd = control, .events = 0 };

		if (clock_mono() >= end || (poll(&p, 1, 20) > 0 &&
		    p.revents != 0)) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			break;
		}
	}
	return status;
}

static int
run(const struct hand *h, const struct hand_command *c, int input,
    char said[HAND_SAID_MAX], size_t *n)
{
	int64_t end = clock_mono() + c->timeout;
	int output[2], status;
	pid_t pid;

	if (pipe2(output, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0)
		become(c->argv, h->dir, input, output[1]);
	close(output[1]);
	if (pid < 0) {
		close(output[0]);
		return -1;
	}
	setpgid(pid, pid);
	if (!listen_to(output[0], h->control, end, said, n)) {
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
	}
	status = reap(pid, h->control, end);
	close(output[0]);
	return status;
}

_Noreturn static void
serve(const struct hand *h)
{
	struct answer a;
	uint8_t command;
	int input = -1;
	size_t n;

	prctl(PR_SET_NAME, "zq-hand");
	child_forget_signals();
	child_close_others(h->control);
	while (receive(h->control, &command, &input)) {
		must(command < h->count);
		n = 0;
		a.status = run(h, &h->commands[command], input, a.said, &n);
		close(input);
		if (send(h->control, &a, offsetof(struct answer, said) + n,
		    MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

/* --- who asks -------------------------------------------------------------- */

struct hand *
hand_new(const struct hand_command *commands, size_t count, const char *dir)
{
	struct hand *h = mem_new(sizeof(*h));
	int pair[2];

	must(count <= HAND_COMMANDS_MAX);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		fatal("no sockets for a hand: %s", strerror(errno));
	STAILQ_INIT(&h->queue);
	for (size_t i = 0; i < count; i++)
		h->has[i] = commands[i].argv != NULL &&
		    commands[i].argv[0] != NULL;
	h->count = count;
	h->pid = fork();
	if (h->pid < 0)
		fatal("no process for a hand: %s", strerror(errno));
	if (h->pid == 0) {
		h->commands = commands;
		h->dir = dir;
		h->control = pair[1];
		serve(h);
	}
	close(pair[1]);
	h->control = pair[0];
	return h;
}

/* One at a time: the next is asked when the one before has answered. */
static void
ask(struct hand *h)
{
	struct asked *q = STAILQ_FIRST(&h->queue);

	if (q == NULL || q->sent || h->base == NULL)
		return;
	if (fd_pass_send(h->control, (struct span){ (char *)&q->command, 1 },
	    &q->input, 1, MSG_NOSIGNAL) != 1)
		fatal("the process that runs commands has ended");
	q->sent = true;
	close(q->input);
	q->input = -1;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct hand *h = arg;
	struct asked *q = STAILQ_FIRST(&h->queue);
	struct answer a;
	ssize_t n = recv(fd, &a, sizeof(a), MSG_DONTWAIT);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < (ssize_t)offsetof(struct answer, said))
		fatal("the process that runs commands has ended");
	must(q != NULL && q->sent);
	STAILQ_REMOVE_HEAD(&h->queue, next);
	ask(h);
	q->done(q->arg, a.status, (struct span){ a.said,
	    (size_t)n - offsetof(struct answer, said) });
	free(q);
}

void
hand_attach(struct hand *h, struct event_base *base)
{
	h->base = base;
	h->readable = event_new(base, h->control, EV_READ | EV_PERSIST,
	    on_readable, h);
	must(h->readable != NULL && event_add(h->readable, NULL) == 0);
	ask(h);
}

void
hand_free(struct hand *h)
{
	struct asked *q;

	if (h == NULL)
		return;
	while ((q = STAILQ_FIRST(&h->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&h->queue, next);
		if (q->input >= 0)
			close(q->input);
		free(q);
	}
	if (h->readable != NULL)
		event_free(h->readable);
	close(h->control);
	while (waitpid(h->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	free(h);
}

bool
hand_has(const struct hand *h, size_t command)
{
	return h != NULL && command < h->count && h->has[command];
}

/* A file of memory that says this, read from its beginning; -1: none. */
static int
file_of(struct span s)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	while (fd >= 0 && s.n > 0) {
		ssize_t n = write(fd, s.at, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			close(fd);
			return -1;
		}
		s.at += n;
		s.n -= (size_t)n;
	}
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET);
	return fd;
}

bool
hand_run(struct hand *h, size_t command, struct span input,
    hand_done_fn *done, void *arg)
{
	struct asked *q;
	int fd;

	if (!hand_has(h, command) || (fd = file_of(input)) < 0)
		return false;
	q = mem_new(sizeof(*q));
	*q = (struct asked){ .done = done, .arg = arg,
		.command = (uint8_t)command, .input = fd };
	STAILQ_INSERT_TAIL(&h->queue, q, next);
	ask(h);
	return true;
}

const char *
hand_status_text(int status)
{
	static char text[40];

	if (status == -1)
		return "it could not be run";
	if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "signal %d", WTERMSIG(status));
	else
		snprintf(text, sizeof(text), "exit status %d",
		    WEXITSTATUS(status));
	return text;
}
