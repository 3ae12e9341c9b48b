/*
 * A bed for the core: a hub of two sites, with the test as edge and ca at the
 * other ends of its socket pairs, and operators at its control socket.
 */
#ifndef ZQ_TESTS_CORE_BED_H
#define ZQ_TESTS_CORE_BED_H

#include "hub/core.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include "certs/ticket.h"
#include "contrib/base/channel.h"
#include "contrib/base/ctl.h"
#include "tests/unit/hub/corekit.h"

#define TURNS 4000		/* of the loop, before a test gives up */

static struct corekit kit;
static struct event_base *base;
static struct core *core;
static struct channel *edge, *ca;
static struct core_answers answers;
static size_t blocked_frames, drops, minted;
static bool holds_mint;
static uint64_t mint_held;	/* number of the frame */
static uint32_t dropped_site;
static char blocked_list[1024];
static struct frame_grant grant;
static char grant_code[32], refusal[512];
static size_t grants;
static bool ended;

/* --- the brothers ----------------------------------------------------------- */

static inline void
note_blocked(struct span body)
{
	struct span cause, reason;
	uint32_t site;

	blocked_list[0] = '\0';
	while (frame_site_read(&site, &cause, &reason, &body))
		snprintf(blocked_list + strlen(blocked_list), 128,
		    "%u %.*s %.*s;", site, SPAN_ARGS(cause),
		    SPAN_ARGS(reason));
	blocked_frames++;
}

static inline void
on_edge(void *arg, struct channel *c, const struct frame *f)
{
	struct span cause, reason, body = f->body;

	(void)arg, (void)c;
	if (f->kind == FRAME_ANSWER)
		core_send(&answers, f->number, f->body);
	else if (f->kind == FRAME_BLOCKED)
		note_blocked(f->body);
	else if (f->kind == FRAME_DROP && ++drops > 0)
		ck_assert(frame_site_read(&dropped_site, &cause, &reason,
		    &body));
	else
		ck_abort_msg("a frame of kind %u to the edge", f->kind);
}

static inline void
mint(uint64_t number)
{
	char body[TICKET_REF + 32];
	int n;

	memset(body, (int)(0x40 + minted), TICKET_REF);
	n = snprintf(body + TICKET_REF, 32, "zq1.t%zu", minted++);
	channel_send(ca, FRAME_MINTED, number,
	    (struct span){ body, TICKET_REF + (size_t)n });
}

static inline void
on_ca(void *arg, struct channel *c, const struct frame *f)
{
	(void)arg, (void)c;
	if (f->kind == FRAME_MINT && holds_mint) {
		mint_held = f->number;
		holds_mint = false;
	} else if (f->kind == FRAME_MINT) {
		mint(f->number);
	} else if (f->kind == FRAME_GRANT) {
		ck_assert(frame_grant_read(&grant, f->body));
		snprintf(grant_code, sizeof(grant_code), "%.*s",
		    SPAN_ARGS(grant.code));
		snprintf(refusal, sizeof(refusal), "%.*s",
		    SPAN_ARGS(grant.refusal));
		grants++;
	} else if (f->kind == FRAME_CMP) {
		channel_send(ca, FRAME_ANSWER, f->number, f->body);
	} else {
		ck_abort_msg("a frame of kind %u to the ca", f->kind);
	}
}

static inline void
on_end(void *arg, struct channel *c)
{
	(void)arg, (void)c;
	ended = true;
}

static inline void
start(void)
{
	int e[2], c[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, e), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, c), 0);
	base = event_base_new();
	core = core_new(base, &kit.config, e[0], c[0], &kit.why);
	ck_assert_msg(core != NULL, "%s", buf_cstr(&kit.why));
	edge = channel_new(base, e[1], FRAME_MAX, on_edge, on_end, NULL);
	ca = channel_new(base, c[1], FRAME_MAX, on_ca, on_end, NULL);
}

static inline void
stop(void)
{
	channel_free(edge);
	channel_free(ca);
	core_free(core);
	event_base_free(base);
	core_forget(&answers);
}

/* A hub with sites 1 and 2, then the core on it. */
static inline void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
	core_site(&kit, 2);
	writer_close(&kit.writer);
	clock_release();
	answers.n = 0;
	blocked_frames = drops = minted = grants = 0;
	core_log_begin();
	start();
}

static inline void
tear_down(void)
{
	stop();
	core_close(&kit);
}

#define UNTIL(cond) do {						\
	for (int turn_ = 0; !(cond); turn_++) {				\
		ck_assert_msg(turn_ < TURNS, "never: %s", #cond);	\
		event_base_loop(base, EVLOOP_ONCE);			\
	}								\
} while (0)

static inline void
send_one(uint64_t seq, const char *url)
{
	struct buf b;

	core_batch_head(&b, 1, 7, seq);
	core_batch_put(&b, seq, url, "one");
	channel_send(edge, FRAME_BATCH, seq, buf_look(&b));
	buf_clear(&b);
}

static inline void
ask_letters(uint64_t number, uint32_t site, uint64_t after, uint32_t wait)
{
	struct frame_letters f = { .peer = core_peer(site, "x"),
		.after = after, .wait = wait };
	struct buf b;

	buf_init(&b, FRAME_MAX);
	frame_letters_write(&b, &f);
	channel_send(edge, FRAME_LETTERS, number, buf_look(&b));
	buf_clear(&b);
}

static inline void
nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* Runs the loop for so long, whatever happens. */
static inline void
rest(int ms)
{
	struct timeval t = { .tv_usec = ms * 1000 };
	int64_t until = clock_mono() + ms;

	while (clock_mono() < until) {
		event_base_once(base, -1, EV_TIMEOUT, nothing, NULL, &t);
		event_base_loop(base, EVLOOP_ONCE);
	}
}

/* --- operators -------------------------------------------------------------- */

struct asking {
	pthread_t thread;
	char path[128];
	json_t *said, *answer;
	size_t progress;
	bool done;
};

static inline void
on_progress(void *arg, json_t *what)
{
	(void)what;
	((struct asking *)arg)->progress++;
}

static inline void *
ask_thread(void *arg)
{
	struct asking *a = arg;

	a->answer = ctl_ask(a->path, a->said, on_progress, a);
	__atomic_store_n(&a->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static inline void
ask_begin(struct asking *a, json_t *said)
{
	*a = (struct asking){ .said = said };
	snprintf(a->path, sizeof(a->path), "%s/control", kit.dir);
	ck_assert_int_eq(pthread_create(&a->thread, NULL, ask_thread, a), 0);
}

static inline json_t *
ask_end(struct asking *a)
{
	while (!__atomic_load_n(&a->done, __ATOMIC_ACQUIRE))
		rest(2);
	pthread_join(a->thread, NULL);
	ck_assert_ptr_nonnull(a->answer);
	return a->answer;
}

static inline json_t *
ask(json_t *said)
{
	struct asking a;

	ask_begin(&a, said);
	return ask_end(&a);
}

static inline const char *
word(json_t *answer, const char *name)
{
	return json_string_value(json_object_get(json_object_get(answer,
	    "ok"), name));
}

#endif
