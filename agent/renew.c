/* See renew.h. */
#include "agent/renew.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/cmp_exchange.h"
#include "certs/enroll.h"
#include "certs/keep.h"
#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/json_text.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "contrib/base/timer.h"

#define FIRST_LOOK 60000	/* ms, at most, after the start */
#define LOOK 60000		/* ms between looks: clocks jump, and a
				 * machine may have slept for weeks */
#define SOON 2000		/* ms, at most, until what can't wait */
#define SPREAD 30000		/* ms, at most, after a letter to all sites */
#define FIRST_TRY 60000		/* ms, the bound of the first wait … */
#define LAST_TRY 3600000	/* … and of the last, after failures */
#define SLACK 500		/* ms */
#define FRESH 10000		/* ms that a certificate is called new */
#define LATE 900000		/* ms at least between tries of who has an
				 * expired one, and was told no */
#define REFUSED 3		/* exit status of the child: the hub won't */
#define WHY_MAX 4096

struct renew {
	struct event_base *base;
	const struct line *line;
	const char *dir;
	renew_done_fn *done;
	void *arg;
	uint32_t jitter;
	const struct store *store;	/* what the hub said last; or NULL */
	int64_t began;			/* ms, this machine's clock */
	struct event *look, *heard;
	struct backoff backoff;		/* after failures: */
	int64_t not_before;		/* mono ms */
	int64_t made;			/* mono ms, the last one; 0: none */
	bool wanted;			/* by the hub, due or not */
	bool said;			/* that it has expired */
	char *failed;			/* why the last try did; NULL */
	pid_t child;			/* 0: none */
	int fd;				/* what it says */
};

/* Ends of lines stand between reasons, and behind the last. */
static void
cut_end(struct buf *why)
{
	while (why->n > 0 && why->at[why->n - 1] == '\n')
		buf_cut(why, why->n - 1);
}

bool
renew_now(const struct line *line, const char *dir, bool *answered,
    struct buf *why)
{
	struct cmp_exchange exchange = { .hub = line->hub, .line = line };
	/* Who renewed last may have been killed between two of the files. */
	EVP_PKEY *key = identity_mend(dir, why) ?
	    keep_get_key(line->key, why) : NULL;
	X509 *cert = key != NULL ? keep_get_cert(line->cert, why) : NULL;
	STACK_OF(X509) *cas = cert != NULL ? keep_get_certs(line->ca, why) :
	    NULL;
	EVP_PKEY *fresh = cas != NULL ? identity_next_key(dir, why) : NULL;
	X509 *got = NULL;
	bool ok;

