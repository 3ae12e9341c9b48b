/* See renew.h. */
#include "agent/renew.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/way.h"
#include "certs/enroll.h"
#include "certs/keep.h"
#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"

#define FIRST_LOOK 60000	/* ms, at most, after the start */
#define LOOK 3600000		/* ms between looks, and tries */
#define WHY_MAX 4096

struct renew {
	struct event_base *base;
	const struct line *line;
	const char *dir;
	renew_done_fn *done;
	void *arg;
	uint32_t jitter;
	struct event *look, *heard;
	pid_t child;			/* 0: none */
	int fd;				/* what it says */
};

bool
renew_now(const struct line *line, const char *dir, struct buf *why)
{
	struct way way = { .hub = line->hub, .line = line };
	EVP_PKEY *key = keep_get_key(line->key, why);
	X509 *cert = key != NULL ? keep_get_cert(line->cert, why) : NULL;
	X509 *ca = cert != NULL ? keep_get_cert(line->ca, why) : NULL;
	EVP_PKEY *fresh = identity_make_key();
	X509 *got = NULL;
	bool ok;

	ok = ca != NULL && enroll_renew(cert, key, ca, fresh, way_send, &way,
	    &got, why) && identity_save(dir, fresh, got, ca, why);
	X509_free(got);
	X509_free(ca);
	X509_free(cert);
	EVP_PKEY_free(fresh);
	EVP_PKEY_free(key);
	return ok;
}

/* At 63 to 70 % of its life. */
int64_t
renew_due(const struct identity *i, uint32_t jitter)
{
	int64_t life = i->not_after - i->not_before;

	return i->not_before + life / 100 * 63 +
	    life / 100 * 7 / 1000 * jitter;
}

static void
after(struct event *e, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };

	must(event_add(e, &tv) == 0);
}

_Noreturn static void
be_child(const struct renew *r, int fd)
{
	struct buf why;
	bool ok;

	signal(SIGTERM, SIG_DFL);
	buf_init(&why, WHY_MAX);
	ok = renew_now(r->line, r->dir, &why);
	if (why.n > 0 && write(fd, why.at, why.n) < 0)
		_exit(2);
	_exit(ok ? 0 : 1);
}

static void
begin(struct renew *r)
{
	int fds[2];

	if (pipe(fds) != 0)
		return;
	r->child = fork();
	if (r->child == 0) {
		close(fds[0]);
		be_child(r, fds[1]);
	}
	close(fds[1]);
	if (r->child < 0) {
		log_error("renewal: no process: %s", strerror(errno));
		r->child = 0;
		close(fds[0]);
		return;
	}
	r->fd = fds[0];
	event_assign(r->heard, r->base, r->fd, EV_READ, event_get_callback(
	    r->heard), r);
	must(event_add(r->heard, NULL) == 0);
}

/* It says why it failed, or nothing, and ends. */
static void
on_heard(evutil_socket_t fd, short what, void *arg)
{
	struct renew *r = arg;
	char why[WHY_MAX], quoted[LOG_QUOTE_MAX];
	ssize_t n = read(fd, why, sizeof(why));
	int status = 1;

	(void)what;
	close(fd);
	(void)waitpid(r->child, &status, 0);
	r->child = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		log_info("renewal: there is a new certificate");
		r->done(r->arg);
		return;
	}
	log_error("renewal failed, next try in an hour: %s",
	    log_quote(quoted, why, n > 0 ? (size_t)n : 0));
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct renew *r = arg;
	struct identity i;
	struct buf why;

	(void)fd;
	(void)what;
	after(r->look, LOOK);
	buf_init(&why, WHY_MAX);
	if (r->child == 0 && identity_read(&i, r->dir, &why) &&
	    clock_wall() >= renew_due(&i, r->jitter))
		begin(r);
	buf_clear(&why);
}

struct renew *
renew_new(struct event_base *base, const struct line *line, const char *dir,
    renew_done_fn *done, void *arg)
{
	struct renew *r = mem_new(sizeof(*r));

	r->base = base;
	r->line = line;
	r->dir = dir;
	r->done = done;
	r->arg = arg;
	r->jitter = backoff_random(1000);
	r->look = event_new(base, -1, 0, on_look, r);
	r->heard = event_new(base, -1, 0, on_heard, r);
	must(r->look != NULL && r->heard != NULL);
	after(r->look, backoff_random(FIRST_LOOK));
	return r;
}

void
renew_free(struct renew *r)
{
	if (r == NULL)
		return;
	event_free(r->look);
	event_free(r->heard);
	if (r->child != 0) {
		close(r->fd);
		kill(r->child, SIGTERM);
		(void)waitpid(r->child, NULL, 0);
	}
	free(r);
}
