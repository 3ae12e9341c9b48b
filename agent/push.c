/* See push.h. */
#include "agent/push.h"

#include <stdlib.h>
#include <string.h>

#include "agent/ability.h"
#include "agent/push_private.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "contrib/base/timer.h"
#include "protocol/changelist.h"
#include "protocol/features.h"
#include "protocol/limits.h"

#define TIMEOUT 120000		/* ms for a batch and its answer */
#define MARK_AHEAD 64		/* changes marked as sent before they are */
#define FIRST_PROOF 2000	/* ms, at most, from the start to the first */
#define RETOLD_PROOF 1000	/* … and after everything was told again */
#define LONG_STOP (1800 * 1000)	/* ms: the hub had better not be asked for
				 * letters, either */
#define TROUBLE_MAX 1024	/* bytes that a batch may say of it */
#define TROUBLE_ROOM 8192
#define GIVEN_UP_WAIT 3000	/* ms, at most, until it is begun again */

typedef enum push_step push_step_fn(struct push *p);
static push_step_fn idle, send_batch, wait_answer, pause_push, stop,
    reconcile;

#define TO(step) (1u << PUSH_##step)

static const struct {
	const char *name;
	push_step_fn *run;
	unsigned to;
} steps[PUSH_STEPS] = {
	[PUSH_IDLE] = { "idle", idle, TO(SEND) | TO(RECONCILE) },
	[PUSH_SEND] = { "send", send_batch, TO(WAIT) | TO(PAUSE) },
	[PUSH_WAIT] = { "wait", wait_answer, TO(JUDGE) | TO(SEND) },
	[PUSH_JUDGE] = { "judge", push_judge, TO(IDLE) | TO(SEND) |
	    TO(PAUSE) | TO(STOP) | TO(RECONCILE) },
	[PUSH_PAUSE] = { "pause", pause_push, TO(SEND) },
	[PUSH_STOP] = { "stop", stop, TO(SEND) },
	[PUSH_RECONCILE] = { "reconcile", reconcile,
	    TO(RECONCILED) | TO(SEND) },
	[PUSH_RECONCILED] = { "reconciled", push_judge_proof, TO(IDLE) |
	    TO(SEND) | TO(PAUSE) | TO(STOP) },
};

const char *
push_step_name(enum push_step step)
{
	return steps[step].name;
}

/* Goes to a step and on from there; a step that waits returns itself. */
static void
push_move(struct push *p, enum push_step to)
{
	for (;;) {
		must(steps[p->step].to & (1u << to));
		log_debug("push step=%s from=%s", steps[to].name,
		    steps[p->step].name);
		p->step = to;
		to = steps[to].run(p);
		if (to == p->step)
			return;
	}
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	push_move(arg, PUSH_SEND);
}

void
push_unwell(struct push *p, const char *reason)
{
	if (p->hushed != CLOCK_NONE)
		push_hush_end(p);
	if (p->reason != NULL && strcmp(p->reason, reason) == 0)
		return;
	free(p->reason);
	p->reason = mem_text(reason);
	log_warn("push hub=%s: %s", p->host.line->hub, reason);
}

/* --- the steps -------------------------------------------------------------- */

/* The next beat, or sooner if a proof is due before it. */
static enum push_step
idle(struct push *p)
{
	int64_t due = p->due - clock_mono();
	uint64_t wait = p->host.beat;

	if (p->hub_proves && due > 0 && (uint64_t)due < wait)
		wait = (uint64_t)due + 1;
	timer_after(p->timer, wait);
	return PUSH_IDLE;
}

static enum push_step
pause_push(struct push *p)
{
	timer_after(p->timer, p->pause);
	return PUSH_PAUSE;
}

/* Half of the wait to all of it; a day and a half is as good as never. */
static enum push_step
stop(struct push *p)
{
	uint32_t half = (uint32_t)(p->stop / 2);

	half += backoff_random(half);
	p->asks = clock_mono() + half;
	timer_after(p->timer, half);
	return PUSH_STOP;
}

/* --- proofs ----------------------------------------------------------------- */

static void
on_proved(void *arg, const struct prove_end *e)
{
	struct push *p = arg;

	push_hush_end(p);
	p->proved = e;
	push_move(p, PUSH_RECONCILED);
}