	ok = fresh != NULL && enroll_renew(cert, key, cas, fresh,
	    cmp_exchange_send, &exchange, &got, why) &&
	    identity_save(dir, fresh, got, NULL, why);
	X509_free(got);
	*answered = fresh != NULL && !exchange.unreached;
	cut_end(why);
	keep_free_certs(cas);
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

_Noreturn static void
be_child(const struct renew *r, int fd)
{
	struct buf why;
	bool ok, answered;

	signal(SIGTERM, SIG_DFL);
	buf_init(&why, WHY_MAX);
	ok = renew_now(r->line, r->dir, &answered, &why);
	if (why.n > 0 && write(fd, why.at, why.n) < 0)
		_exit(2);
	_exit(ok ? 0 : answered ? REFUSED : 1);
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

/* Not too early: a timer counts from when the loop woke up. */
static void
look_after(struct renew *r, int64_t wait)
{
	timer_after(r->look, wait > 0 && wait + SLACK < LOOK ? wait + SLACK :
	    LOOK);
}

static bool
is_far(int64_t skew)
{
	return skew >= RENEW_APART || skew <= -RENEW_APART;
}

/* What the hub said before this start may be of another clock. */
static int64_t
now_of(const struct renew *r)
{
	const struct store_meta *m = r->store != NULL ? store_meta(r->store) :
	    NULL;

	return clock_wall() + (m != NULL && m->answered >= r->began &&
	    is_far(m->skew) ? m->skew : 0);
}

static bool
has_expired(const char *dir)
{
	struct identity i;
	struct buf why;
	bool expired;

	buf_init(&why, WHY_MAX);
	expired = identity_read(&i, dir, &why) &&
	    i.not_after <= clock_wall();
	buf_clear(&why);
	return expired;
}

/* What the hub wants it may refuse as long as it waits for something else of
 * this agent. */
static uint32_t
least_wait(const struct renew *r, bool refused)
{
	if (r->wanted)
		return FRESH;
	return refused && has_expired(r->dir) ? LATE : LOOK;
}

static void
failed(struct renew *r, bool refused, struct span why)
{
	char quoted[LOG_QUOTE_MAX], when[CLOCK_TEXT_MAX];
	int64_t wait = backoff_next(&r->backoff, least_wait(r, refused));
	struct buf said;

	buf_init(&said, WHY_MAX);
	text_plain(&said, why);
	free(r->failed);
	r->failed = mem_text(buf_cstr(&said));
	buf_clear(&said);
	r->not_before = clock_mono() + wait;
	look_after(r, wait);
	log_error("renewal failed, next try in %s: %s", clock_span(when,
	    wait), log_quote(quoted, why.at, why.n));
}

/* It says why it failed, or nothing, and ends. */
static void
on_heard(evutil_socket_t fd, short what, void *arg)
{
	struct renew *r = arg;
	char why[WHY_MAX];
	ssize_t n = read(fd, why, sizeof(why));
	int status = 1;

	(void)what;
	close(fd);
	(void)waitpid(r->child, &status, 0);
	r->child = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		failed(r, WIFEXITED(status) && WEXITSTATUS(status) == REFUSED,
		    (struct span){ .at = why, .n = n > 0 ? (size_t)n : 0 });
		return;
	}
	log_info("renewal: there is a new certificate");
	backoff_reset(&r->backoff);
	free(r->failed);
	r->failed = NULL;
	r->wanted = r->said = false;
	r->made = clock_mono();
	/* With a clock that is wrong it would be due again at once. */
	r->not_before = r->made + FRESH;
	r->done(r->arg);
}

static void
say_expired(struct renew *r, const struct identity *i)
{
	char when[CLOCK_TEXT_MAX];

	if (r->said || i->not_after > now_of(r))
		return;
	r->said = true;
	log_warn("the certificate expired at %s: asking the hub for a new "
	    "one, which its operator will have to admit",
	    clock_show(when, i->not_after));
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct renew *r = arg;
	int64_t left = r->not_before - clock_mono();
	struct identity i;
	struct buf why;

	(void)fd;
	(void)what;
	look_after(r, left);
	if (r->child != 0 || left > 0)
		return;
	buf_init(&why, WHY_MAX);
	if (identity_read(&i, r->dir, &why) && (r->wanted || i.outdated ||
	    now_of(r) >= renew_due(&i, r->jitter))) {
		say_expired(r, &i);
		begin(r);
	}
	buf_clear(&why);
}

json_t *
renew_status(const struct renew *r)
{
	int64_t left = r->not_before - clock_mono();

	return r->failed == NULL ? json_null() : json_pack("{s:o, s:I}",
	    "failed", json_text_new(span_of(r->failed)), "next_ms",
	    (json_int_t)(left > 0 ? left : 0));
}

void
renew_look(struct renew *r)
{
	r->not_before = 0;
	timer_after(r->look, backoff_random(SPREAD));
}

void
renew_soon(struct renew *r)
{
	int64_t now = clock_mono();

	if (r->child != 0 || r->wanted ||
	    (r->made != 0 && now - r->made < FRESH) || now < r->not_before)
		return;
	r->wanted = true;
	timer_after(r->look, backoff_random(SOON));
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
	r->began = clock_wall();
	r->look = event_new(base, -1, 0, on_look, r);
	r->heard = event_new(base, -1, 0, on_heard, r);
	must(r->look != NULL && r->heard != NULL);
	backoff_init(&r->backoff, FIRST_TRY, LAST_TRY);
	timer_after(r->look, backoff_random(has_expired(dir) ? SOON :
	    FIRST_LOOK));
	return r;
}

void
renew_by(struct renew *r, const struct store *s)
{
	r->store = s;
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
	free(r->failed);
	free(r);
}
