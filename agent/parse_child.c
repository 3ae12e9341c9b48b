/*
 * The child that reads pages; see parse_child.h.
 *
 * Its parent is the fork server, so there is nothing in it worth having. It
 * opens what the converters need, and goes into the sandbox for good.
 */
#include "agent/parse_child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/look.h"
#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "contrib/base/fd_pass.h"
#include "contrib/base/sandbox.h"
#include "contrib/base/sanitized.h"
#include "protocol/wire.h"

#define BEHIND 10		/* of nice(1) */

static void
set_ceiling(int what, rlim_t value)
{
	struct rlimit r = { .rlim_cur = value, .rlim_max = value };

	setrlimit(what, &r);
}

/* Memory is counted as RLIMIT_DATA: what libraries map would be counted as
 * address space. */
static void
confine(const struct parse_child *c, char got[SANDBOX_GOT_MAX])
{
	set_ceiling(RLIMIT_FSIZE, 0);
	if (!SANITIZED)		/* its shadow is larger than any ceiling */
		set_ceiling(RLIMIT_DATA, c->memory);
	sandbox_enter(&(struct sandbox){ .may = SANDBOX_COMPUTE }, got);
}

static void
answer(int fd, enum parse_answer kind, struct span body)
{
	uint8_t head[PARSE_HEAD];
	struct iovec v[2] = { { head, sizeof(head) }, { .iov_len = body.n } };
	struct msghdr m = { .msg_iov = v, .msg_iovlen = 2 };

	wire_put_u32(head, (uint32_t)body.n + 1);
	head[4] = (uint8_t)kind;
	memcpy(&v[1].iov_base, &body.at, sizeof(body.at));
	while (v[0].iov_len + v[1].iov_len > 0) {
		ssize_t n = sendmsg(fd, &m, MSG_NOSIGNAL);
		size_t first;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			_exit(0);	/* the agent is gone */
		first = (size_t)n < v[0].iov_len ? (size_t)n : v[0].iov_len;
		v[0].iov_base = (char *)v[0].iov_base + first;
		v[0].iov_len -= first;
		v[1].iov_base = (char *)v[1].iov_base + ((size_t)n - first);
		v[1].iov_len -= (size_t)n - first;
	}
}

/* The next question; its size, 0 at their end. */
static size_t
receive(int from, char *to, size_t room, int *fd)
{
	ssize_t n = fd_pass_receive(from, to, room, fd, 1);

	return n > 0 ? (size_t)n : 0;
}

static void
serve(const struct parse_child *c, struct look *l)
{
	char question[PARSE_QUESTION_MAX];
	struct buf row;
	size_t n;
	int fd = -1;

	buf_init(&row, RECORD_ROW_MAX);
	while ((n = receive(c->questions, question, sizeof(question), &fd)) >
	    0) {
		struct reader in = reader_of((struct span){ question, n });
		struct span url = read_span(&in), name = read_span(&in);
		struct record r;

		must(reader_done(&in));	/* our own parent wrote it */
		look_at(l, fd, url, name, &r);
		if (fd >= 0)
			close(fd);
		buf_reset(&row);
		record_write(&row, &r);
		must(!row.bad);
		answer(c->answers, PARSE_RECORD, buf_look(&row));
	}
	buf_clear(&row);
}

_Noreturn void
parse_child_run(const struct parse_child *c)
{
	char got[SANDBOX_GOT_MAX];
	struct look *l;

	prctl(PR_SET_NAME, "zq-reader");
	if (c->behind)
		(void)setpriority(PRIO_PROCESS, 0, BEHIND);
	l = look_new(c->page, c->zone);
	confine(c, got);
	answer(c->answers, PARSE_HELLO, span_of(got));
	serve(c, l);
	_exit(0);
}
