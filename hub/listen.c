#include "hub/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "hub/holder.h"

#define WAIT_MS 3000		/* as for the lock */
#define PAUSE_MS 50
#define BACKLOG 4096	/* the kernel's somaxconn: agents wait here */

bool
listen_split(const char *address, char host[LISTEN_HOST],
    char port[LISTEN_PORT])
{
	const char *colon = strrchr(address, ':');
	struct span h;
	uint64_t n;

	if (colon == NULL || !text_number(span_of(colon + 1), 0, 65535, &n))
		return false;
	h = (struct span){ .at = address, .n = (size_t)(colon - address) };
	if (h.n >= 2 && h.at[0] == '[' && h.at[h.n - 1] == ']')
		h = (struct span){ .at = h.at + 1, .n = h.n - 2 };
	else if (h.n > 0 && memchr(h.at, ':', h.n) != NULL)
		return false;
	if (h.n == 0 || h.n >= LISTEN_HOST || strlen(colon + 1) >= LISTEN_PORT)
		return false;
	memcpy(host, h.at, h.n);
	host[h.n] = '\0';
	memcpy(port, colon + 1, strlen(colon + 1) + 1);
	return true;
}

/* Who has it, if that can be known. */
static void
explain_taken(const char *port, struct buf *why)
{
	char name[HOLDER_NAME];
	uint64_t n = 0;
	pid_t pid;

	(void)text_number(span_of(port), 0, 65535, &n);
	pid = holder_of_port((uint16_t)n, name);
	if (pid > 0)
		buf_printf(why, _("; process %d (%s) listens there: stop it, "
		    "or set another port"), (int)pid, name);
	else
		buf_printf(why, _("; another program listens there (perhaps "
		    "a second zqhubd). \"ss -ltnp sport = :%s\" shows which: "
		    "stop it, or set another port"), port);
}

static void
explain(const char *setting, const char *address, const char *port,
    struct buf *why)
{
	int error = errno;

	buf_printf(why, "%s = %s: %s", setting, address, strerror(error));
	if (error == EADDRINUSE)
		explain_taken(port, why);
	else if (error == EADDRNOTAVAIL)
		buf_text(why, _("; this machine has no such address. "
		    "0.0.0.0 or [::] takes all it has"));
	else if (error == EACCES)
		buf_text(why, _("; ports below 1024 need the capability "
		    "CAP_NET_BIND_SERVICE: take one above"));
	buf_byte(why, '\n');
}

static int
open_one(const struct addrinfo *a)
{
	int fd = socket(a->ai_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, off = 0, error;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* A daemon that was killed has the port until the last of its parts is gone:
 * what starts in its place should not fail for that moment. */
static int
open_patiently(const struct addrinfo *a, const char *setting,
    const char *address)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int fd = open_one(a);

	if (fd >= 0 || errno != EADDRINUSE)
		return fd;
	log_warn("%s = %s: in use; waiting for %d s, for who has it may be "
	    "ending", setting, address, WAIT_MS / 1000);
	for (int i = 0; i < WAIT_MS / PAUSE_MS && fd < 0 &&
	    errno == EADDRINUSE; i++) {
		nanosleep(&pause, NULL);
		fd = open_one(a);
	}
	return fd;
}

int
listen_open(const char *setting, const char *address, struct buf *why)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	char host[LISTEN_HOST], port[LISTEN_PORT];
	struct addrinfo *found;
	int fd, rc;

	if (!listen_split(address, host, port)) {
		buf_printf(why, _("%s = %s: expected address:port, as in "
		    "0.0.0.0:7443 or [::]:7443\n"), setting, address);
		return -1;
	}
	if ((rc = getaddrinfo(host, port, &hints, &found)) != 0) {
		buf_printf(why, "%s = %s: %s\n", setting, address,
		    gai_strerror(rc));
		return -1;
	}
	if ((fd = open_patiently(found, setting, address)) < 0)
		explain(setting, address, port, why);
	freeaddrinfo(found);
	return fd;
}
