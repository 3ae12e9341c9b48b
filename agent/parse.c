/*
 * The agent's side of the parse child; see parse.h.
 *
 * One queue of questions: those at its head were sent, in order, and the
 * child answers in that order. A question keeps its descriptor until it is
 * answered, so that it can be put to the next child if this one dies over
 * the question before it.
 */
#include "agent/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/fork_server.h"
#include "agent/media.h"
#include "agent/parse_child.h"
#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "contrib/base/fd_pass.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/wire.h"

#define READ_CHUNK (64u << 10)
/* What a disk and SHA-256 do at the very least, bytes per ms. */
#define SLOWEST 4096
/* Children that die before they said hello, until the page is to blame. */
#define STILLBORN_MAX 5
#define STILLBORN_PAUSE 1000	/* ms */

struct question {
	STAILQ_ENTRY(question) next;
	struct buf row;
	int fd;
	int64_t time;		/* ms it may take */
	bool sent;
	parse_done_fn *done;
	void *arg;
};

STAILQ_HEAD(questions, question);

struct parse {
	struct event_base *base;
	struct parse_limits limits;
	struct questions queue;
	size_t waiting;
	struct fork_server *fork_server;
	bool running;			/* the child */
	int questions, answers;		/* -1: none */
	bool hello;
	unsigned stillborn;
	struct buf in;
	struct event *writable, *readable, *slow, *idle, *again;
	struct parse_counts counts;
};

static void send_more(struct parse *p);
static void died(struct parse *p, const char *why);

static void
set_timer(struct event *e, int64_t ms)
{
	struct timeval t = { .tv_sec = ms / 1000,
		.tv_usec = (ms % 1000) * 1000 };

	evtimer_add(e, &t);
}

static void
free_question(struct question *q)
{
	close(q->fd);
	buf_clear(&q->row);
	free(q);
}

/* --- the child ----------------------------------------------------------- */

static void
close_ends(struct parse *p)
{
	if (p->writable != NULL)
		event_free(p->writable);
	if (p->readable != NULL)
		event_free(p->readable);
	p->writable = p->readable = NULL;
	close(p->questions);
	close(p->answers);
	p->questions = p->answers = -1;
}

/* Ends it, whatever it does; writes how it ended. */
static void
bury(struct parse *p, char *how, size_t room)
{
	int status;

	close_ends(p);
	status = fork_server_end(p->fork_server);
	if (status >= 0 && WIFSIGNALED(status))
		snprintf(how, room, _("the reader was stopped by signal %d"),
		    WTERMSIG(status));
	else
		snprintf(how, room, _("the reader gave up on it"));
	p->running = false;
	p->hello = false;
	buf_reset(&p->in);
	evtimer_del(p->slow);
	evtimer_del(p->idle);
}

/* The head of the queue has the child's attention: not for too long. */
static void
watch_head(struct parse *p)
{
	struct question *q = STAILQ_FIRST(&p->queue);

	if (q != NULL && q->sent)
		set_timer(p->slow, q->time);
	else
		evtimer_del(p->slow);
}

static void
on_slow(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	died(arg, _("it took too long"));
}

static void
on_idle(evutil_socket_t fd, short what, void *arg)
{
	struct parse *p = arg;
	char how[128];

	(void)fd;
	(void)what;
	if (p->running && p->waiting == 0)
		bury(p, how, sizeof(how));
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	send_more(arg);
}

/* Answers the head of the queue. */
static void
settle(struct parse *p, const struct record *r)
{
	struct question *q = STAILQ_FIRST(&p->queue);

	STAILQ_REMOVE_HEAD(&p->queue, next);
	p->waiting--;
	q->done(q->arg, r);
	free_question(q);
}

static void
settle_failed(struct parse *p, const char *why)
{
	char text[256];
	struct record r;

	snprintf(text, sizeof(text), _("could not be read: %s"), why);
	record_init(&r);
	r.outcome = RECORD_FAILED;
	r.trouble = span_of(text);
	p->counts.failed++;
	settle(p, &r);
}