static enum push_step
reconcile(struct push *p)
{
	event_del(p->timer);
	if (p->given_up >= PUSH_GIVE_UPS)
		p->host.pause(p->host.arg, true);
	prove_begin(p->prove);
	return PUSH_RECONCILE;
}

static void
give_up_proof(struct push *p)
{
	prove_cancel(p->prove);
	push_hush_end(p);
}

bool
push_may_prove(const struct push *p)
{
	const struct store_meta *m = store_meta(p->host.store);

	return p->hub_proves && p->answered_of == m->incarnation &&
	    (p->wanted || clock_mono() >= p->due) &&
	    clock_mono() >= p->earliest &&
	    spool_waiting(m) == 0 && p->host.is_settled(p->host.arg);
}

void
push_prove_within(struct push *p, uint64_t ms)
{
	int64_t at = clock_mono() + backoff_random((uint32_t)ms + 1);

	if (at < p->due)
		p->due = at;
}

/* --- a batch ------------------------------------------------------------------ */

static enum push_step
wait_answer(struct push *p)
{
	(void)p;
	return PUSH_WAIT;
}

/* Changes from p->first on, as many as the ceilings allow; one always. */
static void
put_changes(struct push *p, struct store_txn *t, struct buf *xml)
{
	uint64_t most = p->credit < LIMIT_BODY ? p->credit : LIMIT_BODY;
	struct change c;

	p->last = p->first - 1;
	while (p->last - p->first + 1 < LIMIT_BATCH &&
	    spool_get(t, p->last + 1, &c)) {
		size_t before = xml->n;

		changelist_put(xml, &c);
		if (p->last >= p->first && xml->n + 1024 > most) {
			buf_cut(xml, before);
			return;
		}
		p->last++;
	}
}

static void
build(struct push *p, struct span trouble, struct buf *xml)
{
	struct store_txn *t = store_look(p->host.store);
	struct batch h = {
		.incarnation = t->meta.incarnation,
		.first = t->meta.confirmed + 1,
		.head = t->meta.next - 1,
		.now = clock_wall(),
		.agent = SPAN(LINE_AGENT),
		.features = SPAN(FEATURES_AGENT),
		.needs_snapshot = t->meta.needs_snapshot,
		.instance = p->host.instance,
		.held = p->host.held(p->host.arg),
		.trouble = text_cut(trouble, TROUBLE_MAX),
	};

	if (p->host.health != NULL && ability_has(t, FEATURE_HEALTH))
		p->host.health(p->host.arg, &h.health);
	if (p->host.looked != NULL) {
		h.features = SPAN(FEATURES_AGENT " " FEATURE_LOOK);
		p->host.looked(p->host.arg, &h.looked);
	}
	p->incarnation = h.incarnation;
	p->first = h.first;
	p->head = h.head;
	changelist_begin(xml, &h);
	put_changes(p, t, xml);
	changelist_end(xml);
	store_end(t);
}

static bool
mark(struct store_txn *t, void *arg)
{
	const struct push *p = arg;
	uint64_t to = p->last + MARK_AHEAD;

	spool_sent(t, to < t->meta.next ? to : t->meta.next - 1);
	return true;
}

static void
on_prepare(void *arg, CURL *curl)
{
	struct push *p = arg;

	line_prepare(p->host.line, curl);
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct push *p = arg;

	p->request = NULL;
	p->got = a;
	push_move(p, PUSH_JUDGE);
}

static void
post(struct push *p, const struct buf *xml)
{
	struct buf url;
	struct fetch_spec spec = {
		.type = CHANGELIST_TYPE, .body = buf_look(xml),
		.most = LIMIT_ANSWER, .timeout = TIMEOUT,
		.connect_timeout = LINE_CONNECT, .prepare = on_prepare,
	};

	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "%s/v1/changes", p->host.line->hub);
	spec.url = buf_cstr(&url);
	p->sent_wall = clock_wall();
	p->sent_mono = clock_mono();
	p->request = fetch_start(p->host.fetch, &spec, on_answer, p);
	buf_clear(&url);
}

