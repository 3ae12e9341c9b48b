/*
 * A wire with a counter: takes connections on a port of its own, hands every
 * byte on to another port and back, and counts them. What it counts is TCP's
 * payload: TLS and HTTP with all their heads. A process of its own.
 */
#ifndef ZQ_BENCH_COUNT_WIRE_H
#define ZQ_BENCH_COUNT_WIRE_H

#include <poll.h>
#include <sys/mman.h>

#include "tests/bench/take_hub.h"

#define COUNT_WIRE_MOST 32	/* connections at a time */

struct count_wire {
	uint16_t port;
	pid_t pid;
	volatile uint64_t *there, *back;	/* bytes; shared memory */
};

static inline struct sockaddr_in
count_wire_at(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* What came on one side goes to the other; false: it is over. */
static inline bool
count_wire_move(int from, int to, volatile uint64_t *count)
{
	char part[65536];
	ssize_t n = read(from, part, sizeof(part)), done = 0, w;

	if (n <= 0)
		return false;
	while (done < n) {
		w = write(to, part + done, (size_t)(n - done));
		if (w <= 0)
			return false;
		done += w;
	}
	*count += (uint64_t)n;
	return true;
}

/* p[0] listens; then pairs, the agent's end and the hub's. */
static inline void
count_wire_turn(struct count_wire *w, struct pollfd *p, size_t *n,
    uint16_t hub)
{
	struct sockaddr_in a = count_wire_at(hub);

	if (p[0].revents != 0 && *n + 2 <= 2 * COUNT_WIRE_MOST) {
		int agent = accept(p[0].fd, NULL, NULL);
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (agent >= 0 && connect(fd, (struct sockaddr *)&a,
		    sizeof(a)) == 0) {
			p[(*n)++] = (struct pollfd){ .fd = agent,
			    .events = POLLIN };
			p[(*n)++] = (struct pollfd){ .fd = fd,
			    .events = POLLIN };
		} else {
			close(agent);
			close(fd);
		}
	}
	for (size_t i = 1; i + 1 < *n; i += 2) {
		bool good = (p[i].revents == 0 || count_wire_move(p[i].fd,
		    p[i + 1].fd, w->there)) &&
		    (p[i + 1].revents == 0 || count_wire_move(p[i + 1].fd,
		    p[i].fd, w->back));

		if (good)
			continue;
		close(p[i].fd);
		close(p[i + 1].fd);
		p[i] = p[*n - 2];
		p[i + 1] = p[*n - 1];
		*n -= 2;
		return;		/* the others in the next turn */
	}
}

static inline void
count_wire_start(struct count_wire *w, uint16_t hub)
{
	struct sockaddr_in a;
	struct pollfd p[2 * COUNT_WIRE_MOST + 1];
	size_t n = 1;
	int yes = 1;

	w->there = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(w->there != MAP_FAILED);
	w->back = w->there + 1;
	w->port = take_free_port();
	a = count_wire_at(w->port);
	p[0] = (struct pollfd){ .fd = socket(AF_INET, SOCK_STREAM, 0),
	    .events = POLLIN };
	setsockopt(p[0].fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	must(bind(p[0].fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    listen(p[0].fd, 16) == 0 && (w->pid = fork()) >= 0);
	if (w->pid > 0) {
		close(p[0].fd);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		if (poll(p, n, -1) > 0)
			count_wire_turn(w, p, &n, hub);
	}
}

static inline void
count_wire_stop(struct count_wire *w)
{
	kill(w->pid, SIGTERM);
	waitpid(w->pid, NULL, 0);
}

#endif
