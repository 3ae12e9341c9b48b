/*
 * The nursery; see nursery.h.
 *
 * Over a SOCK_SEQPACKET pair the agent says START, with two descriptors, or
 * END, and waits for one number: errno, or the reader's wait status.
 */
#include "agent/nursery.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "contrib/base/child.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"

enum { START = 'S', END = 'E' };

#define ENDS 2			/* questions, answers */
#define REAP_TRIES 1000		/* ms that a killed reader has to be gone */

struct nursery {
	int control;
	pid_t pid;
};

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(ENDS * sizeof(int))];
};

/* --- in the nursery -------------------------------------------------------- */

/* A command and the ends that came with it; 0: the agent is gone. */
static char
receive(int from, int ends[ENDS])
{
	union control control;
	char command = 0;
	struct iovec v = { &command, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	struct cmsghdr *c;
	ssize_t n;

	do {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		n = recvmsg(from, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return 0;
	c = CMSG_FIRSTHDR(&m);
	if (command == START) {
		must(c != NULL && c->cmsg_type == SCM_RIGHTS &&
		    c->cmsg_len == CMSG_LEN(ENDS * sizeof(int)));
		memcpy(ends, CMSG_DATA(c), ENDS * sizeof(int));
	}
	return command;
}

static int
start(int control, const struct parse_child *how, const int ends[ENDS],
    pid_t *reader)
{
	struct parse_child c = *how;

	*reader = fork();
	if (*reader == 0) {
		close(control);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		c.questions = ends[0];
		c.answers = ends[1];
		parse_child_run(&c);
	}
	return *reader < 0 ? errno : 0;
}

/* A reader that hangs in a dead network file system can't even be killed:
 * the agent isn't kept waiting for it. */
static int
end(pid_t reader)
{
	static const struct timespec a_moment = { .tv_nsec = 1000000 };
	int status = -1;

	if (reader <= 0)
		return -1;
	kill(reader, SIGKILL);
	for (int i = 0; i < REAP_TRIES; i++) {
		if (waitpid(reader, &status, WNOHANG) != 0)
			return status;
		nanosleep(&a_moment, NULL);
	}
	return -1;
}

_Noreturn static void
serve(int control, const struct parse_child *how)
{
	int ends[ENDS];
	pid_t reader = 0;
	char command;

	prctl(PR_SET_NAME, "zq-nursery");
	child_forget_signals();
	child_close_others(control);
	while ((command = receive(control, ends)) != 0) {
		int32_t answer;

		if (command == START) {
			while (waitpid(-1, NULL, WNOHANG) > 0)
				continue;	/* those that were stuck */
			answer = start(control, how, ends, &reader);
			close(ends[0]);
			close(ends[1]);
		} else {
			answer = end(reader);
			reader = 0;
		}
		if (send(control, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

/* --- in the agent ---------------------------------------------------------- */

struct nursery *
nursery_new(const struct parse_child *how)
{
	struct nursery *n;
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		fatal("no sockets for the page reader: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		fatal("no process for the page reader: %s", strerror(errno));
	if (pid == 0)
		serve(pair[1], how);
	close(pair[1]);
	n = mem_new(sizeof(*n));
	n->pid = pid;
	n->control = pair[0];
	return n;
}

void
nursery_free(struct nursery *n)
{
	if (n == NULL)
		return;
	nursery_end(n);
	close(n->control);
	while (waitpid(n->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	free(n);
}

/* Says m and waits for the answer, which comes at once. That the nursery is
 * gone is the machine's doing; starting again is recovery. */
static int
ask(struct nursery *n, const struct msghdr *m)
{
	int32_t answer;
	ssize_t got;

	while ((got = sendmsg(n->control, m, MSG_NOSIGNAL)) < 0 &&
	    errno == EINTR)
		continue;
	while (got >= 0 && (got = recv(n->control, &answer, sizeof(answer),
	    0)) < 0 && errno == EINTR)
		continue;
	if (got != sizeof(answer))
		fatal("the process that starts the page reader has ended");
	return answer;
}

bool
nursery_start(struct nursery *n, int questions, int answers)
{
	const int ends[ENDS] = { questions, answers };
	union control control = { .room = { 0 } };
	char command = START;
	struct iovec v = { &command, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(ends));
	memcpy(CMSG_DATA(c), ends, sizeof(ends));
	errno = ask(n, &m);
	return errno == 0;
}

int
nursery_end(struct nursery *n)
{
	char command = END;
	struct iovec v = { &command, 1 };

	return ask(n, &(struct msghdr){ .msg_iov = &v, .msg_iovlen = 1 });
}