static bool
take_record(struct parse *p, struct span row)
{
	struct question *q = STAILQ_FIRST(&p->queue);
	struct record r;

	if (q == NULL || !q->sent || !record_read(&r, row))
		return false;
	p->counts.read++;
	settle(p, &r);
	return true;
}

static bool
take_answer(struct parse *p, uint8_t kind, struct span body)
{
	switch (kind) {
	case PARSE_HELLO:
		snprintf(p->counts.sandbox, sizeof(p->counts.sandbox), "%.*s",
		    SPAN_ARGS(body));
		p->hello = true;
		p->stillborn = 0;
		return true;
	case PARSE_RECORD:
		return take_record(p, body);
	default:
		return false;
	}
}

/* All whole answers that have come. False: the child talks nonsense. */
static bool
take_answers(struct parse *p)
{
	size_t at = 0;
	bool good = true;

	while (good && p->in.n - at >= PARSE_HEAD) {
		const uint8_t *head = (const uint8_t *)p->in.at + at;
		size_t n = wire_get_u32(head);

		if (n < 1 || n > RECORD_ROW_MAX + 1) {
			good = false;
			break;
		}
		if (p->in.n - at < n + 4)
			break;
		good = take_answer(p, head[4],
		    (struct span){ p->in.at + at + PARSE_HEAD, n - 1 });
		at += n + 4;
	}
	buf_drop(&p->in, at);
	return good;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct parse *p = arg;
	char chunk[READ_CHUNK];
	ssize_t n = read(fd, chunk, sizeof(chunk));

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		died(p, NULL);
		return;
	}
	buf_put(&p->in, chunk, (size_t)n);
	if (!take_answers(p)) {
		died(p, _("the reader's answer made no sense"));
		return;
	}
	watch_head(p);
	if (p->waiting == 0)
		set_timer(p->idle, p->limits.idle);
	else
		send_more(p);
}

static bool
make_sockets(int q[2], int a[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, q) != 0)
		return false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, a) == 0)
		return true;
	close(q[0]);
	close(q[1]);
	return false;
}

static void
adopt(struct parse *p, int questions, int answers)
{
	p->running = true;
	p->questions = questions;
	p->answers = answers;
	evutil_make_socket_nonblocking(p->answers);
	p->writable = event_new(p->base, p->questions, EV_WRITE, on_writable,
	    p);
	p->readable = event_new(p->base, p->answers, EV_READ | EV_PERSIST,
	    on_readable, p);
	must(p->writable != NULL && p->readable != NULL);
	event_add(p->readable, NULL);
	p->counts.started++;
}

/* False: not now; said in the log. */
static bool
start(struct parse *p)
{
	int q[2], a[2];
	bool ok;

	if (!make_sockets(q, a)) {
		log_warn("no sockets for the page reader: %s",
		    strerror(errno));
		return false;
	}
	ok = fork_server_start(p->fork_server, q[1], a[1]);
	if (!ok)
		log_warn("the page reader did not start: %s", strerror(errno));
	close(q[1]);
	close(a[1]);
	if (ok) {
		adopt(p, q[0], a[0]);
	} else {
		close(q[0]);
		close(a[0]);
	}
	return ok;
}

static bool
ensure_child(struct parse *p)
{
	if (p->running)
		return true;
	if (evtimer_pending(p->again, NULL))
		return false;
	if (start(p))
		return true;
	set_timer(p->again, STILLBORN_PAUSE);
	return false;
}

static void
unsend(struct parse *p)
{
	struct question *q;

	STAILQ_FOREACH(q, &p->queue, next)
		q->sent = false;
}

/*
 * The child is dead or as good as dead: blame the page it was at and go on
 * with the others. One that died before it said hello had no page yet; that
 * is tried again some times, for the machine may be short of memory.
 */
static void
died(struct parse *p, const char *why)
{
	bool was_ready = p->hello;
	char how[128];

	bury(p, how, sizeof(how));
	unsend(p);
	if (!was_ready && ++p->stillborn < STILLBORN_MAX) {
		log_warn("the page reader ended before it began: %s", how);
		set_timer(p->again, STILLBORN_PAUSE);
		return;
	}
	if (p->waiting > 0)
		settle_failed(p, why != NULL ? why : how);
	if (p->waiting > 0)
		send_more(p);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct parse *p = arg;

	(void)fd;
	(void)what;
	if (p->waiting > 0)
		send_more(p);
}

