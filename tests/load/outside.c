/* See outside.h. */
#include "tests/load/outside.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "hub/http_serve.h"

#define HERE 0x7f000101		/* 127.0.1.1, where all names lead */
#define RESOLVER 0x7f000001
#define QUERY 512		/* bytes of one, at most (RFC 1035 §4.2.1) */
#define HEAD 12
#define LINES 150		/* of the page */

/* --- the network ------------------------------------------------------------ */

static bool
up(void)
{
	struct ifreq r = { .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool good;

	memcpy(r.ifr_name, "lo", 3);
	good = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &r) == 0;
	close(fd);
	return good;
}

/* The file may go: what is mounted stays. */
static bool
name_resolver(void)
{
	char path[] = "/tmp/zq-resolv-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool good;

	if (f == NULL)
		return false;
	good = fputs("nameserver 127.0.0.1\n", f) >= 0;
	good = fclose(f) == 0 && good && chmod(path, 0644) == 0 &&
	    mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL) == 0;
	unlink(path);
	return good;
}

static int
listen_at(uint32_t address, uint16_t port, int type)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_port = htons(port), .sin_addr.s_addr = htonl(address) };
	int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    (type == SOCK_STREAM && listen(fd, 1024) != 0))
		fatal("port %u can't be had", port);
	return fd;
}

/* --- names ------------------------------------------------------------------ */

/* Behind the one question; 0: it isn't one. */
static size_t
question_end(const uint8_t *p, size_t n)
{
	size_t at = HEAD;

	if (n < HEAD || p[4] != 0 || p[5] != 1)
		return 0;
	while (at < n && p[at] != 0)
		at += 1u + p[at];
	return at + 5 <= n ? at + 5 : 0;
}

/* An address of this kind (A), and none of any other. */
static size_t
answer(uint8_t *p, size_t n)
{
	static const uint8_t found[] = { 0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60,
		0, 4, HERE >> 24, HERE >> 16 & 255, HERE >> 8 & 255,
		HERE & 255 };
	size_t end = question_end(p, n);
	bool is_a = end > 0 && p[end - 4] == 0 && p[end - 3] == 1;

	if (end == 0)
		return 0;
	p[2] = 0x84 | (p[2] & 1);	/* the answer, and of who knows */
	p[3] = 0x80;
	memset(p + 6, 0, HEAD - 6);
	p[7] = is_a;
	if (is_a)
		memcpy(p + end, found, sizeof(found));
	return end + (is_a ? sizeof(found) : 0);
}

static void
on_query(evutil_socket_t fd, short what, void *arg)
{
	uint8_t p[2 * QUERY];
	struct sockaddr_in from;
	socklen_t room = sizeof(from);
	ssize_t n;

	(void)what, (void)arg;
	while ((n = recvfrom(fd, p, QUERY, 0, (struct sockaddr *)&from,
	    &room)) > 0) {
		size_t size = answer(p, (size_t)n);

		if (size > 0)
			(void)sendto(fd, p, size, 0,
			    (struct sockaddr *)&from, room);
	}
}

/* --- pages ------------------------------------------------------------------ */

static struct buf page;

static void
make_page(void)
{
	buf_init(&page, 65536);
	buf_text(&page, "<html><head><meta charset=\"utf-8\"><title>试验市人民政府"
	    "</title></head><body>\n");
	for (int i = 0; i < LINES; i++)
		buf_printf(&page, "<p><a href=\"/%d.html\">各市县人民政府要加强"
		    "组织领导，明确责任分工，细化工作措施</a></p>\n", i);
	buf_text(&page, "</body></html>\n");
	must(!page.bad);
}

static void
on_page(void *arg, struct http_request *r)
{
	(void)arg;
	http_answer(r, 200, "text/html; charset=utf-8", buf_look(&page));
}

/* Anything else isn't there. */
static const struct http_route routes[] = {
	{ .method = "GET", .path = "/", .run = on_page },
};

static const struct http_spec spec = { .connections = 4096,
	.memory = 65536, .request = 10000, .idle = 10000 };

/* --- its process ------------------------------------------------------------- */

static _Noreturn void
serve(int names, int pages)
{
	struct event_base *base = event_base_new();
	struct event *query = event_new(base, names, EV_READ | EV_PERSIST,
	    on_query, NULL);

	must(query != NULL);
	event_add(query, NULL);
	make_page();
	http_serve_listen(http_serve_new(base, &spec, routes, 1, NULL),
	    pages, NULL);
	event_base_dispatch(base);
	_exit(1);
}

bool
outside_open(void)
{
	int names, pages;
	pid_t pid;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    !up() || !name_resolver())
		return false;
	names = listen_at(RESOLVER, 53, SOCK_DGRAM);
	pages = listen_at(HERE, 80, SOCK_STREAM);
	if ((pid = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(names, pages);
	}
	must(pid > 0);
	close(names);
	close(pages);
	return true;
}
