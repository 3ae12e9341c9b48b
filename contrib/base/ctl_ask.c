/*
 * The asking end of the control socket: blocking, for the tools.
 */
#include "contrib/base/ctl.h"

#include "contrib/base/buf.h"
#include "contrib/base/lang.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_BYTES 65536

static int
dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address,
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

/* The next line, as an object; NULL if there is no more or it is no JSON. */
static json_t *
read_line(int fd, struct buf *in)
{
	static char chunk[READ_BYTES];
	char *end;
	ssize_t n;
	json_t *line;

	while (in->n == 0 || (end = memchr(in->at, '\n', in->n)) == NULL) {
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

json_t *
ctl_ask(const char *path, json_t *ask, ctl_progress_fn *on_progress,
    void *arg)
{
	int fd = dial(path);
	json_t *line = NULL;

	if (fd < 0) {
		json_decref(ask);
		return NULL;
	}
	/* A refusal may be there though the question couldn't be sent. */
	(void)send_line(fd, ask);
	line = wait_answer(fd, on_progress, arg);
	close(fd);
	if (json_is_object(line))
		return line;
	json_decref(line);
	return json_pack("{s:s, s:s}", "error",
	    _("the daemon ended before it answered"), "hint",
	    _("see its log, then try again"));
}