/* --- questions ------------------------------------------------------------ */

/* False: the socket is full, or its other end is gone (which is noticed
 * where answers are read). */
static bool
send_one(struct parse *p, struct question *q)
{
	if (fd_pass_send(p->questions, buf_look(&q->row), &q->fd, 1,
	    MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return false;
	q->sent = true;
	return true;
}

static void
send_more(struct parse *p)
{
	struct question *q;

	if (!ensure_child(p))
		return;
	evtimer_del(p->idle);
	STAILQ_FOREACH(q, &p->queue, next) {
		if (!q->sent && !send_one(p, q)) {
			if (errno == EAGAIN || errno == ENOBUFS)
				event_add(p->writable, NULL);
			break;
		}
	}
	if (!evtimer_pending(p->slow, NULL))
		watch_head(p);
}

void
parse_ask(struct parse *p, const struct parse_question *question,
    parse_done_fn *done, void *arg)
{
	struct question *q = mem_new(sizeof(*q));
	struct stat st;

	must(!parse_is_full(p));
	q->fd = question->fd;
	q->done = done;
	q->arg = arg;
	q->time = p->limits.time;
	if (fstat(q->fd, &st) == 0 && st.st_size > (off_t)p->limits.page)
		q->time += st.st_size / SLOWEST;
	buf_init(&q->row, PARSE_QUESTION_MAX);
	write_span(&q->row, question->url);
	write_span(&q->row, text_cut(media_file_name(question->name),
	    LIMIT_ID));
	must(!q->row.bad);
	STAILQ_INSERT_TAIL(&p->queue, q, next);
	p->waiting++;
	send_more(p);
}

bool
parse_is_full(const struct parse *p)
{
	return p->waiting >= PARSE_FLIGHT;
}

size_t
parse_waiting(const struct parse *p)
{
	return p->waiting;
}

const struct parse_counts *
parse_counts(const struct parse *p)
{
	return &p->counts;
}

static void
set_limits(struct parse_limits *l, const struct parse_limits *from)
{
	if (from != NULL)
		*l = *from;
	if (l->page == 0)
		l->page = PARSE_PAGE_DEFAULT;
	if (l->memory == 0)
		l->memory = PARSE_MEMORY_DEFAULT;
	if (l->time == 0)
		l->time = PARSE_TIME_DEFAULT;
	if (l->idle == 0)
		l->idle = PARSE_IDLE_DEFAULT;
	if (l->zone == 0)
		l->zone = PARSE_ZONE_DEFAULT;
	else if (l->zone == PARSE_ZONE_UTC)
		l->zone = 0;
}

struct parse *
parse_new(struct event_base *base, const struct parse_limits *limits)
{
	struct parse *p = mem_new(sizeof(*p));

	p->base = base;
	set_limits(&p->limits, limits);
	p->fork_server = fork_server_new(&(struct parse_child){
	    .page = p->limits.page, .memory = p->limits.memory,
	    .zone = p->limits.zone, .behind = p->limits.behind });
	STAILQ_INIT(&p->queue);
	p->questions = p->answers = -1;
	buf_init(&p->in, PARSE_ANSWER_MAX + READ_CHUNK);
	p->slow = evtimer_new(base, on_slow, p);
	p->idle = evtimer_new(base, on_idle, p);
	p->again = evtimer_new(base, on_again, p);
	must(p->slow != NULL && p->idle != NULL && p->again != NULL);
	return p;
}

void
parse_free(struct parse *p)
{
	struct question *q;
	char how[128];

	if (p == NULL)
		return;
	if (p->running)
		bury(p, how, sizeof(how));
	fork_server_free(p->fork_server);
	while ((q = STAILQ_FIRST(&p->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&p->queue, next);
		free_question(q);
	}
	event_free(p->slow);
	event_free(p->idle);
	event_free(p->again);
	buf_clear(&p->in);
	free(p);
}
