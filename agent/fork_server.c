/*
 * The fork server; see fork_server.h.
 *
 * Over a SOCK_SEQPACKET pair the agent says START, with two descriptors, or
 * END, and waits for one number: errno, or the reader's wait status.
 */
#include "agent/fork_server.h"

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
#include "contrib/base/fd_pass.h"
#include "contrib/base/mem.h"

enum { START = 'S', END = 'E' };

#define ENDS 2			/* questions, answers */
#define REAP_TRIES 1000		/* ms that a killed reader has to be gone */

struct fork_server {
	int control;
	pid_t pid;
};

/* --- in the fork server -------------------------------------------------------- */

/* A command and the ends that came with it; 0: the agent is gone. */
static char
receive(int from, int ends[ENDS])
{
	char command;

	if (fd_pass_receive(from, &command, 1, ends, ENDS) <= 0)
		return 0;
	must(command != START || ends[0] >= 0);
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

	prctl(PR_SET_NAME, "zq-fork-server");
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

struct fork_server *
fork_server_new(const struct parse_child *how)
{
	struct fork_server *s;
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
	s = mem_new(sizeof(*s));
	s->pid = pid;
	s->control = pair[0];
	return s;
}

void
fork_server_free(struct fork_server *s)
{
	if (s == NULL)
		return;
	fork_server_end(s);
	close(s->control);
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	free(s);
}

/* Waits for the answer to what was sent, which comes at once. That it is gone
 * is the machine's doing; starting again is recovery. */
static int
answer_to(struct fork_server *s, ssize_t sent)
{
	int32_t answer;
	ssize_t got = sent;

	while (got >= 0 && (got = recv(s->control, &answer, sizeof(answer),
	    0)) < 0 && errno == EINTR)
		continue;
	if (got != sizeof(answer))
		fatal("the process that starts the page reader has ended");
	return answer;
}

bool
fork_server_start(struct fork_server *s, int questions, int answers)
{
	const int ends[ENDS] = { questions, answers };
	const char command = START;

	errno = answer_to(s, fd_pass_send(s->control, (struct span){ &command,
	    1 }, ends, ENDS, MSG_NOSIGNAL));
	return errno == 0;
}

int
fork_server_end(struct fork_server *s)
{
	const char command = END;
	ssize_t sent;

	while ((sent = send(s->control, &command, 1, MSG_NOSIGNAL)) < 0 &&
	    errno == EINTR)
		continue;
	return answer_to(s, sent);
}
