/* See fd_pass.h. */
#include "contrib/base/fd_pass.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contrib/base/err.h"

union control {
	struct cmsghdr head;	/* for its alignment */
	char room[CMSG_SPACE(FD_PASS_MOST * sizeof(int))];
};

ssize_t
fd_pass_send(int to, struct span s, const int *fd, size_t count, int flags)
{
	union control control = { .room = { 0 } };
	struct iovec v = { (void *)(uintptr_t)s.at, s.n };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	ssize_t n;

	must(count > 0 && count <= FD_PASS_MOST && s.n > 0);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(c), fd, count * sizeof(int));
	do {
		n = sendmsg(to, &m, flags);
	} while (n < 0 && errno == EINTR);
	return n;
}

/* If more came than were expected, or fewer, those that are here are closed,
 * or they would stay open for good. */
static void
take(struct msghdr *m, int *fd, size_t count)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int came[2 * FD_PASS_MOST];
	size_t n;

	if (c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_RIGHTS || c->cmsg_len < CMSG_LEN(0))
		return;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	must(n <= sizeof(came) / sizeof(came[0]));
	memcpy(came, CMSG_DATA(c), n * sizeof(int));
	for (size_t i = 0; i < n; i++) {
		if (n == count && (m->msg_flags & MSG_CTRUNC) == 0)
			fd[i] = came[i];
		else
			close(came[i]);
	}
}

ssize_t
fd_pass_receive(int from, void *to, size_t room, int *fd, size_t count)
{
	union control control;
	struct iovec v = { to, room };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	ssize_t n;

	must(count > 0 && count <= FD_PASS_MOST);
	for (size_t i = 0; i < count; i++)
		fd[i] = -1;
	do {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(count * sizeof(int));
		n = recvmsg(from, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n > 0)
		take(&m, fd, count);
	return n;
}