static enum push_step
send_batch(struct push *p)
{
	struct buf xml, trouble;

	event_del(p->timer);
	/* One change may be larger than the credit: it goes alone. */
	buf_init(&xml, (size_t)2 * LIMIT_BODY);
	buf_init(&trouble, TROUBLE_ROOM);
	p->host.trouble(p->host.arg, &trouble);
	build(p, buf_look(&trouble), &xml);
	buf_clear(&trouble);
	must(!xml.bad);
	if (p->last >= p->first && p->last > store_meta(p->host.store)->sent &&
	    store_do(p->host.store, mark, p) != STORE_DONE) {
		buf_clear(&xml);
		push_unwell(p, "the disk is full");
		p->pause = PUSH_FULL_WAIT;
		return PUSH_PAUSE;
	}
	post(p, &xml);
	buf_clear(&xml);
	return PUSH_WAIT;
}

/* --- life -------------------------------------------------------------------- */

struct push *
push_new(const struct push_host *host)
{
	struct push *p = mem_new(sizeof(*p));

	struct prove_host prove = {
		.base = host->base, .fetch = host->fetch, .line = host->line,
		.instance = host->instance,
		.repair = { .store = host->store, .arg = host->arg,
		    .look = host->look, .rescan = host->rescan },
		.arg = p, .done = on_proved,
	};

	p->host = *host;
	p->prove = prove_new(&prove);
	p->due = INT64_MAX;
	p->earliest = INT64_MIN;
	push_prove_within(p, FIRST_PROOF);
	p->retold = p->behind = p->hushed = CLOCK_NONE;
	p->loud = INT64_MIN;
	p->heard = clock_mono();
	p->credit = PUSH_FIRST_CREDIT;
	p->answered = store_meta(host->store)->answered;
	p->skew = store_meta(host->store)->skew;
	backoff_init(&p->backoff, PUSH_FIRST_WAIT, PUSH_LAST_WAIT);
	p->timer = event_new(host->base, -1, 0, on_timer, p);
	must(p->timer != NULL);
	p->step = PUSH_IDLE;
	timer_after(p->timer, 0);
	return p;
}

void
push_free(struct push *p)
{
	if (p == NULL)
		return;
	if (p->request != NULL)
		fetch_cancel(p->request);
	prove_free(p->prove);
	event_free(p->timer);
	for (size_t i = 0; i < PUSH_COMPLAINTS; i++) {
		free(p->complaint[i].url);
		free(p->complaint[i].why);
	}
	free(p->reason);
	free(p);
}

/* A proof makes way for news, but not for ever. */
void
push_kick(struct push *p)
{
	if (p->step == PUSH_IDLE) {
		timer_after(p->timer, 0);
	} else if (p->step == PUSH_RECONCILE && p->given_up < PUSH_GIVE_UPS &&
	    !prove_is_mending(p->prove)) {
		p->given_up++;
		give_up_proof(p);
		push_prove_within(p, GIVEN_UP_WAIT);
		push_move(p, PUSH_SEND);
	}
}

void
push_restart(struct push *p)
{
	if (p->request != NULL)
		fetch_cancel(p->request);
	p->request = NULL;
	give_up_proof(p);
	p->earliest = INT64_MIN;
	push_prove_within(p, RETOLD_PROOF);
	/* Not from within a step: that goes on by itself. */
	if (p->step != PUSH_JUDGE && p->step != PUSH_RECONCILED)
		timer_after(p->timer, 0);
}

void
push_want(struct push *p, struct span words)
{
	if (push_take_want(p, words) || p->step != PUSH_IDLE || !p->wanted)
		return;
	if (push_may_prove(p))
		push_move(p, PUSH_RECONCILE);
	else
		timer_after(p->timer, 0);
}

bool
push_is_well(const struct push *p)
{
	return p->reason == NULL && p->answered != CLOCK_NONE &&
	    p->batches > 0;
}

/* A proof is an exchange, too. */
int64_t
push_unheard(const struct push *p)
{
	return p->step == PUSH_RECONCILE ? 0 : clock_mono() - p->heard;
}

int64_t
push_rest(const struct push *p)
{
	int64_t left = p->asks - clock_mono();

	if (p->step != PUSH_STOP || p->stop < LONG_STOP)
		return 0;
	return left > 0 ? left : 0;
}
