/*
 * The asking end of the control socket: blocking, for the tools.
 */
#include "contrib/base/ctl.h"

#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_BYTES 65536

/* For a connect, a send or a receive: the listener may be stopped, its
 * backlog full. */
static void
set_patience(int fd, int ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };

	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
	must(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) == 0);
}

static int
dial(const char *path, int patience)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	set_patience(fd, patience);
	if (connect(fd, (const struct sockaddr *)&address,
	    sizeof(address)) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static bool
send_all(int fd, const char *at, size_t n)
{
	ssize_t done;

	while (n != 0) {
		done = send(fd, at, n, MSG_NOSIGNAL);
		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			at += done;
			n -= (size_t)done;
		}
	}
	return true;
}

/* Takes ask. */
static bool
send_line(int fd, json_t *ask)
{
	char *text = json_dumps(ask, JSON_COMPACT);
	bool ok = text != NULL && send_all(fd, text, strlen(text)) &&
	    send_all(fd, "\n", 1);

	free(text);
	json_decref(ask);
	return ok;
}

/* The next line, as an object; NULL if there is no more or it is no JSON.
 * errno is EAGAIN if only the patience is at its end. */
static json_t *
read_line(int fd, struct buf *in)
{
	static char chunk[READ_BYTES];
	char *end;
	ssize_t n;
	json_t *line;

	while (in->n == 0 || (end = memchr(in->at, '\n', in->n)) == NULL) {
		errno = 0;
		n = recv(fd, chunk, sizeof(chunk), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return NULL;
		buf_put(in, chunk, (size_t)n);
		if (in->bad)
			return NULL;
	}
	line = json_loadb(in->at, (size_t)(end - in->at), 0, NULL);
	buf_drop(in, (size_t)(end - in->at) + 1);
	return line;
}

/* Reads until the answer. NULL: the other end went away. */
static json_t *
wait_answer(int fd, ctl_progress_fn *on_progress, void *arg)
{
	json_t *line, *what;
	struct buf in;

	buf_init(&in, CTL_LINE_MAX + READ_BYTES);
	while ((line = read_line(fd, &in)) != NULL) {
		what = json_object_get(line, "progress");
		if (what == NULL)
			break;
		if (on_progress != NULL)
			on_progress(arg, what);
		json_decref(line);
	}
	buf_clear(&in);
	return line;
}

static json_t *
no_answer(bool silent)
{
	if (silent)
		return json_pack("{s:s, s:s}", "error",
		    _("the daemon does not answer"), "hint",
		    _("is it stopped, or the machine overloaded? What was "
		    "asked may still be done: look before asking again"));
	return json_pack("{s:s, s:s}", "error",
	    _("the daemon ended before it answered"), "hint",
	    _("see its log, then try again"));
}

json_t *
ctl_ask_within(const char *path, json_t *ask, int patience,
    ctl_progress_fn *on_progress, void *arg)
{
	json_t *line = NULL;
	bool silent;
	int fd;

	if (ask == NULL)	/* json_pack() takes no other text */
		return json_pack("{s:s}", "error",
		    _("what is asked is not UTF-8"));
	fd = dial(path, patience);
	if (fd < 0) {
		json_decref(ask);
		return errno == EAGAIN ? no_answer(true) : NULL;
	}
	/* A refusal may be there though the question couldn't be sent. */
	(void)send_line(fd, ask);
	line = wait_answer(fd, on_progress, arg);
	silent = line == NULL && errno == EAGAIN;
	close(fd);
	if (json_is_object(line))
		return line;
	json_decref(line);
	return no_answer(silent);
}

json_t *
ctl_ask(const char *path, json_t *ask, ctl_progress_fn *on_progress,
    void *arg)
{
	return ctl_ask_within(path, ask, CTL_PATIENCE, on_progress, arg);
}
